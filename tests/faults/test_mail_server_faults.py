"""What becomes of a mail when its server misbehaves: the state is right in every case."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.models import Mail, Mailbox
from app.outreach.transport import Smtp
from tests.faults.mail_outbox import fill
from tests.faults.mail_sink import MisbehavingSink
from tests.outreach.builders import NOW, make_town


@pytest.fixture
def sink() -> Iterator[MisbehavingSink]:
    """A misbehaving server of this test's own."""
    made = MisbehavingSink()
    yield made
    made.shutdown()
    made.server_close()


def run(installation: Installation, sink: MisbehavingSink, at: datetime = NOW, patience: float = 60) -> None:
    """One worker's work at `at`, giving up on a silent server after `patience` seconds."""
    deliver_due(installation, lambda: at, Smtp(sink.url, seconds=patience))


def outcome(installation: Installation) -> tuple[str, str | None, int, bool]:
    """State, reason, tries of the only mail, and whether its mailbox is marked."""
    with installation.database.reading() as session:
        mail = session.scalars(select(Mail)).one()
        marked = session.get_one(Mailbox, mail.mailbox).bounced_at is not None
        return mail.state, mail.reason, mail.attempts, marked


def due(installation: Installation) -> datetime | None:
    """When the only mail leaves next, or None when it never will."""
    with installation.database.reading() as session:
        return session.scalar(select(Mail.due_at).where(Mail.state == "planned"))


def with_one_mail(installation: Installation, mode: str) -> None:
    """A town whose only mail goes to an address that asks the sink for `mode`."""
    town = make_town(installation)
    fill(town, [f"{mode}-1@example.org"], NOW)


@pytest.mark.parametrize(
    ("mode", "expected", "arrived"),
    [
        ("ok", ("sent", None, 1, False), 1),
        ("okrst", ("sent", None, 1, False), 1),
        ("rcpt550", ("failed", "refused", 1, True), 0),
        ("rcpt571", ("failed", "refused", 1, False), 0),
        ("rcpt450", ("planned", None, 1, False), 0),
        ("full452", ("planned", None, 1, False), 0),
        ("down421", ("planned", None, 1, False), 0),
        ("data503", ("failed", "refused", 1, False), 0),
        ("data554", ("failed", "refused", 1, False), 0),
        ("data451", ("planned", None, 1, False), 0),
        ("dropbefore", ("planned", None, 1, False), 0),
        ("dropmiddle", ("uncertain", None, 1, False), 0),
        ("dropafter", ("uncertain", None, 1, False), 1),
        ("hang", ("uncertain", None, 1, False), 1),
    ],
)
def test_state_after_each_fault(
    installation: Installation,
    sink: MisbehavingSink,
    mode: str,
    expected: tuple[str, str | None, int, bool],
    arrived: int,
) -> None:
    with_one_mail(installation, mode)
    run(installation, sink, patience=2 if mode == "hang" else 60)
    assert outcome(installation) == expected
    assert sum(sink.arrived.values()) == arrived


@pytest.mark.parametrize("mode", ["rcpt550", "data554", "dropafter", "dropmiddle"])
def test_neither_a_refused_nor_an_uncertain_mail_is_tried_again(
    installation: Installation, sink: MisbehavingSink, mode: str
) -> None:
    with_one_mail(installation, mode)
    for days in range(4):
        run(installation, sink, NOW + timedelta(days=days))
    assert sum(sink.seen.values()) == 1


def test_a_mail_refused_for_now_is_tried_six_times_within_48_hours(
    installation: Installation, sink: MisbehavingSink
) -> None:
    with_one_mail(installation, "rcpt450")
    tries, at = 0, due(installation)
    assert at == NOW
    while at is not None:
        run(installation, sink, at - timedelta(seconds=1))
        assert sink.seen["rcpt450-1@example.org"] == tries, "it was tried before it was due"
        run(installation, sink, at)
        tries, last, at = tries + 1, at, due(installation)
    assert outcome(installation) == ("failed", "gave_up", 6, False)
    assert last - NOW <= timedelta(hours=48)
    run(installation, sink, NOW + timedelta(days=30))
    assert sink.seen["rcpt450-1@example.org"] == tries == 6


def test_a_greylisted_mail_arrives_at_its_second_try(
    installation: Installation, sink: MisbehavingSink
) -> None:
    with_one_mail(installation, "greylist")
    run(installation, sink)
    assert outcome(installation)[0] == "planned"
    run(installation, sink, NOW + timedelta(minutes=15))
    assert outcome(installation) == ("sent", None, 2, False)


def test_one_refused_recipient_of_three_does_not_touch_the_others(
    installation: Installation, sink: MisbehavingSink
) -> None:
    town = make_town(installation)
    fill(town, ["ok-1@example.org", "rcpt550-2@example.org", "ok-3@example.org"], NOW)
    run(installation, sink)
    with installation.database.reading() as session:
        states = session.scalars(select(Mail.state).order_by(Mail.respondent_id)).all()
    assert states == ["sent", "failed", "sent"]
    assert sink.connections == 1


def test_a_server_that_is_down_costs_no_try_and_all_leave_once_after_its_return(
    installation: Installation,
) -> None:
    town = make_town(installation)
    fill(town, [f"ok-{number}@example.org" for number in range(60)], NOW)
    gone = MisbehavingSink()
    gone.shutdown()
    gone.server_close()
    for minutes in range(0, 120, 15):
        report = deliver_due(installation, lambda at=NOW + timedelta(minutes=minutes): at, Smtp(gone.url))
        assert report.unreachable
    back = MisbehavingSink()
    deliver_due(installation, lambda: NOW + timedelta(minutes=115), Smtp(back.url))
    back.shutdown()
    back.server_close()
    assert set(back.arrived.values()) == {1}
    assert len(back.arrived) == 60
    with installation.database.reading() as session:
        assert set(session.scalars(select(Mail.attempts))) == {1}


def test_the_hourly_cap_holds_the_rest_back(installation: Installation, sink: MisbehavingSink) -> None:
    town = make_town(installation)
    fill(town, [f"ok-{number}@example.org" for number in range(10)], NOW)
    capped = dataclasses.replace(
        installation, settings=dataclasses.replace(installation.settings, mails_per_hour=4)
    )
    for hours, so_far in ((0, 4), (0, 4), (1, 8), (2, 10)):
        run(capped, sink, NOW + timedelta(hours=hours))
        assert len(sink.arrived) == so_far


def test_starttls_that_is_not_offered_sends_nothing(
    installation: Installation, sink: MisbehavingSink
) -> None:
    with_one_mail(installation, "ok")
    report = deliver_due(installation, lambda: NOW, Smtp(sink.url.replace("smtp:", "smtp+starttls:")))
    assert report.unreachable
    assert outcome(installation)[:2] == ("planned", None)
    assert not sink.seen


def test_the_senders_address_names_the_mail(installation: Installation, sink: MisbehavingSink) -> None:
    with_one_mail(installation, "ok")
    run(installation, sink)
    ((name, sender),) = sink.senders.items()
    assert sender == f"recueil+{name}@example.org"


def test_a_certificate_nobody_signed_gets_no_mail(installation: Installation, tmp_path: Path) -> None:
    from tests.faults.mail_certificates import self_signed
    from tests.fixtures.mail import SmtpSink, free_port

    with_one_mail(installation, "ok")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = self_signed(tmp_path)
    context.load_cert_chain(certificate)
    kept = SmtpSink(free_port())
    with kept.listening(tls=context):
        url = kept.url.replace("smtp:", "smtp+starttls:")
        refused = deliver_due(installation, lambda: NOW, Smtp(url))
        trusting = ssl.create_default_context(cafile=certificate)
        taken = deliver_due(installation, lambda: NOW + timedelta(hours=1), Smtp(url, context=trusting))
    assert "certificate verify failed" in (refused.unreachable or "").lower()
    assert (taken.sent, len(kept.received)) == (1, 1)
