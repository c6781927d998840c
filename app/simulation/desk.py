"""The coordinator's desk of a simulated campaign: opens, imports, invites, reminds and delivers on a moved clock."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.cohort.imports import import_list
from app.cohort.models import Centre
from app.cohort.studies import find_study
from app.collection.opening import open_study
from app.collection.questionnaires import list_rules_of
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.links import list_links
from app.outreach.reminding import remind
from app.outreach.respondents import import_respondents
from app.outreach.standing import standings
from app.simulation.campaign import REMINDED_AFTER
from app.simulation.playing import Played, play
from app.tracking.rates import rates


class Desk:
    """What a coordinator does in one study, each step at a moment that the caller names."""

    def __init__(self, installation: Installation, study_code: str, actor: Actor) -> None:
        self.installation = installation
        self.study_code = study_code
        self.actor = actor

    def open(self, authorisations: Path, respondents: Path, now: datetime) -> dict[str, int]:
        """The study opened, its list and its respondents imported; the list's counts."""
        installation, actor = self.installation, self.actor
        with installation.database.writing() as session:
            study = open_study(session, self.study_code, actor=actor, now=now)
            rules = list_rules_of(session, study)
            report = import_list(
                session, installation.vault, study, rules, authorisations, actor=actor, now=now
            )
            counts = report.counts()
        with installation.database.writing() as session:
            study = find_study(session, self.study_code)
            import_respondents(session, installation, study, respondents, actor=actor, now=now)
        return counts

    def invite(self, now: datetime) -> dict[str, object]:
        """Every centre invited, and the mails delivered."""
        with self.installation.database.writing() as session:
            study = find_study(session, self.study_code)
            report = invite(session, self.installation, study, actor=self.actor, now=now)
            queued = report.as_json()
        self._deliver(now)
        return queued

    def play(self, start: datetime, progress: Callable[[int, int], None] | None = None) -> Played:
        """The centres' answers, with the reminders between them."""
        due = [start + after for after in REMINDED_AFTER]

        def remind_first(at: datetime) -> None:
            while due and due[0] <= at:
                self._remind(due.pop(0))

        return play(self.installation, self.study_code, start=start, between=remind_first, progress=progress)

    def rates(self) -> dict[str, Any]:
        """The response rates now."""
        with self.installation.database.reading() as session:
            return rates(session, find_study(session, self.study_code)).as_json()

    def link_to_try(self, now: datetime) -> str:
        """The address of a centre's link, of one that has begun and has patients left where there is one."""
        with self.installation.database.writing() as session:
            study = find_study(session, self.study_code)
            half_way = {
                session.get_one(Centre, one.centre_id).name
                for one in standings(session, study.id).values()
                if one.answered and one.left
            }
            links = list_links(session, self.installation, study, actor=self.actor, now=now)
        return next((one.url for one in links if one.centre in half_way), links[0].url)

    def _remind(self, now: datetime) -> None:
        with self.installation.database.writing() as session:
            study = find_study(session, self.study_code)
            remind(session, self.installation, study, actor=self.actor, now=now)
        self._deliver(now)

    def _deliver(self, now: datetime) -> None:
        # A minute later: what was queued at `now` is due.
        later = dataclasses.replace(self.installation, clock=lambda: now + timedelta(minutes=1))
        deliver_due(later)
