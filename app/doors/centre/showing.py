"""What a page of questions says at one moment: values, marks and messages at every address.

The page and the live replies are made of the same marks, so that there is one presentation of the rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from app.collection.documents import Document, address_of, cell_of
from app.collection.situations import Found, Situation, is_explained
from app.doors.centre.hypertext import html
from app.doors.centre.plans import Block, Field, Page
from app.doors.centre.skeletons import ident
from app.doors.centre.standings import Checked, standing
from app.doors.request import gettext
from app.kernel.language import Language
from forms.answers import EMPTY, Address, Cell
from forms.definition import Question, Questionnaire
from forms.types import kind_of


class Entered(NamedTuple):
    """What a person sent for one question, as it came."""

    typed: str | list[str] = ""
    missing: str = ""
    comment: str | None = None


class Mark(NamedTuple):
    """How one question stands on the page: classes, whether it is hidden, and what is said beside it."""

    classes: str = ""
    hidden: bool = False
    says: str = ""


# How nearly every question stands.
PLAIN, HIDDEN, ANSWERED = Mark(), Mark(" q--off", hidden=True), Mark(" q--set")


@dataclass
class Shown:
    """Everything a page of questions is filled from.

    `entered` holds what was sent and is not stored (refused, in conflict, or not yet accepted); it is shown
    instead of what is stored. `errors` are messages beside a question, already HTML; `beside` the sponsor's questions and
    who said an answer on the telephone;
    `cells` are the stored answers and `held` what fields show of them, as far as somebody has asked;
    `checked` what was said of the facts of the list.
    """

    questionnaire: Questionnaire
    page: Page
    document: Document
    situation: Situation
    facts: Mapping[str, object]
    language: Language
    revision: int
    entered: dict[str, Entered] = field(default_factory=dict)
    errors: dict[str, list[Markup]] = field(default_factory=dict)
    beside: Mapping[str, Markup] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    held: dict[str, Entered] = field(default_factory=dict)
    checked: Mapping[str, Checked] = field(default_factory=dict)

    def question(self, name: str) -> Question:
        """The question of that name."""
        return self.questionnaire.questions[name]

    def cell(self, address: str) -> Cell:
        """The stored answer at an address."""
        held = self.cells.get(address)
        if held is None:
            held = self.cells[address] = self._read(address)
        return held

    def _read(self, address: str) -> Cell:
        stored = self.document.answers.get(address)
        if stored and ("v" in stored or "m" in stored):
            return cell_of(stored)
        question = self.questionnaire.questions[address_of(address).name]
        if question.identity and question.read_only and address in self.checked:
            return Cell(self.checked[address].proposed)
        fact = self.facts.get(question.from_list) if question.identity and not question.read_only else None
        return EMPTY if fact is None else Cell(fact)

    def lines(self, block: Block) -> list[int]:
        """The line numbers to show in a block: those there are, else one blank line when lines are asked for."""
        if block.group is None:
            return []
        stored = self.document.lines.get(block.group, [])
        posted = sorted({address_of(name).line or 0 for name in self.entered if _on(block, name)} - {0})
        numbers = [*stored, *(number for number in posted if number not in stored)]
        if numbers or not self.opened(block):
            return numbers
        return [
            1
            + max(
                (address_of(name).line or 0 for name in self.document.answers if _on(block, name)), default=0
            )
        ]

    def opened(self, block: Block) -> bool:
        """Whether the gate of a block's lines lets them be asked."""
        repeat = self.questionnaire.repeats[(block.group or "").partition("@")[0]]
        if not repeat.gate:
            return True
        gate = Address(repeat.gate, block.visit if self.question(repeat.gate).scope == "visit" else None)
        sent = self.entered.get(str(gate))
        return sent.typed == "1" if sent else bool(self.cell(str(gate)).value == 1)

    def fields(self) -> Iterator[Field]:
        """Every field of the page: its address as text and in parts, lines and dates of ticks among them."""
        for block in self.page.blocks:
            yield from block.fields
            for number in self.lines(block):
                yield from block.fields_on(number)


def _on(block: Block, address: str) -> bool:
    found = address_of(address)
    return found.line is not None and found.visit == block.visit and found.name in block.line


def marks(shown: Shown) -> dict[str, Mark]:
    """The mark of every address of the page."""
    found: dict[str, list[Found]] = {}
    fields = dict(shown.fields())
    for finding in shown.situation.findings:
        at = pinned(shown.document, [one for one in finding.addresses if one in fields])
        if at and not _awaits_its_line(shown, finding):
            found.setdefault(at, []).append(finding)
    return {name: _mark(shown, name, address, found.get(name, [])) for name, address in fields.items()}


def pinned(document: Document, addresses: Sequence[str]) -> str:
    """The first of `addresses` that holds a value, since only that can be wrong; else the first; "" of none."""
    held = (one for one in addresses if document.answers.get(one, {}).get("v") is not None)
    return next(held, next(iter(addresses), ""))


def _awaits_its_line(shown: Shown, finding: Found) -> bool:
    """Whether a finding wants a line that stands empty on the page: the review says so, if it stays empty."""
    return any(
        block.group is not None
        and finding.code == f"lines:{block.group.partition('@')[0]}"
        and not shown.document.lines.get(block.group)
        and shown.lines(block) != []
        and str(address_of(finding.addresses[0]).visit or block.visit) == str(block.visit)
        for block in shown.page.blocks
    )


def _mark(shown: Shown, name: str, address: Address, findings: list[Found]) -> Mark:
    cell = shown.cell(name)
    off = name in shown.situation.off
    errors = shown.errors.get(name, [])
    question = shown.question(address.name)
    if not (findings or errors or name in shown.beside or question.read_only):
        if cell.empty:
            return HIDDEN if off else PLAIN
        if not off and not cell.unit:
            return ANSWERED
    classes = []
    says = [html('<p class="field__error">{}</p>', text) for text in errors]
    if question.read_only:
        says.append(standing(question, shown.facts, shown.checked.get(name), shown.language))
    says += [shown.beside[name]] if name in shown.beside else []
    if off:
        classes.append("q--off")
        if not cell.empty:
            says.append(html('<p class="q__kept">{}</p>', _kept(shown, address, cell)))
    elif not cell.empty:
        classes.append("q--set")
        if cell.unit:
            says.append(html('<p class="q__kept">= {}</p>', _display(shown, question, cell)))
    if not off:
        for finding in findings:
            says.append(_finding(shown, name, finding))
    if errors or any(finding.level == "H" for finding in findings if not off):
        classes.append("q--bad")
    elif findings and not off:
        classes.append("q--warn")
    text = Markup("").join(says)
    return Mark("".join(f" {one}" for one in classes), off and cell.empty and not errors, text)


def _kept(shown: Shown, address: Address, cell: Cell) -> str:
    value = _display(shown, shown.question(address.name), cell)
    return str(gettext("Non demandé d’après les autres réponses. Réponse conservée : %(value)s", value=value))


def _display(shown: Shown, question: Question, cell: Cell) -> str:
    return kind_of(question.type).display(cell, question, shown.language)


def _finding(shown: Shown, name: str, finding: Found) -> Markup:
    message = finding.message[shown.language]
    if finding.level == "H":
        return html('<p class="field__error">{}</p>', message)
    sent = shown.entered.get(name)
    comment = (sent.comment if sent else None) or shown.cell(name).comment or ""
    done = is_explained(shown.document, finding)
    return html(
        '<div class="q__warning{done}"><p>{message}</p><label for="c-{ident}">{label}</label>'
        '<div class="q__in"><input id="c-{ident}" name="{name}!c" type="text" class="w-text" value="{comment}"'
        " data-comment>"
        '<label class="chip"><input type="checkbox" name="{name}!ok" value="1"{checked} data-ok>'
        "<span>{confirm}</span></label></div></div>",
        done=" q__warning--done" if done else "",
        message=message,
        ident=ident(name),
        label=gettext("Précisez, si la valeur est exacte"),
        name=name,
        comment=comment,
        checked=Markup(" checked") if done else "",
        confirm=gettext("Valeur vérifiée"),
    )
