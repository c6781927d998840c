"""Identities sealed cell by cell, and blind indexes to find them again without opening them."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kernel.errors import Refusal
from app.kernel.keys import Keys

NONCE_BYTES = 12


class SealBroken(Refusal):
    """A sealed cell does not open: altered, moved from another cell, or sealed with another key."""

    code = "seal-broken"
    fr = "Une identité chiffrée ne s’ouvre pas ({where}) : clé différente ou donnée altérée."
    en = "An encrypted identity does not open ({where}): another key, or altered data."


class Vault:
    """Seals text with AES-256-GCM, each cell bound to its table, row and column."""

    def __init__(self, keys: Keys) -> None:
        self._cipher = AESGCM(keys.identity)
        self._index_key = keys.index

    def seal(self, table: str, row_id: str | int, column: str, text: str) -> bytes:
        """The sealed bytes of `text`: 12 bytes of nonce, then ciphertext and tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _bound(table, row_id, column))

    def seal_all(self, table: str, column: str, cells: Sequence[tuple[str | int, bytes]]) -> list[bytes]:
        """`seal` for one column of many rows, given as (row id, text in UTF-8): one draw of randomness for all."""
        drawn, size, encrypt = (
            secrets.token_bytes(NONCE_BYTES * len(cells)),
            NONCE_BYTES,
            self._cipher.encrypt,
        )
        nonces = [drawn[start : start + size] for start in range(0, len(drawn), size)]
        return [
            nonce + encrypt(nonce, text, _bound(table, row_id, column))
            for nonce, (row_id, text) in zip(nonces, cells, strict=True)
        ]

    def open(self, table: str, row_id: str | int, column: str, sealed: bytes) -> str:
        """The text that was sealed for exactly this cell. Raises SealBroken otherwise."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, _bound(table, row_id, column)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(where=f"{table}.{column}") from error

    def index(self, purpose: str, text: str) -> str:
        """A keyed fingerprint of `text` (64 hexadecimal characters): equal texts meet, nobody reads them."""
        return hmac.new(self._index_key, f"{purpose}\x1f{text}".encode(), hashlib.sha256).hexdigest()


def _bound(table: str, row_id: str | int, column: str) -> bytes:
    return f"{table}\x1f{row_id}\x1f{column}".encode()
