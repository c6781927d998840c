"""Deciding a review case: what each answer does to the rows, recorded so that it can be undone and never done twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.centres import centre_by_id, make_centre, remember_alias
from app.cohort.errors import AlreadyDecided, BadDecision, UnknownCase
from app.cohort.expecting import expect, state_of_case
from app.cohort.ledger import Ledger, keys_where
from app.cohort.models import (
    Authorisation,
    Centre,
    CentreAlias,
    Decision,
    ListRow,
    Patient,
    ReviewCase,
    Study,
)
from app.cohort.moving import CentreMerge, Follows, PatientMerge
from app.cohort.names import Place
from app.cohort.placing import centre_of_row, own_fate
from app.cohort.refreshing import refresh_patients
from app.cohort.relinking import Relinker
from app.cohort.resolving import Entry
from app.cohort.rules import ListRules
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.texts import TextRefused, kept_text, whole_number
from app.kernel.vault import Vault

# What may be answered to each kind of case, the usual answer first, as the desk's keys.
ACTIONS: dict[str, tuple[str, ...]] = {
    "patient": ("accept", "reject", "set_aside"),
    "centre": ("assign", "new", "set_aside"),
    "row": ("accept", "correct", "set_aside"),
    "number": ("keep_both", "keep_this", "keep_other"),
    "changed": ("accept", "reject"),
    "withdrawn": ("accept", "reject"),
}
SET_ASIDE = {
    "product_unclear": "other_product",
    "indication_unclear": "other_indication",
    "indication_missing": "other_indication",
}


@dataclass(frozen=True)
class Desk:
    """Who decides, on which study, with what: passed to every operation of the review desk."""

    session: Session
    vault: Vault
    study: Study
    rules: ListRules
    actor: Actor
    now: datetime
    follows: Follows


@dataclass
class Done:
    """An action carried out: its name, its ledger, and facts for undoing."""

    action: str
    ledger: Ledger
    facts: dict[str, Any] = field(default_factory=dict)


def decide(
    desk: Desk,
    case_id: int,
    action: str,
    *,
    mutation_id: str,
    target: str | int | None = None,
    reason: str | None = None,
    seen: str | None = None,
) -> Decision:
    """Decides one case. `target`: a patient key (accept), a centre id (assign), an ISO date (correct).

    A replay of `mutation_id` returns the stored decision. Raises UnknownCase, AlreadyDecided, BadDecision, or
    StaleDecision when the evidence is not as `seen` any more.
    """
    known = replayed(desk, mutation_id)
    if known is not None:
        return known
    case = _locked(desk, case_id)
    expect(desk.session, desk.study, seen, state_of_case(desk.session, case))
    if action not in ACTIONS[case.kind]:
        raise BadDecision(why_fr=f"« {action} » ne répond pas à ce cas.", why_en=f"“{action}” does not answer it.")
    ledger = Ledger(desk.session)
    _KINDS[case.kind](_Deciding(desk, case, ledger), action, target)
    ledger.set(case, state="decided")
    return conclude(desk, Done(action, ledger), case=case, mutation_id=mutation_id, reason=reason)


def replayed(desk: Desk, mutation_id: str) -> Decision | None:
    """The decision that this mutation already made, if any."""
    return desk.session.scalar(select(Decision).where(Decision.mutation_id == mutation_id))


def _locked(desk: Desk, case_id: int) -> ReviewCase:
    case = desk.session.scalar(
        select(ReviewCase)
        .where(ReviewCase.id == case_id, ReviewCase.study_id == desk.study.id)
        .with_for_update()
    )
    if case is None:
        raise UnknownCase()
    if case.state != "open":
        last = desk.session.scalar(
            select(Decision.decided_by)
            .where(Decision.case_id == case.id)
            .order_by(Decision.id.desc())
            .limit(1)
        )
        raise AlreadyDecided(who=last or "Recueil")
    return case


def conclude(
    desk: Desk, done: Done, *, mutation_id: str, reason: str | None, case: ReviewCase | None = None
) -> Decision:
    """Stores the decision, tells the rooms above of a merge, refreshes patients, settles moot cases, journals."""
    reason = _kept(reason)
    settle_moot_cases(desk, done.ledger)
    decision = Decision(
        study_id=desk.study.id,
        case_id=case.id if case is not None else None,
        mutation_id=mutation_id,
        action=done.action,
        decided_by=desk.actor.name,
        decided_at=desk.now,
        reason=reason,
        before=done.ledger.dump(**done.facts),
    )
    desk.session.add(decision)
    desk.session.flush()
    tell(desk, decision, done.facts.get("merge"), undone=False)
    refresh_patients(desk.session, desk.vault, desk.study, done.ledger.patients, desk.rules.new_course)
    journal(desk, decision, "review.decided", done.action, reason)
    return decision


def _kept(reason: str | None) -> str | None:
    try:
        return kept_text(reason)
    except TextRefused as refused:
        raise BadDecision(**refused.facts) from None


def tell(desk: Desk, decision: Decision, merge: dict[str, Any] | None, *, undone: bool) -> None:
    """Tells the rooms above that patients or centres merged or parted."""
    if merge is None:
        return
    facts = (desk.study.id, merge["gone"], merge["kept"], decision.id, undone, desk.actor, desk.now)
    made = PatientMerge if merge["kind"] == "patient" else CentreMerge
    desk.follows.tell(desk.session, made(*facts))


def journal(desk: Desk, decision: Decision, action: str, new: str, reason: str | None) -> None:
    """Journals a decision or its undoing."""
    record(
        desk.session,
        actor=desk.actor,
        at=desk.now,
        action=action,
        subject_type="decision",
        subject_id=str(decision.id),
        study=desk.study.code,
        new=new,
        reason=reason,
    )


def settle_moot_cases(desk: Desk, ledger: Ledger) -> None:
    """Cases whose rows are all out of review ask nothing any more."""
    desk.session.flush()
    waiting = ("patient", "centre", "row")
    open_ = desk.session.scalars(
        select(ReviewCase).where(
            ReviewCase.study_id == desk.study.id, ReviewCase.state == "open", ReviewCase.kind.in_(waiting)
        )
    ).all()
    rows = {row for case in open_ for row in orjson.loads(case.facts)["rows"]}
    held: set[int] = set()
    ordered = sorted(rows)
    for start in range(0, len(ordered), 500):
        chunk = ordered[start : start + 500]
        held |= set(
            desk.session.scalars(select(ListRow.id).where(ListRow.id.in_(chunk), ListRow.fate == "review"))
        )
    for case in open_:
        if held.isdisjoint(orjson.loads(case.facts)["rows"]):
            ledger.set(case, state="settled")


class _Deciding:
    """One case being decided."""

    def __init__(self, desk: Desk, case: ReviewCase, ledger: Ledger) -> None:
        self.desk, self.case, self.ledger = desk, case, ledger
        self.facts: dict[str, Any] = orjson.loads(case.facts)
        self.rows: list[int] = self.facts["rows"]
        self.relinker = Relinker(desk.session, desk.vault, desk.study, desk.rules, ledger, desk.now)

    def set_fate(self, row_id: int, fate: str, reason: str) -> None:
        self.ledger.set(self.desk.session.get_one(ListRow, row_id), fate=fate, reason=reason)

    def set_aside(self) -> None:
        for row_id in self.rows:
            reason = self.desk.session.get_one(ListRow, row_id).reason
            self.set_fate(row_id, SET_ASIDE.get(reason, "refused"), "set_aside")

    def patient(self, action: str, target: str | int | None) -> None:
        if action == "set_aside":
            self.set_aside()
        elif action == "reject":
            self.relinker.as_new_patient(self.rows)
        else:
            self.relinker.join(self.rows, self._chosen_patient(target))

    def _chosen_patient(self, target: str | int | None) -> Patient:
        keys = [self._patient_of(candidate) for candidate in self.facts["candidates"]]
        chosen = str(target) if target is not None else next((key for key in keys if key is not None), None)
        patient = self.desk.session.get(Patient, chosen) if chosen is not None else None
        while patient is not None and patient.merged_into_id is not None:
            patient = self.desk.session.get(Patient, patient.merged_into_id)
        if patient is None or patient.study_id != self.desk.study.id:
            raise BadDecision(
                why_fr="le patient proposé n’est pas encore décidé : tranchez d’abord l’autre cas.",
                why_en="the proposed patient is not decided yet: decide the other case first.",
            )
        return patient

    def _patient_of(self, candidate: dict[str, Any]) -> str | None:
        if candidate["patient"] is not None:
            return str(candidate["patient"])
        # The candidate was undecided when this case was opened; it may have become a patient since.
        query = select(Authorisation.patient_id).where(
            Authorisation.id.in_(candidate["rows"]), Authorisation.patient_id.is_not(None)
        )
        return self.desk.session.scalar(query.limit(1))

    def centre(self, action: str, target: str | int | None) -> None:
        if action == "set_aside":
            self.set_aside()
            return
        place = Place(*self.facts["place"])
        centre = self._new_centre(place) if action == "new" else self._known_centre(place, target)
        for row_id in self.rows:
            self.ledger.set(self.desk.session.get_one(Authorisation, row_id), centre_id=centre.id)
        self.relinker.relink(self.rows)

    def _new_centre(self, place: Place) -> Centre:
        if not place.name.strip():
            raise BadDecision(
                why_fr="la ligne ne nomme aucun établissement.", why_en="the row names no hospital."
            )
        desk, entry = self.desk, Entry()
        entry.learn(place, 1)
        centre = make_centre(
            desk.session, desk.study, entry, place, "decided", actor=desk.actor, now=desk.now
        )
        self.ledger.added.append(("centre", centre.id))
        for alias in _alias_ids(desk.session, centre):
            self.ledger.added_alias(alias)
        return centre

    def _known_centre(self, place: Place, target: str | int | None) -> Centre:
        desk = self.desk
        try:
            centre = centre_by_id(desk.session, desk.study, whole_number(str(target)))
        except ValueError:
            raise BadDecision(why_fr="choisissez un centre.", why_en="choose a centre.") from None
        if place.name.strip():
            self.ledger.added_alias(
                remember_alias(desk.session, desk.study, centre, place, "decided", desk.now)
            )
        return centre

    def row(self, action: str, target: str | int | None) -> None:
        if action == "set_aside":
            self.set_aside()
            return
        for row_id in self.rows:
            authorisation = self.desk.session.get_one(Authorisation, row_id)
            if action == "correct":
                self._correct(authorisation, str(target or ""))
            if authorisation.granted_on is None:
                raise BadDecision(why_fr="donnez la date d’octroi.", why_en="give the grant date.")
            if authorisation.product is None:
                self.ledger.set(authorisation, product=self.desk.rules.product)
            if authorisation.status is None:
                self.ledger.set(authorisation, status="granted")
            self._place(authorisation)
        self.relinker.relink(self.rows)

    def _correct(self, row: Authorisation, typed: str) -> None:
        try:
            granted = date.fromisoformat(typed)
        except ValueError:
            raise BadDecision(
                why_fr="une date AAAA-MM-JJ est attendue.", why_en="a date YYYY-MM-DD is expected."
            ) from None
        rules = self.desk.rules
        end = granted + timedelta(days=row.duration_days - 1) if row.duration_days else None
        inside = rules.opens <= granted <= rules.closes
        self.ledger.set(row, granted_on=granted, valid_from=granted, valid_to=end, in_window=inside)

    def _place(self, row: Authorisation) -> None:
        """A row in review for itself may name a centre that no kept row made yet."""
        if row.centre_id is not None:
            return
        desk = self.desk
        centre, made = centre_of_row(
            desk.session, desk.vault, desk.study, row.id, actor=desk.actor, now=desk.now
        )
        if made is not None:
            self.ledger.added.append(("centre", made))
            for alias in _alias_ids(desk.session, desk.session.get_one(Centre, made)):
                self.ledger.added_alias(alias)
        self.ledger.set(row, centre_id=centre)

    def number(self, action: str, target: str | int | None) -> None:
        if action == "keep_both":
            self.relinker.relink([row for row in self.rows if self._in_review(row)])
            return
        replaced = self.rows if action == "keep_other" else [self.facts["rival"]]
        if action == "keep_this":
            self._take_over(self.facts["rival"])
        for row_id in replaced:
            self._replace(row_id)

    def changed(self, action: str, target: str | int | None) -> None:
        if action == "accept":
            left = [row_id for row_id in self.rows if self._left_study(row_id)]
            if not left:
                self._take_over(self.facts["rival"])
            self._replace(self.facts["rival"])
        else:
            for row_id in self.rows:
                self._replace(row_id)

    def _take_over(self, old_id: int) -> None:
        """The right row takes the patient and, unless it names another one, the centre of the row it corrects."""
        old = self.desk.session.get_one(Authorisation, old_id)
        for row_id in self.rows:
            row = self.desk.session.get_one(Authorisation, row_id)
            if old.patient_id is not None:
                self._place(row)
                self.ledger.set(row, centre_id=row.centre_id or old.centre_id)
                self.relinker.join([row_id], self.desk.session.get_one(Patient, old.patient_id))

    def _left_study(self, row_id: int) -> bool:
        """A correction may say that the authorisation was never this study's: the patient stays, without it."""
        row = self.desk.session.get_one(Authorisation, row_id)
        fate = own_fate(self.desk.session, self.desk.vault, self.desk.rules, row)
        if fate is None:
            return False
        self.ledger.set(row, patient_id=None, link_rule=None, course_no=None)
        self.set_fate(row_id, *fate)
        return True

    def _replace(self, row_id: int) -> None:
        row = self.desk.session.get_one(Authorisation, row_id)
        self.ledger.set(row, patient_id=None, link_rule=None, course_no=None)
        self.set_fate(row_id, "duplicate", "replaced")

    def _in_review(self, row_id: int) -> bool:
        return self.desk.session.get_one(ListRow, row_id).fate == "review"

    def withdrawn(self, action: str, target: str | int | None) -> None:
        if action == "accept":
            for row_id in self.rows:
                row = self.desk.session.get_one(Authorisation, row_id)
                self.ledger.patients |= {row.patient_id} if row.patient_id else set()
                self.set_fate(row_id, "refused", "withdrawn")


def _alias_ids(session: Session, centre: Centre) -> list[int]:
    return keys_where(session, CentreAlias, "centre_id", centre.id)


_KINDS: dict[str, Callable[[_Deciding, str, str | int | None], None]] = {
    "patient": _Deciding.patient,
    "centre": _Deciding.centre,
    "row": _Deciding.row,
    "number": _Deciding.number,
    "changed": _Deciding.changed,
    "withdrawn": _Deciding.withdrawn,
}
