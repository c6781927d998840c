"""A list's dry run on screen: its rows in words, and what it would change at the centres and in open questionnaires."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.consequences import Consequence, consequences_of
from app.cohort.foreseeing import ForeseenRow, Someone
from app.cohort.models import Centre, Study
from app.cohort.planning import Plan
from app.cohort.report import shown_name
from app.collection.models import Response
from app.doors.sponsor.list_fields import FIELD_LABELS
from app.doors.sponsor.wording import say_date
from app.kernel.vault import Vault
from app.outreach.models import Respondent
from app.outreach.standing import standings

CHUNK = 500


@dataclass(frozen=True)
class TrialRow:
    """One row with its patient and whom it meets in words."""

    row: ForeseenRow
    patient: str
    whom: str


@dataclass(frozen=True)
class Touched:
    """One known patient and what the list changes there. `begun`: somebody has answered something already."""

    code: str
    centre: str
    questionnaire: str
    begun: bool
    changes: list[str]


@dataclass(frozen=True)
class House:
    """A centre that gets patients: how many, how many people can be written to, whether it had handed all in."""

    name: str
    patients: int
    people: int
    complete: bool


def trial_rows(rows: Iterable[ForeseenRow]) -> list[TrialRow]:
    """These rows in words."""
    return [TrialRow(row, _patient(row), _whom(row)) for row in rows]


def touched_patients(session: Session, vault: Vault, plan: Plan) -> list[Touched]:
    """Every known patient whom the list touches, those with answers first."""
    found = consequences_of(session, vault, plan)
    held = _responses(session, [one.patient.id for one in found])
    told = [_touched(one, held.get(one.patient.id)) for one in found]
    return sorted(told, key=lambda one: not one.begun)


def houses_of(session: Session, study: Study, plan: Plan) -> list[House]:
    """The centres that get new patients and would be written to: those that had none, those that had finished."""
    counted = Counter(id(entry) for _, entry in plan.newcomers())
    entries = {id(entry): entry for _, entry in plan.newcomers()}
    where, people = standings(session, study.id), _people(session, study)
    found = []
    for key, entry in entries.items():
        standing = where.get(entry.centre_id or 0)
        complete = standing is not None and standing.left <= 0
        if standing is None or complete:
            centre = session.get(Centre, entry.centre_id) if entry.centre_id else None
            name = f"{centre.code} {centre.name}" if centre is not None else shown_name(entry)
            found.append(House(name, counted[key], people[entry.centre_id or 0], complete))
    return sorted(found, key=lambda house: (not house.complete, house.name))


def _people(session: Session, study: Study) -> Counter[int]:
    query = select(Respondent.centre_id, func.count()).where(
        Respondent.study_id == study.id, Respondent.stopped_at.is_(None)
    )
    return Counter(dict(session.execute(query.group_by(Respondent.centre_id)).all()))


def _responses(session: Session, keys: list[str]) -> dict[str, Response]:
    found: dict[str, Response] = {}
    for start in range(0, len(keys), CHUNK):
        query = select(Response).where(Response.patient_id.in_(keys[start : start + CHUNK]))
        found |= {one.patient_id: one for one in session.scalars(query)}
    return found


def _touched(one: Consequence, response: Response | None) -> Touched:
    begun = response is not None and response.revision > 0
    changes = [*_gained(one), *_corrected(one), *_lost(one)]
    if begun:
        changes.append(gettext("Les réponses restent comme elles sont."))
    centre = f"{one.centre.code} {one.centre.name}"
    return Touched(one.patient.code, centre, _questionnaire(response), begun, changes)


def _questionnaire(response: Response | None) -> str:
    if response is None or response.revision == 0:
        return str(gettext("pas commencé"))
    if response.status != "draft":
        return str(gettext("remis"))
    done = response.required_total - response.required_left
    return str(gettext("commencé, %(done)s sur %(total)s", done=done, total=response.required_total))


def _gained(one: Consequence) -> list[str]:
    if not one.gained:
        return []
    days = ", ".join(say_date(record.granted_on) for record in one.gained)
    renewals = [record for record in one.gained if record.request_type == "renewal"]
    count = len(one.gained)
    said = (
        ngettext("Gagne %(num)s renouvellement", "Gagne %(num)s renouvellements", count)
        if len(renewals) == count
        else ngettext("Gagne %(num)s autorisation", "Gagne %(num)s autorisations", count)
    )
    found = [f"{said} ({days})."]
    if one.elsewhere:
        names = ", ".join(one.elsewhere)
        found.append(gettext("Accordée à %(names)s : le questionnaire reste à son centre.", names=names))
    return found


def _corrected(one: Consequence) -> list[str]:
    return [
        gettext(
            "Une ligne est corrigée (%(columns)s) : à trancher, rien ne change avant.",
            columns=", ".join(_small(str(FIELD_LABELS[name])) for name in columns) or "–",
        )
        for columns in one.corrected
    ]


def _small(label: str) -> str:
    return label if label.isupper() else label[:1].lower() + label[1:]


def _lost(one: Consequence) -> list[str]:
    if not one.lost:
        return []
    found = [
        ngettext(
            "%(num)s autorisation n’est plus dans la liste : elle reste, signalée, jusqu’à ce que vous tranchiez.",
            "%(num)s autorisations ne sont plus dans la liste : elles restent, signalées, jusqu’à ce que vous tranchiez.",
            one.lost,
        )
    ]
    if one.bare:
        found.append(gettext("Si vous le confirmez, il n’en restera aucune : le patient reste demandé, signalé."))
    return found


def _patient(row: ForeseenRow) -> str:
    if row.patient.code or row.patient.rank:
        return _someone(row.patient)
    return str(gettext("à trancher")) if row.fate == "review" else ""


def _someone(one: Someone) -> str:
    return one.code or (str(gettext("nouveau patient n° %(rank)s", rank=one.rank)) if one.rank else "")


def _whom(row: ForeseenRow) -> str:
    whom = ", ".join(_met(one) for one in row.meets)
    if not whom:
        return ""
    if row.fate == "duplicate":
        return str(gettext("le double de %(whom)s", whom=whom))
    if row.reason == "changed":
        return str(gettext("une ligne de %(whom)s", whom=whom))
    if row.fate == "review":
        return str(gettext("peut-être %(whom)s", whom=whom))
    return str(gettext("comme %(whom)s", whom=whom))


def _met(one: Someone) -> str:
    row = gettext("ligne %(number)s", number=one.sheet_row) if one.sheet_row else ""
    place = " ".join(part for part in (one.sheet, str(row)) if part) if row else ""
    someone = _someone(one)
    return f"{someone} ({place})" if someone and place else someone or place
