"""cmv_mbv: clearance, recurrence, censoring and the rules of a baseline, on small invented patients."""

from collections.abc import Sequence
from typing import Any

import pytest

from forms.answers import Address
from forms.evaluation import Evaluation
from forms.loading import load, shipped
from tests.studies.elsewhere import Patches, evaluated, evaluations, objects, value

BASE = {"mbv_start_d": "2022-01-01", "mbv_end_d": "2022-02-26", "last_d": "2023-06-01", "vs_last": "1"}


def loads(*pairs: str) -> Patches:
    """Viral loads written `date value`."""
    found: Patches = {}
    for line, pair in enumerate(pairs, 1):
        day, number = pair.split()
        found |= {f"vl_d#{line}": day, f"vl_val#{line}": number}
    return found


def patient(*pairs: str, **more: str) -> Evaluation:
    """A patient with these viral loads."""
    return evaluated(load(shipped("cmv_mbv")), BASE | loads(*pairs) | more)


@pytest.mark.parametrize(
    ("pairs", "cleared"),
    [
        (("2021-12-30 5000", "2022-01-20 <62", "2022-01-27 <62"), 1),
        (("2021-12-30 5000", "2022-02-24 <62", "2022-03-05 ND"), 1),
        (("2021-12-30 5000", "2022-01-20 <62", "2022-01-23 <62", "2022-02-26 900"), 0),
        (("2021-12-30 5000", "2022-01-20 <62", "2022-01-23 300", "2022-01-27 <62", "2022-02-25 100"), 0),
        (("2021-12-30 5000", "2022-01-20 <62"), None),
        (("2021-12-20 <62", "2021-12-30 <62"), None),
    ],
)
def test_clearance_needs_two_confirmed_values_by_day_63(pairs: Sequence[str], cleared: int | None) -> None:
    assert value(patient(*pairs), "clear_w8") == cleared


def test_clearance_after_week_8_is_late_clearance() -> None:
    late = patient("2021-12-30 5000", "2022-02-26 90", "2022-04-01 <62", "2022-04-08 <62")
    assert [value(late, name) for name in ("clear_w8", "clear_d", "t_clear", "e_clear")] == [0, "2022-04-01", 90, 1]


def test_recurrence_is_two_quantifiable_values_in_a_row_after_clearance() -> None:
    cleared = ("2021-12-30 5000", "2022-01-20 <62", "2022-01-27 <62")
    assert value(patient(*cleared, "2022-03-01 90", "2022-03-08 <62"), "recur_flag") == 0
    assert value(patient(*cleared, "2022-03-01 90", "2022-03-08 120"), "recur_flag") == 1
    assert value(patient("2021-12-30 5000", "2022-03-01 90"), "recur_flag") is None


def test_another_virus_never_counts_as_cmv() -> None:
    adeno = {f"vl_virus#{line}": "2" for line in (1, 2, 3)}
    found = patient("2021-12-30 5000", "2022-01-20 <62", "2022-01-27 <62", **adeno)
    assert (value(found, "n_vl"), value(found, "vl_peak"), value(found, "clear_w8")) == (0, None, None)


def test_a_value_not_detected_takes_the_limit_and_a_flag() -> None:
    found = patient("2022-01-20 ND", **{"vl_lloq#1": "100"})
    names = ("vl_log10_lloq#1", "vl_log10_zero#1", "vl_cens#1", "vl_nd#1")
    assert [value(found, name) for name in names] == [2, 0, 1, 1]
    assert value(patient("2022-01-20 ND"), "vl_log10#1") is None


def test_a_log_unit_is_not_logged_twice() -> None:
    found = patient("2022-01-20 3.5", "2022-01-27 <2", **{"vl_unit#1": "3", "vl_unit#2": "3"})
    assert value(found, "vl_log10#1") == 3.5
    assert round(value(found, "vl_log10_half#2"), 4) == 1.699


def test_copies_and_international_units_are_never_compared() -> None:
    line = {"ln_drug#1": "3", "ln_start#1": "2021-12-01", "ln_end#1": "2021-12-31"}
    loads_of_two_units = ("2021-11-30 1000", "2021-12-20 100000")
    same = patient(*loads_of_two_units, **line)
    mixed = patient(*loads_of_two_units, **line, **{"vl_unit#1": "1", "vl_unit#2": "2"})
    assert (value(same, "cmv_refr#1"), value(mixed, "cmv_refr#1")) == (1, None)


def test_an_old_baseline_is_flagged() -> None:
    line = {"ln_drug#1": "3", "ln_start#1": "2021-12-01", "ln_end#1": "2021-12-31"}
    old, fresh = patient("2021-11-01 1000", **line), patient("2021-11-28 1000", **line)
    assert (value(old, "base_vl_old#1"), value(fresh, "base_vl_old#1")) == (1, 0)


def test_a_prophylaxis_is_no_treatment_to_be_refractory_to() -> None:
    line = {"ln_drug#1": "2", "ln_goal#1": "1", "ln_start#1": "2021-12-01", "ln_end#1": "2021-12-31"}
    assert value(patient("2021-11-28 1000", "2021-12-20 100000", **line), "cmv_refr#1") is None


def test_age_is_computed_from_birth_or_taken_as_given() -> None:
    assert value(patient(birth_my="06/1980"), "age_j0") == 41
    assert value(patient(age_y="38"), "age_j0") == 38


NAMED = {
    "ln": {"ln_drug", "ln_start", "ln_end"},
    "vl": {"vl_d", "vl_val"},
    "gt": {"gt_d", "gt_ul54_mut", "gt_ul54_st", "gt_gcv", "gt_fos", "gt_cdv", "gt_mbv"},
}


def test_the_single_case_needs_only_the_variables_its_text_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drug and dates of lines, date and value of loads: the classes are those of the full fixture."""
    (given,) = objects("cmv_mbv")
    repeats: dict[str, list[dict[str, Any]]] = {
        code: [{name: cell for name, cell in line.items() if name in names} for line in given["repeats"][code]]
        for code, names in NAMED.items()
    }
    bare = {"key": "S1", "answers": {"mbv_start_d": "2022-10-29", "tx_d": "2021-12-13"}, "repeats": repeats}
    full = evaluations("cmv_mbv")["S1"]
    monkeypatch.setattr("tests.studies.elsewhere.objects", lambda name: [bare])
    found = evaluations("cmv_mbv")["S1"]
    assert found.blocking == []
    derived = [f"{name}#{line}" for name in ("cmv_refr", "base_vl") for line in range(1, 9)]
    derived += [f"vl_delta#{line}" for line in range(1, 27)] + ["vl_peak", "vl_peak_d", "clear_w8", "cmv_res_d"]
    assert {name: value(found, name) for name in derived} == {name: value(full, name) for name in derived}


def test_no_fixture_contradicts_itself_or_leaves_anything_out() -> None:
    found = evaluations("cmv_mbv")["S1"]
    assert (found.blocking, found.missing_required) == ([], [])
    assert Address("cmv_refr", None, 2) in found.derived
