"""Played campaigns go through the real operations, under the role that says what they are."""

from __future__ import annotations

from sqlalchemy import select

from app.cohort.studies import find_study
from app.collection.models import Disposition, Response
from app.journal.models import JournalEntry
from app.journal.verifying import verify
from app.tracking.rates import rates
from tests.fixtures.campaigns import ACTS, Campaign


def test_played_answers_are_marked_journalled_and_counted(campaign: Campaign) -> None:
    with campaign.installation.database.reading() as session:
        responses = session.scalars(select(Response)).all()
        disposed = session.scalars(select(Disposition)).all()
        roles = set(
            session.scalars(select(JournalEntry.actor_role).where(JournalEntry.subject_type == "response"))
        )
        counted = rates(session, find_study(session, campaign.code)).overall
        assert len(responses) + len(disposed) == ACTS
        assert all(response.simulated for response in responses)
        assert roles == {"simulation"}
        submitted = [response for response in responses if response.status == "submitted"]
        assert len(submitted) == counted.answered > 0
        assert all(response.blocking == 0 for response in submitted)
        assert verify(session).ok


def test_every_centre_that_acts_entered_by_its_link(campaign: Campaign) -> None:
    with campaign.installation.database.reading() as session:
        counted = rates(session, find_study(session, campaign.code))
        acting = [
            one for one in counted.centres if one.counts.answered or one.counts.disposed or one.counts.started
        ]
        assert acting
        assert all(one.counts.entries > 0 for one in acting)
