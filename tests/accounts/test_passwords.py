"""The rules for choosing a password, the blocklist behind them, and the hash that is kept."""

import pytest

from app.accounts.errors import WeakPassword
from app.accounts.passwords import (
    MINIMUM,
    assert_strong,
    common_passwords,
    hash_password,
    one_time_password,
    verify_password,
)
from tests.fixtures.passwords import PRODUCTION


@pytest.mark.parametrize(
    "password",
    [
        "court-14-signes",
        "le chat dort sur le radiateur",
        "vingt-trois ventilateurs",
        "q8#Lz!v2Rt)0pWm",
        "".join(chr(0x61 + (i * 7 + i * i) % 26) for i in range(200)),
    ],
)
def test_long_unexpected_password_is_accepted(password: str) -> None:
    assert_strong(password, ("claire.martin@example.org",))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("quatorze-signe", "too short by one"),
        ("motdepassemotdepasse", "a common one"),
        ("Mot de passe, mot de passe !", "the same behind capitals and punctuation"),
        ("L1bert3g4lit3fr4t3rnit3", "the same behind look-alike digits"),
        ("correct horse battery staple", "famous"),
        ("azertyuiopqsdfghjklm", "a walk over the keyboard"),
        ("aaaaaaaaaaaaaaaaaaaa", "one letter"),
        ("abcabcabcabcabcabc", "one short pattern"),
        ("claire-martin-recueil-2026", "the person's own address and the house's name"),
        ("recueil-password-1234", "house words with a tail"),
        ("a" * 257, "longer than what is hashed"),
    ],
)
def test_expected_password_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword):
        assert_strong(password, ("claire.martin@example.org",))


def test_blocklist_holds_at_least_three_thousand_lower_case_entries() -> None:
    known = common_passwords()
    assert len(known) >= 3_000
    assert all(entry == entry.casefold() for entry in known)


def test_hash_is_argon2id_and_verifies_only_its_own_password() -> None:
    kept = hash_password("le chat dort sur le radiateur")
    assert kept.startswith("$argon2id$")
    assert PRODUCTION.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$"), "RFC 9106, low memory"
    assert verify_password(kept, "le chat dort sur le radiateur")
    assert not verify_password(kept, "le chat dort sur le radiateur ")


def test_two_ways_of_typing_an_accent_are_one_password() -> None:
    assert verify_password(hash_password("été à la mer, bientôt"), "e\u0301te\u0301 à la mer, bientôt")


def test_nobody_has_no_password() -> None:
    assert not verify_password(None, "anything at all")


def test_one_time_passwords_differ_and_pass_the_rules() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) >= MINIMUM
        assert_strong(password)
