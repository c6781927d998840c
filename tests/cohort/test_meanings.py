"""The desk marks what two rows really say otherwise, not how they write it."""

from datetime import date

import pytest

from app.cohort.meanings import day_meant, same


@pytest.mark.parametrize(
    ("field", "one", "other", "agree"),
    [
        ("dur_raw", "1M", "1 mois", True),
        ("dur_raw", "1 mois", "3 mois", False),
        ("sex", "F", "Mme", True),
        ("sex", "F", "H", False),
        ("grant_d", "41866", "15/08/2014", True),
        ("grant_d", "41874", "15/08/2014", False),
        ("grant_d", "bientôt", "tantôt", False),
        ("birth_raw", "03/1948", "12/03/1948", True),
        ("birth_raw", "04/1948", "12/03/1948", False),
        ("pt_ini", "DM", "DUP MA", True),
        ("pt_ini", "DUR MA", "DUP MA", False),
        ("city", "TOULOUSE CEDEX 9", "Toulouse", True),
        ("atu_prev", "", "12", True),
        ("presc_name", "Dr Morel", "MOREL", True),
        ("atu_num", "12", "13", False),
    ],
)
def test_cells_are_compared_by_what_they_mean(field: str, one: str, other: str, agree: bool) -> None:
    assert same(field, {field: one}, {field: other}) is agree
    assert same(field, {field: other}, {field: one}) is agree


def test_a_bare_serial_number_is_said_as_its_day() -> None:
    assert day_meant("grant_d", "41866") == day_meant("grant_d", "41866.0") == date(2014, 8, 15)
    assert day_meant("grant_d", "15/08/2014") is day_meant("atu_num", "41866") is None
