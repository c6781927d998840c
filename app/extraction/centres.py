"""The sheet ``centres``: who was contacted, reminded, entered; patients asked, answered, set apart; no contact details."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import DISPOSITIONS, HANDED_IN, Disposition, Response
from app.extraction.dispositions import DISPOSITION_CHOICES
from app.extraction.listed import YES_NO
from app.extraction.reading import OPPOSED, centre_codes
from app.extraction.times import paris, twins, utc
from app.outreach.conditions import BEGUN_STATES
from app.outreach.models import Contact, Entry, Link, Mail, Respondent
from exports.tables import Column, Row, Table

COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("name", "text", "Établissement", "Hospital"),
    Column("city", "text", "Ville", "City"),
    Column("department", "text", "Département", "Department"),
    Column("respondents", "integer", "Correspondants connus", "Respondents known"),
    Column("contacted", "flag", "Contacté (courriel parti ou appel noté)", "Contacted (mail sent or call noted)",
           choices=YES_NO),
    Column("reminders", "integer", "Relances envoyées", "Reminders sent"),
    Column("opened", "flag", "Entré par son lien au moins une fois", "Entered by its link at least once",
           choices=YES_NO),
    Column("asked", "integer", "Patients demandés", "Patients asked"),
    Column("answered", "integer", "Questionnaires remis", "Questionnaires handed in"),
    Column("draft", "integer", "Questionnaires commencés", "Questionnaires begun"),
    *(Column(str(choice.code), "integer", choice.fr, choice.en) for choice in DISPOSITION_CHOICES),
    Column("response_rate", "decimal", "Taux de réponse (remis / demandés)", "Response rate (handed in / asked)"),
    Column("settled", "integer", "Patients réglés (remis ou écartés avec un motif)", "Patients settled (handed in or set apart)"),
    Column("settled_rate", "decimal", "Part réglée (réglés / demandés)", "Share settled (settled / asked)"),
    *twins("first_answer_at", "Première réponse ou premier motif, saisi par le centre ou pour lui au téléphone",
           "First answer or reason, typed by the centre or for it on the telephone"),
    *twins("last_answer_at", "Dernière réponse ou dernier motif, saisi par le centre ou pour lui au téléphone",
           "Last answer or reason, typed by the centre or for it on the telephone"),
)


@dataclass
class _Tally:
    """What is counted of one centre; merged centres count with the one that took over."""

    counts: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def span(self, *times: datetime | None) -> None:
        """Widen the time between the first and the last that was heard of the centre's patients."""
        self.first = min((at for at in (self.first, *times) if at), default=None)
        self.last = max((at for at in (self.last, *times) if at), default=None)


def centres_table(session: Session, study: Study) -> Table:
    """The table, by centre code; a centre that merged into another has no row of its own."""
    return Table("centres", COLUMNS, lambda: _rows(session, study), "Centres", "Centres", frozen=2,
                 key=("centre_id",))


def _rows(session: Session, study: Study) -> Iterator[Row]:
    tallies = tally(session, study)
    query = select(Centre).where(Centre.study_id == study.id, Centre.merged_into_id.is_(None)).order_by(Centre.number)
    for centre in session.scalars(query):
        one = tallies[centre.code]
        count = one.counts
        done = settled(count)
        yield [
            centre.code, centre.name, centre.city, centre.department, count["respondents"],
            int(count["mails"] + count["calls"] > 0), count["reminders"], int(count["entries"] > 0),
            count["asked"], count["answered"], count["draft"], *(count[kind] for kind in DISPOSITIONS),
            _share(count["answered"], count["asked"]), done, _share(done, count["asked"]),
            utc(one.first), paris(one.first), utc(one.last), paris(one.last),
        ]  # fmt: skip


def settled(count: Counter[str]) -> int:
    """Patients of a count whose questionnaire was handed in, or who are set apart with a reason."""
    return count["answered"] + sum(count[kind] for kind in DISPOSITIONS)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def tally(session: Session, study: Study) -> Mapping[str, _Tally]:
    """Counts by centre code."""
    codes = centre_codes(session, study)
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for centre, status, disposition, number, *times in session.execute(_patients(study)):
        one = tallies[codes[centre]]
        one.counts["asked"] += number
        if disposition != OPPOSED:
            one.span(*times)
        one.counts[_standing(status, disposition)] += number
    for name, query in _contacts(study).items():
        for centre, number in session.execute(query):
            tallies[codes[centre]].counts[name] += number
    return tallies


def _standing(status: str | None, disposition: str | None) -> str:
    if status in HANDED_IN:
        return "answered"
    return disposition or ("draft" if status else "untouched")


def _patients(study: Study):  # type: ignore[no-untyped-def]  # a Select of eight columns
    in_force = (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None)
    return (
        select(Patient.centre_id, Response.status, Disposition.kind, func.count(),
               func.min(Response.first_answer_at), func.max(Response.last_answer_at),
               func.min(Disposition.at), func.max(Disposition.at))
        .outerjoin(Response, Response.patient_id == Patient.id)
        .outerjoin(Disposition, in_force)
        .where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
        .group_by(Patient.centre_id, Response.status, Disposition.kind)
    )  # fmt: skip


def _contacts(study: Study):  # type: ignore[no-untyped-def]  # Selects of two columns by what they count
    of_study = Respondent.study_id == study.id
    mails = select(Respondent.centre_id, func.count()).join(Mail, Mail.respondent_id == Respondent.id)
    begun = mails.where(of_study, Mail.state.in_(BEGUN_STATES)).group_by(Respondent.centre_id)
    entries = select(Respondent.centre_id, func.count()).join(Link, Link.respondent_id == Respondent.id)
    calls = select(Contact.centre_id, func.count()).join(Centre, Centre.id == Contact.centre_id)
    return {
        "respondents": select(Respondent.centre_id, func.count()).where(of_study).group_by(Respondent.centre_id),
        "mails": begun,
        "reminders": begun.where(Mail.kind.like("reminder%")),
        "entries": entries.join(Entry, Entry.link_id == Link.id).where(of_study).group_by(Respondent.centre_id),
        "calls": calls.where(Centre.study_id == study.id).group_by(Contact.centre_id),
    }
