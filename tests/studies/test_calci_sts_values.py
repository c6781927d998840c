"""calci_sts: each derived value on small invented patients, where the fixtures do not reach."""

import pytest

from forms.answers import Address
from forms.evaluation import Evaluation
from forms.loading import load, shipped
from forms.types import kind_of
from tests.studies.elsewhere import evaluated, value

BASE = {"sts_start_d": "2014-03-10", "last_d": "2015-06-01", "vs_last": "1"}


def patient(given: str) -> Evaluation:
    """A treated patient with answers written `address=value; …`."""
    return evaluated(load(shipped("calci_sts")), BASE | dict(one.split("=", 1) for one in given.split("; ")))


@pytest.mark.parametrize(
    ("given", "name", "wanted"),
    [
        ("birth_my=10/03/1950", "age_j0", 64),
        ("birth_my=11/03/1950", "age_j0", 63),
        ("birth_my=03/1950", "age_j0", 63),
        ("birth_my=1950", "age_j0", 63),
        ("list.birth=1948-03", "age_j0", 65),
        ("list.birth=1948-03; birth_my=03/1958", "age_j0", 55),
        ("sts_given=0; list.birth=1950-01-01; list.first_grant_on=2013-06-01", "age_j0", 63),
        ("weight_kg=90; height_cm=1,50 m", "bmi", 40),
        ("weight_kg=90; height_cm=150", "obese", 1),
        ("onset_d=02/2014", "delay_onset_sts", 23),
        ("diag_d=2014-03-12", "delay_diag_sts", -2),
        ("list.first_grant_on=2014-03-01", "delay_atu_sts", 9),
        ("list.first_grant_on=2014-03-13", "delay_atu_sts", -3),
        ("sts_end_d=2014-03-10", "sts_dur_days", 1),
        ("sts_ongoing=1", "sts_dur_days", 449),
        ("sts_ongoing=1", "sts_dur_cens", 1),
        ("sts_end_d=2014-03-23; sts_susp_days=7", "sts_dur_net", 7),
        ("sts_dose_g=25; sts_freq_wk=3", "sts_week_g", 75),
        ("sts_dose_g=25; sts_freq_wk=3; sts_end_d=2014-03-23", "sts_cum_g", 150),
        ("sts_dose_g=25; sts_freq_wk=3; sts_end_d=2014-03-23; sts_mod=0; sts_susp_days=0", "sts_cum_est", 0),
        ("sts_dose_g=25; sts_freq_wk=3; sts_end_d=2014-03-23; sts_mod=1; sts_susp_days=0", "sts_cum_est", 1),
        ("les_site=thigh leg gen", "les_central", 1),
        ("les_site=leg hand", "les_central", 0),
        ("les_site=thigh abdo", "les_distal", 0),
        ("les_site=thigh leg gen", "les_gen", 1),
        ("les_site=thigh leg gen", "n_area", 3),
        ("ca_mmol=88 mg/L; alb_gl=30", "ca_corr", 2.4),
        ("ca_mmol=2.2; alb_gl=30; phos_mmol=2", "cap", 4.8),
        ("pth_val=10; pth_unit=2", "pth_pgml", 94.3),
        ("pth_val=10; pth_unit=1", "pth_pgml", 10),
        ("v_surf@j0=0; v_surf@m3=5", "surf_pct@m3", None),
        ("v_surf@j0=10; v_surf@m3=NF", "surf_pct@m3", None),
        ("v_surf@j0=10; v_surf@m6=5", "surf_pct@m6", -50),
        ("v_surf@j0=10; v_surf@m12=5", "heal_cat_m12", 2),
        ("v_surf@j0=10; v_surf@m12=6", "heal_cat_m12", 3),
        ("v_surf@m12=NF; v_evol@m12=4", "heal_cat_m12", 4),
        ("v_surf@m12=NF; v_evol@m12=1", "heal_cat_m12", 1),
        ("v_surf@m12=NF; v_evol@m12=9", "heal_cat_m12", None),
        ("heal_d=2014-09-06; sts_end_d=2014-10-06", "heal_stop_days", 30),
        ("heal_d=09/2014", "t_heal", 189),
        ("heal_d=03/2014", "heal_imput", "2014-03-15"),
        ("vs_last=2; death_d=2014; last_d=2014-10-01", "death_imput", "2014-10-01"),
        ("vs_last=2; death_d=03/2014; last_d=2014-03-12", "death_imput", "2014-03-15"),
        ("vs_last=2; death_d=03/2014; last_d=2014-03-20", "death_imput", "2014-03-20"),
        ("vs_last=2; death_d=2015; last_d=2015-01-02", "vs_1y", 1),
        ("vs_last=2; death_d=2015-03-10; last_d=2015-03-10", "dead_1y", 1),
        ("vs_last=2; death_d=2015-03-11; last_d=2015-03-11", "dead_1y", 0),
        ("last_d=2015-03-10", "vs_1y", 1),
        ("last_d=2015-03-09", "vs_1y", 3),
        ("vs_last=2; death_d=NSP; last_d=2014-05-01", "vs_1y", 3),
        ("ag_any@j0=0", "ome@j0", 0),
        ("ag_any@j0=0", "who_step@j0", 0),
        ("ag_drug@j0#1=20; ag_dose@j0#1=NSP; ag_drug@j0#2=11; ag_dose@j0#2=100", "ome@j0", None),
        ("ag_drug@j0#1=20; ag_dose@j0#1=NSP; ag_drug@j0#2=11; ag_dose@j0#2=100", "who_step@j0", 3),
        ("ag_drug@j0#1=20; ag_dose@j0#1=60; ag_drug@j0#2=20; ag_dose@j0#2=30; ag_reg@j0#2=2", "ome@j0", 60),
        ("ag_drug@j0#1=1; ag_dose@j0#1=NSP", "ome@j0", 0),
        ("ag_drug@j0#1=1", "opioid_free@j0", 1),
        ("ag_drug@j0#1=30; ag_dose@j0#1=40", "ome@j0", None),
        ("ag_drug@j0#1=26; ag_dose@j0#1=25; ag_unit@j0#1=1", "ome@j0", None),
        ("ag_drug@j0#1=21; ag_dose@j0#1=10", "ome@j0", 20),
        ("ag_drug@j0#1=27; ag_dose@j0#1=0.4", "ome@j0", 12),
        ("ag_drug@j0#1=12; ag_dose@j0#1=100", "ome@j0", 10),
        ("ag_drug@j0#1=13; ag_dose@j0#1=60", "ome@j0", 20),
        ("sts_ongoing=1", "stop_ae", 0),
        ("sts_ongoing=1", "stop_ae_known", 1),
        ("sts_stop_why=NSP", "stop_ae_known", 0),
        ("sts_given=0", "stop_ae", None),
        ("at=none", "n_assoc", 0),
        ("at=wound atb oth", "n_assoc", 3),
        ("at=wound; at_wound_d=01/2014", "assoc_wound", 1),
        ("at=wound; at_wound_d=2014", "assoc_wound", 3),
        ("at=wound; at_wound_d=2014-03-10", "assoc_wound", 2),
        ("at=wound", "assoc_wound", 3),
        ("at=atb", "assoc_wound", 0),
        ("at=wound atb tpa; at_wound_d=2013; at_atb_d=04/2014", "n_assoc_pre", 1),
        ("at=wound atb tpa; at_wound_d=2013; at_atb_d=04/2014", "n_assoc_from", 1),
        ("sts_prior=1", "incident_ctr", 0),
        ("sts_prior=0", "incident_ctr", 1),
    ],
)
def test_a_derived_value_follows_its_rule(given: str, name: str, wanted: object) -> None:
    found = value(patient(given), name)
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("ca_mmol", "88 mg/L", 2.2),
        ("phos_mmol", "62 mg/L", 2),
        ("alb_gl", "3,5 g/dL", 35),
        ("vitd_nmol", "20 ng/mL", 50),
        ("v_pain", "65 mm", 6.5),
        ("v_surf", "250 mm²", 2.5),
        ("height_cm", "1,62 m", 162),
    ],
)
def test_other_units_are_converted_and_the_typed_value_is_kept(name: str, typed: str, stored: float) -> None:
    question = load(shipped("calci_sts")).questions[name]
    cell = kind_of(question.type).parse(typed, question)
    assert cell.value == pytest.approx(stored)
    assert (cell.typed, bool(cell.unit)) == (typed, True)


@pytest.mark.parametrize("gone", ["chart_found=2", "chart_found=3", "chart_found=4", "sts_given=0"])
def test_answers_that_end_the_form_hide_the_treatment(gone: str) -> None:
    found = patient(gone)
    hidden = [Address("weight_kg"), Address("sts_end_d"), Address("v_surf", "m12"), Address("at"), Address("ae_any")]
    assert {found.state(address) for address in hidden} == {"not_asked"}
    assert value(found, "dead_1y") is None
    assert (found.state(Address("last_d")) == "not_asked") == (gone != "sts_given=0")


def test_identity_is_neither_asked_twice_nor_lost() -> None:
    known = evaluated(load(shipped("calci_sts")), {"list.birth": "1948-03", "list.sex": "2", "list.initials": "DUPMA"})
    assert [known.value(Address(name)) for name in ("birth_my", "sex", "pt_ini")] == ["1948-03", 2, "DUPMA"]
    assert "W85" not in {finding.code for finding in known.findings}
