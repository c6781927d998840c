"""Every shipped study is faultless, bilingual, well typeset, and holds every variable that statisticians were promised."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from forms.checking import check
from forms.definition import Label
from forms.loading import dumps, load, loads, shipped, shipped_codes

STUDIES = ("calci_sts", "cmv_mbv", "hiv_fos")

# The names of the protocol's tables; a two-in-one row counts as its yes/no and its date.
PROMISED = {
    "calci_sts": """
        pt_code atu_first atu_first_d pt_ini birth_my sex chart_found site_moved site_other sts_given sts_nogive
        sts_prior sts_prior_d filler_role weight_kg height_cm ckd_mod dial_start dial_hr_wk ckd_stage comorb rf_drug
        rf_trig ecog_j0 onset_d diag_d diag_base les_type les_site les_bilat les_n bio_d ca_mmol phos_mmol pth_val
        pth_unit alb_gl alp_ul crp_mgl hco3_mmol vitd_nmol sts_start_d sts_conc sts_route sts_dose_g sts_freq_wk
        sts_infus_min sts_mod sts_mod_why sts_susp_days sts_ongoing sts_end_d sts_stop_why sts_course2 sts_course2_d
        at at_wound_d at_oth_d at_ac_switch v_d v_surf v_surf_meth v_evol v_pain v_inf v_bwat heal_d relapse relapse_d
        ag_any ag_drug ag_dose ag_unit ag_route ag_reg ag_coan ae_any ae_term ae_start_d ae_end_d ae_grade ae_serious
        ae_action ae_caus ae_out ae_pv last_d vs_last death_d death_cause death_cua vs_src comment_txt age_j0 bmi
        delay_onset_sts delay_diag_sts delay_atu_sts sts_dur_days sts_dur_net sts_week_g sts_cum_g les_central
        les_distal n_area ca_corr cap surf_pct heal_cat_m12 t_heal e_heal heal_stop_days t_os dead_1y vs_1y
        death_imput ome ome_delta who_step stop_ae stop_ae_known stop_ae_b n_assoc assoc_wound assoc_oth""",
    "cmv_mbv": """
        auth_kind auth_num auth_d age_y birth_my sex tx_type tx_d tx_rank heme_dx donor sero_d sero_r cond atg
        ltv_proph gvhd gvhd_grade gvhd_org is_drug pred_mgd lympho anc plt creat_umol egfr cmv_kind cmv_org coinf
        refr_site ln_no ln_drug ln_goal ln_dose ln_dunit ln_per_d ln_start ln_end ln_on ln_stop vl_d vl_virus vl_op
        vl_val vl_unit vl_spec vl_lloq vl_lab vl_logsrc gt_d gt_spec gt_ul97_st gt_ul54_st gt_ul56_st gt_ul97_mut
        gt_ul54_mut gt_ul56_mut gt_gcv gt_fos gt_cdv gt_mbv gt_ltv mbv_dose_mg mbv_per_d mbv_start_d mbv_end_d mbv_on
        mbv_assoc tac_adapt ctl ctl_d ctl_tgt ae_any ae_term ae_start_d ae_end_d ae_grade ae_serious ae_action ae_caus
        ae_out ae_pv ev_d ev_type sympt_w8 recur recur_d last_d vs_last death_d death_cause vl_log10 vl_log10_lloq
        vl_log10_half vl_log10_zero vl_delta vl_peak base_vl cmv_refr cmv_res clear_w8 recur_flag age_j0 t_os dead_1y
        vs_1y""",
    "hiv_fos": """
        pt_code birth_my sex incl_d consent_d el_vl el_cd4 el_3cl el_tam el_nnrti el_pi el_stable el_clcr cdc_stage
        oi_active oi_list haart_y n_arv exp_t20 exp_tpv geno_d mut_nrti mut_nnrti mut_pi mut_t20 n_tam n_nnrti n_pi
        n_t20 art_bg add_tdn tdf_stop ind_start_d ind_end_d fos_dose_g fos_per_d fos_adj fos_adj_why azt_to_d4t
        azt_to_d4t_d after_ind pe_start_d pe_end_d pe_stop_why pe_fail_wk v_d v_done v_vl_op v_vl v_cd4 v_creat v_clcr
        v_wt v_hb v_ca v_k v_mg v_ph v_doses_pct ae_any ae_term ae_action ae_action_azt oc_fate clin_impr last_d
        vs_last death_d death_cause hiv_dlog_w6 resp_w6 hiv_dcd4_w6 hiv_dcd4_pe12""",
}


@pytest.mark.parametrize("code", STUDIES)
def test_a_shipped_study_has_no_fault(code: str) -> None:
    assert [str(fault) for fault in check(shipped(code))] == []


def test_the_three_studies_are_shipped() -> None:
    assert shipped_codes() == sorted(STUDIES)


@pytest.mark.parametrize("code", STUDIES)
def test_every_promised_variable_exists(code: str) -> None:
    questionnaire = load(shipped(code))
    operators = {question.operator for question in questionnaire.questions.values()}
    known = questionnaire.questions.keys() | questionnaire.derived.keys() | operators
    assert sorted(set(PROMISED[code].split()) - known) == []


@pytest.mark.parametrize("code", STUDIES)
def test_a_study_reads_back_from_its_published_text(code: str) -> None:
    questionnaire = load(shipped(code))
    again = loads(dumps(questionnaire))
    assert again == questionnaire
    assert again.sha256 == questionnaire.sha256


def _labels(node: yaml.Node, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(node, yaml.MappingNode):
        keys = {key.value: value for key, value in node.value}
        if {"fr", "en"} & keys.keys():
            yield path, {key: value.value for key, value in keys.items()}
            return
        for key, value in node.value:
            yield from _labels(value, f"{path}/{key.value}")
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _labels(value, f"{path}/{index}")


def _all_labels(code: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    for file in sorted(shipped(code).glob("*.yaml")):
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        found += list(_labels(root, file.name))
    return found


@pytest.mark.parametrize("code", STUDIES)
def test_no_label_is_left_in_one_language(code: str) -> None:
    labels = _all_labels(code)
    assert len(labels) > 150
    assert [path for path, label in labels if not label.get("fr", "").strip() or not label.get("en", "").strip()] == []


@pytest.mark.parametrize("code", STUDIES)
def test_french_labels_are_typeset_as_french(code: str) -> None:
    """No straight apostrophe, no breakable space before a double sign, guillemets with their spaces."""
    wrong = re.compile(r"'|\"|\.\.\.| [:;?!%»]|« |\w[;?!»]|«\S")
    assert [(path, label["fr"]) for path, label in _all_labels(code) if wrong.search(label["fr"])] == []


@pytest.mark.parametrize("code", STUDIES)
def test_names_leave_room_for_their_suffix(code: str) -> None:
    questionnaire = load(shipped(code))
    names = [*questionnaire.questions, *questionnaire.derived]
    longest_visit = max((len(visit.code) for visit in questionnaire.visits), default=2)
    assert [name for name in names if len(name) > 26 or len(name) + 1 + longest_visit > 32] == []
    assert all(visit.code == visit.code.lower() for visit in questionnaire.visits)


@pytest.mark.parametrize("code", STUDIES)
def test_identity_never_counts_as_an_export_column(code: str) -> None:
    questions = load(shipped(code)).questions
    assert {name for name, question in questions.items() if question.identity} >= {"birth_my"}
    assert not questions["sex"].identity, "statisticians need the sex (brief of the studies)"
    assert "age_j0" in load(shipped(code)).derived


@pytest.mark.parametrize(
    ("code", "sheets"),
    [
        ("calci_sts", {"ag": "antalgiques", "ae": "effets_indesirables"}),
        (
            "cmv_mbv",
            {"ln": "lignes", "vl": "charges_virales", "gt": "genotypes"}
            | {"ae": "effets_indesirables", "ev": "evenements"},
        ),
        ("hiv_fos", {"ae": "effets_indesirables"}),
    ],
)
def test_each_repeat_has_its_sheet(code: str, sheets: dict[str, str]) -> None:
    assert {repeat.code: repeat.sheet for repeat in load(shipped(code)).repeats.values()} == sheets


def test_the_pilot_study_ships_its_one_centre_and_needs_no_list() -> None:
    assert load(shipped("hiv_fos")).centres == ("HOPITAL PITIE-SALPETRIERE",)
    assert not (shipped("hiv_fos") / "list.yaml").exists()


def test_the_express_path_of_the_primary_study_stays_short() -> None:
    """About 27 inputs in five minutes; lines of repeats and dead ends do not count."""
    questions = load(shipped("calci_sts")).questions.values()
    asked = [question for question in questions if question.express and question.scope != "line"]
    inputs = sum(2 if question.scope == "visit" and question.name != "v_evol" else 1 for question in asked)
    assert 14 <= inputs <= 27, [question.name for question in asked]


def test_the_opioid_table_is_versioned_and_complete() -> None:
    questionnaire = load(shipped("calci_sts"))
    table: Any = questionnaire.tables["opioids"]
    assert table.version
    assert isinstance(table.title, Label)
    assert set(table.cells) == {choice.code for choice in questionnaire.questions["ag_drug"].choices}
    assert "factor" not in table.cells[30], "methadone has no factor: its conversion is manual"
    assert {code: (row["soft_max"], row["hard_max"]) for code, row in table.cells.items() if "hard_max" in row} == {
        1: (4000, 8000), 10: (180, 480), 11: (400, 800), 20: (400, 3000), 23: (200, 2000), 25: (60, 300), 26: (150, 600),
    }  # fmt: skip
