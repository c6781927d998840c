"""The contacts of the centres: an export of its own, with its own right, never part of the workbook. It names people.

Whoever calls it has checked the right; the export is journalled as the showing of identities that it is.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.vault import Vault
from app.outreach.models import Respondent, RespondentIdentity
from exports.tables import Column, Row, Table, single
from exports.workbook import Front, write_workbook

COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("centre", "text", "Établissement", "Hospital"),
    Column("city", "text", "Ville", "City"),
    Column("name", "text", "Nom", "Name", identifying=True),
    Column("function", "text", "Fonction", "Function"),
    Column("email", "text", "Courriel", "E-mail", identifying=True),
    Column("telephone", "text", "Téléphone", "Telephone", identifying=True),
    Column("language", "text", "Langue", "Language"),
    Column("stopped", "flag", "Ne plus écrire", "No more mail"),
)


def contacts_table(session: Session, vault: Vault, study: Study) -> Table:
    """Every respondent of a study with name, address and telephone, by centre."""
    query = (
        select(Centre, Respondent, RespondentIdentity)
        .join(Respondent, Respondent.centre_id == Centre.id)
        .join(RespondentIdentity, RespondentIdentity.respondent_id == Respondent.id)
        .where(Respondent.study_id == study.id)
        .order_by(Centre.number, Respondent.id)
    )

    def rows() -> Iterator[Row]:
        for centre, respondent, identity in session.execute(query).all():
            name, email, telephone = _opened(vault, identity)
            yield (
                centre.code,
                centre.name,
                centre.city,
                name,
                respondent.function or None,
                email,
                telephone,
                respondent.language,
                int(not respondent.active),
            )

    return Table("contacts", COLUMNS, rows, "Contacts des centres", "Contacts of the centres", frozen=2)


def _opened(vault: Vault, identity: RespondentIdentity) -> tuple[str | None, str | None, str | None]:
    def opened(column: str) -> str | None:
        sealed = getattr(identity, column)
        return (
            None
            if sealed is None
            else vault.open("respondent_identity", identity.respondent_id, column, sealed) or None
        )

    return opened("name"), opened("email"), opened("telephone")


def contacts_workbook(session: Session, vault: Vault, study: Study, *, actor: Actor, now: datetime) -> bytes:
    """An .xlsx of the contacts; the journal notes who took it away, how many people it names and its sha256."""
    table, stream = contacts_table(session, vault, study), BytesIO()
    front = Front([table.name], None, now.replace(tzinfo=None), f"{study.code} : contacts")
    written = write_workbook(stream, [single(table)], front)
    content = stream.getvalue()
    record(
        session, actor=actor, at=now, action="identities.exported", subject_type="study", subject_id=study.code,
        study=study.code, field="contacts", new=f"{written.sheets['contacts']} : {sha256(content).hexdigest()}",
    )  # fmt: skip
    return content
