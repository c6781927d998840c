"""The chase list as a workbook of its own: one row a centre where something is left to do, values only.

No name and no number of a person is in it, unless they are handed in: the caller then answers for that.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.times import utc
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.language import Language
from app.kernel.vault import Vault
from app.outreach.chase import STATUSES, STEPS, ChaseLine
from app.outreach.people import person_of, respondents_of
from exports.codebook import dictionary
from exports.tables import Column, Row, Table, single
from exports.workbook import Front, write_workbook

COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("name", "text", "Établissement", "Hospital"),
    Column("city", "text", "Ville", "City"),
    Column("asked", "integer", "Patients demandés", "Patients asked for"),
    Column("answered", "integer", "Questionnaires remis", "Questionnaires submitted"),
    Column("draft", "integer", "Questionnaires commencés", "Questionnaires begun"),
    Column("left", "integer", "Questionnaires attendus", "Questionnaires left"),
    Column("next_step", "text", "Prochain pas", "Next step"),
    Column("status", "text", "Où en est le centre", "Where the centre stands"),
    Column("call_back_on", "date", "Rappeler le", "Call back on"),
    Column("mails", "integer", "Envois au centre, à une ou plusieurs personnes", "Sendings to the centre, to one person or more"),
    Column("last_mail_on", "date", "Dernier envoi", "Last sending"),
    Column("reachable", "integer", "Correspondants joignables", "Respondents to be reached"),
)
PEOPLE = Column("people", "text", "Qui appeler", "Whom to call", identifying=True)


def chase_workbook(
    lines: Sequence[ChaseLine], language: Language, now: datetime, people: Mapping[int, str] | None = None
) -> bytes:
    """The bytes of an .xlsx in the language of its reader: the centres, and what the columns mean.

    With `people`, names and telephones by the id of their centre, they stand in a column of their own.
    """
    left = [line for line in lines if line.step != "nothing"]
    rows, columns = [_row(line, language) for line in left], list(COLUMNS)
    if people is not None:
        columns.append(PEOPLE)
        rows = [(*row, people.get(line.centre.id)) for row, line in zip(rows, left, strict=True)]
    table = Table("relances", tuple(columns), lambda: rows, "Relances", "Chase list", frozen=2)
    tables, at, out = [table, dictionary([table])], utc(now), BytesIO()
    assert at is not None
    write_workbook(out, [single(one) for one in tables], Front([one.name for one in tables], None, at, "Recueil : relances"))
    return out.getvalue()


def people_to_call(session: Session, vault: Vault, study: Study, *, actor: Actor, now: datetime) -> dict[int, str]:
    """Name, function and telephone of whoever may be called, by the id of their centre; journalled as taken away."""
    found: dict[int, list[str]] = {}
    for one in respondents_of(session, study):
        if one.active:
            who = person_of(vault, one)
            said = " ".join(part for part in (who.name, f"({who.function})" if who.function else "", who.telephone) if part)
            found.setdefault(one.centre_id, []).append(said)
    record(
        session, actor=actor, at=now, action="identities.exported", subject_type="study", subject_id=study.code,
        study=study.code, field="chase", new=str(sum(map(len, found.values()))),
    )  # fmt: skip
    return {centre: "\n".join(people) for centre, people in found.items()}


def _row(line: ChaseLine, language: Language) -> Row:
    at = 1 if language == "en" else 0
    standing, last = line.standing, line.last_mail_at
    return (
        line.centre.code, line.centre.name, line.centre.city, standing.asked, standing.answered, standing.begun, standing.left,
        STEPS[line.step][at], STATUSES[line.status][at], line.next_on, line.mails, day_of(last) if last else None,
        line.reachable,
    )  # fmt: skip
