"""Making a mail: headers, a text part that reads well alone, an HTML part with the same words.

It knows no session: a Letter comes in, bytes go out. Every header passes the standard library's checks.
"""

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache
from textwrap import fill as wrapped

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from app.kernel.language import Language
from app.outreach.leading import Lead
from app.outreach.messages import FOLDER, Wording, fill, footer

HEADERS = policy.SMTP
WIDTH = 76
PLAIN_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-]){0,59}")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,100}")
NOBODY: dict[Language, str] = {"fr": "Madame, Monsieur", "en": "Sir or Madam"}
BUTTON: dict[Language, str] = {"fr": "Ouvrir mes dossiers", "en": "Open my charts"}


@dataclass(frozen=True)
class Button:
    """A link of a mail: what it says and where it leads. One mailbox may answer for several centres."""

    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """Everything that one mail says, and to whom."""

    mail_id: str
    kind: str
    language: Language
    mail_from: str
    name: str
    email: str
    study: str
    centre: str
    function: str
    lead: Lead
    patients: str
    return_by: str
    colleague: str
    host: str
    unsubscribe: str
    links: tuple[Button, ...]
    at: datetime
    newcomer: str = ""
    invited_on: str = ""


@dataclass(frozen=True)
class Composed:
    """A mail ready to leave: its envelope and its bytes."""

    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True)
class Reading:
    """A mail as words: what the preview shows and what the two parts are made of."""

    subject: str
    text: str
    html: str


def compose(letter: Letter, wording: Wording) -> Composed:
    """The mail as bytes with its envelope. The envelope's sender carries the mail's id, so that a bounce names it."""
    return compose_read(letter, read(letter, wording))


def compose_read(letter: Letter, reading: Reading) -> Composed:
    """The same, from words that were made before."""
    sender = _address(letter.mail_from)
    local, _, domain = sender.partition("@")
    head = _headers(letter, reading.subject, sender, domain)
    boundary = f"=_recueil_{letter.mail_id}"
    content = b"".join(
        (
            head,
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode(),
            _part(boundary, "plain", reading.text),
            _part(boundary, "html", reading.html),
            f"--{boundary}--\r\n".encode(),
        )
    )
    return Composed(f"{local}+{letter.mail_id}@{domain}", letter.email, content)


def read(letter: Letter, wording: Wording) -> Reading:
    """The mail's words, placeholders filled; a paragraph whose placeholder has no value is left out."""
    values = _values(letter)
    subject = fill(wording.subject, values) or letter.study
    paragraphs: list[str | tuple[Button, ...]] = []
    for paragraph in wording.paragraphs:
        if paragraph.strip() == "{link}":
            paragraphs.append(letter.links)
        elif (filled := fill(paragraph, values)) is not None:
            paragraphs.append(filled)
    return Reading(subject, _text(letter, paragraphs, values), _html(letter, subject, paragraphs, values))


def one_line(text: str) -> str:
    """Text as one harmless line: a centre's name comes from a list that anybody may have typed."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        plain = "".join(letter for letter in plain if letter.isprintable())
    # What looks like an encoded word would be decoded by whoever reads the header, line ends included.
    return plain.replace("=?", "= ?")


def _values(letter: Letter) -> dict[str, str]:
    return {
        "study": letter.study,
        "centre": letter.centre,
        "name": letter.name or NOBODY[letter.language],
        "function": letter.function,
        "organiser": letter.lead.organiser,
        "contact": letter.lead.contact,
        "telephone": letter.lead.telephone,
        "registration": letter.lead.registration,
        "minutes": letter.lead.minutes,
        "patients": letter.patients,
        "invited_on": letter.invited_on,
        "return_by": letter.return_by,
        "colleague": letter.colleague,
        "newcomer": letter.newcomer,
        "host": letter.host,
        "unsubscribe": letter.unsubscribe,
    }


def _text(letter: Letter, paragraphs: Sequence[str | tuple[Button, ...]], values: dict[str, str]) -> str:
    blocks: list[str] = []
    for paragraph in paragraphs:
        if isinstance(paragraph, str):
            blocks.append("\n".join(_wrap(line) for line in paragraph.splitlines()))
        else:
            several = len(paragraph) > 1
            blocks += [f"{button.label}\n{button.url}" if several else button.url for button in paragraph]
    foot = [filled for part in footer(letter.language) if (filled := fill(part, values))]
    blocks += ["-- ", *(_wrap(line) for line in foot)]
    return "\n\n".join(blocks).replace("\n\n-- \n\n", "\n\n-- \n") + "\n"


@lru_cache(maxsize=512)
def _wrap(line: str) -> str:
    return wrapped(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _html(
    letter: Letter, subject: str, paragraphs: Sequence[str | tuple[Button, ...]], values: dict[str, str]
) -> str:
    *foot, last = footer(letter.language)
    return _layout().render(
        language=letter.language,
        subject=subject,
        study=letter.study,
        paragraphs=paragraphs,
        footer=[filled for part in foot if (filled := fill(part, values))],
        unsubscribe=letter.unsubscribe,
        unsubscribe_label=last.partition("{unsubscribe}")[0].rstrip(" \u00a0:"),
    )


@cache
def _address(mail_from: str) -> str:
    return parseaddr(mail_from)[1]


@cache
def _layout() -> Template:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("layout.html.jinja")


def _headers(letter: Letter, subject: str, sender: str, domain: str) -> bytes:
    lines = [
        _kept("From", letter.mail_from),
        _addressed("To", letter.name, letter.email),
        _kept("Subject", subject),
        _plain("Date", format_datetime(letter.at)),
        _plain("Message-ID", f"<{letter.mail_id}@{domain}>"),
        _kept("Reply-To", sender),
        _kept("MIME-Version", "1.0"),
        _kept("Content-Language", letter.language),
        _kept("Auto-Submitted", "auto-generated"),
        _kept("X-Auto-Response-Suppress", "All"),
        _plain("List-Unsubscribe", f"<{letter.unsubscribe}>"),
        _kept("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    return b"".join(lines)


def _addressed(header: str, name: str, address: str) -> bytes:
    if PLAIN_NAME.fullmatch(name) and PLAIN_ADDRESS.fullmatch(address):
        # Letters, spaces and the like: nothing to quote, and ten times as fast as parsing the whole.
        shown = name if name.isascii() else Header(name, "utf-8", maxlinelen=60).encode(linesep="\r\n")
        return f"{header}: {shown}\r\n <{address}>\r\n".encode()
    # Address refuses what is no address, the policy refuses line ends; commas and quotes in a name are escaped.
    return _folded(header, str(Address(name, addr_spec=address)))


@lru_cache(maxsize=256)
def _kept(header: str, value: str) -> bytes:
    # The same in most mails of a wave; folding one header costs as much as rendering the whole body.
    return _folded(header, value)


def _folded(header: str, value: str) -> bytes:
    return HEADERS.fold_binary(*HEADERS.header_store_parse(header, value))


def _plain(header: str, value: str) -> bytes:
    """A header of ASCII that Recueil made itself: nothing to encode, but line ends are refused all the same."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"the header {header} may hold printable ASCII only")
    return f"{header}: {value}\r\n".encode()


def _part(boundary: str, subtype: str, text: str) -> bytes:
    body = (
        binascii.b2a_qp(text.encode(), istext=True, header=False)
        .replace(b"\r\n", b"\n")
        .replace(b"\n", b"\r\n")
    )
    head = (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + body + b"\r\n"
