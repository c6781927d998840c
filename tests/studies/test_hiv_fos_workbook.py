"""hiv_fos: eleven patients enrolled with no list give, from the workbook, the slide's figures."""

from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.studies.collected import Row, known, workbook


@pytest.fixture
def rows(installation: Installation, command: Actor, now: datetime, tmp_path: Path) -> list[Row]:
    """The patients sheet of the eleven patients."""
    return workbook(installation, "hiv_fos", "hiv_fos", command, now, tmp_path)["patients"]


def spread(rows: list[Row], name: str) -> tuple[float, float, float]:
    """Median, least and greatest of a column."""
    values = known(rows, name).values()
    return round(median(values), 2), round(min(values), 2), round(max(values), 2)


def test_characteristics_at_inclusion(rows: list[Row]) -> None:
    names = ("age_j0", "haart_y", "v_log10_s0", "v_cd4_s0", "n_tam", "n_nnrti", "n_pi", "n_t20", "n_arv")
    assert {name: spread(rows, name) for name in names} == {
        "age_j0": (49, 33, 75), "haart_y": (12, 4.5, 13.2), "v_log10_s0": (5.18, 4.72, 6.66), "v_cd4_s0": (10, 1, 49),
        "n_tam": (4, 2, 4), "n_nnrti": (2, 1, 3), "n_pi": (5, 4, 6), "n_t20": (2, 0, 2), "n_arv": (14, 6, 16),
    }  # fmt: skip
    assert {name: sum(known(rows, name).values()) for name in ("exp_t20", "exp_tpv", "oi_active")} == {
        "exp_t20": 8, "exp_tpv": 7, "oi_active": 9,
    }  # fmt: skip
    assert {row["cdc_stage"] for row in rows} == {3}


def test_primary_endpoint(rows: list[Row]) -> None:
    responders = known(rows, "resp_w6")
    assert (sum(responders.values()), len(responders)) == (8, 11)
    assert round(100 * sum(responders.values()) / len(responders), 1) == 72.7
    assert sum(known(rows, "resp_w6_itt").values()) == 8


def test_changes_during_induction(rows: list[Row]) -> None:
    assert spread(rows, "hiv_dlog_w2")[0] == -1.99
    assert spread(rows, "hiv_dlog_w6") == (-1.79, -2.81, 0)
    assert spread(rows, "hiv_dlog_w6_itt")[0] == -1.79


def test_changes_during_maintenance(rows: list[Row]) -> None:
    assert sum(row["after_ind"] == 1 for row in rows) == 6
    assert sum(row["after_ind"] == 2 for row in rows) == 2
    names = ("hiv_dlog_pe12", "hiv_dcd4_pe12", "hiv_dlog_pe24", "hiv_dcd4_pe24")
    assert {name: (len(known(rows, name)), *spread(rows, name)) for name in names} == {
        "hiv_dlog_pe12": (5, -0.87, -2.81, 0.04), "hiv_dcd4_pe12": (5, 91, 17, 151),
        "hiv_dlog_pe24": (3, -0.91, -2.55, -0.91), "hiv_dcd4_pe24": (3, 71, 71, 176),
    }  # fmt: skip
    assert known(rows, "pe_fail_wk") == {"P04": 13, "P05": 14, "P06": 4}


def test_tolerance_and_fate(rows: list[Row]) -> None:
    assert sum(known(rows, "anaemia").values()) == 7
    assert max(known(rows, "anaemia_grade").values()) < 2
    assert sum(known(rows, "azt_to_d4t").values()) == 3
    fates = list(known(rows, "oc_fate").values())
    assert (fates.count(1), fates.count(2), fates.count(3)) == (8, 1, 2)


def test_a_criterion_not_met_is_a_deviation_and_no_refusal(rows: list[Row]) -> None:
    assert [row["key"] for row in rows if row["n_deviations"]] == ["P10"]


def test_codes_are_given_to_patients_enrolled_without_a_list(rows: list[Row]) -> None:
    assert [row["patient_id"][:4] for row in rows] == ["FOS-"] * 11
    assert len({row["patient_id"] for row in rows}) == 11
