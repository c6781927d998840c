"""Uploaded files on their way from the browser to a confirmation, for every page that imports something."""

from pathlib import Path

from flask import request

from app.accounts.held_files import held_file, held_path, hold, release
from app.accounts.models import HeldFile
from app.doors.request import installation, now, session
from app.doors.sponsor.rights import someone, study


def hold_upload(purpose: str) -> HeldFile:
    """Keeps the file of this form for the session, the study and `purpose`. Raises FileRefused."""
    file = request.files.get("file")
    return hold(
        session(),
        installation().settings.home,
        token=someone().token,
        study=study().code,
        purpose=purpose,
        name=(file.filename if file else None) or "",
        content=file.read() if file else b"",
        now=now(),
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
