"""Uploaded files on their way from the browser to a confirmation, for every page that imports something."""

import re
from pathlib import Path

from flask import request

from app.accounts.errors import FileRefused
from app.accounts.held_files import held_file, held_path, hold, release
from app.accounts.models import HeldFile
from app.cohort.reading import decode
from app.doors.request import installation, now, session
from app.doors.sponsor.rights import someone, study

# How images, PDFs and old workbooks begin, and what the text of no list holds.
OTHER_KINDS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\xd0\xcf\x11\xe0")
CONTROL = re.compile(r"[\x01-\x08\x0e-\x1b]")


def hold_upload(purpose: str) -> HeldFile:
    """Keeps the file of this form for the session, the study and `purpose`. Raises FileRefused."""
    file = request.files.get("file")
    content = file.read() if file else b""
    _expect_table(content)
    return hold(
        session(),
        installation().settings.home,
        token=someone().token,
        study=study().code,
        purpose=purpose,
        name=(file.filename if file else None) or "",
        content=content,
        now=now(),
    )


def _expect_table(content: bytes) -> None:
    """Refuses what is neither workbook nor text, whatever its name says."""
    if content.startswith(b"PK"):
        return
    if content.startswith(OTHER_KINDS) or CONTROL.search(decode(content[:4000])):
        raise FileRefused(
            why_fr="ce n’est ni un classeur .xlsx ni un fichier .csv, quel que soit son nom.",
            why_en="it is neither an .xlsx workbook nor a .csv file, whatever its name.",
        )


def held_upload(held_id: str, purpose: str) -> HeldFile:
    """The file this person holds for this purpose. Raises HeldFileGone."""
    return held_file(
        session(), held_id, token=someone().token, study=study().code, purpose=purpose, now=now()
    )


def path_of(held: HeldFile) -> Path:
    """Where the bytes lie."""
    return held_path(installation().settings.home, held)


def let_go(held: HeldFile) -> None:
    """Forgets the file."""
    release(session(), installation().settings.home, held)
