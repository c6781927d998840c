"""The secret keys, made at the first start and kept beside the database, never in it."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from app.kernel.errors import BadSetting

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """One key for each use, 32 bytes each, so that none is asked to do two jobs."""

    link: bytes
    identity: bytes
    index: bytes
    centre_session: bytes
    sponsor_session: bytes
    unsubscribe: bytes

    def __repr__(self) -> str:
        return "Keys(…)"

    @classmethod
    def make(cls) -> "Keys":
        """Fresh keys, nowhere stored."""
        return cls(*(secrets.token_bytes(KEY_BYTES) for _ in fields(cls)))

    @classmethod
    def load_or_make(cls, home: Path) -> "Keys":
        """The keys of this home, made (mode 600) where missing.

        Raises BadSetting when a key file is short or readable by others.
        """
        folder = home / "keys"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(*(_load_or_make(folder / f"{field.name}.key") for field in fields(cls)))


def _load_or_make(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise BadSetting(
            name=str(path),
            why_fr="ce fichier de clé est lisible par d’autres ; faites `chmod 600`.",
            why_en="this key file is readable by others; run `chmod 600` on it.",
        )
    key = path.read_bytes()
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise BadSetting(
            name=str(path),
            why_fr="cette clé n’a pas 32 octets aléatoires ; remettez le fichier d’origine.",
            why_en="this key is not 32 random bytes; put the original file back.",
        )
    return key


def _make(path: Path) -> None:
    # Written aside and linked into place: two first starts at once agree on one key, never on half of one.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
