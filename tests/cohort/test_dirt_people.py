"""Who is who (D07, D08, D15–D17, D23, D28) and rules a, b, c."""

from __future__ import annotations

import pytest

from app.cohort.dates import read_birth
from app.cohort.initials import compatible, read_initials
from tests.cohort.builders import Cohort, renewal, row


def test_d07_a_second_initial_after_ninety_days_is_a_second_course(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, OCTROI="20/12/2014"), renewal(3, OCTROI="15/03/2015"))
    assert len(cohort.patients()) == 1
    assert [t.course for t in cohort.trace()] == [1, 2, 2]


def test_d07_an_initial_typed_twice_within_ninety_days_is_one_course(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, OCTROI="10/04/2012"))
    assert [t.course for t in cohort.trace()] == [1, 1]


def test_d08_a_patient_who_moves_keeps_the_code_and_the_first_centre_is_asked(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, ETAB="CH ALBI", CP="81000", VILLE="ALBI"))
    (patient,) = cohort.patients()
    first, second = cohort.trace()
    assert first.patient == second.patient == patient.code
    assert first.centre != second.centre
    assert patient.code.split("-")[1] == first.centre


@pytest.mark.parametrize(
    ("raw", "iso", "ambiguous"),
    [("31", "1931", False), ("05", "", True), ("12/03/48", "1948-03-12", False), ("12/03/05", "", True)],
)
def test_d15_two_digit_years_are_read_when_only_one_century_is_possible(
    raw: str, iso: str, ambiguous: bool
) -> None:
    birth = read_birth(raw, 2012)
    assert (birth.iso, birth.ambiguous) == (iso, ambiguous)


def test_d15_a_birth_with_two_readings_goes_to_review(cohort: Cohort) -> None:
    cohort.take(row(1, DDN="05"))
    assert cohort.fates() == ["review"]
    assert cohort.cases()[0].why == "century"


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("01/01/1900", ""),
        ("01/01/1935", "1935"),
        ("15/06/1940", "1940-06-15"),
        ("", ""),
        ("67 ans", "1945"),
        ("03/1948", "1948-03"),
        ("1931", "1931"),
        ("17604", "1948-03-12"),
        ("31/02/1940", ""),
        ("12/03/2020", ""),
    ],
)
def test_d16_placeholders_and_ages_lose_the_precision_they_never_had(raw: str, iso: str) -> None:
    assert read_birth(raw, 2012).iso == iso


def test_d16_an_age_meets_a_birth_year_within_one_year(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, DDN="63 ans"), renewal(3, DDN="60 ans", OCTROI="13/04/2012"))
    traced = cohort.trace()
    assert traced[0].patient == traced[1].patient
    assert traced[2].patient != traced[0].patient


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("DUP MA", "MA DUP", True),
        ("DUPMA", "DUP MA", True),
        ("D.M.", "DUP MA", True),
        ("DM", "MD", True),
        ("LE GJE", "LEG JE", True),
        ("D'A MA", "DAMA", True),
        ("ÉTÉ ÉL", "ETE EL", True),
        ("DUP MA", "DUR MA", False),
        ("DUP ST", "DUP SA", False),
        ("DM", "DN", False),
        ("DUPMA", "DP", False),
    ],
)
def test_d17_initials_are_compared_in_every_order_on_the_shortest_prefix(
    one: str, other: str, same: bool
) -> None:
    assert compatible(read_initials(one), read_initials(other)) is same


def test_d17_equal_birth_and_sex_with_one_common_letter_is_proposed(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, INIT="LEB MA"))
    assert cohort.fates() == ["kept", "review"]
    (case,) = cohort.cases()
    assert case.kind == "patient"
    assert case.candidates[0].code == cohort.patients()[0].code


def test_d17_equal_birth_without_a_common_letter_is_another_patient(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, INIT="ZOE BE"))
    assert cohort.fates() == ["kept", "kept"]
    assert len(cohort.patients()) == 2


def test_d23_a_missing_sex_is_no_obstacle_and_the_majority_stands(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, SEXE=""), renewal(3, OCTROI="12/07/2012", SEXE="Mme"))
    (patient,) = cohort.patients()
    assert patient.sex == 2


def test_d23_a_changed_sex_is_proposed_and_once_accepted_the_majority_stands(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2), renewal(3, OCTROI="12/07/2012", SEXE="M"))
    assert cohort.fates() == ["kept", "kept", "review"]
    cohort.decide(cohort.cases()[0], "accept")
    (patient,) = cohort.patients()
    assert patient.sex == 2
    assert cohort.fates() == ["kept", "kept", "kept"]


@pytest.mark.parametrize(("weight", "flag"), [("705", "weight_implausible"), ("7O", "weight_letter")])
def test_d23_an_impossible_weight_is_flagged_and_kept_as_typed(
    cohort: Cohort, weight: str, flag: str
) -> None:
    report = cohort.take(row(1, POIDS=weight))
    (kept,) = report.rows
    assert flag in kept.flags


def test_d28_two_people_who_look_alike_are_split_again(cohort: Cohort) -> None:
    from app.cohort.merging import split_patient
    from app.cohort.patients import patient_by_code

    cohort.take(row(1, INIT="DM", DDN="03/1948"), renewal(2, INIT="D.M.", DDN="03/1948"))
    (patient,) = cohort.patients()
    with cohort.installation.database.writing() as session:
        desk = cohort.desk(session)
        found = patient_by_code(session, desk.study, patient.code)
        split_patient(desk, found, [1_000_002], mutation_id="split")
    assert len(cohort.patients()) == 2
    assert len({t.patient for t in cohort.trace()}) == 2


def test_rule_a_links_a_full_birth_in_any_centre(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, INIT="MA DUP", ETAB="CH PAU", CP="64000", VILLE="PAU"))
    assert len(cohort.patients()) == 1


def test_rule_b_links_a_partial_birth_in_the_same_centre_only(cohort: Cohort) -> None:
    cohort.take(
        row(1), renewal(2, DDN="03/1948"), renewal(3, DDN="1948", ETAB="CH PAU", CP="64000", VILLE="PAU")
    )
    traced = cohort.trace()
    assert traced[0].patient == traced[1].patient
    assert traced[2].fate == "review"


def test_rule_b_does_not_choose_between_two_patients(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, INIT="DUM MI", DDN="14/03/1948"), renewal(3, INIT="DM", DDN="03/1948"))
    assert cohort.fates() == ["kept", "kept", "review"]
    (case,) = cohort.cases()
    assert (case.why, len(case.candidates)) == ("several", 2)


def test_rule_c_links_a_renewal_that_continues_the_validity(cohort: Cohort) -> None:
    cohort.take(row(1, DDN=""), renewal(2, DDN="", INIT="DUPMA"))
    assert len(cohort.patients()) == 1
    assert cohort.fates() == ["kept", "kept"]


@pytest.mark.parametrize(
    "changes",
    [
        {"OCTROI": "12/12/2012"},
        {"TYPE": "Initiale"},
        {"INIT": "DM"},
    ],
    ids=["too late", "not a renewal", "short initials"],
)
def test_rule_c_leaves_everything_less_to_a_person(cohort: Cohort, changes: dict[str, str]) -> None:
    cohort.take(row(1, DDN=""), renewal(2, DDN="", **changes))
    assert cohort.fates() == ["kept", "review"]


def test_d03_two_strengths_on_one_day_are_one_patient_without_a_birth_too(cohort: Cohort) -> None:
    other = {"SPECIALITE": "NATRIUMTHIOSULFAT 10%"}
    cohort.take(row(1, DDN=""), row(2, DDN="", **other), row(3, DDN="", OCTROI="16/01/2012", **other))
    assert cohort.fates() == ["kept", "kept", "review"]
    assert len(cohort.patients()) == 1


def test_rule_b_on_a_year_and_two_letters_needs_a_renewal(cohort: Cohort) -> None:
    vague = {"INIT": "DM", "DDN": "1948"}
    cohort.take(row(1, DDN="03/1948"), renewal(2, **vague))
    assert cohort.fates() == ["kept", "kept"]
    cohort.take(row(3, OCTROI="02/03/2014", **vague))
    assert cohort.fates() == ["kept", "kept", "review"]


def test_rule_c_needs_a_single_candidate(cohort: Cohort) -> None:
    cohort.take(row(1, DDN=""), row(2, DDN="07/08/1950"), renewal(3, DDN=""))
    assert cohort.fates()[2] == "review"


def test_a_first_request_elsewhere_under_two_letters_is_proposed(cohort: Cohort) -> None:
    cohort.take(
        row(1, INIT="DM"), row(2, INIT="DM", OCTROI="12/04/2014", ETAB="CH PAU", CP="64000", VILLE="PAU")
    )
    assert cohort.fates() == ["kept", "review"]


def test_a_row_without_initials_and_birth_is_nobody_yet(cohort: Cohort) -> None:
    cohort.take(row(1, INIT="", DDN=""))
    assert cohort.fates() == ["review"]
    assert cohort.cases()[0].why == "nameless"
