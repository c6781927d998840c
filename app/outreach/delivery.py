"""Delivering what is due: lease, write, propose, mark started, hand over, mark. One mail at a time, nothing twice."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.kernel.clock import Clock
from app.kernel.installation import Installation
from app.kernel.tables import random_key
from app.outreach import outbox
from app.outreach.letters import Draft, Unwritable, Written, draft
from app.outreach.models import Mail
from app.outreach.transport import (
    Lost,
    Meanwhile,
    Refused,
    Transport,
    Unreachable,
    nothing,
    transport_of,
)

BATCH = 100
BUSY_CENTRE = timedelta(minutes=10)


@dataclass
class Report:
    """What a worker did, counted."""

    sent: int = 0
    suppressed: int = 0
    postponed: int = 0
    failed: int = 0
    uncertain: int = 0
    unreachable: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """For `worker --once --json`."""
        return {
            "sent": self.sent,
            "suppressed": self.suppressed,
            "postponed": self.postponed,
            "failed": self.failed,
            "uncertain": self.uncertain,
            "unreachable": self.unreachable,
            "reasons": self.reasons,
        }


class Courier:
    """One worker's rounds through the outbox, over one transport."""

    def __init__(self, installation: Installation, transport: Transport, clock: Clock) -> None:
        self.installation = installation
        self.transport = transport
        self.clock = clock
        self.name = random_key()
        self.report = Report()
        self._taken: tuple[str, str, datetime] | None = None

    def round(self) -> int:
        """Leases a batch and takes every mail of it as far as it goes; how many were leased."""
        now = self.clock()
        with self._writing() as session:
            outbox.beat(session, self.name, now)
            _, doubtful = outbox.take_back(session, self.name, now)
            ids = outbox.lease(session, self.name, now, BATCH, self.installation.settings.mails_per_hour)
        self.report.uncertain += doubtful
        try:
            drafts = self._drafts(ids)
            for one, following in zip_longest(drafts, drafts[1:]):
                if isinstance(one.written, Written):
                    # While the server thinks about this mail, the next one is written.
                    self._deliver(one.written, following.prepare if following else nothing)
                else:
                    self._give_up(one.written)
            self._settled()
        except Unreachable as error:
            self._settled()
            self.report.unreachable = str(error)
            with self._writing() as session:
                self.report.postponed += outbox.release(session, self.name)
        return len(ids)

    def beat(self) -> None:
        """A sign of life, from whatever thread."""
        with self._writing() as session:
            outbox.beat(session, self.name, self.clock())

    def close(self) -> None:
        """Marks what was taken, gives back what is held and ends the connection."""
        self._settled()
        with self._writing() as session:
            outbox.sign_off(session, self.name)
        self.transport.close()

    def _deliver(self, written: Written, meanwhile: Meanwhile = nothing) -> None:
        try:
            self.transport.propose(written.composed, meanwhile)
        except Refused as refusal:
            self._refused(written, refusal)
            return
        if not self._started(written):
            self.transport.withdraw()
            return
        try:
            reply = self.transport.hand_over(written.composed, written.mail_id, meanwhile)
        except Refused as refusal:
            self._refused(written, refusal)
        except Lost as lost:
            with self._writing() as session:
                self.report.uncertain += outbox.mark_lost(session, self.name, written.mail_id, str(lost))
        else:
            self._taken = (written.mail_id, reply, self.clock())

    def _started(self, written: Written) -> bool:
        now = self.clock()
        try:
            with self._writing() as session:
                # One durable commit a mail: what the server has just taken, and that the next begins.
                taken = self._mark_taken(session)
                found = outbox.start(session, self.name, written, now)
        except OperationalError:
            # The centre's rows are held by a save: it is answering right now, so look again in a while.
            self._put_off(written, now + BUSY_CENTRE)
            return False
        self._settle(taken)
        if found is None:
            return True
        self._count(found.reason or "", found.again_at)
        return False

    def _settled(self) -> None:
        """Nothing that the server took stays unmarked."""
        if self._taken is not None:
            with self._writing() as session:
                taken = self._mark_taken(session)
            self._settle(taken)

    def _mark_taken(self, session: Session) -> bool:
        if self._taken is None:
            return False
        mail_id, reply, at = self._taken
        return outbox.mark_sent(session, self.name, mail_id, reply, at)

    def _settle(self, taken: bool) -> None:
        self._taken = None
        self.report.sent += taken

    def _give_up(self, mail: Unwritable) -> None:
        with self._writing() as session:
            self.report.failed += outbox.mark_unwritable(session, self.name, mail.mail_id, mail.why)

    def _put_off(self, written: Written, until: datetime) -> None:
        with self._writing() as session:
            mail = session.get_one(Mail, written.mail_id)
            if mail.worker == self.name and mail.state == "leased":
                mail.state, mail.worker, mail.due_at = "planned", None, until
        self.report.postponed += 1

    def _count(self, reason: str, again_at: datetime | None) -> None:
        self.report.reasons[reason] = self.report.reasons.get(reason, 0) + 1
        if again_at is None:
            self.report.suppressed += reason != "taken_over"
        else:
            self.report.postponed += 1

    def _refused(self, written: Written, refusal: Refused) -> None:
        with self._writing() as session:
            moved = outbox.mark_refused(
                session,
                self.name,
                written.mail_id,
                refusal.code,
                refusal.reply,
                refusal.recipient,
                self.clock(),
            )
        self.report.failed += moved and refusal.for_good
        self.report.postponed += moved and not refusal.for_good

    def _drafts(self, ids: list[str]) -> list[Draft]:
        if not ids:
            return []
        with self.installation.database.reading() as session:
            mails = {mail.id: mail for mail in session.scalars(select(Mail).where(Mail.id.in_(ids)))}
            return draft(
                session, self.installation, [mails[one] for one in ids if one in mails], self.clock()
            )

    def _writing(self) -> AbstractContextManager[Session]:
        return self.installation.database.writing()


def deliver_due(
    installation: Installation, clock: Clock | None = None, transport: Transport | None = None
) -> Report:
    """Delivers all that is due now, in one process and once, and says what became of it.

    What another worker holds is left to it; `worker.run_worker` also waits for the leases of dead ones.
    """
    courier = Courier(installation, transport or transport_of(installation), clock or installation.clock)
    try:
        while courier.round() and courier.report.unreachable is None:
            pass
    finally:
        courier.close()
    return courier.report
