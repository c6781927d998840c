"""Passwords: the rules for choosing one (NIST 800-63B-4), the hash that is kept, and one-time passwords."""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.errors import WeakPassword

MINIMUM = 15  # without a second factor
MAXIMUM = 256  # argon2 would hash a novel; nobody types one
FRESH_CHARACTERS = 8  # what must remain once the words everybody would try first are taken out
ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: it is read aloud and retyped
COMMON = Path(__file__).with_name("common_passwords.txt")
HOUSE_WORDS = ("recueil", "motdepasse", "password", "promoteur", "sponsor", "gestionnaire", "manager")
LOOKALIKES = str.maketrans("013457@$!€", "oieastasie")

_hasher = PasswordHasher()  # argon2id with the library's RFC 9106 low-memory profile
# Two hashes at a time: a flood of sign-ins must not take the machine's memory and cores.
_hashing = threading.BoundedSemaphore(2)
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def normalised(password: str) -> str:
    """The password as it is compared and hashed: NFKC, so that two keyboards type the same one."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    with _hashing:
        return _hasher.hash(normalised(password))


def verify_password(kept: str | None, password: str) -> bool:
    """Whether `password` is the one behind `kept`; takes as long for nobody (None) as for somebody."""
    with _hashing:
        try:
            return _hasher.verify(kept or _NOBODY, normalised(password)[:MAXIMUM]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def one_time_password() -> str:
    """Four groups of five: about 98 bits, easy to read over the telephone."""
    groups = ("".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def assert_strong(password: str, own_words: Iterable[str] = ()) -> None:
    """Raises WeakPassword for one that is too short, or made of what everybody would try first.

    `own_words`: the parts of the person's address, study codes. No rule on kinds of characters and no
    rotation (NIST 800-63B-4 3.1.1.2): length and the blocklist do the work.
    """
    password = normalised(password)
    if len(password) < MINIMUM:
        raise WeakPassword(
            why_fr=f"il faut au moins {MINIMUM} caractères ; une phrase fait très bien l’affaire.",
            why_en=f"at least {MINIMUM} characters are needed; a sentence does very well.",
        )
    if len(password) > MAXIMUM:
        raise WeakPassword(why_fr=f"au plus {MAXIMUM} caractères.", why_en=f"{MAXIMUM} characters at most.")
    if _is_common(password) or _left_over(password, own_words) < FRESH_CHARACTERS:
        raise WeakPassword(
            why_fr="il est fait de mots que l’on essaierait d’abord (courants, ou tirés de votre adresse).",
            why_en="it is made of words anybody would try first (common ones, or parts of your address).",
        )


@cache
def common_passwords() -> frozenset[str]:
    """The blocklist, one entry a line; how it was made is said at its head."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _is_common(password: str) -> bool:
    bare = re.sub(r"[\W_]+", "", password.casefold())
    known = common_passwords()
    return any(form in known for form in (password.casefold(), bare, bare.translate(LOOKALIKES)))


def _left_over(password: str, own_words: Iterable[str]) -> int:
    """How many characters remain without the words to be expected, common tails and repetitions."""
    bare = re.sub(r"[\W_]+", "", password.casefold())
    parts = {part for word in own_words for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= 3}
    for word in sorted({*parts, *HOUSE_WORDS}, key=len, reverse=True):
        bare = bare.replace(word, "")
    bare = re.sub(r"(.+?)\1{2,}", r"\1", bare)  # abcabcabc says abc
    if bare in common_passwords() or re.sub(r"\d{1,4}$", "", bare) in common_passwords():
        return 0
    return len(bare)
