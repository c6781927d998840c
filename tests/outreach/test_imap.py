"""Returned mails over IMAP, spoken over a real TLS socket: read, marked once taken in, the certificate verified."""

from __future__ import annotations

import dataclasses
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.kernel.installation import Installation
from app.outreach import bounces
from app.outreach.delivery import deliver_due
from app.outreach.models import Mail, Mailbox
from tests.faults.mail_certificates import self_signed
from tests.outreach.builders import NOW
from tests.outreach.test_delivery import invited

REPORT = """From: MAILER-DAEMON@relay.example.org
To: recueil+{mail}@example.org
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; pharmacien@centre-1.example.org
Action: failed
Status: 5.1.1
--b--
"""


class ImapServer(socketserver.ThreadingTCPServer):
    """As much of IMAP4rev1 as a reader of unseen messages needs; `.log` has every command, passwords too."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, certificate: Path, messages: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), ImapTalk)
        self.messages = [message.replace("\n", "\r\n").encode() for message in messages]
        self.seen: set[int] = set()
        self.log: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.context = context
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        """The value of RECUEIL_BOUNCES_URL that leads here."""
        return f"imaps://retours%40example.org:mot%2Fde%20passe@127.0.0.1:{self.server_address[1]}/Retours"

    def get_request(self) -> tuple[socket.socket, object]:
        """TLS from the first byte; the handshake is left to the connection's own thread."""
        connection, address = self.socket.accept()
        held = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return held, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses the certificate is one of these tests."""


class ImapTalk(socketserver.StreamRequestHandler):
    """One connection."""

    server: ImapServer

    def handle(self) -> None:
        """Answers until LOGOUT."""
        self.say("* OK ready")
        while line := self.rfile.readline().decode():
            tag, _, rest = line.strip().partition(" ")
            self.server.log.append(rest)
            verb = rest.split(" ", 1)[0].upper()
            for told in self.answer(verb, rest):
                self.wfile.write(told)
            self.say(f"{tag} OK done")
            if verb == "LOGOUT":
                return

    def answer(self, verb: str, rest: str) -> Iterator[bytes]:
        """The untagged part of a reply."""
        if verb == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif verb == "SELECT":
            yield f"* {len(self.server.messages)} EXISTS\r\n".encode()
        elif verb == "SEARCH":
            unseen = [
                rank for rank in range(1, len(self.server.messages) + 1) if rank not in self.server.seen
            ]
            yield f"* SEARCH {' '.join(map(str, unseen))}\r\n".encode()
        elif verb == "FETCH":
            found = re.fullmatch(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
            assert found, rest
            content = self.server.messages[int(found[1]) - 1][: int(found[2])]
            yield f"* {found[1]} FETCH (BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")\r\n"
        elif verb == "STORE":
            self.server.seen.add(int(rest.split(" ")[1]))
            yield f"* {rest.split(' ')[1]} FETCH (FLAGS (\\Seen))\r\n".encode()
        elif verb == "LOGOUT":
            yield b"* BYE\r\n"

    def say(self, text: str) -> None:
        """One line."""
        self.wfile.write(text.encode() + b"\r\n")


def test_returned_mails_are_read_over_imap_and_marked_when_they_were_taken_in(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(installation, centres=1)
    deliver_due(installation, lambda: NOW)
    with installation.database.reading() as session:
        mail_id = session.scalars(select(Mail.id)).one()
    certificate = self_signed(tmp_path)
    server = ImapServer(certificate, ["Subject: bonjour\n\nun mot\n", REPORT.format(mail=mail_id)])
    pointed = dataclasses.replace(
        installation, settings=dataclasses.replace(installation.settings, bounces_url=server.url)
    )
    try:
        assert bounces.collect(pointed, NOW).read == 0
        assert server.log == [], "the password was said to a server whose certificate nobody signed"
        trusting = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        with monkeypatch.context() as broken:
            broken.setattr(bounces, "take_in", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                bounces.collect(pointed, NOW)
        assert server.seen == set(), "nothing is marked that was not taken in"
        assert bounces.collect(pointed, NOW) == bounces.BounceReport(read=2, matched=1, marked=1)
        assert server.seen == {1, 2}
        assert bounces.collect(pointed, NOW).read == 0
    finally:
        server.shutdown()
        server.server_close()
    assert any(line.startswith('LOGIN retours@example.org "mot/de passe"') for line in server.log)
    with installation.database.reading() as session:
        assert session.scalars(select(Mail.state)).one() == "bounced"
        assert session.scalars(select(Mailbox.bounce_reason)).one() == "bounce 5.1.1"
