"""The printed questionnaire: complete, with its codes, in both languages; blank or with answers."""

import io
import sys

import html5lib
import pytest

from forms.answers import Address
from forms.definition import Formula, Questionnaire
from forms.loading import load, shipped, shipped_codes
from forms.paper import paper
from forms.printing import PdfUnavailable, print_html, print_pdf
from forms.wording import in_words
from tests.forms.builders import evaluated, example


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    return example(tmp_path_factory.mktemp("example"))


@pytest.mark.parametrize("code", shipped_codes())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_question_and_every_code_is_on_paper(code: str, language: str) -> None:
    questionnaire = load(shipped(code))
    page = print_html(questionnaire, language)
    for question in questionnaire.questions.values():
        if question.tick_of is None:
            assert f'<p class="name">{question.name}' in page
        for choice in question.choices:
            assert f'<span class="number">{choice.code}</span>' in page


def test_the_page_is_valid_html_in_its_language(small: Questionnaire) -> None:
    page = print_html(small, "fr")
    parser = html5lib.HTMLParser(strict=True)
    assert parser.parse(page) is not None
    assert '<html lang="fr">' in page


def test_a_linked_stylesheet_leaves_no_inline_style(small: Questionnaire) -> None:
    page = print_html(small, "en", stylesheet="/static/paper.css")
    assert "<style" not in page
    assert "style=" not in page


def test_a_filled_copy_ticks_and_writes_what_was_answered_and_leaves_out_what_is_not_asked(
    small: Questionnaire,
) -> None:
    found = evaluated(
        small, {"weight_kg": "72,5", "ckd_mod": "2", "height_cm": "NF", "at": ["amp"], "at_amp_d": "03/2014"}
    )
    items = {
        item.name: item
        for sheet in paper(small, "fr", found).sheets
        for block in sheet.blocks
        for item in block.items
    }
    assert items["weight_kg"].answer == "72,5\u00a0kg"
    assert [box.code for box in items["ckd_mod"].boxes if box.ticked] == ["2"]
    assert [box.code for box in items["height_cm"].reasons if box.ticked] == ["NF"]
    assert [(box.code, box.date) for box in items["at"].boxes if box.ticked] == [("amp", "03/2014")]
    hidden = evaluated(small, {"at": ["none"]})
    assert Address("amp_d") in hidden.states
    assert "amp_d" not in [
        item.name
        for sheet in paper(small, "fr", hidden).sheets
        for block in sheet.blocks
        for item in block.items
    ]


def test_answers_are_escaped(small: Questionnaire) -> None:
    page = print_html(small, "fr", evaluated(small, {"comment_txt": "<script>alert(1)</script> & co"}))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page


def test_a_star_stands_where_an_answer_is_expected_and_the_legend_explains_it() -> None:
    tree = paper(load(shipped("calci_sts")), "fr")
    stars = {
        (block.title.partition(" ")[0], item.name.partition("@")[0]): item.required
        for sheet in tree.sheets
        for block in sheet.blocks
        for item in block.items
    }
    assert [stars[visit, "v_surf"] for visit in ("J0", "M3", "M6", "M12")] == ["*", "", "", "*"]
    assert [stars[visit, "v_d"] for visit in ("J0", "M3", "M6", "M12")] == ["*", "", "", "*"]
    assert (stars["", "heal_d"], stars["", "relapse"]) == ("(*)", "")
    assert "*\u00a0: réponse attendue\u00a0; (*)\u00a0: attendue selon les autres réponses" in tree.legend
    assert "(*): expected depending on other answers; NSP: unknown" in paper(load(shipped("calci_sts")), "en").legend


def test_lines_are_printed_as_many_as_there_are_and_some_when_blank(small: Questionnaire) -> None:
    blank = [
        block
        for sheet in paper(small, "fr").sheets
        for block in sheet.blocks
        if "Ligne" in block.title and "J0" in block.title
    ]
    assert len(blank) == 3
    assert blank[-1].note == "Photocopiez cette page pour d’autres lignes (8 au plus)."
    given = paper(small, "fr", evaluated(small, {"ag_any@j0": "oui", "ag_dose@j0#7": "3"}))
    filled = [block for sheet in given.sheets for block in sheet.blocks if "Ligne" in block.title]
    assert [item.name for block in filled for item in block.items][:1] == ["ag_drug@j0#7"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pdf_is_a_pdf_and_the_same_twice(small: Questionnaire, language: str) -> None:
    one = print_pdf(small, language)
    assert io.BytesIO(one).read(5) == b"%PDF-"
    assert print_pdf(small, language) == one


def test_without_the_package_the_pdf_is_refused_with_what_to_do(
    small: Questionnaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PdfUnavailable) as refused:
        print_pdf(small, "fr")
    assert "typst" in refused.value.message("fr")
    assert refused.value.message("fr") != refused.value.message("en")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("ckd_mod = 2", "«\u00a0Situation rénale\u00a0» = Hémodialyse"),
        ("coalesce(relapse, 1) = 1", "«\u00a0Rechute\u00a0» = Oui"),
        ("ckd_mod in (1, 2)", "«\u00a0Situation rénale\u00a0» = Dialyse péritonéale ou Hémodialyse"),
        ("at has amp", "«\u00a0Traitements associés\u00a0» comporte Amputation"),
        ("v_surf@j0 > 0", "«\u00a0Surface des plaies\u00a0» à J0 > 0"),
        ("not known(onset_d)", "pas («\u00a0Début des lésions\u00a0» renseigné)"),
        ("relapse = 1 and (ckd_mod = 1 or ckd_mod = 2)",
         "«\u00a0Rechute\u00a0» = Oui et («\u00a0Situation rénale\u00a0» = Dialyse péritonéale "
            "ou «\u00a0Situation rénale\u00a0» = Hémodialyse)"),
        ("days(onset_d, today) > 3", "days(onset_d, today) > 3"),
    ],
)  # fmt: skip
def test_conditions_are_told_in_words_where_words_do(small: Questionnaire, formula: str, words: str) -> None:
    assert in_words(small, Formula(formula), "fr") == words


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_every_condition_of_the_shipped_studies_is_said_in_words(code: str, language: str) -> None:
    whole = load(shipped(code))
    parts = [*whole.questions.values(), *whole.sections]
    formulas = [one for part in parts for one in (part.ask_if, part.unless) if one is not None]
    assert formulas
    assert [one.text for one in formulas if in_words(whole, one, language) == one.text] == []
