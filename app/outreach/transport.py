"""The ways out: an SMTP server over one reused connection, or .eml files in the home. It knows no database."""

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.kernel.installation import Installation
from app.outreach.composing import Composed

SECONDS = 60.0
LONGEST_REPLY = 300
GOING_DOWN = 421


class Unreachable(Exception):
    """The server cannot be spoken to at all: no mail is at fault, and none has begun."""


class Refused(Exception):
    """The server said no to this mail: for good (5xx) or for now (4xx)."""

    def __init__(self, code: int, reply: str, recipient: bool) -> None:
        super().__init__(f"{code} {reply}")
        self.code = code
        self.reply = f"{code} {reply}"[:LONGEST_REPLY]
        self.recipient = recipient

    @property
    def for_good(self) -> bool:
        """Whether trying again would be wrong."""
        return self.code >= 500


class Lost(Exception):
    """The connection went after the content had begun to go: nobody here knows whether the mail arrived."""


Meanwhile = Callable[[], None]


def nothing() -> None:
    """What is done meanwhile when nothing waits."""


class Transport(Protocol):
    """One mail at a time: propose its envelope, then hand its content over.

    `meanwhile` is called each time the server has something to answer and has not answered yet; it must not raise.
    """

    def propose(self, mail: Composed, meanwhile: Meanwhile = nothing) -> None:
        """Connects when needed and has the envelope accepted. Raises Unreachable or Refused; nothing has left."""

    def hand_over(self, mail: Composed, name: str, meanwhile: Meanwhile = nothing) -> str:
        """Gives the content; the server's word for "taken". Raises Refused (not taken) or Lost (nobody knows)."""

    def withdraw(self) -> None:
        """Forgets a proposed envelope."""

    def close(self) -> None:
        """Ends the connection."""


class Files:
    """Mails as .eml files, each appearing whole or not at all; the same mail twice is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def propose(self, mail: Composed, meanwhile: Meanwhile = nothing) -> None:
        """Makes the folder."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def hand_over(self, mail: Composed, name: str, meanwhile: Meanwhile = nothing) -> str:
        """Writes the file beside its place, syncs it, and moves it there."""
        meanwhile()
        path = self.folder / f"{name}.eml"
        aside = path.with_suffix(f".{os.getpid()}.part")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        return f"250 {path.name}"

    def withdraw(self) -> None:
        """Nothing was begun."""

    def close(self) -> None:
        """Nothing is open."""


class Smtp:
    """An SMTP server: smtp://, smtps:// or smtp+starttls://, certificates verified, one connection reused.

    With smtp+starttls a server that does not offer STARTTLS, or whose certificate does not verify, gets no mail.
    """

    def __init__(self, url: str, seconds: float = SECONDS, context: ssl.SSLContext | None = None) -> None:
        self._url = urlsplit(url)
        self._seconds = seconds
        self._given_context = context
        self._smtp: smtplib.SMTP | None = None

    def propose(self, mail: Composed, meanwhile: Meanwhile = nothing) -> None:
        """MAIL and RCPT. A connection that the server has closed meanwhile is opened again, once."""
        if self._smtp is not None:
            try:
                return self._envelope(self._smtp, mail, meanwhile)
            except (OSError, smtplib.SMTPException):
                self.close()
            except Refused as refusal:
                if refusal.code != GOING_DOWN:
                    raise
                self.close()
        try:
            return self._envelope(self._connected(), mail, meanwhile)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unreachable(_words(error)) from error

    def hand_over(self, mail: Composed, name: str, meanwhile: Meanwhile = nothing) -> str:
        """DATA. Only a reply of the server says whether the mail was taken."""
        smtp = self._connected()
        try:
            code, reply = _asked(smtp, "DATA", "", meanwhile)
        except (OSError, smtplib.SMTPException) as error:
            # The server never said 354, so that not one byte of the mail had left.
            self.close()
            raise Refused(451, _words(error), recipient=False) from error
        if code == 354:
            code, reply = self._given(smtp, mail.content, meanwhile)
        if code != 250:
            self.withdraw()
            raise Refused(code, _decoded(reply), recipient=False)
        return f"250 {_decoded(reply)}"[:LONGEST_REPLY]

    def withdraw(self) -> None:
        """RSET, or a new connection where even that fails."""
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def close(self) -> None:
        """QUIT where the server still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def _envelope(self, smtp: smtplib.SMTP, mail: Composed, meanwhile: Meanwhile) -> None:
        # The addresses were checked when they came in; smtplib's own MAIL and RCPT would parse them again.
        sender, recipient = f"FROM:<{_harmless(mail.sender)}>", f"TO:<{_harmless(mail.recipient)}>"
        self._accepted(_asked(smtp, "MAIL", sender, meanwhile), recipient=False)
        self._accepted(_asked(smtp, "RCPT", recipient, meanwhile), recipient=True)

    def _accepted(self, answer: tuple[int, bytes], *, recipient: bool) -> None:
        code, reply = answer
        if code not in (250, 251):
            self.withdraw()
            raise Refused(code, _decoded(reply), recipient=recipient)

    def _given(self, smtp: smtplib.SMTP, content: bytes, meanwhile: Meanwhile) -> tuple[int, bytes]:
        try:
            smtp.send(_stuffed(content) + b".\r\n")
            meanwhile()
            return smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Lost(_words(error)) from error

    @cached_property
    def _context(self) -> ssl.SSLContext:
        # Reading the system's certificates takes as long as sending a hundred mails: only where TLS is spoken.
        return self._given_context or ssl.create_default_context()

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._connect()
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        host, scheme = self._url.hostname or "", self._url.scheme
        if scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=self._seconds, context=self._context
            )
        else:
            smtp = smtplib.SMTP(host, self._url.port or 25, timeout=self._seconds)
        try:
            if scheme == "smtp+starttls":
                # Raises where the server offers none: a mail never leaves in the clear by a downgrade (R41).
                smtp.starttls(context=self._context)
            smtp.ehlo_or_helo_if_needed()
            if self._url.username:
                smtp.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            smtp.close()
            raise
        return smtp


def transport_of(installation: Installation) -> Transport:
    """The way out that the settings name."""
    settings = installation.settings
    return Smtp(settings.smtp_url) if settings.smtp_url else Files(settings.home / "mail")


Opener = Callable[[Installation], Transport]


def _asked(smtp: smtplib.SMTP, command: str, words: str, meanwhile: Meanwhile) -> tuple[int, bytes]:
    smtp.putcmd(command, words)
    meanwhile()
    return smtp.getreply()


def _harmless(address: str) -> str:
    if not address.isascii() or not address.isprintable() or any(sign in address for sign in "<> "):
        raise Refused(553, "5.1.3 not an address that can be sent to", recipient=True)
    return address


def _stuffed(content: bytes) -> bytes:
    # RFC 5321 4.5.2: a line that begins with a dot gets a second one.
    doubled = content.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if content.startswith(b".") else doubled


def _decoded(reply: bytes) -> str:
    return " ".join(reply.decode("ascii", "replace").split())


def _words(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:LONGEST_REPLY]
