"""Playing the part of the centres: simulated answers through the operations that real ones go through."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.patients import list_facts
from app.cohort.studies import find_study
from app.collection.changes import Change
from app.collection.disposing import set_disposition
from app.collection.questionnaires import questionnaire_of
from app.collection.saving import save
from app.collection.submitting import submit
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.installation import Installation
from app.outreach.links import actor_of, enter
from app.outreach.models import Link, Respondent
from app.simulation import calci_sts, campaign, generic
from app.simulation.campaign import Act
from app.simulation.chance import Chance
from app.simulation.sheet import Sheet
from forms.definition import Questionnaire

# What collection marks as simulated, and what lisez_moi then says.
ROLE = "simulation"
LEFT_OUT = "Réponse simulée : absent du dossier"
ATTEMPTS = 6


class _Contradiction(Exception):
    """The life made up contradicts itself: another one is made up."""


@dataclass
class Played:
    """What was played: how often each deed, and how many lives had to be made up again."""

    deeds: Counter[str] = field(default_factory=Counter)
    made_again: int = 0


def answers_for(questionnaire: Questionnaire, seed: str, facts: Mapping[str, object], today: date) -> Sheet:
    """One simulated patient's answers; the same seed and facts give the same answers."""
    chance = Chance(seed)
    if questionnaire.code == "calci_sts":
        return calci_sts.fill(chance, facts)
    return generic.fill(chance, questionnaire, facts, today)


def changes_of(sheet: Sheet) -> list[Change]:
    """The sheet as one save sends it."""
    return [Change(where, played.typed, missing=played.missing) for where, played in sheet.answers.items()]


class Player:
    """Plays the acts of a campaign in one study of one installation."""

    def __init__(self, installation: Installation, study_code: str, seed: str) -> None:
        self.installation = installation
        self.study_code = study_code
        self.seed = seed
        self.played = Played()
        self._actors: dict[int, Actor] = {}

    def plan(self, start: datetime) -> list[Act]:
        """Who will do what: the patients of every centre that somebody can be reached at."""
        with self.installation.database.reading() as session:
            study = find_study(session, self.study_code)
            reachable = select(Respondent.centre_id).join(Link, Link.respondent_id == Respondent.id)
            query = (
                select(Patient.centre_id, Patient.id, Patient.code)
                .where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
                .where(Patient.centre_id.in_(reachable))
                .order_by(Patient.code)
            )
            return campaign.plan(self.seed, start, ((row[0], row[1], row[2]) for row in session.execute(query)))

    def act(self, act: Act) -> None:
        """Does one act, in a transaction of its own."""
        if act.entering:
            with self.installation.database.writing() as session:
                self._enter(session, act)
        for attempt in range(ATTEMPTS):
            try:
                with self.installation.database.writing() as session:
                    self._do(session, act, attempt)
            except _Contradiction:
                self.played.made_again += 1
            else:
                self.played.deeds[act.deed] += 1
                return

    def _do(self, session: Session, act: Act, attempt: int) -> None:
        actor = self._actors[act.centre_id]
        patient = session.get_one(Patient, act.patient_id)
        if act.deed in ("answer", "draft"):
            self._answer(session, patient, act, actor, attempt)
        else:
            set_disposition(session, patient=patient, kind=act.deed, actor=actor, now=act.at)

    def _enter(self, session: Session, act: Act) -> None:
        query = (
            select(Link)
            .join(Respondent, Respondent.id == Link.respondent_id)
            .where(Respondent.centre_id == act.centre_id, Link.revoked_at.is_(None))
            .order_by(Respondent.id)
        )
        link = session.scalars(query.limit(1)).one()
        respondent = link.respondent
        entry = enter(session, link, name=f"Simulation {respondent.centre.code}", function=ROLE, now=act.at)
        self._actors[act.centre_id] = actor_of(entry, respondent)

    def _answer(self, session: Session, patient: Patient, act: Act, actor: Actor, attempt: int) -> None:
        vault = self.installation.vault
        facts = list_facts(session, vault, patient)
        questionnaire = questionnaire_of(session, find_study(session, self.study_code))
        seed = f"{self.seed}\x1f{patient.code}\x1f{attempt}"
        sheet = answers_for(questionnaire, seed, facts, day_of(act.at))
        changes = changes_of(sheet)
        if act.deed == "draft":
            changes = changes[: len(changes) // 2]
        common: dict[str, Any] = {"patient": patient, "actor": actor, "now": act.at}
        name = f"{self.seed}-{patient.code}"
        reply = save(session, vault, changes=changes, mutation_id=f"{name}-save", **common)
        if act.deed == "draft":
            return
        if reply.evaluation.blocking and attempt < ATTEMPTS - 1:
            raise _Contradiction
        if not reply.evaluation.blocking:
            submit(session, vault, mutation_id=f"{name}-submit", left_out_because=LEFT_OUT, **common)


def moved(installation: Installation, at: datetime) -> Installation:
    """The same installation at another moment."""
    return dataclasses.replace(installation, clock=lambda: at)


def play(
    installation: Installation,
    study_code: str,
    *,
    start: datetime,
    seed: str = "recueil",
    between: Callable[[datetime], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Played:
    """Plays a whole campaign that began at `start`; `between` is called before each act with its moment."""
    player = Player(installation, study_code, seed)
    acts = player.plan(start)
    for done, act in enumerate(acts, start=1):
        if between is not None:
            between(act.at)
        player.act(act)
        if progress is not None:
            progress(done, len(acts))
    return player.played
