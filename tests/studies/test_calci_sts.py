"""calci_sts: the hand-made patients give the stated figures from evaluation alone, fully or barely filled."""

from statistics import median

import pytest

from forms.answers import Address
from forms.evaluation import Evaluation
from tests.studies.elsewhere import evaluations, value

BOTH = pytest.mark.parametrize("fixture", ["calci_sts", "calci_sts_bare"])


def column(patients: dict[str, Evaluation], address: str) -> dict[str, object]:
    """One value by patient."""
    return {key: value(evaluation, address) for key, evaluation in patients.items()}


@pytest.mark.parametrize("fixture", ["calci_sts", "calci_sts_bare", "calci_sts_extra"])
def test_no_fixture_contradicts_itself(fixture: str) -> None:
    found = evaluations("calci_sts", fixture)
    assert {key: [finding.code for finding in one.blocking] for key, one in found.items() if one.blocking} == {}


@pytest.mark.parametrize("fixture", ["calci_sts", "calci_sts_extra"])
def test_the_full_fixtures_leave_nothing_required_out(fixture: str) -> None:
    assert [key for key, one in evaluations("calci_sts", fixture).items() if one.missing_required] == []


@BOTH
def test_vital_status_at_one_year(fixture: str) -> None:
    patients = evaluations("calci_sts", fixture)
    assert column(patients, "treated") == {key: int(key != "C7") for key in patients}
    assert column(patients, "vs_1y") == {"C1": 2, "C2": 1, "C3": 1, "C4": 3, "C5": 1, "C6": 2, "C7": None, "C8": 2}
    assert column(patients, "dead_1y") == {"C1": 1, "C2": 0, "C3": 0, "C4": None, "C5": 0, "C6": 1, "C7": None, "C8": 1}
    assert column(patients, "t_os") == {"C1": 365, "C2": 367, "C3": 448, "C4": 122, "C5": 380, "C6": 40, "C7": None, "C8": 40}


def test_a_leap_year_separates_the_anniversary_from_365_days() -> None:
    patient = evaluations("calci_sts", "calci_sts_extra")["C9"]
    assert (value(patient, "t_os"), value(patient, "vs_1y"), value(patient, "anniv_1y")) == (366, 2, "2013-01-15")
    assert value(evaluations("calci_sts")["C5"], "anniv_1y") == "2017-02-28"


@BOTH
def test_a_partial_death_date_is_imputed_and_flagged(fixture: str) -> None:
    patients = evaluations("calci_sts", fixture)
    assert value(patients["C8"], "death_imput") == "2013-12-15"
    assert column(patients, "death_imput_fl") == {
        "C1": 0, "C2": 0, "C3": None, "C4": None, "C5": None, "C6": 0, "C7": None, "C8": 1,
    }  # fmt: skip


@BOTH
def test_wounds_and_healing(fixture: str) -> None:
    patients = evaluations("calci_sts", fixture)
    changes = {key: change for key, change in column(patients, "surf_pct@m12").items() if change is not None}
    assert changes == {"C2": -75, "C3": -100, "C5": 50}
    assert median(changes.values()) == -75
    assert column(patients, "heal_cat_m12") == {"C1": 5, "C2": 2, "C3": 1, "C4": None, "C5": 4, "C6": 5, "C7": None, "C8": 5}
    assert column(patients, "e_heal") == {"C1": 2, "C2": 2, "C3": 1, "C4": 0, "C5": 0, "C6": 2, "C7": None, "C8": 2}
    assert column(patients, "t_heal") == {"C1": 365, "C2": 367, "C3": 180, "C4": 122, "C5": 380, "C6": 40, "C7": None, "C8": 40}


@BOTH
def test_analgesics(fixture: str) -> None:
    deltas = column(evaluations("calci_sts", fixture), "ome_delta")
    changes = {key: change for key, change in deltas.items() if change is not None}
    assert changes == {"C2": -60, "C3": -60, "C5": 60}
    assert median(changes.values()) == -60


@BOTH
def test_stopping_for_an_adverse_event(fixture: str) -> None:
    stopped = column(evaluations("calci_sts", fixture), "stop_ae")
    assert stopped == {"C1": 0, "C2": 0, "C3": 0, "C4": 0, "C5": 1, "C6": 0, "C7": None, "C8": 0}


def test_the_seven_opioid_conversions() -> None:
    patient = evaluations("calci_sts", "calci_sts_extra")["OME"]
    assert [value(patient, f"ome_line@j0#{line}") for line in range(1, 8)] == [80, 20, 30, 80, 60, 60, 0]
    assert value(patient, "ome@j0") == 330
    assert value(patient, "who_step@j0") == 3


def test_death_closes_later_visits_by_itself() -> None:
    patient = evaluations("calci_sts", "calci_sts_bare")["C6"]
    assert {visit: patient.missing(Address("v_surf", visit)) for visit in ("j0", "m3", "m6", "m12")} == {
        "j0": None, "m3": "SO", "m6": "SO", "m12": "SO",
    }  # fmt: skip
    lost = evaluations("calci_sts", "calci_sts_bare")["C4"]
    assert [lost.missing(Address("v_surf", visit)) for visit in ("m3", "m6", "m12")] == [None, "NSP", "NSP"]


def test_a_patient_never_treated_is_asked_his_status_only() -> None:
    patient = evaluations("calci_sts", "calci_sts_bare")["C7"]
    asked = {address.name for address, state in patient.states.items() if state != "not_asked"}
    assert {"sts_nogive", "last_d", "vs_last"} <= asked
    assert asked.isdisjoint({"sts_start_d", "v_surf", "ae_any", "weight_kg", "at"})
