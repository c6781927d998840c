"""Mutation ids: a request that arrives twice is done once and gets the same reply."""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from app.collection.errors import MutationReused
from app.collection.models import Mutation, Response
from app.kernel.prepared import Prepared, flushed

_KEPT = Prepared(
    select(Mutation.response_id, Mutation.digest, Mutation.reply).where(Mutation.id == bindparam("mutation"))
)
_KEEP = Prepared(insert(Mutation))


def digest_of(kind: str, content: object) -> str:
    """The fingerprint of what a request asks: the same id with another content is refused."""
    return hashlib.sha256(f"{kind}\x1f{content!r}".encode(errors="surrogatepass")).hexdigest()


def replayed(
    session: Session, response: Response | None, mutation_id: str, digest: str
) -> dict[str, Any] | None:
    """The reply that this mutation got the first time; None when it is new. Raises MutationReused.

    Call it with the response locked: two copies that arrive together then queue.
    """
    found = _KEPT.first(flushed(session), mutation=mutation_id)
    if found is None:
        return None
    response_id, known_digest, reply = found
    if response is None or response_id != response.id or known_digest != digest:
        raise MutationReused
    kept: dict[str, Any] = orjson.loads(reply)
    return kept


def remember(
    session: Session, response: Response, mutation_id: str, digest: str, reply: object, now: datetime
) -> None:
    """Keeps the reply with the transaction that earned it."""
    row: dict[str, object] = {
        "id": mutation_id,
        "response_id": response.id,
        "digest": digest,
        "reply": orjson.dumps(reply).decode(),
        "at": now,
    }
    _KEEP.run(flushed(session), row)
