"""A new question type is one class: defined here and named nowhere else, it is asked, checked, shown and exported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cohort.centres import ensure_centre
from app.cohort.patients import enrol_patient
from app.collection.opening import open_study
from app.doors.centre import create_app
from app.extraction.exporting import export
from app.kernel.installation import Installation
from forms.checking import check
from forms.definition import Derived, Label, Question
from forms.refusals import AnswerRefused
from forms.types import TYPES, Column, QuestionType
from tests.doors_centre.builders import Visitor, page, text_of, token_for
from tests.fixtures.installations import COMMAND, NOW
from tests.forms.builders import folder, indent

HEAD = "section: main\nletter: A\nlabel: {fr: Principal, en: Main}\nquestions:\n"
QUESTIONS = """
{name: start_d, label: {fr: Début, en: Start}, type: date, required: core}
{name: pain, label: {fr: Douleur, en: Pain}, type: stars, required: core}
{name: pain_why, label: {fr: Pourquoi, en: Why}, type: text, ask_if: "pain > 3"}
"""


class Stars(QuestionType):
    """One to five stars, typed as such."""

    name = "stars"
    width = "number"
    typing = Label("de * à *****", "from * to *****")

    def take(self, typed: Any, question: Question) -> int:
        """How many stars."""
        del question
        if not isinstance(typed, str) or not re.fullmatch(r"\*{1,5}", typed):
            raise AnswerRefused("not_a_number", typed=typed)
        return len(typed)

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """« ★★★ »."""
        del question, language
        return "★" * int(value)

    def editable(self, cell: Any, question: Question, language: str) -> str:
        """« *** »."""
        del question, language
        return "*" * (cell.value or 0)

    def columns(self, question: Question) -> list[Column]:
        """The count, and how it was drawn."""
        return [
            Column(question.name, "integer", question.label, question=question.name),
            Column(f"{question.name}_drawn", "text", question.label, question=question.name),
        ]

    def values(self, cell: Any, question: Question) -> list[Any]:
        """The count, and the stars."""
        del question
        return [cell.value, None if cell.value is None else "*" * cell.value]


@pytest.fixture
def starred(tmp_path: Path) -> Path:
    """A study that asks for stars."""
    return folder(tmp_path / "small", main=HEAD + indent(QUESTIONS))


@pytest.fixture
def stars(monkeypatch: pytest.MonkeyPatch) -> Stars:
    """The type, while the test lasts."""
    made = Stars()
    monkeypatch.setitem(TYPES, made.name, made)
    return made


def enrolled(installation: Installation, study_folder: Path) -> tuple[Visitor, str]:
    """Somebody inside at a centre of that study, and their one patient."""
    with installation.database.writing() as session:
        study = open_study(session, study_folder, actor=COMMAND, now=NOW)
        centre = ensure_centre(session, study, "CHU RANGUEIL", actor=COMMAND, now=NOW)
        patient = enrol_patient(session, installation.vault, study, centre, actor=COMMAND, now=NOW)
        centre_id, code = centre.id, patient.code
    token = token_for(installation, "small", centre_id)
    return Visitor(create_app(installation).test_client(), token).enter(), code


def test_a_type_that_is_not_registered_is_a_fault_of_its_question(starred: Path) -> None:
    (fault,) = check(starred)
    assert fault.code == "unknown_type"
    assert "stars" in fault.message_en


def test_a_new_type_is_drawn_parsed_evaluated_shown_and_exported(
    installation: Installation, starred: Path, stars: Stars, tmp_path: Path
) -> None:
    person, code = enrolled(installation, starred)
    path = page(code, "main")
    drawn = person.get(path).text
    assert stars.typing.fr in drawn
    assert re.search(r'name="pain"[^>]*class="w-number"', drawn)
    refused = person.send(path, pain="beaucoup", do="next")
    assert "« beaucoup » n’est pas un nombre" in text_of(refused)
    assert 'value="beaucoup"' in refused.text
    person.send(path, start_d="12/03/2014", pain="****", do="stay")
    assert person.form(path)["pain"] == "****"
    assert "★★★★" in text_of(person.get(f"/patients/{code}/imprimer"))
    export(installation, "small", tmp_path / "small.xlsx", actor=COMMAND, now=NOW)
    book = openpyxl.load_workbook(tmp_path / "small.xlsx")
    head, row = list(book["patients"].iter_rows(values_only=True))[:2]
    told = dict(zip(head, row, strict=True))
    assert (told["pain"], told["pain_drawn"]) == (4, "****")
