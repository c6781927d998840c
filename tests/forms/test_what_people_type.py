"""What people type, paste from a spreadsheet or copy from a laboratory's sheet, question by question of the shipped
studies: the value that is kept, or the refusal."""

from datetime import date
from functools import cache

import pytest

from forms.answers import Address, Answers, Cell
from forms.definition import Questionnaire
from forms.evaluation import State, evaluate
from forms.loading import load, shipped
from forms.refusals import AnswerRefused
from forms.types import kind_of

NBSP, NARROW, THIN, MINUS = "\u00a0", "\u202f", "\u2009", "\u2212"
TODAY = date(2026, 11, 21)
YEAR_3000 = "12/03/2099"


@cache
def study(code: str) -> Questionnaire:
    """A shipped questionnaire."""
    return load(shipped(code))


def typed(code: str, name: str, text: object) -> object:
    """What becomes of a text typed for a question: its value, its missing reason, or the code of the refusal."""
    question = study(code).questions[name]
    try:
        cell = kind_of(question.type).parse(text, question)
    except AnswerRefused as refused:
        return f"refused:{refused.code}"
    return cell.missing or cell.value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ca_mmol", "2,2", 2.2),
        ("ca_mmol", f"88{NBSP}mg/L", 2.2),
        ("ca_mmol", "88 MG/L", 2.2),
        ("ca_mmol", "2,2mmol/l", 2.2),
        ("ca_mmol", "88", "refused:out_of_range"),
        ("ca_mmol", "2,2 g/L", "refused:unknown_unit"),
        ("ca_mmol", "<2,2", "refused:not_exact"),
        ("ca_mmol", "~2,2", "refused:not_exact"),
        ("phos_mmol", "52,7 mg/L", 1.7),
        ("alb_gl", "3,8 g/dL", 38),
        ("vitd_nmol", "30 ng/mL", 75),
        ("weight_kg", "70 500 g", 70.5),
        ("height_cm", "1,70 m", 170),
        ("weight_kg", "70,5\t", 70.5),
        ("weight_kg", "7O", "refused:letter_in_number"),
        ("v_surf", "4 × 3 cm", "refused:a_product"),
        ("v_surf", "40 x 30 mm", "refused:unknown_unit"),
        ("v_surf", f"1{NARROW}250 mm²", 12.5),
        ("v_surf", "1250 mm2", 12.5),
        ("v_surf", f"1{THIN}250", 1250),
        ("v_surf", "nf", "NF"),
        ("v_surf", f"{MINUS}5", "refused:out_of_range"),
        ("sts_dose_g", "25000 mg", 25),
        ("weight_kg", "70.5 kg", 70.5),
        ("weight_kg", "70;5", "refused:unknown_unit"),
        ("weight_kg", "12 13", "refused:unknown_unit"),
    ],
)
def test_numbers_and_units(name: str, text: str, value: object) -> None:
    assert typed("calci_sts", name, text) == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<62", {"op": 2, "value": 62}),
        ("< 62", {"op": 2, "value": 62}),
        ("<=62", {"op": 2, "value": 62}),
        ("≤62", {"op": 2, "value": 62}),
        (f"<{NBSP}62 copies/mL", {"op": 2, "value": 62}),
        ("<20 cp/mL", {"op": 2, "value": 20}),
        (">10000000", {"op": 3, "value": 1e7}),
        (f"> 10{NARROW}000{NARROW}000 copies/ml", {"op": 3, "value": 1e7}),
        ("52 480", {"op": 1, "value": 52480}),
        ("=709", {"op": 1, "value": 709}),
        ("1,2e5", {"op": 1, "value": 120000}),
        ("non détecté", {"op": 4}),
        ("Non détectable", {"op": 4}),
        ("cible non détectée", {"op": 4}),
        ("target not detected", {"op": 4}),
        ("ND", {"op": 4}),
        ("indétectable", {"op": 4}),
        ("nsp", "NSP"),
        ("", None),
        ("détecté", "refused:not_a_limit"),
        ("<", "refused:not_a_limit"),
        ("62<", "refused:unknown_unit"),
        ("<62 UI/mL", "refused:unknown_unit"),
    ],
)
def test_detection_limits(text: str, value: object) -> None:
    assert typed("hiv_fos", "v_vl", text) == value


def test_a_unit_is_refused_where_it_is_a_question_of_its_own() -> None:
    assert typed("cmv_mbv", "vl_val", "<62 UI/mL") == "refused:no_unit_here"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sts_start_d", "12/03/2014", "2014-03-12"),
        ("sts_start_d", "12-3-14", "2014-03-12"),
        ("sts_start_d", "12.03.14", "2014-03-12"),
        ("sts_start_d", "12/03/2014 00:00:00", "2014-03-12"),
        ("sts_start_d", "2014-03-12T00:00:00", "2014-03-12"),
        ("sts_start_d", "12 mars 2014", "2014-03-12"),
        ("sts_start_d", "1er avril 2014", "2014-04-01"),
        ("sts_start_d", "29/02/2012", "2012-02-29"),
        ("sts_start_d", "29/02/2013", "refused:not_a_date"),
        ("sts_start_d", "03/2014", "refused:not_a_date"),
        ("sts_start_d", "12/03/2014 14:30", "refused:not_a_date"),
        ("sts_start_d", "00/03/2014", "refused:not_a_date"),
        ("sts_start_d", "41710", "refused:not_a_date"),
        ("onset_d", "2014", "2014"),
        ("onset_d", "03/2014", "2014-03"),
        ("onset_d", "00/03/2014", "2014-03"),
        ("onset_d", "00/00/2014", "2014"),
        ("onset_d", "xx/03/2014", "2014-03"),
        ("onset_d", "mars 2014", "2014-03"),
        ("onset_d", "mars 14", "2014-03"),
        ("onset_d", "2014-00", "refused:not_a_partial_date"),
        ("birth_my", "12/03/48", "1948-03-12"),
        ("birth_my", "03/1948", "1948-03"),
        ("birth_my", "12/03/05", "2005-03-12"),
    ],
)
def test_dates(name: str, text: str, value: object) -> None:
    assert typed("calci_sts", name, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("E756Q;G841A", ["E756Q", "G841A"]),
        ("e756q, g841a", ["E756Q", "G841A"]),
        (f"E756Q{NBSP}+{NBSP}G841A", ["E756Q", "G841A"]),
        ("M46I/L", ["M46I/L"]),
        ("G841", ["G841"]),
        ("Δ595", "refused:not_a_mutation"),
        ("E756Q E756Q", ["E756Q"]),
        ("756", "refused:not_a_mutation"),
    ],
)
def test_mutations(text: str, value: object) -> None:
    mutations = next(
        name
        for name, one in study("hiv_fos").questions.items()
        if one.type == "mutations" and not one.codon_max
    )
    assert typed("hiv_fos", mutations, text) == value


REASONS = {"NSP": State.UNKNOWN, "NF": State.NOT_DONE, "SO": State.NOT_APPLICABLE}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_every_question_of_every_study_takes_every_missing_reason(code: str, reason: str) -> None:
    """Also inside repeats and on multiples: its state is that reason's wherever it is asked, and it counts as given."""
    whole = study(code)
    empty = evaluate(whole, Answers(), {}, TODAY)
    cells, lines = {}, {}
    for address, question in ((one, whole.questions[one.name]) for one in empty.states):
        if not question.read_only and typed(code, question.name, {"missing": reason}) == reason:
            cells[address] = Cell(missing=reason)
    for name, question in whole.questions.items():
        if question.scope == "line":
            for visit in whole.repeats[question.repeat].visits or (None,):
                lines[f"{question.repeat}@{visit}" if visit else question.repeat] = [1]
                cells[Address(name, visit, 1)] = Cell(missing=reason)
    # Gates left open, or a reason for « any? » would close the lines.
    cells = {
        at: cell for at, cell in cells.items() if at.name not in {one.gate for one in whole.repeats.values()}
    }
    found = evaluate(whole, Answers(cells, lines), {}, TODAY)
    told = {found.states[at] for at in cells if found.states.get(at, State.NOT_ASKED) is not State.NOT_ASKED}
    assert told == {REASONS[reason]}
    assert not set(found.missing_required) & set(cells)
    assert any(at.line for at in cells if found.states.get(at) is REASONS[reason]) == bool(lines)


def test_a_day_in_the_future_is_never_submitted() -> None:
    cells = {Address("sts_start_d"): Cell(YEAR_3000[-4:] + "-03-12"), Address("birth_my"): Cell("2099")}
    found = evaluate(study("calci_sts"), Answers(cells), {}, TODAY)
    assert {at.name for one in found.blocking for at in one.addresses} >= {"sts_start_d"}
