"""The shipped lists come out as their truth files and the golden counts say."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.cohort.models import FATES
from tests.cohort.builders import Cohort

FATE_OF = {"keep": "kept", "unreadable_date": "review"}


def truths(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def one_to_one(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether two namings are the same up to renaming."""
    there: defaultdict[str, set[str]] = defaultdict(set)
    back: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        there[one].add(other)
        back[other].add(one)
    return all(len(names) == 1 for names in (*there.values(), *back.values()))


@pytest.mark.parametrize("name", ["liste_propre.xlsx", "liste_propre.csv"])
def test_the_clean_list_comes_out_as_its_truth(cohort: Cohort, data: Path, name: str) -> None:
    cohort.take_file(data / name)
    traced, expected = cohort.trace(), truths(data / "liste_propre.truth.csv")
    assert [t.atu_num for t in traced] == [e["atu_num"] for e in expected]
    assert [t.fate for t in traced] == [FATE_OF.get(e["fate"], e["fate"]) for e in expected]
    kept = [(t, e) for t, e in zip(traced, expected, strict=True) if t.fate == "kept"]
    assert one_to_one((t.patient, e["patient"]) for t, e in kept)
    assert one_to_one((t.centre, e["site"]) for t, e in kept)
    assert all(t.patient and t.centre for t, _ in kept)


def test_the_golden_list_gives_the_numbers_of_the_domain(cohort: Cohort, data: Path) -> None:
    counts = cohort.take_file(data / "golden.csv").counts()
    assert counts == {
        "read": 13,
        "kept": 7,
        "duplicate": 1,
        "refused": 1,
        "other_product": 0,
        "other_indication": 1,
        "outside_window": 1,
        "review": 2,
        "new": 13,
        "patients": 3,
        "centres": 4,
    }


def test_the_golden_patients_have_their_courses_sites_and_incidence(cohort: Cohort, data: Path) -> None:
    cohort.take_file(data / "golden.csv")
    traced = cohort.trace()
    a, b, c = cohort.patients()
    mine = [t for t in traced if t.patient == a.code and t.fate == "kept"]
    assert {t.course for t in mine} == {1, 2}
    assert len({t.centre for t in mine}) == 2
    assert len(mine) == 5
    assert (a.incident, b.incident) == (True, False)
    assert c.first_grant_on is not None
    assert c.first_grant_on.isoformat() == "2013-01-01"
    places = [(centre.name, centre.city, centre.department) for centre in cohort.centres()]
    assert places == [
        ("CHU RANGUEIL", "TOULOUSE", "31"),
        ("CH ALBI", "ALBI", "81"),
        ("CH SAINT-DENIS", "SAINT DENIS", "93"),
        ("CHU ST DENIS", "ST DENIS REUNION", "974"),
    ]


def test_review_of_the_golden_list_holds_the_calcinosis_and_the_31st_of_february(
    cohort: Cohort, data: Path
) -> None:
    cohort.take_file(data / "golden.csv")
    assert {t.atu_num for t in cohort.trace() if t.fate == "review"} == {"1300800", "1400555"}
    assert {case.why for case in cohort.cases()} == {"indication_unclear", "date_unreadable"}


@pytest.mark.parametrize("names", [("liste_a.xlsx", "liste_a.csv"), ("liste_a.csv", "liste_a.xlsx")])
def test_the_dirty_list_twice_adds_nothing_in_either_format(
    cohort: Cohort, data: Path, names: tuple[str, str]
) -> None:
    first = cohort.take_file(data / names[0]).counts()
    again = cohort.take_file(data / names[0]).counts()
    other = cohort.take_file(data / names[1]).counts()
    assert first["new"] == first["read"] == 1233
    assert again == {**first, "new": 0}
    assert other == again
    assert len(cohort.trace()) == 1233


def test_every_row_of_the_dirty_list_is_accounted_for(cohort: Cohort, data: Path) -> None:
    report = cohort.take_file(data / "liste_a.xlsx")
    counts = report.counts()
    assert sum(counts[fate] for fate in FATES) == counts["read"] == len(list(report.rows))


def test_the_dirty_list_keeps_nothing_wrongly_and_merges_nobody(cohort: Cohort, data: Path) -> None:
    cohort.take_file(data / "liste_a.csv")
    pairs = list(zip(cohort.trace(), truths(data / "liste_a.truth.csv"), strict=True))
    kept = [(t, e) for t, e in pairs if t.fate == "kept"]
    assert all(e["fate"] == "keep" for _, e in kept)
    assert one_to_one((t.patient, e["patient"]) for t, e in kept)
    assert one_to_one((t.centre, e["site"]) for t, e in kept)
    assert len(cohort.cases()) < 60


def test_a_dry_run_says_what_the_import_does_and_writes_nothing(cohort: Cohort, data: Path) -> None:
    checked = cohort.check(data / "liste_a.csv").counts()
    assert cohort.trace() == []
    assert cohort.take_file(data / "liste_a.csv").counts() == checked
