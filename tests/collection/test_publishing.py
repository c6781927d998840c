"""Publishing a version: the same text is the same version, and a changed one says in words what changed."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from app.cohort.errors import PrefixTaken
from app.cohort.studies import list_studies
from app.collection.errors import StudyFaulty
from app.collection.opening import open_study
from app.collection.questionnaires import versions_of
from app.collection.versions import history
from app.journal.models import JournalEntry, JournalValue
from app.kernel.installation import Installation
from forms.loading import shipped
from tests.fixtures.installations import COMMAND, NOW
from tests.forms.builders import MAIN, STUDY, folder, indent


def published(
    installation: Installation, at: Path, question: str
) -> list[tuple[int, list[dict[str, object]]]]:
    """Opens the study with this question; every version's number and what it says it changed."""
    with installation.database.writing() as session:
        study = open_study(session, folder(at, main=MAIN + indent(question)), actor=COMMAND, now=NOW)
        return [(one.number, orjson.loads(one.changes)) for one in versions_of(session, study)]


LIST = (shipped("calci_sts") / "list.yaml").read_text(encoding="utf-8")


def test_a_changed_list_rule_is_journalled_with_old_and_new(
    installation: Installation, tmp_path: Path
) -> None:
    for at, text in enumerate((LIST, LIST + "# nothing\n", LIST.replace("from: 2012", "from: 2010"))):
        with installation.database.writing() as session:
            study = open_study(session, folder(tmp_path / str(at), list=text), actor=COMMAND, now=NOW)
            assert len(versions_of(session, study)) == 1
    with installation.database.reading() as session:
        query = select(JournalEntry.field, JournalEntry.actor_name, JournalValue.old, JournalValue.new)
        query = query.join(JournalValue, JournalEntry.seq == JournalValue.seq).order_by(JournalEntry.seq)
        told = session.execute(query.where(JournalEntry.action == "list_rules.changed")).all()
    assert ("window.from", COMMAND.name, None, "2012-01-01") in told
    assert told[-1] == ("window.from", COMMAND.name, "2012-01-01", "2010-01-01")
    assert len({one.field for one in told}) == len(told) - 1


def test_what_the_check_refuses_is_not_opened_nor_a_prefix_in_use(
    installation: Installation, tmp_path: Path
) -> None:
    reversed_window = LIST.replace("from: 2012", "from: 2019")
    with installation.database.writing() as session:
        with pytest.raises(StudyFaulty, match=r"list.yaml:\d+:\d+: The range '2019-01-01..2016-12-31'"):
            open_study(session, folder(tmp_path / "1", list=reversed_window), actor=COMMAND, now=NOW)
        open_study(session, folder(tmp_path / "2"), actor=COMMAND, now=NOW)
        other = STUDY.replace("study: small", "study: other").replace("prefix: SMA", "prefix: Sma")
        with pytest.raises(PrefixTaken, match="already that of the study “small”"):
            open_study(session, folder(tmp_path / "3", study=other), actor=COMMAND, now=NOW)
        assert [one.code for one in list_studies(session)] == ["small"]


def test_what_an_author_said_of_a_version_is_shown_once(installation: Installation, tmp_path: Path) -> None:
    first, second = (STUDY + f"changes: {said}\n" for said in ("First version.", "More."))
    for at, (text, top) in enumerate(((first, 5), (second, 6), (first, 5))):
        rows = MAIN + indent(f"{{name: a, label: A, type: integer, hard: 1..{top}}}")
        with installation.database.writing() as session:
            study = open_study(
                session, folder(tmp_path / str(at), study=text, main=rows), actor=COMMAND, now=NOW
            )
    with installation.database.reading() as session:
        assert [one.said.en for one in history(session, study)] == ["", "More.", "First version."]


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
        "fr": "Modifié\u00a0: la question «\u00a0A\u00a0» (a), valeurs possibles\u00a0: 1..5 → 1..6",
        "en": "Changed: question 'A' (a), possible values: 1..5 → 1..6",
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
    assert [one["en"] for one in versions[2][1]] == ["Changed: question 'A' (a), possible values: 1..6 → 1..5"]
