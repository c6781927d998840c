"""What no page of ours would send: refused with a sentence, never an error of ours, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.collection.models import Submission
from app.outreach.models import Entry
from tests.doors_centre.builders import page, text_of, visitor
from tests.fixtures.studies import Opened


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("Dr\x00 Evil", 422, "caractère invisible"),
        ("x" * 201, 422, "200 au plus"),
        ("Dr  EVIL\n X", 303, ""),
    ],
)
def test_a_name_is_kept_on_one_line_or_refused_with_its_reason(opened: Opened, name: str, status: int, said: str) -> None:
    person = visitor(opened)
    person.send(f"/r/{person.token}")
    answer = person.send("/entrer", who="other", name=name, function="interne")
    assert answer.status_code == status
    assert said in text_of(answer)
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Entry.person_name)).all() == (["Dr EVIL X"] if status == 303 else [])


def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_is_handed_in_or_corrected(opened: Opened) -> None:
    person = visitor(opened).enter()
    code = person.codes[0]
    person.send(page(code, "terrain"), weight_kg="70")
    review = f"/patients/{code}/relecture"
    for because in ("vu\x00", "x" * 2_001):
        assert person.send(review, because=because).status_code == 422
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Submission)).all() == []
    assert person.send(review, because="le reste manque").status_code == 303
    answer = person.send(page(code, "terrain"), weight_kg="71", reason="vu\x00")
    assert answer.status_code == 422
    assert "caractère invisible" in text_of(answer)
    assert 'value="71"' in answer.text


def test_numbers_and_identifiers_that_no_page_sends_are_no_error_of_ours(opened: Opened) -> None:
    person = visitor(opened).enter()
    where = page(person.codes[0], "terrain")
    assert person.send(where, base="²", bases='{"weight_kg": 1e999}', weight_kg="70").status_code in (200, 303)
    for mutation in ("x" * 65, "é" * 10, "a\x00bcdefgh"):
        assert person.send(where, mutation=mutation, height_cm="170").status_code == 400
    assert person.get("/patients/%00/relecture").status_code == 404
    assert person.get("/?q=%00").status_code == 404
