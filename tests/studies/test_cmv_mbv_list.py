"""cmv_mbv: the list accepts ATU, AAC and AAP alike, knows the product under its names and sets other uses aside."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cohort.imports import import_list
from app.cohort.models import Authorisation, Patient
from app.cohort.patients import list_facts
from app.cohort.report import ImportReport
from app.cohort.rules import ListRules
from app.cohort.studies import find_study
from app.collection.facts import is_fact, listed_value
from app.collection.opening import open_study
from app.collection.questionnaires import questionnaire_of
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.loading import shipped

LIST = """NUM;REGIME;NATURE;STATUT;OCTROI;DUREE;SPECIALITE;INDICATION;INIT;DDN;SEXE;ETAB;CP;VILLE
2201;AAC;Initiale;Octroyée;20/10/2022;3 mois;LIVTENCITY 200 mg cp;cytomégalovirus;LEMAN;12/03/1984;F;HOPITAL FICTIF;75013;PARIS
2202;ATU nominative;Renouvellement;Octroyée;18/01/2023;3 mois;MARIBAVIR 200 mg;idem;LEMAN;12/03/1984;F;HOPITAL FICTIF;75013;PARIS
2203;Accès précoce;Initiale;Octroyée;03/02/2023;2 mois;maribavir;CMV résistant;DURPI;01/05/1961;M;HOPITAL FICTIF;75013;PARIS
2204;AAC;Initiale;Octroyée;04/02/2023;2 mois;maribavir;infection à EBV;PETJU;09/09/1970;F;HOPITAL FICTIF;75013;PARIS
2205;AAC;Initiale;Octroyée;05/02/2023;2 mois;PREVYMIS 480 mg;prophylaxie CMV;MOREL;02/02/1955;M;HOPITAL FICTIF;75013;PARIS
2206;;Initiale;Octroyée;06/02/2023;2 mois;TAK-620;CMV;GARSO;09/10/1951;F;HOPITAL FICTIF;75013;PARIS
"""


@pytest.fixture
def report(installation: Installation, command: Actor, now: datetime, tmp_path: Path) -> ImportReport:
    """The six rows imported."""
    path = tmp_path / "liste.csv"
    path.write_text(LIST, encoding="utf-8")
    rules = ListRules.load(shipped("cmv_mbv") / "list.yaml")
    with installation.database.writing() as session:
        study = open_study(session, "cmv_mbv", actor=command, now=now)
        return import_list(session, installation.vault, study, rules, path, actor=command, now=now)


def test_every_row_has_its_fate(report: ImportReport) -> None:
    counts = report.counts()
    assert {name: counts[name] for name in ("read", "kept", "other_indication", "other_product", "patients")} == {
        "read": 6, "kept": 4, "other_indication": 1, "other_product": 1, "patients": 3,
    }  # fmt: skip


def test_the_access_scheme_is_kept_and_aac_is_the_default(report: ImportReport, installation: Installation) -> None:
    with installation.database.reading() as session:
        query = select(Authorisation.granted_on, Authorisation.auth_kind).where(Authorisation.patient_id.is_not(None))
        kinds = {str(granted): kind for granted, kind in session.execute(query)}
        codes = sorted(session.scalars(select(Patient.code)))
    assert kinds == {
        "2022-10-20": "aac", "2023-01-18": "atu_nominative", "2023-02-03": "aap", "2023-02-06": "aac",
    }  # fmt: skip
    assert [code[:4] for code in codes] == ["CMV-"] * 3


def test_a_scheme_that_the_list_says_is_a_fact_to_confirm_and_a_default_is_not(
    report: ImportReport, installation: Installation
) -> None:
    with installation.database.reading() as session:
        patients = session.scalars(select(Patient).order_by(Patient.first_grant_on)).all()
        facts = [list_facts(session, installation.vault, one)["auth_kind"] for one in patients]
        asked = questionnaire_of(session, find_study(session, "cmv_mbv")).questions["auth_kind"]
    assert facts == [3, 4, None]
    assert [listed_value(asked, {"auth_kind": fact}) for fact in facts] == facts
    assert is_fact(asked)
