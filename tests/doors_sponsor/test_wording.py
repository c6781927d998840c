"""The sponsor's door in English: nothing untranslated, the compiled catalogue is the written one."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import app.doors.sponsor as sponsor
from app.doors.sponsor.wording_journal import ACTIONS

DOOR = Path(sponsor.__file__).parent
MESSAGES = DOOR / "translations" / "en" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def written() -> Catalog:
    """messages.po as people edit it."""
    with (MESSAGES / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def said() -> set[str]:
    """Every French sentence of the door's code and templates, the first form of a plural."""
    found = set()
    for _, _, message, _, _ in extract_from_dir(DOOR, METHODS, keywords=KEYWORDS):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def key(message: object) -> str:
    """The source text of an entry, the first form of a plural."""
    text = message.id  # type: ignore[attr-defined]
    return text[0] if isinstance(text, tuple | list) else text


def forms(message: object) -> list[str]:
    """What stands for it in English, in all its forms."""
    text = message.string  # type: ignore[attr-defined]
    return list(text) if isinstance(text, tuple | list) else [text]


def test_everything_said_is_translated_and_nothing_more(written: Catalog) -> None:
    kept = {key(message) for message in written if message.id}
    shared = {text for text in kept if text.startswith(("Vous n’avez pas accès", "Cette page n’existe"))}
    assert said() - kept == set()
    assert len(kept - said()) <= len(shared) + 12  # the sentences of the doors' common machinery


def test_no_translation_is_empty_or_loses_a_placeholder(written: Catalog) -> None:
    for message in written:
        if message.id:
            assert all(forms(message)), message.id
            assert list(message.check(written)) == [], message.id


def test_compiled_catalogue_is_the_written_one(written: Catalog) -> None:
    with (MESSAGES / "messages.mo").open("rb") as file:
        compiled = {key(one): forms(one) for one in read_mo(file) if one.id}
    assert compiled == {key(one): forms(one) for one in written if one.id}


def test_french_has_its_non_breaking_spaces() -> None:
    wrong = [text for text in said() if any(f" {mark}" in text for mark in ":;?!»") or "« " in text]
    assert wrong == []


def test_every_kind_of_journal_entry_has_its_words() -> None:
    nouns = "|".join({action.split(".")[0] for action in ACTIONS})
    rooms = [path for path in DOOR.parents[1].rglob("*.py") if DOOR.parent not in path.parents]
    kinds = {kind for path in rooms for kind in re.findall(rf'"((?:{nouns})\.[a-z_]+)"', path.read_text())}
    assert {kind for kind in kinds if not kind.endswith((".id", ".yaml"))} == set(ACTIONS)
