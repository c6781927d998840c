"""How the centres of the simulated campaign behave: at once, after a reminder, half, never; and what befalls addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collection.models import Response
from app.outreach.calendar import is_working_day
from app.outreach.colleagues import add_colleague
from app.outreach.links import enter
from app.outreach.models import Respondent
from app.outreach.people import stop
from tests.outreach.builders import DESK, Town

PATIENTS = 4
# By the last digit of a centre's rank: what its pharmacist does.
SILENT, PROMPT, AFTER_A_REMINDER, HALF = (0, 1, 2), (3, 4, 5), (6, 7), (8,)
# By the rank of every tenth centre: what befalls it.
BEFALLS = {9: "bounces", 19: "unsubscribes", 29: "hands over", 39: "left", 49: "bounces", 59: "hands over"}


class Centres:
    """The centres of a town and when each will next do something."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.next_at: dict[int, datetime] = {}
        self.done: dict[int, int] = {}
        self.coming: dict[str, int] = {}

    def live(self, session: Session, at: datetime, begun: dict[str, str]) -> None:
        """One day of every centre, after its mail of this day."""
        for mailbox in self.coming.keys() & begun.keys():
            colleague = session.get_one(Respondent, self.coming.pop(mailbox))
            later = at + timedelta(hours=4)
            enter(session, colleague.link, name="Dr Relève", function="néphrologue", now=later)
        for rank, centre in enumerate(self.town.centres):
            respondent = self.town.respondent(session, rank)
            kind = begun.get(respondent.mailbox)
            if kind is not None:
                self._hear(session, rank, respondent, kind, at)
            if self.next_at.get(rank, at + timedelta(1)) <= at and is_working_day(at.date()):
                self._work(session, rank, centre, at + timedelta(hours=5))

    def _hear(self, session: Session, rank: int, respondent: Respondent, kind: str, at: datetime) -> None:
        fate, later = BEFALLS.get(rank), at + timedelta(hours=3)
        if fate == "bounces" and kind == "announcement":
            respondent.box.bounced_at, respondent.box.bounce_reason = later, "550 5.1.1 no such user"
        elif fate in ("unsubscribes", "left") and kind == "invitation":
            stop(
                session,
                respondent,
                "unsubscribed" if fate == "unsubscribes" else "left",
                actor=DESK,
                now=later,
            )
        elif fate == "hands over" and kind == "invitation":
            self._hand_over(session, rank, respondent, later)
        elif fate is None and self._moves(rank % 10, kind):
            self.next_at.setdefault(rank, at + timedelta(days=1 + rank % 4))

    def _moves(self, digit: int, kind: str) -> bool:
        if kind == "invitation":
            return digit in PROMPT + HALF
        return kind == "reminder_partial" or (kind == "reminder_nothing" and digit in AFTER_A_REMINDER)

    def _hand_over(self, session: Session, rank: int, respondent: Respondent, at: datetime) -> None:
        colleague = add_colleague(
            session, self.town.installation, respondent, name="Dr Relève", function="néphrologue",
            email=f"releve@centre-{rank + 1}.example.org", hand_over=True, actor=DESK, now=at,
        )  # fmt: skip
        self.coming[colleague.mailbox] = colleague.id

    def _work(self, session: Session, rank: int, centre: int, at: datetime) -> None:
        """Comes in, hands in the patient that was begun, begins the next one; some then stop half-way."""
        enter(
            session, self.town.respondent(session, rank).link, name="Dr Essai", function="pharmacien", now=at
        )
        done = self.done[rank] = self.done.get(rank, 0) + 1
        for patient in self.town.patients[centre]:
            held = session.scalar(select(Response).where(Response.patient_id == patient))
            if held is None:
                self.town.answer(session, patient, at, "draft")
                break
            if held.status == "draft":
                held.status, held.submitted_at, held.last_answer_at = "submitted", at, at
        stops = (rank % 10 in HALF and done % 2 == 0) or done > PATIENTS
        if stops:
            del self.next_at[rank]
        else:
            self.next_at[rank] = at + timedelta(days=2 + rank % 5)
