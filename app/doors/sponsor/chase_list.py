"""The chase list as a small workbook: one row a centre, values only, no name and no address."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from app.kernel.clock import day_of
from app.kernel.language import Language
from app.outreach.chase import STATUSES, STEPS, ChaseLine

HEADERS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "centre", "nom", "patients", "remis", "commences", "attendus", "prochain pas", "etat", "rappeler le",
        "courriels", "dernier courriel", "correspondants joignables",
    ),
    "en": (
        "centre", "name", "patients", "submitted", "begun", "left", "next step", "status", "call back on",
        "mails", "last mail", "respondents to be reached",
    ),
}  # fmt: skip


def chase_workbook(lines: Iterable[ChaseLine], language: Language) -> bytes:
    """The bytes of an .xlsx with one sheet; texts stay texts, whatever they start with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("relances" if language == "fr" else "chase")
    sheet.append(list(HEADERS[language]))
    for line in lines:
        sheet.append([_safe(value) for value in _row(line, language)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _row(line: ChaseLine, language: Language) -> list[object]:
    at = 1 if language == "en" else 0
    standing = line.standing
    return [
        line.centre.code,
        line.centre.name,
        standing.asked,
        standing.answered,
        standing.begun,
        standing.left,
        STEPS[line.step][at],
        STATUSES[line.status][at],
        line.next_on,
        line.mails,
        day_of(line.last_mail_at) if line.last_mail_at else None,
        line.reachable,
    ]


def _safe(value: object) -> object:
    """Text without what a workbook cannot hold; openpyxl would take a leading = for a formula."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"\u2019{text}" if text.startswith(("=", "+", "-", "@")) else text
