"""Publishing a version: the same text is the same version, and a changed one says in words what changed."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from app.collection.errors import StudyFaulty
from app.collection.opening import open_study
from app.collection.questionnaires import versions_of
from app.journal.models import JournalEntry, JournalValue
from app.kernel.installation import Installation
from tests.fixtures.installations import COMMAND, NOW
from tests.forms.builders import MAIN, folder, indent


def published(
    installation: Installation, at: Path, question: str
) -> list[tuple[int, list[dict[str, object]]]]:
    """Opens the study with this question; every version's number and what it says it changed."""
    with installation.database.writing() as session:
        study = open_study(session, folder(at, main=MAIN + indent(question)), actor=COMMAND, now=NOW)
        return [(one.number, orjson.loads(one.changes)) for one in versions_of(session, study)]


def test_the_first_version_changes_nothing_and_the_same_text_is_no_new_one(
    installation: Installation, tmp_path: Path
) -> None:
    question = "{name: a, label: A, type: integer, unit: kg, hard: 1..5}"
    assert published(installation, tmp_path / "1", question) == [(1, [])]
    assert published(installation, tmp_path / "2", question) == [(1, [])]


def test_a_new_version_says_what_changed_in_words_and_the_journal_keeps_it(
    installation: Installation, tmp_path: Path
) -> None:
    published(installation, tmp_path / "1", "{name: a, label: A, type: integer, unit: kg, hard: 1..5}")
    (_, first), (number, second) = published(
        installation, tmp_path / "2", "{name: a, label: A, type: integer, unit: kg, hard: 1..6}"
    )
    assert (first, number) == ([], 2)
    told = {
        "fr": "Modifié : la question « a », hard: 1..5 → 1..6",
        "en": "Changed: question 'a', hard: 1..5 → 1..6",
        "harmful": False,
    }
    assert second == [told]
    with installation.database.reading() as session:
        query = select(JournalValue.reason).join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        reasons = session.scalars(query.where(JournalEntry.action == "questionnaire.published")).all()
    assert [one for one in reasons if one] == [told["fr"]]


def test_a_definition_that_cannot_be_asked_is_not_published(
    installation: Installation, tmp_path: Path
) -> None:
    circle = (
        "{name: a, label: A, type: yes_no, ask_if: b = 1}\n{name: b, label: B, type: yes_no, ask_if: a = 1}"
    )
    with pytest.raises(StudyFaulty, match="Circular condition: a → b → a"):
        published(installation, tmp_path / "1", circle)


def test_an_earlier_text_published_again_is_a_version_of_its_own(
    installation: Installation, tmp_path: Path
) -> None:
    old, new = (f"{{name: a, label: A, type: integer, hard: 1..{top}}}" for top in (5, 6))
    for at, question in enumerate((old, new, old)):
        versions = published(installation, tmp_path / str(at), question)
    assert [number for number, _ in versions] == [1, 2, 3]
    assert [one["en"] for one in versions[2][1]] == ["Changed: question 'a', hard: 1..6 → 1..5"]
