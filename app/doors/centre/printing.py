"""A response on paper: every question that was asked, with its answer as people read it."""

from dataclasses import dataclass

from app.doors.centre.filling import fact_text
from app.doors.centre.moment import Moment, shown_of
from app.doors.centre.plans import pages_of
from app.doors.centre.showing import Shown
from app.doors.request import language
from forms.answers import Address
from forms.types import kind_of


@dataclass(frozen=True)
class PrintedSection:
    """One section at one visit: pairs of label and answer, and its lines."""

    title: str
    rows: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def printed(moment: Moment) -> list[PrintedSection]:
    """The sections that have anything asked, in the order of the chart."""
    said, questionnaire = language(), moment.version.questionnaire
    made = []
    for page in pages_of(questionnaire):
        if moment.is_closed(page):
            continue
        shown, block, section = shown_of(moment, page), page.blocks[0], questionnaire.section(page.section)
        visit = f" · {questionnaire.visit(page.visit).label[said]}" if page.visit else ""
        rows = _rows(shown, [*block.before, *block.after])
        numbers = moment.document.lines.get(block.group or "", [])
        lines = tuple(
            (str(rank), _rows(shown, block.on_line(line))) for rank, line in enumerate(numbers, start=1)
        )
        made.append(PrintedSection(f"{section.letter}. {section.label[said]}{visit}", rows, lines))
    return made


def _rows(shown: Shown, addresses: list[Address]) -> tuple[tuple[str, str], ...]:
    asked = [address for address in addresses if str(address) not in shown.situation.off]
    return tuple((shown.question(one.name).label[shown.language], _answer(shown, one)) for one in asked)


def _answer(shown: Shown, address: Address) -> str:
    question, cell = shown.question(address.name), shown.cell(str(address))
    if question.from_list and question.read_only:
        return fact_text(shown, question)
    text = kind_of(question.type).display(cell, question, shown.language)
    return f"{text} ({cell.typed})" if cell.typed and cell.typed != text and text else text
