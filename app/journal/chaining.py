"""The arithmetic of the chain: what a commitment and a hash are made of. It touches no database."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

GENESIS = "0" * 64
CHAINED = (
    "seq", "actor_kind", "actor_name", "actor_role", "actor_organisation", "actor_ref",
    "study", "action", "subject_type", "subject_id", "field", "commitment", "previous_hash",
)  # fmt: skip


def commitment(salt: str, old: str | None, new: str | None, reason: str | None) -> str:
    """SHA-256 over salt, old, new and reason (64 hexadecimal characters)."""
    return _digest([salt, old, new, reason])


def entry_hash(entry: Mapping[str, object], at: datetime) -> str:
    """SHA-256 over every field of the entry, its commitment and the hash of the entry before it."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return _digest([instant, *(entry[name] for name in CHAINED)])


def _digest(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
