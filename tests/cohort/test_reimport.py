"""A later list shows only its difference; importing is one transaction, journalled, and seals identities."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.cohort import imports
from app.cohort.models import Authorisation, ListImport, ListRow, Patient
from app.cohort.patients import chart_facts, identity_of, list_facts, patient_by_code
from app.journal.models import JournalEntry
from app.journal.verifying import verify
from tests.cohort.builders import Cohort, other, renewal, row

PAU = {"ETAB": "CH PAU", "CP": "64000", "VILLE": "PAU"}


def test_a_supplement_adds_its_rows_to_the_patients_it_continues(cohort: Cohort) -> None:
    cohort.take(row(1), other(2))
    report = cohort.take(renewal(3), other(4, **PAU))
    assert report.counts()["new"] == 2
    assert report.difference.joining == ("CAL-001-001",)
    assert report.difference.new_patients == 1
    assert report.difference.new_centres == report.difference.mailed == ("CH PAU",)
    assert report.difference.withdrawn == 0
    assert [t.patient for t in cohort.trace()][2] == "CAL-001-001"


def test_a_code_is_never_given_twice(cohort: Cohort) -> None:
    cohort.take(row(1))
    cohort.take(other(2), other(3))
    assert [p.code for p in cohort.patients()] == ["CAL-001-001", "CAL-001-002", "CAL-001-003"]


def test_the_order_of_two_lists_does_not_change_who_is_who(cohort: Cohort) -> None:
    cohort.take(renewal(2, INIT="DM", DDN="03/1948"))
    cohort.take(row(1))
    assert len(cohort.patients()) == 1
    assert cohort.patients()[0].incident is True


def test_a_newer_edition_shows_corrections_and_withdrawals(cohort: Cohort) -> None:
    rows = [other(n) for n in (1, 2, 3, 4)]
    cohort.take(*rows)
    report = cohort.take(rows[0], rows[1], {**rows[2], "DUREE": "6 mois"})
    counts = report.counts()
    assert (counts["kept"], counts["review"], counts["new"]) == (2, 1, 1)
    assert (report.difference.changed, report.difference.withdrawn) == ((3,), 1)
    assert [case.kind for case in cohort.cases()] == ["changed", "withdrawn"]
    assert len(cohort.patients()) == 4


def test_an_accepted_correction_replaces_the_row_and_keeps_the_patient(cohort: Cohort) -> None:
    first = row(1)
    cohort.take(first, renewal(2))
    cohort.take({**first, "OCTROI": "16/01/2012"}, renewal(2))
    cohort.decide(cohort.cases()[0], "accept")
    traced = cohort.trace()
    assert [t.fate for t in traced] == ["duplicate", "kept", "kept"]
    assert traced[2].patient == traced[1].patient
    assert str(cohort.patients()[0].first_grant_on) == "2012-01-16"


def test_a_confirmed_withdrawal_drops_the_row_and_never_the_patient(cohort: Cohort) -> None:
    rows = [row(1), renewal(2), renewal(3, OCTROI="12/07/2012")]
    cohort.take(*rows)
    cohort.take(*rows[:2], other(9))
    cohort.decide(cohort.cases()[0], "accept")
    assert [t.fate for t in cohort.trace()] == ["kept", "kept", "refused", "kept"]
    assert str(cohort.patients()[0].last_grant_on) == "2012-04-12"


def test_a_pending_request_that_is_granted_later_is_simply_kept(cohort: Cohort) -> None:
    cohort.take(row(1, STATUT="En attente"))
    cohort.take(row(1))
    assert cohort.fates() == ["refused", "kept"]


def test_later_rows_of_an_undecided_person_join_the_open_case(cohort: Cohort) -> None:
    cohort.take(row(1, DDN=""), renewal(2, DDN="", OCTROI="12/12/2012"))
    cohort.take(renewal(3, DDN="", OCTROI="12/03/2013"))
    (case,) = cohort.cases()
    assert len(case.rows) == 2


def test_a_failure_leaves_nothing_behind(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(imports, "open_cases", burst)
    with pytest.raises(RuntimeError):
        cohort.take(row(1), row(2, OCTROI="31/02/2012"))
    with cohort.installation.database.reading() as session:
        models = (ListImport, ListRow, Authorisation, Patient)
        assert [session.scalar(select(func.count()).select_from(model)) for model in models] == [0, 0, 0, 0]


def test_an_import_is_journalled_with_its_counts_and_the_files_hash(cohort: Cohort) -> None:
    cohort.take(row(1))
    cohort.take_file(cohort.folder / "liste_1.csv")
    with cohort.installation.database.reading() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "list.imported")).all()
        assert [entry.study for entry in entries] == ["calci_sts"]
        assert verify(session).ok


def test_no_identity_lies_in_the_clear(cohort: Cohort) -> None:
    cohort.take(row("8765432", PRESCRIPTEUR="Dr WXYZABC", INIT="QXW VJ", DDN="12/03/1948"))
    with cohort.installation.database.reading() as session:
        tables = (
            "list_row",
            "list_row_identity",
            "authorisation",
            "patient",
            "patient_identity",
            "centre_alias",
        )
        # Constant names, and every column of every row as text.
        dump = " ".join(
            str(tuple(found)) for name in tables for found in session.execute(text(f"SELECT * FROM {name}"))
        )
    for secret in ("8765432", "WXYZABC", "QXW", "1948"):
        assert secret not in dump


def test_a_centre_receives_what_helps_to_find_the_chart(cohort: Cohort) -> None:
    cohort.take(row(1, PRESCRIPTEUR="Dr MOREL"), renewal(2, PRESCRIPTEUR="Dr BLANC", DDN="03/1948"))
    vault = cohort.installation.vault
    with cohort.installation.database.reading() as session:
        study = cohort.desk(session).study
        patient = patient_by_code(session, study, "CAL-001-001")
        chart = chart_facts(session, vault, patient)
        facts = list_facts(session, vault, patient)
        assert identity_of(session, vault, patient).birth == "1948-03-12"
    assert (chart.initials, chart.prescribers, chart.atu_first) == ("DUP MA", ("Dr MOREL", "Dr BLANC"), "1")
    assert (facts["authorisations"], facts["sex"], facts["patient_code"]) == (2, 2, "CAL-001-001")
    # 15/01 to 14/04 and 12/04 to 11/07/2012, both ends included.
    assert facts["cover_days"] == 179


def test_another_study_reads_its_own_product_by_the_same_code(cohort: Cohort, tmp_path: Path) -> None:
    second = Cohort(cohort.installation, tmp_path, cohort.actor, cohort.now, code="cmv_mbv")
    maribavir = {
        "SPECIALITE": "LIVTENCITY 200 mg",
        "INDICATION": "infection à CMV réfractaire",
        "OCTROI": "25/10/2022",
    }
    second.take(row("AAC-1", **maribavir, REGIME="AAC"), row(2, OCTROI="25/10/2022"))
    assert second.fates() == ["kept", "other_product"]
    with cohort.installation.database.reading() as session:
        kinds = list(session.scalars(select(Authorisation.auth_kind).order_by(Authorisation.id)))
    assert kinds == ["aac", "aac"]
