"""Merging, splitting and moving by hand: a preview that says what moves, undo that restores exactly, stale refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from app.cohort.centres import list_centres
from app.cohort.ledger import keys_where
from app.cohort.models import Authorisation, Centre, CentreAlias, ListRow, Patient
from app.cohort.patients import enrol_patient
from app.cohort.studies import find_study
from app.collection.models import Response
from app.doors.door import Door
from app.doors.sponsor import create_app
from app.kernel.installation import Installation
from app.outreach import queries
from app.outreach.models import Link, Query, Respondent
from app.outreach.people import Person, add_respondent
from forms.answers import Address
from tests.collection.builders import Chart, chart
from tests.doors_centre.builders import busy_centres, page, visitor
from tests.doors_sponsor.desk import desk_for
from tests.fixtures.installations import COMMAND, NOW
from tests.fixtures.studies import Opened

STUDY = "/studies/calci_sts"
TABLES = (Patient, Authorisation, ListRow, Centre, CentreAlias, Response, Query, Respondent, Link)


def everything(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every value that hangs on patients and centres; codes are never given twice, so their counters go on."""
    with installation.database.reading() as session:
        return {
            model.__tablename__: sorted(
                map(
                    str,
                    session.execute(select(*(c for c in model.__table__.c if c.name != "patients_coded"))),
                )
            )
            for model in TABLES
        }


@pytest.fixture
def app(opened: Opened) -> Door:
    """liste_propre, a respondent in each of two centres, answers and a correction asked on the second patient."""
    installation = opened.installation
    held = chart(opened, 1)
    held.save(weight_kg="70")
    with installation.database.writing() as session:
        study = opened.study(session)
        for centre in list_centres(session, study)[:2]:
            person = Person(f"Dr {centre.code}", f"a@c{centre.code}.example.org", "", "pharmacien", "fr")
            add_respondent(
                session, installation, study, centre, person, source="desk", actor=COMMAND, now=NOW
            )
        response = session.scalars(select(Response)).one()
        response.status, response.submitted_at = "submitted", NOW
        session.flush()
        address = Address.parse("weight_kg")
        queries.ask(session, study, held.patient(session), address, "70 kg ?", actor=COMMAND, now=NOW)
    return create_app(installation)


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the preview's form goes, and its hidden fields."""
    found = re.search(r'<form class="sheet" method="post" action="([^"]+)">(.*?)</form>', page, re.S)
    assert found, page
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found.group(2))
    return found.group(1), {name: html.unescape(value) for name, value in fields if name != "csrf_token"}


def codes(installation: Installation) -> list[str]:
    """Every patient's code."""
    with installation.database.reading() as session:
        return list(session.scalars(select(Patient.code).order_by(Patient.code)))


def preview_of(kind: str, opened: Opened) -> tuple[str, list[str]]:
    """The preview's address and what it must say."""
    with opened.installation.database.reading() as session:
        first, second = (session.scalars(select(Patient).order_by(Patient.code)).all())[:2]
        one, two = list_centres(session, opened.study(session))[:2]
        many = next(
            p
            for p in session.scalars(select(Patient))
            if len(keys_where(session, Authorisation, "patient_id", p.id)) > 2
        )
        row = keys_where(session, Authorisation, "patient_id", many.id)[1]
        alias = keys_where(session, CentreAlias, "centre_id", one.id)[0]
        return {
            "merge": (
                f"/patients/{second.code}/merge?other={first.code}",
                [first.code, "1 réponse", "1 correction"],
            ),
            "split": (f"/patients/{many.code}/split?rows={row}", ["nouveau patient", "1 ligne"]),
            "move": (f"/patients/{second.code}/move?centre={two.id}", [two.name, "1 réponse"]),
            "centres": (f"/centres/{two.id}/merge?into={one.id}", ["1 correspondant, avec son lien"]),
            "spelling": (f"/centres/{one.id}/spellings/{alias}", ["prochaines listes"]),
        }[kind]


@pytest.mark.parametrize("kind", ["merge", "split", "move", "centres", "spelling"])
def test_what_was_decided_by_hand_comes_back_exactly(app: Door, opened: Opened, kind: str) -> None:
    boss, installation = desk_for(app, "manager"), opened.installation
    before = everything(installation)
    path, words = preview_of(kind, opened)
    page = boss.text(STUDY + path)
    assert [word for word in words if word not in html.unescape(page)] == []
    action, fields = form_of(page)
    assert boss.post(action, fields).status_code == 422
    assert everything(installation) == before
    sent = boss.post(action, {**fields, "reason": "vu au téléphone"})
    assert sent.status_code == 303
    assert (
        boss.post(action, {**fields, "reason": "vu au téléphone"}).headers["Location"]
        == sent.headers["Location"]
    )
    assert everything(installation) != before
    assert "C’est décidé." in boss.text(sent.headers["Location"])
    decisions = boss.text(f"{STUDY}/decisions")
    assert "vu au téléphone" in decisions
    done = sent.headers["Location"].rsplit("=", 1)[1]
    assert boss.post(f"{STUDY}/decisions/{done}/undo").headers["Location"].startswith(f"{STUDY}/decisions")
    assert everything(installation) == before


def test_answers_links_and_corrections_follow_the_patient(app: Door, opened: Opened) -> None:
    boss = desk_for(app, "manager")
    action, fields = form_of(boss.text(STUDY + preview_of("merge", opened)[0]))
    boss.post(action, {**fields, "reason": "même personne"})
    with opened.installation.database.reading() as session:
        kept = session.scalars(select(Patient).where(Patient.code == fields["kept"])).one()
        assert session.scalars(select(Response)).one().patient_id == kept.id
        assert [one.patient_id for one in session.scalars(select(Query))] == [kept.id]
        assert (
            session.scalars(select(Patient.merged_into_id).where(Patient.code == fields["gone"])).one()
            == kept.id
        )
    assert fields["kept"] in boss.text(f"{STUDY}/patients/{fields['gone']}")


@pytest.mark.parametrize("kind", ["merge", "centres"])
def test_a_decision_on_what_changed_meanwhile_is_refused_with_what_changed(
    app: Door, opened: Opened, kind: str
) -> None:
    boss, other = desk_for(app, "manager"), desk_for(app, "manager", email="other@example.org")
    path = STUDY + preview_of(kind, opened)[0]
    action, late = form_of(other.text(path))
    boss.post(*(lambda form: (form[0], {**form[1], "reason": "d’abord"}))(form_of(boss.text(path))))
    after = everything(opened.installation)
    refused = other.post(action, {**late, "reason": "ensuite"})
    said = html.unescape(refused.get_data(as_text=True))
    assert refused.status_code == 409
    assert "réuni à : – → " in said
    assert "manager@example.org" in said
    assert everything(opened.installation) == after


def test_of_two_questionnaires_the_sponsor_chooses_one_and_undo_gives_both_back(
    app: Door, opened: Opened
) -> None:
    boss, installation = desk_for(app, "manager"), opened.installation
    late = form_of(boss.text(STUDY + preview_of("merge", opened)[0]))
    chart(opened, 0).save(weight_kg="71")
    before = everything(installation)
    refused = boss.post(late[0], {**late[1], "reason": "même personne"})
    assert (refused.status_code, everything(installation)) == (409, before)
    preview = boss.text(STUDY + preview_of("merge", opened)[0])
    assert "sera mis de côté" in preview
    action, fields = form_of(preview)
    done = boss.post(action, {**fields, "reason": "même personne"}).headers["Location"]
    for table in ("response", "query"):
        assert everything(installation)[table] == before[table]
    kept = html.unescape(boss.text(f"{STUDY}/patients/{fields['gone']}"))
    assert f"le questionnaire de {fields['gone']}" in kept
    assert re.search(r"<dd>70\b", kept)
    assert re.search(r"<td>71\b", kept)
    assert boss.post(f"{STUDY}/decisions/{done.rsplit('=', 1)[1]}/undo").status_code == 303
    assert everything(installation) == before


def test_a_reason_that_is_too_long_is_refused_not_cut(app: Door, opened: Opened) -> None:
    boss, before = desk_for(app, "manager"), everything(opened.installation)
    action, fields = form_of(boss.text(STUDY + preview_of("merge", opened)[0]))
    refused = boss.post(action, {**fields, "reason": "x" * 501})
    assert refused.status_code == 422
    assert "501 signes" in html.unescape(refused.get_data(as_text=True))
    assert "x" * 501 in refused.get_data(as_text=True)
    assert everything(opened.installation) == before


def test_a_merged_centre_keeps_its_people_inside_and_its_answers_and_they_come_back(
    app: Door, opened: Opened
) -> None:
    """D08, R4: whoever is in by the old centre's link goes on at the one that took over, and back after the undo."""
    boss, installation = desk_for(app, "manager"), opened.installation
    inside = visitor(opened, 1)
    inside.enter()
    own, answered = inside.codes, inside.codes[0]
    gone, kept = busy_centres(opened)[1], busy_centres(opened)[0]
    with installation.database.reading() as session:
        key = session.scalars(select(Patient.id).where(Patient.code == answered)).one()
    Chart(installation, key).save(weight_kg="70")
    before = everything(installation)
    action, fields = form_of(boss.text(f"{STUDY}/centres/{gone}/merge?into={kept}"))
    done = boss.post(action, {**fields, "reason": "un seul hôpital"}).headers["Location"]
    assert set(own) < set(inside.codes)
    assert 'value="70"' in inside.get(page(answered, "terrain")).text
    assert everything(installation)["response"] == before["response"]
    assert boss.post(f"{STUDY}/decisions/{done.rsplit('=', 1)[1]}/undo").status_code == 303
    assert (inside.codes, everything(installation)) == (own, before)


def test_a_patient_enrolled_twice_without_a_list_becomes_one_and_comes_back(
    app: Door, opened: Opened
) -> None:
    boss, installation = desk_for(app, "manager"), opened.installation
    assert boss.post("/studies", {"study": "hiv_fos"}).status_code == 303
    with installation.database.writing() as session:
        study = find_study(session, "hiv_fos")
        centre = list_centres(session, study)[0]
        twice = [
            enrol_patient(session, installation.vault, study, centre, actor=COMMAND, now=NOW).code
            for _ in range(2)
        ]
    before = everything(installation)
    action, fields = form_of(boss.text(f"/studies/hiv_fos/patients/{twice[1]}/merge?other={twice[0]}"))
    done = boss.post(action, {**fields, "reason": "inscrit deux fois"})
    assert done.status_code == 303
    assert twice[0] in boss.text(f"/studies/hiv_fos/patients/{twice[1]}")
    undo = f"/studies/hiv_fos/decisions/{done.headers['Location'].rsplit('=', 1)[1]}/undo"
    assert boss.post(undo).status_code == 303
    assert everything(installation) == before


def test_what_the_chart_says_of_the_beginning_is_kept(app: Door, opened: Opened) -> None:
    boss, code = desk_for(app, "manager"), codes(opened.installation)[0]
    assert boss.post(f"{STUDY}/patients/{code}/incident", {"incident": "0"}).status_code == 303
    page = html.unescape(boss.text(f"{STUDY}/patients/{code}"))
    assert "Cas prévalent" in page
    assert "dit à la main" in page


def test_the_other_patient_is_found_by_code_or_centre(app: Door, opened: Opened) -> None:
    boss = desk_for(app, "manager")
    first, *_, last = codes(opened.installation)
    page = boss.text(f"{STUDY}/patients/{first}/merge?q={last[:7].lower()}")
    assert f"other={last}" in page
    assert f"other={last}" in boss.text(f"{STUDY}/patients/{first}/merge?q={last[4:7]}")
    assert "Aucun patient." in boss.text(f"{STUDY}/patients/{first}/merge?q=zzz")
