"""The chase list as a workbook of its own: one row a centre, values only, no name and no address of a person."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from app.extraction.times import utc
from app.kernel.clock import day_of
from app.kernel.language import Language
from app.outreach.chase import STATUSES, STEPS, ChaseLine
from exports.codebook import dictionary
from exports.tables import Column, Row, Table, single
from exports.workbook import Front, write_workbook

COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("name", "text", "Établissement", "Hospital"),
    Column("asked", "integer", "Patients demandés", "Patients asked for"),
    Column("answered", "integer", "Questionnaires remis", "Questionnaires submitted"),
    Column("draft", "integer", "Questionnaires commencés", "Questionnaires begun"),
    Column("left", "integer", "Questionnaires attendus", "Questionnaires left"),
    Column("next_step", "text", "Prochain pas", "Next step"),
    Column("status", "text", "Où en est le centre", "Where the centre stands"),
    Column("call_back_on", "date", "Rappeler le", "Call back on"),
    Column("mails", "integer", "Courriels partis", "Mails sent"),
    Column("last_mail_on", "date", "Dernier courriel", "Last mail"),
    Column("reachable", "integer", "Correspondants joignables", "Respondents to be reached"),
)


def chase_workbook(lines: Iterable[ChaseLine], language: Language, now: datetime) -> bytes:
    """The bytes of an .xlsx in the language of its reader: the centres, and what the columns mean."""
    rows = [_row(line, language) for line in lines]
    table = Table("relances", COLUMNS, lambda: rows, "Relances", "Chase list", frozen=2)
    tables, at, out = [table, dictionary([table])], utc(now), BytesIO()
    assert at is not None
    write_workbook(out, [single(one) for one in tables], Front([one.name for one in tables], None, at, "Recueil : relances"))
    return out.getvalue()


def _row(line: ChaseLine, language: Language) -> Row:
    at = 1 if language == "en" else 0
    standing, last = line.standing, line.last_mail_at
    return (
        line.centre.code, line.centre.name, standing.asked, standing.answered, standing.begun, standing.left,
        STEPS[line.step][at], STATUSES[line.status][at], line.next_on, line.mails, day_of(last) if last else None,
        line.reachable,
    )  # fmt: skip
