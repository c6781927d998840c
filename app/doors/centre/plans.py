"""What a page of questions asks, in order: blocks of questions and of lines. It knows neither request nor HTML."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from forms.answers import Address, lines_key
from forms.definition import Question, Questionnaire, Section

# An address with its text: a page asks for that text of every field several times.
Field = tuple[str, Address]


def named(address: Address) -> Field:
    """The field at an address."""
    return str(address), address


@dataclass(frozen=True)
class Block:
    """One section at one visit: the questions before its lines, on each line, and after them.

    `fields` and `line_fields` are what a person can fill, in that order, the dates beside ticks among them;
    `asks` are the addresses outside of lines that a person answers; `reads_list` is whether any question
    shows what the list says.
    """

    section: str
    visit: str | None
    titled: bool
    before: tuple[Address, ...]
    group: str | None = None
    line: tuple[str, ...] = ()
    after: tuple[Address, ...] = ()
    fields: tuple[Field, ...] = ()
    line_fields: tuple[str, ...] = ()
    asks: frozenset[str] = frozenset()
    reads_list: bool = False

    @property
    def key(self) -> str:
        """The block's name within its page."""
        return f"{self.section}.{self.visit}" if self.visit else self.section

    def on_line(self, number: int) -> list[Address]:
        """The addresses of one line."""
        return [Address(name, self.visit, number) for name in self.line]

    def fields_on(self, number: int) -> list[Field]:
        """The fields of one line."""
        return [named(Address(name, self.visit, number)) for name in self.line_fields]


@dataclass(frozen=True)
class Page:
    """One page of questions: its key (section, visit) and its blocks."""

    section: str
    visit: str | None
    blocks: tuple[Block, ...]

    @cached_property
    def key(self) -> str:
        """The page's name in caches and in the progress of a response."""
        return f"{self.section}/{self.visit}" if self.visit else self.section

    @cached_property
    def asks(self) -> frozenset[str]:
        """The addresses outside of lines that a person answers or confirms."""
        return frozenset().union(*(block.asks for block in self.blocks))


ESSENTIAL = "essentiel"


@lru_cache(maxsize=256)
def _pages(sha256: str, holder: "_Held") -> tuple[Page, ...]:
    questionnaire = holder.questionnaire
    return tuple(
        Page(section.code, visit, (_block(questionnaire, section, visit, express=False),))
        for section in questionnaire.sections
        for visit in (section.visits or (None,))
    )


@lru_cache(maxsize=64)
def _essential(sha256: str, holder: "_Held") -> Page:
    questionnaire = holder.questionnaire
    made = (
        _block(questionnaire, section, visit, express=True)
        for section in questionnaire.sections
        for visit in (section.visits or (None,))
    )
    return Page(ESSENTIAL, None, tuple(block for block in made if block.before or block.line or block.after))


class _Held:
    """Carries a questionnaire into a cache that is keyed by its fingerprint."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def pages_of(questionnaire: Questionnaire) -> tuple[Page, ...]:
    """Every page of the questionnaire, in the order of the chart."""
    return _pages(questionnaire.sha256, _Held(questionnaire))


def page_of(questionnaire: Questionnaire, section: str, visit: str | None) -> Page | None:
    """The page of one section at one visit; a section's first visit when none is said. None when there is none."""
    if section == ESSENTIAL:
        return _essential(questionnaire.sha256, _Held(questionnaire)) if visit is None else None
    found = [page for page in pages_of(questionnaire) if page.section == section]
    return next((page for page in found if visit is None or page.visit == visit), None)


def page_after(questionnaire: Questionnaire, page: Page) -> Page | None:
    """The page that follows; None after the last one."""
    pages = pages_of(questionnaire)
    if page not in pages:
        return None
    return next(iter(pages[pages.index(page) + 1 :]), None)


def page_holding(questionnaire: Questionnaire, address: Address) -> Page | None:
    """The page where an address is asked."""
    question = questionnaire.questions.get(address.name)
    if question is None:
        return None
    section = questionnaire.section(question.section)
    return page_of(questionnaire, section.code, address.visit if section.visits else None)


def _block(questionnaire: Questionnaire, section: Section, visit: str | None, *, express: bool) -> Block:
    asked = [
        question
        for question in questionnaire.questions_of(section)
        if _asked_at(question, section, visit)
        and (not express or _essential_at(questionnaire, question, visit))
    ]
    lines = [question.name for question in asked if question.scope == "line"]
    first_line = asked.index(questionnaire.questions[lines[0]]) if lines else len(asked)
    around = [(place, question) for place, question in enumerate(asked) if question.scope != "line"]
    return Block(
        section=section.code,
        visit=visit,
        titled=express,
        before=tuple(_address(one, visit) for place, one in around if place < first_line),
        group=lines_key(section.repeat, visit if questionnaire.repeats[section.repeat].visits else None)
        if lines and section.repeat
        else None,
        line=tuple(lines),
        after=tuple(_address(one, visit) for place, one in around if place > first_line),
        fields=tuple(
            named(_address(one, visit)._replace(name=name))
            for _, one in around
            for name in (one.name, *_tick_dates(questionnaire, one))
        ),
        line_fields=tuple(
            name
            for line in lines
            for name in (line, *_tick_dates(questionnaire, questionnaire.questions[line]))
        ),
        asks=frozenset(str(_address(one, visit)) for _, one in around),
        reads_list=any(one.from_list for one in asked),
    )


def _tick_dates(questionnaire: Questionnaire, question: Question) -> list[str]:
    """The names of the date questions beside the ticks of a multiple question."""
    return [
        one.name
        for one in questionnaire.questions.values()
        if question.dates and one.tick_of is not None and one.tick_of[0] == question.name
    ]


def _asked_at(question: Question, section: Section, visit: str | None) -> bool:
    if question.tick_of is not None:
        return False  # shown beside its tick
    if question.scope == "patient" and section.visits:
        return visit == section.visits[-1]
    return not question.visits or visit is None or visit in question.visits


def _essential_at(questionnaire: Questionnaire, question: Question, visit: str | None) -> bool:
    return question.essential(questionnaire.level(question, None if question.scope == "patient" else visit))


def _address(question: Question, visit: str | None) -> Address:
    return Address(question.name, visit if question.scope == "visit" else None)
