"""What a list's headers say: the unit of its durations, and which headers nobody understood."""

from __future__ import annotations

import pytest

from app.cohort.columns import Grid
from app.cohort.headers import read_headers
from tests.cohort.builders import rules_of


@pytest.mark.parametrize(
    ("header", "cell", "days"),
    [
        ("DUREE", "90", 90),
        ("DUREE", "3 mois", 91),
        ("DUREE", "12", None),
        ("Durée (mois)", "12", 365),
        ("Durée (mois)", "1,5", 46),
        ("Durée (mois)", "90 J", 90),
        ("Durée en jours", "12", 12),
        ("DUREE ATU (semaines)", "12", 84),
        ("duration_months", "3", 91),
        ("Duration (days)", "7", 7),
        ("Durée (mois)", "90", None),
    ],
)
def test_a_bare_duration_is_in_the_unit_of_its_header(header: str, cell: str, days: int | None) -> None:
    columns = read_headers(["NUM", "OCTROI", header], {})
    dated = Grid([("1", "15/01/2012", cell)], columns, rules_of("calci_sts")).dates()[0]
    assert dated.duration_days == days
    assert ("duration_unit" in dated.flags) == (days is None)
    assert (dated.valid_to is None) == (days is None)


def test_a_header_mapped_by_hand_tells_its_unit_too() -> None:
    assert (
        read_headers(["NUM", "Validité accordée, mois"], {"VALIDITE ACCORDEE MOIS": "dur_raw"}).duration_unit
        == "M"
    )
