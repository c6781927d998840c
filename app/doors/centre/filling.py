"""Filling a skeleton: the values and marks of this moment put into the slots. It decides nothing."""

from typing import Any

from markupsafe import escape

from app.doors.centre.hypertext import html
from app.doors.centre.plans import Block
from app.doors.centre.showing import Entered, Mark, Shown, marks
from app.doors.centre.skeletons import COMPLETED, Skeleton, drawn_as, ident
from app.doors.centre.standings import awaits, confirm_all
from app.doors.request import gettext
from forms.answers import Address, Cell
from forms.definition import Question
from forms.refusals import AnswerRefused
from forms.types import kind_of


def fill(skeleton: Skeleton, shown: Shown) -> bytes:
    """The HTML of a page of questions."""
    slots: dict[str, str | bytes] = {}
    for name, mark in marks(shown).items():
        _mark_slots(slots, name, mark)
    for name, address in shown.fields():
        _value_slots(slots, shown, name, address)
    for block in shown.page.blocks:
        if block.reads_list:
            slots[f"facts|{block.key}|"] = confirm_all(_awaiting(shown, block))
        if block.group is not None:
            slots[f"lines|{block.group}|"] = lines_html(skeleton, shown, block, slots)
    return skeleton.blocks.fill(slots)


def _awaiting(shown: Shown, block: Block) -> int:
    names = [str(address) for address in block.before]
    return sum(
        awaits(shown.question(name), shown.facts, shown.checked.get(name))
        for name in names
        if "@" not in name
    )


def lines_html(skeleton: Skeleton, shown: Shown, block: Block, slots: dict[str, str | bytes]) -> bytes:
    """The lines of one block, with the button that adds one."""
    group = block.group or ""
    drawn = []
    for rank, number in enumerate(shown.lines(block), start=1):
        slots[f"rank|{group}|"] = str(rank)
        drawn.append(skeleton.line(group, number).fill(slots))
    hidden = "" if drawn or shown.opened(block) else " hidden"
    add = html(
        '<p><button class="button button--quiet" name="do" value="add:{}">{}</button></p>', group, gettext("Ajouter une ligne")
    )
    begin = f'<div class="lines" id="lines-{ident(group)}" data-group="{escape(group)}"{hidden}>'
    return b"".join([begin.encode(), *drawn, f"{add}</div>".encode()])


def as_entered(shown: Shown, address: Address) -> Entered:
    """What the fields of a question hold before anybody touches them: the stored answer as a person types it."""
    name = str(address)
    held = shown.held.get(name)
    if held is None:
        held = shown.held[name] = entered_of(shown.question(address.name), shown.cell(name), shown.language)
    return held


def entered_of(question: Question, cell: Cell, language: str) -> Entered:
    """A stored answer as the fields show it."""
    if cell.missing:
        return Entered("", cell.missing)
    return Entered(kind_of(question.type).entered(cell, question, language))


def _mark_slots(slots: dict[str, str | bytes], name: str, mark: Mark) -> None:
    if mark.classes:
        slots[f"class|{name}|"] = mark.classes
    if mark.hidden:
        slots[f"attrs|{name}|"] = " hidden"
    if mark.says:
        slots[f"says|{name}|"] = mark.says
        if "q--bad" in mark.classes:
            slots[f"invalid|{name}|"] = ' aria-invalid="true"'


def _value_slots(slots: dict[str, str | bytes], shown: Shown, name: str, address: Address) -> None:
    question = shown.question(address.name)
    entered = shown.entered.get(name)
    if entered is None:
        if name not in shown.document.answers and not (question.identity and not question.read_only):
            if question.read_only:
                _fact_slots(slots, shown, name, question)
            return
        entered = as_entered(shown, address)
    if entered.missing:
        slots[f"reason|{name}|{entered.missing}"] = " checked"
    if question.read_only:
        _fact_slots(slots, shown, name, question)
    _typed_slots(slots, name, drawn_as(question), bool(question.choices), entered.typed)


def _fact_slots(slots: dict[str, str | bytes], shown: Shown, name: str, question: Question) -> None:
    slots[f"shown|{name}|"] = str(escape(fact_text(shown, question)))
    known = shown.facts.get(question.from_list) is not None
    if known:
        slots[f"listed|{name}|"] = " hidden"  # a reason for its absence is no answer to what the list says
    slots[f"mend|{name}|"] = gettext("Corriger…") if known else gettext("Écrire")
    if not known and question.identity and question.from_list not in COMPLETED:
        slots[f"mending|{name}|"] = " hidden"
    elif not known or name in shown.errors or _said(shown.entered.get(name)):
        slots[f"mending|{name}|"] = " open"


def _said(entered: Entered | None) -> bool:
    return entered is not None and bool(entered.typed or entered.missing)


def _typed_slots(slots: dict[str, str | bytes], name: str, kind: str, coded: bool, typed: str | list[str]) -> None:
    if kind == "ticks":
        for code in typed:
            slots[f"checked|{name}|{code}"] = " checked"
    elif kind == "radio":
        slots[f"checked|{name}|{typed}"] = " checked"
    elif kind == "select" or (kind == "fact" and coded):
        slots[f"selected|{name}|{typed}"] = " selected"
    else:
        slots[f"value|{name}|"] = str(escape(typed))


def fact_text(shown: Shown, question: Question) -> str:
    """What the list says of a question, for people; else what was answered; a dash where nobody says anything."""
    fact: Any = shown.facts.get(question.from_list)
    kind = kind_of(question.type)
    if fact is None:
        return kind.display(shown.cell(question.name), question, shown.language) or "—"
    try:
        cell = kind.parse(fact if isinstance(fact, str | int | float) else str(fact), question)
    except AnswerRefused:
        return str(fact)
    return kind.display(cell, question, shown.language)
