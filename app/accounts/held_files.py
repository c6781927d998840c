"""Files between an upload and its confirmation: in the home, under a random name, for one session."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.errors import FileRefused, HeldFileGone
from app.accounts.models import HeldFile
from app.accounts.sessions import token_hash
from app.kernel.tables import random_key

LASTS = timedelta(hours=1)
LARGEST = 30 * 2**20  # as large as a list may be
SUFFIXES = (".xlsx", ".csv", ".txt")


def hold(
    session: Session,
    home: Path,
    *,
    token: str,
    study: str,
    purpose: str,
    name: str,
    content: bytes,
    now: datetime,
) -> HeldFile:
    """Keeps `content` for the session of `token`. The user's file name is shown, never used as a path.

    Raises FileRefused for an empty, oversized or unexpected file.
    """
    suffix = _suffix(name, content)
    held = HeldFile(
        id=random_key(),
        session_hash=token_hash(token),
        study=study,
        purpose=purpose,
        name=name.replace("\\", "/").rsplit("/", 1)[-1][:200],
        suffix=suffix,
        expires_at=now + LASTS,
    )
    path = held_path(home, held)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    session.add(held)
    session.flush()
    return held


def held_file(
    session: Session, held_id: str, *, token: str, study: str, purpose: str, now: datetime
) -> HeldFile:
    """The waiting file of this very session, study and purpose. Raises HeldFileGone for anything else."""
    held = session.get(HeldFile, held_id)
    expected = (token_hash(token), study, purpose)
    if held is None or held.expires_at <= now or (held.session_hash, held.study, held.purpose) != expected:
        raise HeldFileGone()
    return held


def held_path(home: Path, held: HeldFile) -> Path:
    """Where its bytes lie."""
    return home / "held" / f"{held.id}{held.suffix}"


def held_beside(home: Path, held: HeldFile, what: str) -> Path:
    """Where something made of it lies beside it; it goes when the file goes."""
    return home / "held" / f"{held.id}.{what}"


def release(session: Session, home: Path, held: HeldFile) -> None:
    """Forgets a file that was confirmed or given up."""
    session.delete(held)
    for path in (home / "held").glob(f"{held.id}.*"):
        path.unlink(missing_ok=True)


def _suffix(name: str, content: bytes) -> str:
    suffix = Path(name).suffix.lower()
    if not content:
        raise FileRefused(why_fr="il est vide ou absent.", why_en="it is empty or missing.")
    if len(content) > LARGEST:
        raise FileRefused(why_fr="il dépasse 30 Mo.", why_en="it is larger than 30 MB.")
    if suffix not in SUFFIXES:
        raise FileRefused(
            why_fr="un classeur .xlsx ou un fichier .csv est attendu.",
            why_en="an .xlsx workbook or a .csv file is expected.",
        )
    return suffix


def something_to_forget(home: Path, now: datetime) -> bool:
    """Whether a file is old enough to go: a look at the folder, cheap enough for every round of the worker."""
    old = (now - LASTS).timestamp()
    return any(path.stat().st_mtime <= old for path in (home / "held").glob("*"))


def forget_held(session: Session, home: Path, now: datetime) -> int:
    """Removes every file whose hour is over, and what an interrupted upload left without a row; how many."""
    gone = session.scalars(delete(HeldFile).where(HeldFile.expires_at <= now).returning(HeldFile.id)).all()
    known = set(session.scalars(select(HeldFile.id)))
    old = (now - LASTS).timestamp()
    stray = [
        path
        for path in (home / "held").glob("*")
        if path.stem in gone or (path.stem not in known and path.stat().st_mtime <= old)
    ]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)
