"""Dates as people type them, and partial dates as intervals."""

from dataclasses import replace
from datetime import date

import pytest

from forms import spans
from forms.definition import Formula, Label, Question, Range
from forms.refusals import AnswerRefused
from forms.spans import Span
from forms.types import kind_of

SINCE_1990 = Range(Formula("1990-01-01"), Formula("today"))
FULL, PARTIAL = (Question("d", Label("D", "D"), kind, "main") for kind in ("date", "partial_date"))


@pytest.mark.parametrize(
    "typed",
    ["12/03/2014", "12-3-14", "12.03.2014", "12032014", "2014-03-12", "12 03 2014", "12/3/2014", "120314",
        "12 mars 2014", "12 Mar 2014", " 12/03/2014 ", "2014/03/12"],
)  # fmt: skip
def test_a_full_date_is_read_day_first(typed: str) -> None:
    assert kind_of("date").parse(typed, FULL).value == "2014-03-12"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2014", "2014"), (2014, "2014"), ("03/2014", "2014-03"), ("3-2014", "2014-03"), ("2014-03", "2014-03"),
        ("mars 2014", "2014-03"), ("032014", "2014-03"), ("1er août 2014", "2014-08-01"), ("12/03/2014", "2014-03-12")],
)  # fmt: skip
def test_a_partial_date_keeps_its_precision(typed: object, value: str) -> None:
    assert kind_of("partial_date").parse(typed, PARTIAL).value == value


@pytest.mark.parametrize(
    "typed",
    [
        "31/02/2014",
        "32/01/2014",
        "12/13/2014",
        "2014",
        "03/2014",
        "hier",
        "12/03/0014",
        "0",
        "1/2",
        "12/03/201",
        "12//2014",
        True,
        [1],
    ],
)
def test_what_is_no_full_date_is_refused(typed: object) -> None:
    with pytest.raises(AnswerRefused) as refused:
        kind_of("date").parse(typed, FULL)
    assert "12/03/2014" in refused.value.fr


def test_two_digits_mean_the_year_inside_the_range() -> None:
    def year(typed: str, low: str, high: str) -> str:
        return spans.read_iso(typed, (date.fromisoformat(low), date.fromisoformat(high)))

    assert year("12/03/31", "1900-01-01", "2010-01-01") == "1931-03-12"
    assert year("12/03/14", "2011-06-01", "2017-06-30") == "2014-03-12"
    assert spans.read_iso("12/03/48") == "2048-03-12"


def test_a_date_outside_the_hard_range_is_refused_and_says_the_range() -> None:
    one = Question(
        "d", Label("D", "D"), "date", "main", hard=Range(Formula("2011-06-01"), Formula("2017-06-30"))
    )
    with pytest.raises(AnswerRefused) as refused:
        kind_of("date").parse("01/01/2020", one)
    assert refused.value.fr == "01/01/2020 est hors de l’intervalle possible : du 01/06/2011 au 30/06/2017."


@pytest.mark.parametrize(
    ("typed", "question", "fr", "en"),
    [
        ("01/01/1850", FULL, "du 01/01/1880 au 31/12/2100", "from 01/01/1880 to 31/12/2100"),
        ("1850", PARTIAL, "du 01/01/1880 au 31/12/2100", "from 01/01/1880 to 31/12/2100"),
        ("12/2150", PARTIAL, "du 01/01/1880 au 31/12/2100", "from 01/01/1880 to 31/12/2100"),
        ("01/01/1850", replace(FULL, hard=SINCE_1990), "à partir du 01/01/1990", "from 01/01/1990 on"),
    ],
)
def test_a_date_of_another_age_is_called_out_of_range_and_not_no_date(
    typed: str, question: Question, fr: str, en: str
) -> None:
    with pytest.raises(AnswerRefused) as refused:
        kind_of(question.type).parse(typed, question)
    assert refused.value.fr == f"{typed} est hors de l’intervalle possible : {fr}."
    assert refused.value.en == f"{typed} is out of the possible range: {en}."


@pytest.mark.parametrize(
    ("iso", "shown"), [("1926-01-16", "01/1926"), ("1926-01", "01/1926"), ("1926", "1926")]
)
def test_a_date_shown_to_the_month_leaves_its_day_out_and_keeps_it(iso: str, shown: str) -> None:
    one = Question("d", Label("D", "D"), "partial_date", "main", shown_to="month")
    cell = kind_of("partial_date").parse(iso, one)
    assert cell.value == iso
    assert kind_of("partial_date").display(cell, one, "fr") == shown
    assert kind_of("partial_date").parse(kind_of("partial_date").editable(cell, one, "fr"), one).value == iso


def test_a_partial_date_is_refused_only_when_no_possible_day_fits() -> None:
    one = Question("d", Label("D", "D"), "partial_date", "main", hard=Range(Formula("2011-06-01"), None))
    assert kind_of("partial_date").parse("2011", one).value == "2011"
    with pytest.raises(AnswerRefused):
        kind_of("partial_date").parse("2010", one)


@pytest.mark.parametrize(("iso", "first", "last", "middle"), [
    ("2016", "2016-01-01", "2016-12-31", "2016-07-01"),
    ("2016-02", "2016-02-01", "2016-02-29", "2016-02-15"),
    ("2016-02-29", "2016-02-29", "2016-02-29", "2016-02-29"),
])  # fmt: skip
def test_the_days_a_partial_date_stands_for(iso: str, first: str, last: str, middle: str) -> None:
    moment = spans.moment(iso)
    assert [
        spans.first_day(moment).isoformat(),
        spans.last_day(moment).isoformat(),
        spans.middle(moment).isoformat(),
    ] == [first, last, middle]
    assert isinstance(moment, Span) == (len(iso) < 10)


def test_the_anniversary_of_29_february_is_the_28th() -> None:
    assert spans.anniversary(date(2016, 2, 29), 1) == date(2017, 2, 28)
    assert spans.anniversary(date(2016, 2, 29), 4) == date(2020, 2, 29)


def test_completed_years_turn_on_the_birthday() -> None:
    assert spans.years_between(date(1948, 3, 12), date(2012, 3, 11)) == 63
    assert spans.years_between(date(1948, 3, 12), date(2012, 3, 12)) == 64
    assert spans.years_between(date(2012, 3, 12), date(1948, 3, 12)) == -64
