"""The review desk: questions with their evidence, decisions that say why, and undo that restores exactly."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cohort import review
from app.cohort.centres import centre_by_code_or_name
from app.cohort.deciding import ACTIONS, decide
from app.cohort.errors import (
    AlreadyDecided,
    BadDecision,
    CannotUndo,
    StaleDecision,
    UnknownCase,
    UnknownPatient,
)
from app.cohort.merging import merge_centres, merge_patients, split_alias
from app.cohort.models import Authorisation, Centre, CentreAlias, ListRow, Patient, ReviewCase
from app.cohort.moving import Follows
from app.cohort.patients import enrol_patient, patient_by_code
from app.cohort.undoing import undo
from app.journal.models import JournalEntry
from tests.cohort.builders import Cohort, other, renewal, row

PAU = {"ETAB": "CH PAU", "CP": "64000", "VILLE": "PAU"}
Snapshot = dict[str, list[tuple[Any, ...]]]


def snapshot(cohort: Cohort) -> Snapshot:
    """Every value of the tables that decisions change."""
    with cohort.installation.database.reading() as session:
        return {
            model.__tablename__: sorted(
                tuple(found) for found in session.execute(select(*model.__table__.columns))
            )
            for model in (ListRow, Authorisation, CentreAlias, ReviewCase)
        } | {
            "patient": sorted(
                tuple(found)
                for found in session.execute(
                    select(
                        Patient.id,
                        Patient.code,
                        Patient.centre_id,
                        Patient.merged_into_id,
                        Patient.first_grant_on,
                    )
                )
            ),
            "centre": sorted(
                tuple(f) for f in session.execute(select(Centre.id, Centre.code, Centre.merged_into_id))
            ),
        }


@pytest.fixture
def merges(cohort: Cohort) -> list[tuple[object, object, bool]]:
    """What an upper room is told."""
    told: list[tuple[object, object, bool]] = []
    cohort.follows = Follows(
        patients=(lambda _, m: told.append((m.gone, m.kept, m.undone)),),
        centres=(lambda _, m: told.append((m.gone, m.kept, m.undone)),),
    )
    return told


def doubtful(cohort: Cohort) -> None:
    """A second row that may or may not be the first row's patient."""
    cohort.take(row(1, DDN=""), renewal(2, DDN="", OCTROI="12/12/2012"))


def undo_of(cohort: Cohort, decision_id: int) -> None:
    with cohort.installation.database.writing() as session:
        undo(cohort.desk(session), decision_id)


def test_the_most_consequential_question_comes_first(cohort: Cohort) -> None:
    cohort.take(
        row(1, DDN=""),
        renewal(2, DDN="", OCTROI="12/12/2012"),
        other(3, ETAB="?"),
        other(4, INDICATION="calcinose"),
    )
    assert [case.kind for case in cohort.cases()] == ["centre", "patient", "row"]


def test_a_case_shows_its_evidence_and_a_readable_probability(cohort: Cohort) -> None:
    doubtful(cohort)
    (case,) = cohort.cases()
    assert case.fr.endswith("?")
    assert case.probability is not None
    assert "%" in case.likelihood_fr
    (candidate,) = case.candidates
    assert candidate.weights["initials"] > 0
    assert (len(case.rows), len(candidate.rows)) == (1, 1)


def test_identities_are_shown_only_when_asked_for(cohort: Cohort) -> None:
    telling = {"ATU PREC": "9123456", "COMMENTAIRE": "Mme DUPONT", "PHARMACIEN": "M. DURAND", "TEL": "0561000000",
               "PRESCRIPTEUR": "Dr MARTIN", "NOTE LIBRE": "fille de Jean"}  # fmt: skip
    cohort.take(row(1, DDN=""), renewal(2, DDN="", OCTROI="12/12/2012", **telling))
    (unasked,) = cohort.cases()[0].rows
    assert set(unasked.raw) == {"req_type", "req_status", "grant_d", "dur_raw", "product_raw", "indic_raw", "sex",
                                "site_raw", "zip", "city"}  # fmt: skip
    asked = cohort.cases(identities=True)[0].rows[0].raw
    assert {name: asked[name] for name in set(asked) - set(unasked.raw)} == {
        "atu_num": "2", "atu_prev": "9123456", "pt_ini": "DUP MA", "presc_name": "Dr MARTIN",
    }  # fmt: skip


def test_an_answer_to_evidence_that_changed_is_refused_with_what_changed(cohort: Cohort) -> None:
    doubtful(cohort)
    (case,) = cohort.cases()
    with cohort.installation.database.reading() as session:
        seen = review.seen_of(session, cohort.desk(session).study, case.id)
    cohort.take(row(1, DDN=""), renewal(2, DDN="", OCTROI="12/12/2012"), renewal(3, DDN="", OCTROI="08/03/2013"))
    with cohort.installation.database.writing() as session, pytest.raises(StaleDecision) as refused:
        decide(cohort.desk(session), case.id, "accept", mutation_id="late", seen=seen)
    assert "lignes : 1 → 2" in refused.value.message("fr")
    with cohort.installation.database.writing() as session:
        seen = review.seen_of(session, cohort.desk(session).study, case.id)
        decide(cohort.desk(session), case.id, "accept", mutation_id="then", seen=seen)
    assert cohort.fates() == ["kept", "kept", "kept"]


def test_accepting_joins_the_proposed_patient(cohort: Cohort) -> None:
    doubtful(cohort)
    cohort.decide(cohort.cases()[0], "accept")
    assert {t.patient for t in cohort.trace()} == {"CAL-001-001"}
    assert cohort.fates() == ["kept", "kept"]
    assert cohort.cases() == []


def test_rejecting_makes_a_new_patient(cohort: Cohort) -> None:
    doubtful(cohort)
    cohort.decide(cohort.cases()[0], "reject")
    assert [t.patient for t in cohort.trace()] == ["CAL-001-001", "CAL-001-002"]


@pytest.mark.parametrize("action", ["accept", "reject", "set_aside"])
def test_undo_restores_exactly(cohort: Cohort, action: str) -> None:
    doubtful(cohort)
    before = snapshot(cohort)
    decision = cohort.decide(cohort.cases()[0], action)
    assert snapshot(cohort) != before
    undo_of(cohort, decision.id)
    assert snapshot(cohort) == before


@pytest.mark.parametrize(
    ("changed", "action", "target"),
    [
        ({"ETAB": "?"}, "assign", "1"),
        ({"ETAB": ""}, "set_aside", None),
        ({"INDICATION": "calcinose"}, "accept", None),
        ({"INDICATION": "calcinose", **PAU}, "accept", None),
        ({"OCTROI": "31/02/2012"}, "correct", "2012-02-29"),
        ({"STATUT": "voir"}, "accept", None),
        ({"SPECIALITE": "NATRIUMTHIOSLUFAT"}, "accept", None),
    ],
)
def test_every_answer_about_a_row_can_be_undone(
    cohort: Cohort, changed: dict[str, str], action: str, target: str | None
) -> None:
    cohort.take(row(1), other(2, **{"CP": "", **changed}))
    cases = cohort.cases()
    if not cases:
        pytest.fail("the row should have asked a question")
    before = snapshot(cohort)
    decision = cohort.decide(cases[0], action, target)
    assert cohort.fates()[1] == ("refused" if action == "set_aside" else "kept")
    undo_of(cohort, decision.id)
    assert snapshot(cohort) == before


def test_an_accepted_row_is_linked_by_the_same_rules(cohort: Cohort) -> None:
    cohort.take(row(1), renewal(2, INDICATION="calcinose"))
    cohort.decide(cohort.cases()[0], "accept")
    assert len(cohort.patients()) == 1
    assert cohort.trace()[1].reason.endswith("(règle a)")


def test_a_corrected_date_outside_the_window_stays_outside(cohort: Cohort) -> None:
    cohort.take(row(1, OCTROI="31/02/2012"))
    cohort.decide(cohort.cases()[0], "correct", "2019-03-01")
    assert cohort.fates() == ["outside_window"]


def test_the_right_one_of_two_rows_with_one_number_is_picked_and_given_back(cohort: Cohort) -> None:
    cohort.take(row(1), row(1, DUREE="6 mois"))
    before = snapshot(cohort)
    decision = cohort.decide(cohort.cases()[0], "keep_this")
    assert cohort.fates() == ["duplicate", "kept"]
    undo_of(cohort, decision.id)
    assert snapshot(cohort) == before


def test_the_same_mutation_decides_once(cohort: Cohort) -> None:
    doubtful(cohort)
    (case,) = cohort.cases()
    first = cohort.decide(case, "reject", mutation="m1")
    assert cohort.decide(case, "reject", mutation="m1").id == first.id
    assert len(cohort.patients()) == 2


def test_the_second_of_two_people_is_told_who_decided(cohort: Cohort) -> None:
    doubtful(cohort)
    (case,) = cohort.cases()
    cohort.decide(case, "accept", mutation="m1")
    with pytest.raises(AlreadyDecided) as refused:
        cohort.decide(case, "reject", mutation="m2")
    assert cohort.actor.name in refused.value.message("fr")


def test_an_answer_that_does_not_fit_changes_nothing(cohort: Cohort) -> None:
    doubtful(cohort)
    before = snapshot(cohort)
    (case,) = cohort.cases()
    with pytest.raises(BadDecision):
        cohort.decide(case, "assign")
    with pytest.raises(BadDecision):
        cohort.decide(case, "accept", "f" * 32)
    with cohort.installation.database.writing() as session, pytest.raises(UnknownCase):
        decide(cohort.desk(session), 999, "accept", mutation_id="m")
    assert snapshot(cohort) == before


def test_progress_counts_what_is_open_and_decided(cohort: Cohort) -> None:
    cohort.take(row(1, INDICATION="calcinose"), other(2, OCTROI="31/02/2012"))
    cohort.decide(cohort.cases()[0], "set_aside")
    with cohort.installation.database.reading() as session:
        found = review.progress(session, cohort.desk(session).study)
    assert (found.open, found.decided, found.total) == (1, 1, 2)


def test_decisions_and_their_undoing_are_journalled(cohort: Cohort) -> None:
    doubtful(cohort)
    undo_of(cohort, cohort.decide(cohort.cases()[0], "accept").id)
    with cohort.installation.database.reading() as session:
        actions = list(session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq)))
    assert actions[-2:] == ["review.decided", "review.undone"]


def test_a_later_decision_must_be_undone_first(cohort: Cohort) -> None:
    doubtful(cohort)
    first = cohort.decide(cohort.cases()[0], "reject")
    one, other = cohort.patients()
    with cohort.installation.database.writing() as session:
        desk = cohort.desk(session)
        gone, kept = (patient_by_code(session, desk.study, p.code) for p in (other, one))
        second = merge_patients(desk, gone, kept, mutation_id="merge")
    with pytest.raises(CannotUndo):
        undo_of(cohort, first.id)
    undo_of(cohort, second.id)
    undo_of(cohort, first.id)
    assert cohort.fates() == ["kept", "review"]


def test_merged_patients_keep_both_codes_and_part_again(
    cohort: Cohort, merges: list[tuple[object, object, bool]]
) -> None:
    cohort.take(row(1), other(2, OCTROI="12/06/2013"))
    before = snapshot(cohort)
    with cohort.installation.database.writing() as session:
        desk = cohort.desk(session)
        kept, gone = (patient_by_code(session, desk.study, code) for code in ("CAL-001-001", "CAL-001-002"))
        decision = merge_patients(desk, gone, kept, mutation_id="merge")
        assert patient_by_code(session, desk.study, "CAL-001-002").code == "CAL-001-001"
        assert str(kept.last_grant_on) == "2013-06-12"
    undo_of(cohort, decision.id)
    assert snapshot(cohort) == before
    assert [undone for *_, undone in merges] == [False, True]


def test_merged_centres_move_their_patients_and_part_again(
    cohort: Cohort, merges: list[tuple[object, object, bool]]
) -> None:
    cohort.take(row(1), other(2, **PAU))
    before = snapshot(cohort)
    with cohort.installation.database.writing() as session:
        desk = cohort.desk(session)
        kept, gone = (centre_by_code_or_name(session, desk.study, code) for code in ("001", "002"))
        decision = merge_centres(desk, gone, kept, mutation_id="merge")
    assert {t.centre for t in cohort.trace()} == {"001"}
    assert [p.code for p in cohort.patients()] == ["CAL-001-001", "CAL-002-001"]
    cohort.take(other(3, **PAU))
    assert cohort.trace()[2].centre == "001"
    undo_of(cohort, decision.id)
    after = snapshot(cohort)
    assert after["centre"] == before["centre"]
    assert [t.centre for t in cohort.trace()][:2] == ["001", "002"]
    assert [undone for *_, undone in merges] == [False, True]


def test_a_spelling_taken_for_a_typo_becomes_its_own_centre(cohort: Cohort) -> None:
    cohort.take(row(1), other(5), other(2, ETAB="CHU RANGEUIL"))
    with cohort.installation.database.writing() as session:
        desk = cohort.desk(session)
        alias = session.scalars(select(CentreAlias).where(CentreAlias.origin == "typo")).one()
        decision = split_alias(desk, alias, mutation_id="split")
    cohort.take(other(3, ETAB="CHU RANGEUIL"))
    assert cohort.trace()[3].centre == "002"
    with pytest.raises(CannotUndo):
        undo_of(cohort, decision.id)


def test_an_enrolled_patient_has_a_code_and_a_sealed_identity(cohort: Cohort) -> None:
    cohort.take(row(1))
    with cohort.installation.database.writing() as session:
        study = cohort.desk(session).study
        centre = centre_by_code_or_name(session, study, "chu rangueil")
        enrolled = enrol_patient(
            session,
            cohort.installation.vault,
            study,
            centre,
            actor=cohort.actor,
            now=cohort.now,
            initials="AB",
        )
        assert (enrolled.code, enrolled.enrolled) == ("CAL-001-002", True)
        with pytest.raises(UnknownPatient):
            patient_by_code(session, study, "CAL-009-001")


def test_every_kind_of_case_has_its_answers() -> None:
    from app.cohort.models import CASE_KINDS

    assert set(ACTIONS) == set(CASE_KINDS)
