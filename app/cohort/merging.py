"""Merging and splitting patients and centres by hand: what hangs on them follows, and everything can come back."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.cohort.centres import make_centre
from app.cohort.deciding import Desk, Done, conclude, replayed
from app.cohort.errors import BadDecision
from app.cohort.expecting import (
    expect,
    lock_centres,
    lock_patients,
    state_of_centres,
    state_of_patients,
)
from app.cohort.ledger import Ledger, keys_where, move_all
from app.cohort.models import Authorisation, Centre, CentreAlias, Decision, Patient
from app.cohort.names import Place
from app.cohort.relinking import Relinker
from app.cohort.resolving import Entry


def merge_patients(
    desk: Desk,
    gone: Patient,
    kept: Patient,
    *,
    mutation_id: str,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """`gone` and `kept` are one person: rows, answers and links move to `kept`; the code of `gone` finds it.

    Raises BadDecision for one and the same or for patients of two studies, StaleDecision when they no longer are
    as `seen` (a `state_text`); a hook may refuse.
    """
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    lock_patients(desk.session, gone, kept)
    expect(desk.session, desk.study, seen, state_of_patients(desk.session, gone, kept))
    _expect_two(gone, kept, "deux patients distincts", "two distinct patients")
    ledger = Ledger(desk.session)
    for key in keys_where(desk.session, Authorisation, "patient_id", gone.id):
        ledger.set(desk.session.get_one(Authorisation, key), patient_id=kept.id, link_rule="decided")
    ledger.set(gone, merged_into_id=kept.id)
    ledger.patients |= {gone.id, kept.id}
    done = Done(
        "merge", ledger, {"merge": {"kind": "patient", "gone": gone.id, "kept": kept.id, "moved": {}}}
    )
    return conclude(desk, done, mutation_id=mutation_id, reason=reason)


def split_patient(
    desk: Desk,
    patient: Patient,
    row_ids: Sequence[int],
    *,
    mutation_id: str,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """These rows of `patient` are another person, who becomes a new patient. The answers stay where they are."""
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    lock_patients(desk.session, patient)
    expect(desk.session, desk.study, seen, state_of_patients(desk.session, patient))
    own = set(keys_where(desk.session, Authorisation, "patient_id", patient.id))
    if not row_ids or not set(row_ids) < own:
        raise BadDecision(
            why_fr="choisissez une partie des lignes de ce patient.",
            why_en="choose some of this patient's rows.",
        )
    ledger = Ledger(desk.session)
    Relinker(desk.session, desk.vault, desk.study, desk.rules, ledger, desk.now).as_new_patient(row_ids)
    return conclude(desk, Done("split", ledger, {}), mutation_id=mutation_id, reason=reason)


def move_patient(
    desk: Desk,
    patient: Patient,
    centre: Centre,
    *,
    mutation_id: str,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """`centre` is asked about `patient` from now on. Code, rows and answers stay the patient's."""
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    lock_patients(desk.session, patient)
    expect(desk.session, desk.study, seen, state_of_patients(desk.session, patient))
    strange = patient.study_id != desk.study.id or centre.study_id != desk.study.id
    if strange or patient.merged_into_id or centre.merged_into_id or patient.centre_id == centre.id:
        raise BadDecision(
            why_fr="choisissez un autre centre de l’étude.", why_en="choose another centre of the study."
        )
    ledger = Ledger(desk.session)
    ledger.set(patient, centre_id=centre.id)
    return conclude(desk, Done("move", ledger), mutation_id=mutation_id, reason=reason)


def merge_centres(
    desk: Desk,
    gone: Centre,
    kept: Centre,
    *,
    mutation_id: str,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """`gone` and `kept` are one hospital: patients, rows, respondents and links move to `kept`; codes stay."""
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    lock_centres(desk.session, gone, kept)
    expect(desk.session, desk.study, seen, state_of_centres(desk.session, gone, kept))
    _expect_two(gone, kept, "deux centres distincts", "two distinct centres")
    moved = {
        "patient": keys_where(desk.session, Patient, "centre_id", gone.id),
        "authorisation": keys_where(desk.session, Authorisation, "centre_id", gone.id),
    }
    for model in (Patient, Authorisation):
        move_all(desk.session, model, "centre_id", moved[model.__tablename__], kept.id)
    ledger = Ledger(desk.session)
    ledger.set(gone, merged_into_id=kept.id)
    facts = {"merge": {"kind": "centre", "gone": gone.id, "kept": kept.id, "moved": moved}}
    return conclude(desk, Done("merge", ledger, facts), mutation_id=mutation_id, reason=reason)


def _expect_two(gone: Patient | Centre, kept: Patient | Centre, fr: str, en: str) -> None:
    apart = gone.id != kept.id and gone.study_id == kept.study_id
    if not apart or gone.merged_into_id or kept.merged_into_id:
        raise BadDecision(why_fr=f"il faut {fr} de l’étude.", why_en=f"{en} are needed.")


def split_alias(
    desk: Desk,
    alias: CentreAlias,
    *,
    mutation_id: str,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """This spelling was another hospital: it becomes a centre of its own, for this and the next lists.

    Rows already stored keep their centre; the next list with this spelling goes to the new one.
    """
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    owner = desk.session.get_one(Centre, alias.centre_id)
    lock_centres(desk.session, owner)
    expect(desk.session, desk.study, seen, state_of_centres(desk.session, owner))
    ledger = Ledger(desk.session)
    place = Place(alias.name, alias.city, alias.postcode, alias.finess)
    entry = Entry()
    entry.learn(place, 1)
    centre = make_centre(desk.session, desk.study, entry, place, "decided", actor=desk.actor, now=desk.now)
    ledger.added.append(("centre", centre.id))
    ledger.set(alias, centre_id=centre.id, origin="decided")
    return conclude(desk, Done("split", ledger, {}), mutation_id=mutation_id, reason=reason)


def aliases_of(session: Session, centre: Centre) -> list[CentreAlias]:
    """The spellings of a centre, those resolved but for a typo first: they are the ones to check."""
    keys = keys_where(session, CentreAlias, "centre_id", centre.id)
    found = [session.get_one(CentreAlias, key) for key in keys]
    return sorted(found, key=lambda alias: (alias.origin != "typo", alias.name))
