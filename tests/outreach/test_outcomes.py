"""After the sending: uncertain mails settled by a person, bounces, unsubscription, openings, the telephone desk."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.journal.models import JournalEntry
from app.kernel.database import Database
from app.kernel.installation import Installation
from app.outreach import chase, outcomes
from app.outreach.bounces import collect
from app.outreach.delivery import deliver_due
from app.outreach.errors import ChaseRefused, LinkRefused, NotUncertain
from app.outreach.inviting import invite
from app.outreach.models import Mail
from app.outreach.unsubscribing import unsubscribe, unsubscribe_token
from app.outreach.worker import run_worker
from tests.outreach.builders import DESK, NOW, Town, make_town


def sent_town(installation: Installation, centres: int = 1) -> Town:
    """A town whose invitations have left."""
    town = make_town(installation, centres=centres)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    deliver_due(installation, lambda: NOW)
    return town


def made_uncertain(installation: Installation) -> tuple[Town, str]:
    """A town whose only mail nobody knows the fate of."""
    town = sent_town(installation)
    with installation.database.writing() as session:
        session.execute(update(Mail).values(state="uncertain", sent_at=None))
        return town, session.scalars(select(Mail.id)).one()


def report_on(mail_id: str, status: str) -> EmailMessage:
    """A delivery report as a mail server would send it to the envelope sender."""
    message = EmailMessage()
    message["To"] = f"recueil+{mail_id}@example.org"
    message["From"] = "MAILER-DAEMON@chu.example.org"
    message["Subject"] = "Undelivered"
    message.set_content("Sorry.")
    message.make_mixed()
    part = EmailMessage()
    part["Content-Type"] = "message/delivery-status"
    blocks = [EmailMessage(), EmailMessage()]
    blocks[0]["Reporting-MTA"] = "dns; chu.example.org"
    blocks[1]["Final-Recipient"] = "rfc822; x@chu.example.org"
    blocks[1]["Status"] = status
    part.set_payload(blocks)
    message.attach(part)
    return message


def with_bounces(installation: Installation, url: str) -> Installation:
    """The installation with a mailbox for what comes back."""
    return replace(installation, settings=replace(installation.settings, bounces_url=url))


class DatabaseAway(Exception):
    """The database went away."""


class AwayAtCommit:
    """A database that goes away just before the commit."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.writing() as session:
            yield session
            raise DatabaseAway


class FailingImap:
    """An IMAP server with these unseen messages; it drops the line at the one that is None."""

    def __init__(self, held: dict[bytes, bytes | None]) -> None:
        self.held, self.seen = held, []

    def login(self, *_: str) -> None: ...

    def select(self, _: str) -> None: ...

    def logout(self) -> None: ...

    def search(self, *_: object) -> tuple[str, list[bytes]]:
        return "OK", [b" ".join(self.held)]

    def fetch(self, number: bytes, _: str) -> tuple[str, list[object]]:
        if self.held[number] is None:
            raise imaplib.IMAP4.abort
        return "OK", [(b"head", self.held[number]), b")"]

    def store(self, number: bytes, *_: str) -> None:
        self.seen.append(number)


@pytest.mark.parametrize(("arrived", "state"), [(True, "sent"), (False, "planned")])
def test_a_person_settles_an_uncertain_mail(installation: Installation, arrived: bool, state: str) -> None:
    town, mail_id = made_uncertain(installation)
    with installation.database.writing() as session:
        study = town.study(session)
        assert [mail.id for mail in outcomes.uncertain(session, study)] == [mail_id]
        mail = outcomes.resolve(session, study, mail_id, arrived=arrived, actor=DESK, now=NOW)
        assert (mail.state, mail.resolved_by) == (state, "Data Manager")
        with pytest.raises(NotUncertain):
            outcomes.resolve(session, study, mail_id, arrived=arrived, actor=DESK, now=NOW)
    with installation.database.reading() as session:
        assert "mail.resolved" in session.scalars(select(JournalEntry.action)).all()


def test_a_mail_that_did_not_arrive_leaves_again_on_a_persons_word(installation: Installation) -> None:
    town, mail_id = made_uncertain(installation)
    assert deliver_due(installation, lambda: NOW).sent == 0
    with installation.database.writing() as session:
        outcomes.resolve(session, town.study(session), mail_id, arrived=False, actor=DESK, now=NOW)
    assert deliver_due(installation, lambda: NOW).sent == 1


@pytest.mark.parametrize(("status", "state", "marked"), [("5.1.1", "bounced", 1), ("4.4.1", "sent", 0)])
def test_a_bounce_in_a_maildir_marks_the_address_for_good_only(
    installation: Installation, tmp_path: Path, status: str, state: str, marked: int
) -> None:
    sent_town(installation)
    with installation.database.reading() as session:
        mail_id = session.scalars(select(Mail.id)).one()
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(report_on(mail_id, status).as_bytes())
    box.add(report_on("0" * 32, "5.1.1").as_bytes())
    box.add(b"Subject: hello\nTo: recueil@example.org\n\nIs this the right address?\n")
    reading = with_bounces(installation, f"maildir://{tmp_path / 'Maildir'}")
    report, again = collect(reading, NOW), collect(reading, NOW)
    assert (report.read, report.matched, report.marked, again.read) == (3, 1, marked, 0)
    with installation.database.reading() as session:
        mail = session.scalars(select(Mail)).one()
        assert (mail.state, mail.respondent.box.bounced_at is not None) == (state, bool(marked))


def test_the_worker_reads_the_bounces_of_its_setting(installation: Installation, tmp_path: Path) -> None:
    sent_town(installation)
    with installation.database.reading() as session:
        mail_id = session.scalars(select(Mail.id)).one()
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(report_on(mail_id, "5.1.1").as_bytes())
    box.close()
    run_worker(with_bounces(installation, f"maildir://{tmp_path / 'Maildir'}"), once=True)
    with installation.database.reading() as session:
        assert session.scalars(select(Mail.state)).all() == ["bounced"]


def test_bounces_that_cannot_be_read_do_not_stop_the_mails(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    assert run_worker(with_bounces(installation, "maildir:///nowhere/at/all"), once=True).sent == 1


def test_bounces_wait_in_their_mailbox_until_the_database_has_them(installation: Installation, tmp_path: Path) -> None:
    sent_town(installation)
    with installation.database.reading() as session:
        mail_id = session.scalars(select(Mail.id)).one()
    mailbox.Maildir(tmp_path / "Maildir").add(report_on(mail_id, "5.1.1").as_bytes())
    reading = with_bounces(installation, f"maildir://{tmp_path / 'Maildir'}")
    with pytest.raises(DatabaseAway):
        collect(replace(reading, database=AwayAtCommit(installation.database)), NOW)
    assert collect(reading, NOW).marked == 1
    assert collect(reading, NOW).read == 0


def test_what_an_imap_server_gave_before_it_failed_is_taken_in_and_the_rest_waits(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_town(installation)
    with installation.database.reading() as session:
        mail_id = session.scalars(select(Mail.id)).one()
    server = FailingImap({b"1": b"Subject: x\n\n", b"2": report_on(mail_id, "5.1.1").as_bytes(), b"3": None})
    monkeypatch.setattr(imaplib, "IMAP4_SSL", lambda *_, **__: server)
    report = collect(with_bounces(installation, "imaps://who:what@localhost/INBOX"), NOW)
    assert (report.read, report.marked, server.seen) == (2, 1, [b"1", b"2"])


def test_unsubscribing_stops_the_mails_and_not_the_link(installation: Installation) -> None:
    town = make_town(installation, centres=2)
    with installation.database.writing() as session:
        token = unsubscribe_token(installation.keys, town.respondents[0])
        for _ in range(2):
            unsubscribe(session, installation.keys, token, NOW)
        left = town.respondent(session)
        assert (left.stop_reason, left.link.revoked_at) == ("unsubscribed", None)
        assert town.respondent(session, 1).active


@pytest.mark.parametrize("token", ["", "1", "1-", "1-" + "a" * 32, "²-x", "9" * 30 + "-x", "-1-\ud800"])
def test_an_unsigned_token_unsubscribes_nobody(installation: Installation, token: str) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        with pytest.raises(LinkRefused):
            unsubscribe(session, installation.keys, token, NOW)
        assert town.respondent(session).active


def test_the_desk_says_what_to_do_next_with_each_centre(installation: Installation) -> None:
    town = sent_town(installation, centres=3)
    later = NOW + timedelta(days=10)
    with installation.database.writing() as session:
        study = town.study(session)
        town.answer(session, town.patients[town.centres[0]][0], NOW)
        box = town.respondent(session, 1).box
        box.bounced_at, box.bounce_reason = NOW, "550"
        steps = {line.centre.code: line.step for line in chase.desk(session, study, later)}
        assert steps == {"001": "nothing", "002": "other_respondent", "003": "remind"}
        early = {one.centre.code: one.until for one in chase.desk(session, study, NOW + timedelta(days=1))}
        assert early["003"] == (NOW + timedelta(days=7)).date()
        centre = town.respondent(session, 2).centre
        chase.note(session, study, centre, outcome="call_back", text="lundi", actor=DESK, now=later)
        chase.set_status(
            session, study, centre, "call_back", next_on=date(2026, 12, 7), actor=DESK, now=later
        )
        line = next(one for one in chase.desk(session, study, later) if one.centre is centre)
        assert (line.step, line.status, line.last_contact and line.last_contact.note) == (
            "wait",
            "call_back",
            "lundi",
        )
        then = next(
            one for one in chase.desk(session, study, NOW + timedelta(days=18)) if one.centre is centre
        )
        assert then.step == "telephone"
        assert "Dossiers demandés : 1 ;" in chase.script(line, study)[1][0]


def test_a_refusal_at_the_desk_must_be_reopened_before_anything_else(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        study, centre = town.study(session), town.respondent(session).centre
        chase.set_status(session, study, centre, "refused", actor=DESK, now=NOW)
        with pytest.raises(ChaseRefused):
            chase.set_status(session, study, centre, "promised", actor=DESK, now=NOW)
        assert chase.set_status(session, study, centre, "open", actor=DESK, now=NOW).status == "open"
