"""The endpoint behind the live page: what it stores, what it says follows, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.doors_centre.builders import Visitor, page, visitor
from tests.fixtures.studies import Opened


@pytest.fixture
def person(opened: Opened) -> Visitor:
    """Somebody inside."""
    return visitor(opened).enter()


def send(person: Visitor, address: str, typed: Any, **more: Any) -> TestResponse:
    """One answer as the page's script sends it."""
    code = person.codes[0]
    token = person.form(page(code, "terrain"))["csrf_token"]
    body = {
        "mutation": f"mutation-{address}-{typed}", "address": address, "typed": typed, "base": 0,
        "section": "terrain", "visit": "", **more,
    }  # fmt: skip
    return person.client.post(
        f"/patients/{code}/reponses", json=body, headers={"X-CSRFToken": token, "Accept": "application/json"}
    )


def test_the_reply_says_what_is_stored_and_what_follows(person: Visitor) -> None:
    reply = send(person, "ckd_mod", "1").get_json()
    assert reply["stored"] == {"ckd_mod": 1}
    assert reply["at"].startswith("enregistré à ")
    assert reply["marks"]["dial_start"][1] is False
    assert (
        send(person, "weight_kg", "180").get_json()["marks"]["weight_kg"][2].count("Valeur inhabituelle") == 1
    )


def test_a_replay_gets_the_same_reply(person: Visitor) -> None:
    first, again = send(person, "weight_kg", "70").get_json(), send(person, "weight_kg", "70").get_json()
    assert (first["revision"], first["stored"], first["at"]) == (
        again["revision"],
        again["stored"],
        again["at"],
    )


def test_a_stale_answer_gets_both_values(person: Visitor) -> None:
    send(person, "weight_kg", "70")
    answer = send(person, "weight_kg", "90")
    assert answer.status_code == 409
    (clash,) = answer.get_json()["clashes"]
    assert (clash["theirs"], clash["mine"], clash["who"]) == ("70\xa0kg", "90\xa0kg", "Dr MARTIN")


def test_what_is_not_understood_is_said_in_the_pages_language(person: Visitor) -> None:
    answer = send(person, "height_cm", "abc")
    assert answer.status_code == 422
    assert "n’est pas un nombre" in answer.get_json()["refused"]["height_cm"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "no such"},
        {"address": "../etc"},
        {"typed": {"v": 1}},
        {"typed": [1, 2]},
        {"missing": "XX"},
        {"comment": 3},
        {"base": "0"},
        {"mutation": "x"},
        {"mutation": "x" * 65},
        {"section": 4},
        {"reason": []},
    ],
)
def test_a_body_of_another_shape_is_refused_without_an_error(person: Visitor, wrong: dict[str, Any]) -> None:
    answer = send(person, **{"address": "weight_kg", "typed": "70", **wrong})
    assert answer.status_code == 400
    assert answer.get_json()["error"]


@pytest.mark.parametrize(
    "wrong", [{"address": "no_such"}, {"address": "weight_kg@m12"}, {"section": "nowhere"}]
)
def test_an_answer_to_nothing_is_refused(person: Visitor, wrong: dict[str, Any]) -> None:
    assert send(person, **{"address": "weight_kg", "typed": "70", **wrong}).status_code in (404, 422)
