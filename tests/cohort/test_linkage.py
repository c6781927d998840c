"""The figures of issue 4 on the shipped dirty list and on a generated one; the measure sees a careless linker."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.cohort.interpreting import fingerprinter, read_records
from app.cohort.known import Known
from app.cohort.persons import Person
from app.cohort.planning import plan
from app.cohort.reading import open_list
from bench.generator.lists import Dirt, simulate
from bench.linkage import GOALS, centres_of, pairs_of
from tests.cohort.builders import rules_of


def figures_of(file: Path, truth: Path) -> dict[str, float]:
    rules = rules_of("calci_sts")
    made = plan(read_records(open_list(file), rules, {}, fingerprinter(b"k" * 32)), Known(), rules)
    with truth.open(encoding="utf-8") as opened:
        truths = list(csv.DictReader(opened))
    return pairs_of(made, truths).figures() | centres_of(made, truths)


def assert_goals(figures: dict[str, float]) -> None:
    missed = {name: figures[name] for name, goal in GOALS.items() if figures[name] < goal}
    assert missed == {}
    assert figures["merged"] == 0
    assert figures["centre_ratio"] <= 1.15


@pytest.mark.parametrize("name", ["liste_propre", "liste_a"])
def test_the_shipped_lists_are_linked_as_well_as_promised(data: Path, name: str) -> None:
    assert_goals(figures_of(data / f"{name}.csv", data / f"{name}.truth.csv"))


def test_a_list_that_nobody_tuned_on_is_linked_as_well(tmp_path: Path) -> None:
    dirt = Dirt(typo=0.05, only_swaps=False, sex_missing=0.05, conflict=0.01)
    file = simulate(101, patients=1000, sites=150, dirt=dirt).write(tmp_path, "unseen")
    assert_goals(figures_of(file, tmp_path / "unseen.truth.csv"))


def test_the_same_seed_gives_the_same_list() -> None:
    assert simulate(5, patients=40).rows == simulate(5, patients=40).rows
    assert simulate(5, patients=40).rows != simulate(6, patients=40).rows


def test_the_measure_catches_a_linker_that_takes_any_initials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Person, "admits_initials", lambda *_: True)
    file = simulate(101, patients=1000, sites=150).write(tmp_path, "unseen")
    assert figures_of(file, tmp_path / "unseen.truth.csv")["precision"] < GOALS["precision"]
