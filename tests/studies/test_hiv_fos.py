"""hiv_fos: deviations, carried values and closed visits on small invented patients."""

import pytest

from forms.answers import Address
from forms.evaluation import Evaluation
from forms.loading import load, shipped
from tests.studies.elsewhere import evaluated, evaluations, value

BASE = {"birth_my": "01/1955", "sex": "1", "ind_start_d": "2004-03-01", "ind_end_d": "2004-04-12", "v_vl@s0": "100000"}


def patient(**more: str) -> Evaluation:
    """A patient; `v_vl_s6` stands for the address `v_vl@s6`."""
    visits = ("s0", "s2", "s4", "s6", "pe4", "pe12", "uns")
    patches = {}
    for name, typed in more.items():
        stem, _, visit = name.rpartition("_")
        patches[f"{stem}@{visit}" if visit in visits else name] = typed
    return evaluated(load(shipped("hiv_fos")), BASE | patches)


def test_no_fixture_contradicts_itself_or_leaves_anything_out() -> None:
    found = evaluations("hiv_fos")
    assert {key: (one.blocking, one.missing_required) for key, one in found.items()} == dict.fromkeys(found, ([], []))


@pytest.mark.parametrize(("load_w6", "responder", "strict"), [("10000", 1, 0), ("9999", 1, 1), ("10001", 0, 0)])
def test_both_response_rules_are_exported(load_w6: str, responder: int, strict: int) -> None:
    found = patient(v_vl_s6=load_w6)
    assert (value(found, "resp_w6"), value(found, "resp_w6_strict")) == (responder, strict)


def test_a_missing_week_6_is_a_failure_and_carries_the_last_change() -> None:
    found = patient(v_vl_s2="1000")
    names = ("resp_w6", "resp_w6_itt", "hiv_dlog_w6", "hiv_dlog_w6_itt", "hiv_dlog_w6_locf")
    assert [value(found, name) for name in names] == [None, 0, None, -2, 1]


def test_a_load_below_the_limit_counts_for_half_of_it() -> None:
    found = patient(v_vl_s6="<50")
    assert (round(value(found, "v_log10@s6"), 4), value(found, "v_log10_zero@s6"), value(found, "v_cens@s6")) == (1.3979, 0, 1)


def test_thymidine_mutations_are_counted_once_a_codon() -> None:
    assert value(patient(mut_nrti="M41L;T215Y/F;K219E;M184V"), "n_tam_auto") == 3
    assert value(patient(n_tam="4"), "n_tam_used") == 4


def test_clearance_is_computed_when_it_was_not_measured() -> None:
    found = patient(v_wt_s0="60", v_creat_s0="80")
    assert round(value(found, "clcr@s0"), 1) == round((140 - 49) * 60 * 1.23 / 80, 1)
    assert value(patient(v_clcr_s0="55"), "el_clcr_calc") == 0


def test_maintenance_visits_are_asked_of_those_in_maintenance() -> None:
    questionnaire_address = Address("v_vl", "pe12")
    assert patient(after_ind="2").state(questionnaire_address) == "not_asked"
    assert patient(after_ind="1").state(questionnaire_address) == "not_answered"
    assert patient(after_ind="1", pe_stop_why="1", pe_fail_wk="4").state(questionnaire_address) == "not_applicable"


def test_a_visit_not_done_asks_nothing_more() -> None:
    found = patient(v_done_s2="0")
    assert found.state(Address("v_vl", "s2")) == "not_asked"


def test_a_recomputed_criterion_prevails_over_its_tick() -> None:
    assert value(patient(el_tam="1", n_tam="2"), "n_deviations") == 1
    assert value(patient(el_3cl="0"), "n_deviations") == 1
