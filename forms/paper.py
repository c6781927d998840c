"""The questionnaire as a plain tree for paper: sections, visits, lines, questions with their codes; blank, or
filled with answers."""

from dataclasses import dataclass, field

from forms.answers import EMPTY, Address, Cell
from forms.definition import Code, Question, Questionnaire, Section
from forms.states import Evaluation, State
from forms.types import MISSING_LABELS, kind_of
from forms.wording import in_words

BLANK_LINES = 3

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "line": "Ligne {number}", "more_lines": "Photocopiez cette page pour d’autres lignes ({most} au plus).",
        "missing": "Sans valeur, cochez", "version": "version {version}", "only_if": "Seulement si {condition}",
        "hidden_if": "Sauf si {condition}", "*": "réponse attendue",
        "(*)": "attendue selon les autres réponses", "since": "depuis", "not_asked": "non demandé", "usual": "habituel : {usual}",
        "identity": "Code patient", "centre": "Centre", "date": "Rempli le", "unit_or": "ou {units}",
        "codes": "Les codes en marge sont ceux de l’export.", "page": "Questionnaire",
        "means": "{sign}\u00a0: {said}", "and_so_on": "\u00a0; ",
    },
    "en": {
        "line": "Line {number}", "more_lines": "Copy this page for more lines ({most} at most).",
        "missing": "Without a value, tick", "version": "version {version}", "only_if": "Only if {condition}",
        "hidden_if": "Unless {condition}", "*": "answer expected",
        "(*)": "expected depending on other answers", "since": "since", "not_asked": "not asked", "usual": "usual: {usual}",
        "identity": "Patient code", "centre": "Centre", "date": "Filled in on", "unit_or": "or {units}",
        "codes": "The codes in the margin are those of the export.", "page": "Questionnaire",
        "means": "{sign}: {said}", "and_so_on": "; ",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One code to tick; ``date`` is the date beside it, empty when it is still to be written, None where there is none."""

    code: str
    label: str
    ticked: bool = False
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question on paper. ``required`` is the star that stands beside it, if any; ``shape`` what there is to write
    into; ``answer`` what was answered."""

    name: str
    label: str
    help: str = ""
    condition: str = ""
    required: str = ""
    unit: str = ""
    shape: str = ""
    boxes: tuple[Box, ...] = ()
    many: bool = False
    reasons: tuple[Box, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Questions under one heading: a section, a visit or a line of it."""

    title: str
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One section."""

    letter: str
    title: str
    help: str
    condition: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole questionnaire in one language."""

    language: str
    code: str
    title: str
    version: str
    registration: str
    head: tuple[str, ...]
    words: dict[str, str] = field(repr=False)
    stars: dict[str, str] = field(repr=False)
    legend: str = ""
    sheets: tuple[Sheet, ...] = ()


def paper(questionnaire: Questionnaire, language: str, evaluation: Evaluation | None = None) -> Paper:
    """The questionnaire for paper; with an evaluation, its answers are filled in and what is not asked is left out."""
    words = WORDS[language]
    stars = {sign: words[sign] for sign in ("*", "(*)")}
    reasons = {reason: label[language].lower() for reason, label in MISSING_LABELS.items()}
    return Paper(
        language=language,
        code=questionnaire.code,
        title=questionnaire.title[language],
        version=words["version"].format(version=questionnaire.version),
        registration=questionnaire.registration,
        head=(words["identity"], words["centre"], words["date"]),
        words=words,
        stars=stars,
        legend=words["and_so_on"].join(words["means"].format(sign=sign, said=said)
                                       for sign, said in (stars | reasons).items()),
        sheets=tuple(
            _Writer(questionnaire, language, evaluation).sheet(section) for section in questionnaire.sections
        ),
    )


class _Writer:
    def __init__(self, questionnaire: Questionnaire, language: str, evaluation: Evaluation | None) -> None:
        self.questionnaire, self.language, self.evaluation = questionnaire, language, evaluation
        self.words = WORDS[language]

    def sheet(self, section: Section) -> Sheet:
        blocks = [block for visit in section.visits or (None,) for block in self.blocks(section, visit)]
        return Sheet(
            section.letter,
            section.label[self.language],
            section.help[self.language],
            self.condition(section),
            tuple(block for block in blocks if block.items),
        )

    def condition(self, part: Section | Question) -> str:
        told = []
        for word, formula in (("only_if", part.ask_if), ("hidden_if", part.unless)):
            if formula is not None:
                told.append(
                    self.words[word].format(condition=in_words(self.questionnaire, formula, self.language))
                )
        return " ; ".join(told)

    def blocks(self, section: Section, visit: str | None) -> list[Block]:
        last = section.visits[-1] if section.visits else None
        questions = [
            one
            for one in self.questionnaire.questions_of(section)
            if visit is None or visit in one.visits or (not one.visits and visit == last)
        ]
        title = self.questionnaire.visit(visit).label[self.language] if visit else ""
        outside = [one for one in questions if one.scope != "line"]
        found = [Block(title, self.items(outside, visit, None))]
        if section.repeat:
            found += self.lines(section, [one for one in questions if one.scope == "line"], visit, title)
        return found

    def lines(
        self, section: Section, questions: list[Question], visit: str | None, title: str
    ) -> list[Block]:
        repeat = self.questionnaire.repeats[section.repeat or ""]
        at = visit if repeat.visits else None
        if self.evaluation is not None:
            numbers = self.evaluation.answers.lines_of(repeat.code, at)
        else:
            numbers = list(range(1, min(repeat.max_lines or BLANK_LINES, BLANK_LINES) + 1))
        made = []
        for rank, number in enumerate(numbers, start=1):
            heading = " · ".join(filter(None, (title, self.words["line"].format(number=rank))))
            last = self.evaluation is None and rank == len(numbers) and repeat.max_lines > rank
            note = self.words["more_lines"].format(most=repeat.max_lines) if last else ""
            made.append(Block(heading, self.items(questions, visit, number), note))
        return made

    def items(self, questions: list[Question], visit: str | None, line: int | None) -> tuple[Item, ...]:
        return tuple(item for question in questions if (item := self.item(question, visit, line)) is not None)

    def item(self, question: Question, visit: str | None, line: int | None) -> Item | None:
        address = Address(question.name, visit if question.scope != "patient" else None, line)
        if question.tick_of or (
            self.evaluation is not None and self.evaluation.state(address) is State.NOT_ASKED
        ):
            return None  # the date of a tick stands beside its tick
        kind, language = kind_of(question.type), self.language
        boxes = self.boxes(question, address)
        units = ", ".join(unit.name for unit in question.other_units)
        unit = question.unit_label[language] or question.unit
        return Item(
            name=str(address) if line is None or self.evaluation else question.name,
            label=question.label[language],
            help=" ".join(filter(None, (question.help[language], self.usual(question)))),
            condition=self.condition(question),
            required=self.star(question, address.visit),
            unit=f"{unit} ({self.words['unit_or'].format(units=units)})" if units else unit,
            shape="" if boxes else kind.blank,
            boxes=boxes,
            many=kind.several,
            reasons=self.reasons(question, address),
            answer=""
            if boxes or self.evaluation is None
            else kind.display(self.cell(address), question, language),
        )

    def star(self, question: Question, visit: str | None) -> str:
        if self.questionnaire.level(question, visit) == "optional":
            return ""
        return "*" if question.required_if is None else "(*)"

    def usual(self, question: Question) -> str:
        said = question.usually(self.language)
        return f"({self.words['usual'].format(usual=said)})" if said else ""

    def cell(self, address: Address) -> Cell:
        if self.evaluation is None:
            return EMPTY
        filled = self.evaluation.filled.get(address)
        return Cell(filled) if filled is not None else self.evaluation.answers.cell(address)

    def boxes(self, question: Question, address: Address) -> tuple[Box, ...]:
        kind = kind_of(question.type)
        value = self.cell(address).value
        ticked = value if isinstance(value, list) else [value]
        return tuple(
            Box(
                str(one.code),
                one.label[self.language],
                one.code in ticked,
                self.date(question, one.code, address),
            )
            for one in kind.options(question)
        )

    def date(self, question: Question, code: Code, address: Address) -> str | None:
        dated = self.questionnaire.questions.get(f"{question.name}_{code}_d") if question.dates else None
        if dated is None or dated.tick_of is None:
            return None
        return kind_of(dated.type).display(self.cell(address._replace(name=dated.name)), dated, self.language)

    def reasons(self, question: Question, address: Address) -> tuple[Box, ...]:
        if question.identity or question.read_only:
            return ()
        given = self.evaluation.missing(address) if self.evaluation else None
        return tuple(
            Box(reason, label[self.language], reason == given) for reason, label in MISSING_LABELS.items()
        )
