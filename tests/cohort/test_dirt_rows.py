"""Rows that repeat, contradict, renew, overlap or lie outside (D01–D06, D18–D22, D25, D26)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.cohort.models import FATES, Authorisation, ListRow, ListRowIdentity
from app.cohort.patients import cover_days, raw_cells
from tests.cohort.builders import Cohort, renewal, row


def flags(cohort: Cohort) -> list[set[str]]:
    """The flags of every row, in order."""
    with cohort.installation.database.reading() as session:
        return [set(text.split()) for text in session.scalars(select(ListRow.flags).order_by(ListRow.id))]


def authorisations(cohort: Cohort) -> list[Authorisation]:
    with cohort.installation.database.reading() as session:
        found = list(session.scalars(select(Authorisation).order_by(Authorisation.id)))
        session.expunge_all()
        return found


def test_d01_an_exact_twin_is_counted_once(cohort: Cohort) -> None:
    report = cohort.take(row(1), row(1))
    assert cohort.fates() == ["kept", "duplicate"]
    assert report.counts()["patients"] == 1
    assert len(authorisations(cohort)) == 1


def test_d01_the_twin_of_a_refused_row_is_a_duplicate_too(cohort: Cohort) -> None:
    cohort.take(row(1, STATUT="Refusée"), row(1, STATUT="Refusée"))
    assert cohort.fates() == ["refused", "duplicate"]


def test_d02_same_number_with_other_content_keeps_both_and_asks(cohort: Cohort) -> None:
    cohort.take(row(1), row(1, DUREE="6 mois"))
    assert cohort.fates() == ["kept", "kept"]
    assert "number_twice" in flags(cohort)[1]
    assert [case.kind for case in cohort.cases()] == ["number"]


def test_d02_same_number_for_another_patient_goes_to_review(cohort: Cohort) -> None:
    cohort.take(row(1), row(1, INIT="ZOE BE", DDN="05/06/1960"))
    assert cohort.fates() == ["kept", "review"]


def test_d03_two_strengths_on_one_day_are_one_course_of_one_patient(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, SPECIALITE="NATRIUMTHIOSULFAT 10%"))
    assert len(cohort.patients()) == 1
    assert [a.course_no for a in authorisations(cohort)] == [1, 1]
    assert [a.strength for a in authorisations(cohort)] == ["25%", "10%"]


def test_d04_overlapping_validities_are_a_union_not_a_duplicate(cohort: Cohort) -> None:
    cohort.take(row(1, DUREE="90 J"), renewal(2, OCTROI="01/03/2012", DUREE="90 J"))
    assert cohort.fates() == ["kept", "kept"]
    # 15 January to 29 May 2012, both ends included: 46 days before the renewal, then 90.
    assert cover_days(authorisations(cohort)) == 46 + 90


def test_d05_a_renewal_without_its_initial_makes_a_prevalent_patient(cohort: Cohort) -> None:
    cohort.take(renewal(1, OCTROI="03/01/2012"))
    (patient,) = cohort.patients()
    assert patient.incident is False


def test_d05_an_initial_before_the_window_makes_the_patient_prevalent(cohort: Cohort) -> None:
    cohort.take(row(1, OCTROI="10/12/2011"), renewal(2, OCTROI="10/03/2012"))
    (patient,) = cohort.patients()
    assert cohort.fates() == ["outside_window", "kept"]
    assert patient.incident is False
    assert patient.first_grant_on == date(2011, 12, 10)


def test_d06_a_first_row_typed_as_renewal_becomes_incident_once_somebody_says_so(cohort: Cohort) -> None:
    from app.cohort.patients import patient_by_code, set_incident
    from app.cohort.studies import find_study

    cohort.take(renewal(1, OCTROI="03/06/2014"))
    (patient,) = cohort.patients()
    with cohort.installation.database.writing() as session:
        study = find_study(session, cohort.code)
        found = patient_by_code(session, study, patient.code)
        set_incident(session, study, found, True, actor=cohort.actor, now=cohort.now)
    cohort.take(renewal(2, OCTROI="03/09/2014"))
    assert cohort.patients()[0].incident is True


@pytest.mark.parametrize(
    "product",
    [
        "NATRIUMTHIOSULFAT 25% KOHLER sol perf 100ml",
        "natrium thiosulfate 25 %",
        "thiosulfate de sodium",
        "SODIUM THIOSULFATE",
        "sodium (thiosulfate de)",
        "STS 25%",
        "Hyposulfite de sodium",
    ],
)
def test_d18_every_synonym_is_the_product(cohort: Cohort, product: str) -> None:
    cohort.take(row(1, SPECIALITE=product))
    assert cohort.fates() == ["kept"]


def test_d18_other_products_and_other_uses_are_set_aside(cohort: Cohort) -> None:
    cohort.take(
        row(1, SPECIALITE="CYSTAGON 150 mg", INDICATION="autre"),
        row(2, INDICATION="intoxication cyanhydrique"),
        row(3, INDICATION="ototoxicité cisplatine"),
    )
    assert cohort.fates() == ["other_product", "other_indication", "other_indication"]


def test_d18_a_product_named_with_a_typo_is_looked_at(cohort: Cohort) -> None:
    cohort.take(row(1, SPECIALITE="NATRIUMTHIOSLUFAT 25%"), row(2, SPECIALITE=""))
    assert cohort.fates() == ["review", "review"]


@pytest.mark.parametrize(
    ("indication", "fate"),
    [
        ("Calciphyllaxie", "kept"),
        ("AUC", "kept"),
        ("artériolopathie urémique calcifiante", "kept"),
        ("calcinose", "review"),
        ("calcifications", "review"),
        ("BEAUCOUP", "review"),
    ],
)
def test_d19_indications_are_in_or_in_review(cohort: Cohort, indication: str, fate: str) -> None:
    cohort.take(row(1, INDICATION=indication))
    assert cohort.fates() == [fate]


@pytest.mark.parametrize("indication", ["idem", ""])
def test_d19_idem_and_blank_inherit_the_patients_indication(cohort: Cohort, indication: str) -> None:
    cohort.take(row(1), renewal(2, INDICATION=indication), renewal(3, INIT="ZOE BE", INDICATION=indication))
    assert cohort.fates() == ["kept", "kept", "review"]
    assert "idem" in flags(cohort)[1]


def test_d20_a_blank_request_type_is_inferred_from_the_order(cohort: Cohort) -> None:
    cohort.take(row(1, TYPE=""), row(2, TYPE="", OCTROI="12/04/2012"))
    first, second = authorisations(cohort)
    assert (first.request_type, second.request_type) == ("initial", "renewal")
    assert first.request_type_inferred
    assert second.request_type_inferred


def test_d20_an_initial_that_names_a_previous_authorisation_is_a_renewal(cohort: Cohort) -> None:
    cohort.take(row(1), row(2, OCTROI="12/04/2012", ATU_PREC="1"))
    assert [a.request_type for a in authorisations(cohort)] == ["initial", "renewal"]
    assert authorisations(cohort)[1].request_type_inferred


@pytest.mark.parametrize("status", ["Refusée", "Annulée", "En attente", "complément demandé"])
def test_d21_refused_cancelled_and_pending_rows_make_no_patient(cohort: Cohort, status: str) -> None:
    cohort.take(row(1, STATUT=status))
    assert cohort.fates() == ["refused"]
    assert cohort.patients() == []
    assert cohort.centres() == []


def test_d22_rows_outside_the_window_make_no_patient_but_stay(cohort: Cohort) -> None:
    cohort.take(
        row(1, OCTROI="31/12/2011"), row(2, OCTROI="01/01/2017"), row(3, OCTROI="31/12/2016", INIT="ZOE BE")
    )
    assert cohort.fates() == ["outside_window", "outside_window", "kept"]
    assert len(cohort.patients()) == 1


def test_d25_impossible_periods_are_kept_with_a_warning(cohort: Cohort) -> None:
    cohort.take(
        row(1, DATE_FIN="01/01/2012"),
        row(2, DUREE="18 mois"),
        row(3, DATE_DEMANDE="20/01/2012"),
    )
    assert cohort.fates() == ["kept", "kept", "kept"]
    assert [
        f & {"validity_reversed", "validity_too_long", "granted_before_request"} for f in flags(cohort)
    ] == [
        {"validity_reversed"},
        {"validity_too_long"},
        {"granted_before_request"},
    ]


def test_d26_a_name_in_full_is_masked_and_flagged(cohort: Cohort) -> None:
    from app.cohort.patients import identity_of

    cohort.take(row(1, INIT="DUPONT MARIE"))
    assert "name_in_full" in flags(cohort)[0]
    with cohort.installation.database.reading() as session:
        patient = session.merge(cohort.patients()[0], load=False)
        assert identity_of(session, cohort.installation.vault, patient).initials == "DUP MA"


def test_every_raw_cell_is_kept_unchanged_and_sealed(cohort: Cohort) -> None:
    cohort.take(row(" 1 ", INIT=" Dup Ma ", REMARQUE="à relancer\nvite"))
    with cohort.installation.database.reading() as session:
        stored = session.scalars(select(ListRowIdentity)).one()
        cells = raw_cells(cohort.installation.vault, stored.row_id, stored.raw)
        assert b"Dup" not in stored.raw
    assert (cells["atu_num"], cells["pt_ini"]) == (" 1 ", " Dup Ma ")
    assert cells["other:REMARQUE"] == "à relancer\nvite"


def test_the_fates_add_up_to_the_rows_read(cohort: Cohort) -> None:
    report = cohort.take(
        row(1), row(1), row(2, STATUT="Refusée"), row(3, OCTROI="31/02/2014"), row(4, SPECIALITE="X")
    )
    counts = report.counts()
    assert sum(counts[fate] for fate in FATES) == counts["read"] == 5
