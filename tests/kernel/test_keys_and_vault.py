"""Keys are made once and kept private; identities are sealed to their own cell."""

from pathlib import Path

import pytest

from app.kernel.errors import BadSetting
from app.kernel.keys import Keys
from app.kernel.vault import SealBroken, Vault


def test_keys_are_made_once_with_mode_600(tmp_path: Path) -> None:
    first = Keys.load_or_make(tmp_path)
    assert Keys.load_or_make(tmp_path) == first
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}


def test_each_use_has_its_own_key() -> None:
    keys = Keys.make()
    assert len({keys.link, keys.identity, keys.index, keys.centre_session, keys.sponsor_session}) == 5


def test_keys_never_show_in_a_traceback() -> None:
    assert repr(Keys.make()) == "Keys(…)"


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 32, b"a" * 32, b"x" * 64])
def test_a_weak_key_refuses_to_start(tmp_path: Path, content: bytes) -> None:
    Keys.load_or_make(tmp_path)
    (tmp_path / "keys" / "link.key").write_bytes(content)
    with pytest.raises(BadSetting, match="link"):
        Keys.load_or_make(tmp_path)


def test_a_key_readable_by_others_refuses_to_start(tmp_path: Path) -> None:
    Keys.load_or_make(tmp_path)
    (tmp_path / "keys" / "identity.key").chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        Keys.load_or_make(tmp_path)


def test_a_sealed_cell_opens_only_in_its_own_place() -> None:
    vault = Vault(Keys.make())
    sealed = vault.seal("patient_identity", "p1", "initials", "DUP MÀ")
    assert vault.open("patient_identity", "p1", "initials", sealed) == "DUP MÀ"
    for place in (
        ("other", "p1", "initials"),
        ("patient_identity", "p2", "initials"),
        ("patient_identity", "p1", "birth"),
    ):
        with pytest.raises(SealBroken):
            vault.open(*place, sealed)


@pytest.mark.parametrize("position", [0, 11, 12, -1])
def test_one_flipped_byte_is_noticed(position: int) -> None:
    vault = Vault(Keys.make())
    sealed = bytearray(vault.seal("t", 1, "c", "text"))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        vault.open("t", 1, "c", bytes(sealed))


def test_sealing_twice_gives_two_ciphertexts_and_one_index() -> None:
    vault = Vault(Keys.make())
    assert vault.seal("t", 1, "c", "text") != vault.seal("t", 1, "c", "text")
    many = vault.seal_all("t", "c", [(number, b"text") for number in range(100)])
    assert len({sealed[:12] for sealed in many}) == 100
    assert {vault.open("t", number, "c", sealed) for number, sealed in enumerate(many)} == {"text"}
    assert vault.index("mailbox", "a@example.org") == vault.index("mailbox", "a@example.org")
    assert vault.index("mailbox", "a@example.org") != vault.index("number", "a@example.org")
