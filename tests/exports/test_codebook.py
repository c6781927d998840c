"""The dictionary and the codes describe every column of every described table."""

from __future__ import annotations

from dataclasses import replace

from exports.codebook import codes, dictionary
from exports.flow_chart import Aside, Step, draw
from exports.names import short_names
from exports.share_chart import Bar
from exports.share_chart import draw as draw_shares
from tests.exports.builders import COLUMNS, hostile, plain


def test_the_dictionary_has_a_row_for_each_variable_of_each_sheet() -> None:
    table = dictionary([hostile(), plain("visites"), replace(plain("libelles"), described=False)])
    named = [(cells[1], cells[2]) for cells in table.rows()]
    assert named[: len(COLUMNS)] == [("patients", column.name) for column in COLUMNS]
    assert ("patients", "t__3") in named
    assert ("visites", "sex") in named
    assert "libelles" not in {sheet for sheet, _ in named}
    assert [cells[0] for cells in table.rows()] == list(range(1, len(named) + 1))


def test_the_dictionary_says_codes_units_and_missing_codes() -> None:
    found = {cells[2]: dict(zip([c.name for c in dictionary([]).columns], cells, strict=True))
             for cells in dictionary([hostile()]).rows()}
    assert found["sex"]["codes"] == "1 = Masculin ; 2 = Féminin"
    assert found["x"]["unite"] == "mmol/L"
    assert found["n"]["codes_manquants"] == "NSP ; NF ; SO"
    assert found["p"]["type"] == "date partielle (texte ISO)"


def test_codes_list_a_variable_once_with_its_missing_reasons() -> None:
    rows = list(codes([hostile(), plain("visites")]).rows())
    assert [cells[:4] for cells in rows if cells[0] == "sex"] == [("sex", 1, "Masculin", "Male"), ("sex", 2, "Féminin", "Female")]
    assert [cells[1] for cells in rows if cells[0] == "n_mq"] == ["NSP", "NF", "SO"]


def test_short_names_are_unique_and_of_eight_letters() -> None:
    names = ["sts_start_d", "sts_start_d_mq", "sts_start_x", "v_surf_m12", "x"]
    short = short_names(names)
    assert len(set(short.values())) == len(names)
    assert all(len(name) <= 8 for name in short.values())
    assert short["x"] == "x"
    told = short_names(["submitted_at_paris", "submitted_by_telephone", "answers_by_telephone"])
    assert list(told.values()) == ["subatpar", "subbytel", "ansbytel"]


def test_the_flow_diagram_tells_its_numbers_and_sets_no_style() -> None:
    steps = [Step("rows", "lignes", "Lignes <lues>", "Rows", 1234, (Aside("dup", "doublons", "twins", 4),)),
             Step("patients", "patients", "Patients", "Patients", 540, (), 12, (Aside("added", "ajoutés", "added", 2),))]
    drawn = draw(steps, "fr")
    assert "Lignes &lt;lues&gt;" in drawn
    assert "1\u202f234" in drawn
    assert "doublons\u00a0: 4" in drawn
    assert "540, dont 12 par un motif" in drawn
    assert "+\u00a02 ajoutés" in drawn
    assert "style" not in drawn
    assert "1,234" in draw(steps, "en")


def test_the_completeness_chart_tells_every_figure_and_sets_no_style() -> None:
    drawn = draw_shares([Bar("Poids <kg>", {"answered": 3, "unknown": 1}), Bar("Rien", {})], "Complétude", "fr")
    assert "Poids &lt;kg&gt;: 3/4" in drawn
    assert "75\u00a0% (3/4)" in drawn
    assert 'width="255.0"' in drawn
    assert "style" not in drawn
