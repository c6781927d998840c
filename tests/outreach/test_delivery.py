"""Delivery: what was queued arrives once, at an SMTP server or as a file, and only while it is still true."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.collection.models import QuestionnaireVersion
from app.kernel.installation import Installation
from app.outreach.campaigns import pause, resume
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.models import Mail
from app.outreach.people import stop
from tests.fixtures.mail import SmtpSink
from tests.outreach.builders import DESK, NOW, Town, make_town


def to_sink(installation: Installation, sink: SmtpSink) -> Installation:
    """The same installation, sending to the sink."""
    return dataclasses.replace(
        installation, settings=dataclasses.replace(installation.settings, smtp_url=sink.url)
    )


def invited(installation: Installation, centres: int = 2) -> Town:
    """A town whose invitations are in the outbox."""
    town = make_town(installation, centres=centres)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    return town


def states(installation: Installation) -> list[tuple[str, str | None]]:
    """State and reason of every mail, in the order of queueing."""
    with installation.database.reading() as session:
        query = select(Mail.state, Mail.reason).join(Mail.respondent).order_by(Mail.respondent_id)
        return list(session.execute(query))


def test_each_invited_respondent_gets_one_mail(installation: Installation, smtp_sink: SmtpSink) -> None:
    invited(installation, centres=3)
    sending = to_sink(installation, smtp_sink)
    report = deliver_due(sending, lambda: NOW)
    assert report.sent == 3
    assert deliver_due(sending, lambda: NOW).sent == 0
    recipients = sorted(one.recipients[0] for one in smtp_sink.received)
    assert recipients == [f"pharmacien@centre-{number}.example.org" for number in (1, 2, 3)]
    assert states(installation) == [("sent", None)] * 3


def test_without_a_server_mails_become_files(installation: Installation) -> None:
    invited(installation, centres=2)
    assert deliver_due(installation, lambda: NOW).sent == 2
    files = sorted((installation.settings.home / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert message["Subject"].startswith("Étude «\u00a0Étude d’essai\u00a0»")


def test_a_queued_mail_is_dropped_when_its_condition_has_gone(installation: Installation) -> None:
    town = invited(installation, centres=3)
    with installation.database.writing() as session:
        stop(session, town.respondent(session, 0), "unsubscribed", actor=DESK, now=NOW)
        town.answer(session, town.patients[town.centres[1]][0], NOW)
    report = deliver_due(installation, lambda: NOW)
    assert states(installation) == [("suppressed", "stopped"), ("suppressed", "complete"), ("sent", None)]
    assert (report.sent, report.suppressed) == (1, 2)


def test_the_stop_button_holds_mails_back_until_it_is_released(installation: Installation) -> None:
    town = invited(installation, centres=1)
    with installation.database.writing() as session:
        pause(session, town.study(session), actor=DESK, now=NOW)
    assert deliver_due(installation, lambda: NOW).postponed == 1
    with installation.database.writing() as session:
        resume(session, town.study(session), actor=DESK, now=NOW)
    assert deliver_due(installation, lambda: NOW + timedelta(hours=1)).sent == 1


def test_two_studies_do_not_write_to_one_mailbox_on_one_day(installation: Installation) -> None:
    for code in ("essai", "autre"):
        town = make_town(installation, code=code)
        with installation.database.writing() as session:
            invite(session, installation, town.study(session), actor=DESK, now=NOW)
    report = deliver_due(installation, lambda: NOW)
    assert (report.sent, report.postponed, report.reasons) == (1, 1, {"day": 1})
    assert deliver_due(installation, lambda: NOW + timedelta(hours=23, minutes=59)).sent == 0
    assert deliver_due(installation, lambda: NOW + timedelta(hours=24)).sent == 1


def test_the_database_itself_refuses_a_second_mail_within_a_day(installation: Installation) -> None:
    for code in ("essai", "autre"):
        town = make_town(installation, code=code)
        with installation.database.writing() as session:
            invite(session, installation, town.study(session), actor=DESK, now=NOW)
    with installation.database.writing() as session:
        first, second = session.scalars(select(Mail).order_by(Mail.study_id)).all()
        first.worker = second.worker = "w"
        first.state, first.started_at = "started", NOW
        session.flush()
        second.state, second.started_at = "started", NOW + timedelta(hours=23)
        with pytest.raises(DBAPIError, match="one mail per mailbox and day"):
            session.flush()


def test_the_same_mail_may_be_tried_again_within_the_day(installation: Installation) -> None:
    invited(installation, centres=1)
    with installation.database.writing() as session:
        mail = session.scalars(select(Mail)).one()
        mail.worker = "w"
        for minutes in (0, 15):
            mail.state, mail.started_at = "started", NOW + timedelta(minutes=minutes)
            session.flush()


def test_a_mailbox_that_answers_for_two_centres_gets_one_mail_with_both_links(
    installation: Installation, smtp_sink: SmtpSink
) -> None:
    town = make_town(installation, centres=2)
    with installation.database.writing() as session:
        town.add(session, town.centres[1], "Pharmacien@centre-1.example.org")
        planned = invite(session, installation, town.study(session), actor=DESK, now=NOW)
    assert planned.as_json() == {"queued": 2, "suppressed": 1, "reasons": {"same_mailbox": 1}}
    deliver_due(to_sink(installation, smtp_sink), lambda: NOW)
    mine = next(one for one in smtp_sink.messages if "centre-1" in one["To"])
    body = mine.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.count("http://localhost/r/") == 2
    assert "CHU N°1\nhttp://localhost/r/" in text


def test_inviting_twice_queues_nobody_twice(installation: Installation) -> None:
    town = invited(installation, centres=2)
    with installation.database.writing() as session:
        again = invite(session, installation, town.study(session), actor=DESK, now=NOW)
    assert again.as_json() == {"queued": 0, "suppressed": 2, "reasons": {"already": 2}}


def test_a_dry_run_writes_nothing(installation: Installation) -> None:
    town = make_town(installation, centres=2)
    with installation.database.writing() as session:
        planned = invite(session, installation, town.study(session), actor=DESK, now=NOW, dry_run=True)
    assert planned.as_json()["queued"] == 2
    assert states(installation) == []


def test_centres_without_patients_are_not_invited(installation: Installation) -> None:
    town = make_town(installation, centres=2, patients=0)
    with installation.database.writing() as session:
        # A study with a list: its centres have no patient until the list names one.
        session.get_one(QuestionnaireVersion, town.version_id).list_rules = "products: []"
        session.flush()
        planned = invite(session, installation, town.study(session), actor=DESK, now=NOW)
    assert planned.as_json()["reasons"] == {"no_patient": 2}
