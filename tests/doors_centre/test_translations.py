"""Every sentence of the centre door exists in English, and the compiled file says what the readable one says."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import app.doors.centre

HOME = Path(app.doors.centre.__file__).parent
ENGLISH = HOME / "translations" / "en" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]


def english() -> Catalog:
    """The readable catalogue."""
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file)


def sources() -> set[object]:
    """The sentences of the code and the templates."""
    return {_key(found[2]) for found in extract_from_dir(str(HOME), METHODS)}


def known(catalogue: Catalog) -> dict[object, Message]:
    """The messages by their French."""
    return {_key(message.id): message for message in catalogue if message.id}


def _key(text: object) -> object:
    return tuple(text) if isinstance(text, list) else text


def test_every_sentence_is_translated() -> None:
    translated = {key for key, message in known(english()).items() if message.string and all(message.string)}
    assert {one for one in sources() if one not in translated} == set()


def test_the_compiled_file_says_the_same() -> None:
    with (ENGLISH / "messages.mo").open("rb") as file:
        compiled = known(read_mo(file))
    readable = {key: _key(message.string) for key, message in known(english()).items()}
    assert {key: _key(message.string) for key, message in compiled.items()} == readable


def test_french_punctuation_never_begins_a_line() -> None:
    loose = [text for text in map(str, sources()) if re.search(r"\S [:;?!»]|« ", text)]
    assert loose == []
