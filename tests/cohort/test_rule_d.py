"""Rule (d): what the frequencies of a list allow to link, and that a short list, a common name or a first request do not."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.cohort.dates import Birth
from app.cohort.initials import read_initials
from app.cohort.linking import Linkage, link
from app.cohort.persons import Member, Register
from bench.generator.words import FIRST_NAMES, SURNAMES

NO_BIRTH = Birth()
RULE = Linkage(timedelta(days=60))


def row(ref: int, initials: str, on: date, **other: Any) -> Member:
    facts: dict[str, Any] = {"centre": "A", "sex": 2, "birth": NO_BIRTH, "renewal": True, **other}
    return Member(
        ref=ref, initials=read_initials(initials), granted_on=on, valid_to=on + timedelta(days=89), **facts
    )


def crowd(count: int) -> list[Member]:
    """Other patients of a hundred centres, births known."""
    chance = Random(1)
    return [
        row(
            i,
            f"{chance.choice(SURNAMES)} {chance.choice(FIRST_NAMES)}",
            date(2012, 1, 1) + timedelta(days=chance.randrange(1800)),
            centre=f"C{i % 100}",
            birth=Birth(f"{chance.randrange(1930, 1960)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"),
            renewal=False,
        )
        for i in range(10, count + 10)
    ]


LATER, ELSEWHERE = {"on": date(2013, 9, 1)}, {"on": date(2012, 5, 1), "centre": "B", "birth": Birth("1941-07")}


@pytest.mark.parametrize(
    ("others", "second", "rule"),
    [
        (500, LATER, "d"),
        (500, ELSEWHERE, "d"),
        (2, LATER, "proposed"),
        (2, ELSEWHERE, "proposed"),
        (500, {**LATER, "renewal": False}, "proposed"),
        (500, {**LATER, "sex": 1}, "new"),
        (500, {**ELSEWHERE, "birth": NO_BIRTH, "on": date(2013, 9, 1)}, "new"),
    ],
)
def test_a_gap_or_a_move_is_linked_only_where_no_stranger_is_to_be_expected(
    others: int, second: dict[str, Any], rule: str
) -> None:
    first = row(1, "ZIM OD", date(2012, 2, 1), birth=second.get("birth", NO_BIRTH), renewal=False)
    later = row(2, "ZIM OD", **second)
    link(Register(), [*crowd(others), first, later], RULE)
    assert first.person is not None
    assert later.person is not None
    if rule == "d":
        assert (later.person, later.rule) == (first.person, "d")
    else:
        assert later.person is not first.person
        assert (later.person.proposals == [first.person]) == (rule == "proposed")


def test_a_name_that_half_the_centre_bears_is_proposed() -> None:
    alike = [row(i, f"{SURNAMES[i]} OD", date(2012, 2, 1), renewal=False) for i in range(3, 10)]
    common = [row(600 + i, f"ZIM {FIRST_NAMES[i]}", date(2012, 2, 1), centre="B", renewal=False) for i in range(30)]
    first, later = row(1, "ZIM OD", date(2012, 2, 1), renewal=False), row(2, "ZIM OD", **LATER)
    link(Register(), [*crowd(100), *alike, *common, first, later], RULE)
    assert later.person is not None
    assert later.person.why == "doubtful"
