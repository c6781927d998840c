"""The desk's daily work: dashboard, respondents, sendings, calendar, messages, telephone, exports, team."""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from app.accounts.models import Staff
from app.doors.door import Door
from app.doors.sponsor import create_app
from app.extraction.jobs import build_asked_exports
from app.kernel.actor import Actor
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.models import Mail, Query, Respondent
from tests.doors_sponsor.desk import Desk, desk_for
from tests.doors_sponsor.test_lists import upload
from tests.fixtures.studies import Opened

STUDY = "/studies/calci_sts"


@pytest.fixture
def app(opened: Opened) -> Door:
    """The staff application of a study with liste_propre imported."""
    return create_app(opened.installation)


@pytest.fixture
def boss(app: Door, data: Path) -> Desk:
    """A manager, signed in, who has imported the respondents."""
    desk = desk_for(app, "manager")
    content = (data / "liste_propre.respondents.csv").read_bytes()
    assert desk.post(f"{upload(desk, f'{STUDY}/respondents', 'r.csv', content)}/import").status_code == 303
    return desk


def test_dashboard_moves_with_the_answers_and_sorts_by_allowed_columns_only(
    boss: Desk, opened: Opened
) -> None:
    page = boss.text(f"{STUDY}/")
    assert 'headline__figure">0,0\u202f%' in page
    assert page.count("<svg") >= 2
    with opened.installation.database.writing() as session:
        from app.cohort.patients import patients_of
        from app.collection.questionnaires import current_version
        from tests.tracking.builders import respond

        study = opened.study(session)
        patients = patients_of(session, study)
        version = current_version(session, study).id
        respond(session, patients[0], version, opened.installation.clock())
    assert 'headline__figure">0,0\u202f%' not in boss.text(f"{STUDY}/")
    for sort in ("rate", "code", "1;DROP TABLE study", "password_hash", ""):
        assert boss.get(f"{STUDY}/?sort={sort}&order=desc").status_code == 200
    assert 'aria-sort="descending"' in boss.text(f"{STUDY}/?sort=rate&order=desc")
    assert boss.get(f"{STUDY}/?page=999").status_code == 200


def test_faults_of_a_respondents_file_are_shown_in_their_cells(boss: Desk) -> None:
    rows = b"centre;ville;courriel;nom;langue\nCHU DE LILLE;Lille;pas-une-adresse;X;fr\nCHU DE LILLE;Lille;a@example.org;Y;de\n"
    trial = upload(boss, f"{STUDY}/respondents", "r.csv", rows)
    page = boss.text(trial)
    assert "C2" in page
    assert "pas-une-adresse" in page
    assert "E3" in page
    assert boss.post(f"{trial}/import").status_code == 422


def test_invitations_leave_only_after_their_number_was_typed(boss: Desk, opened: Opened) -> None:
    page = boss.text(f"{STUDY}/invitations")
    found = re.search(r"(\d+) personnes recevraient", page)
    assert found
    assert "/r/exemple" in page
    assert "sans correspondant" not in page
    with opened.installation.database.writing() as session:
        lost = session.scalars(select(Respondent).limit(1)).one().centre
        for one in session.scalars(select(Respondent).where(Respondent.centre_id == lost.id)):
            one.box.bounced_at, one.box.bounce_reason = opened.installation.clock(), "5.1.1"
        name = lost.name
    page = boss.text(f"{STUDY}/invitations")
    assert re.search(rf"1 centre sans correspondant.: <code>\d+</code> {re.escape(name)}", page)
    found = re.search(r"(\d+) personnes recevraient", page)
    assert found
    for wrong in ("", "0", "abc", "-1", str(int(found.group(1)) + 1)):
        assert boss.post(f"{STUDY}/invitations", {"count": wrong}).status_code == 422
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Mail)).all() == []
    assert boss.post(f"{STUDY}/invitations", {"count": found.group(1)}).status_code == 303
    with opened.installation.database.reading() as session:
        assert len(session.scalars(select(Mail)).all()) == int(found.group(1))
    assert "0 personne" in boss.text(f"{STUDY}/invitations")
    assert "en file" in boss.text(f"{STUDY}/outbox")
    assert boss.get(f"{STUDY}/reminders?on=2026-12-24").status_code == 200


def test_uncertain_mail_waits_for_a_persons_word(boss: Desk, opened: Opened) -> None:
    found = re.search(r"(\d+) personnes recevraient", boss.text(f"{STUDY}/invitations"))
    assert found
    boss.post(f"{STUDY}/invitations", {"count": found.group(1)})
    with opened.installation.database.writing() as session:
        mail = session.scalars(select(Mail).limit(1)).one()
        mail.state, mail.started_at, mail.worker = "uncertain", opened.installation.clock(), "w"
        key = mail.id
    assert "1 courriel incertain" in boss.text(f"{STUDY}/outbox")
    assert boss.post(f"{STUDY}/outbox/{key}", {"arrived": "yes"}).status_code == 303
    assert "courriel incertain" not in boss.text(f"{STUDY}/outbox")


def test_calendar_keeps_its_order_and_its_limits(boss: Desk) -> None:
    page = boss.text(f"{STUDY}/calendar")
    form = dict(
        re.findall(r'<input class="short" id="(\w+)" name="\w+" inputmode="numeric" value="(\d+)"', page)
    )
    good = {
        **form,
        "invited_on": "2026-12-01",
        "return_by": "2027-02-01",
        "contact": "Claire, 01 02 03 04 05",
    }
    assert boss.post(f"{STUDY}/calendar", good).status_code == 303
    assert "2026-12-01" in boss.text(f"{STUDY}/calendar")
    for bad in (
        {"return_by": "2026-11-01"},
        {"invited_on": "demain"},
        {"quiet_days": "999"},
        {"quiet_days": "x"},
    ):
        refused = boss.post(f"{STUDY}/calendar", good | bad)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.get_data(as_text=True)
    boss.post(f"{STUDY}/calendar/pause", {"pause": "yes"})
    assert "arrêtés" in boss.text(f"{STUDY}/calendar")
    boss.post(f"{STUDY}/calendar/pause", {"pause": "no"})
    assert "arrêtés" not in boss.text(f"{STUDY}/calendar")


def test_message_is_checked_before_it_is_saved_and_can_be_reset(boss: Desk) -> None:
    path = f"{STUDY}/messages/invitation/fr"
    assert boss.post(path, {"subject": "Bonjour", "body": "Sans lien."}).status_code == 422
    assert (
        boss.post(path, {"subject": "Notre étude", "body": "Bonjour {name},\r\n\r\n{link}"}).status_code
        == 303
    )
    assert "Notre étude" in boss.text(path)
    assert "propre à l’étude" in boss.text(f"{STUDY}/messages")
    assert boss.post(f"{path}/test").status_code == 303
    assert boss.post(f"{path}/reset").status_code == 303
    assert "Notre étude" not in boss.text(path)
    assert boss.get(f"{STUDY}/messages/invitation/de").status_code == 404


def test_telephone_desk_notes_moves_and_gives_its_list(boss: Desk) -> None:
    page = boss.text(f"{STUDY}/chase")
    path = re.search(r'href="(/studies/calci_sts/chase/\d+)"', page)
    assert path
    boss.post(f"{path.group(1)}/note", {"outcome": "reached", "note": "=Rappeler <b>jeudi</b>"})
    assert boss.post(f"{path.group(1)}/note", {"outcome": "nonsense"}).status_code == 400
    assert (
        boss.post(f"{path.group(1)}/status", {"status": "call_back", "next_on": "2026-12-03"}).status_code
        == 303
    )
    assert "=Rappeler &lt;b&gt;jeudi" in boss.text(path.group(1))
    newcomer = re.search(r'href="(/studies/calci_sts/respondents/new[?]centre=(\d+))"', boss.text(path[1]))
    assert newcomer
    assert f'<option value="{newcomer[2]}" selected>' in boss.text(newcomer[1])
    assert boss.get(f"{STUDY}/chase/99999").status_code == 404
    book = openpyxl.load_workbook(BytesIO(boss.get(f"{STUDY}/chase.xlsx").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("centre_id", "name", "city")
    named = openpyxl.load_workbook(BytesIO(boss.post(f"{STUDY}/chase.xlsx").data)).active
    assert [cell.value for cell in named[1]] == [*rows[0], "people"]
    assert {len(row) for row in named.iter_rows()} == {len(rows[0]) + 1}
    assert any("Dr" in str(row[-1]) for row in named.iter_rows(min_row=2, values_only=True))
    assert len(rows) > 3
    assert book.sheetnames == ["relances", "dictionnaire"]
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_export_is_asked_built_by_the_worker_and_downloaded(boss: Desk, opened: Opened) -> None:
    assert boss.post(f"{STUDY}/exports", {"format": "xlsx"}).status_code == 303
    assert 'data-refresh="yes"' in boss.text(f"{STUDY}/exports")
    assert build_asked_exports(opened.installation, opened.installation.clock) == 1
    page = boss.text(f"{STUDY}/exports")
    link = re.search(r'href="(/studies/calci_sts/exports/\w+)"', page)
    assert link
    assert 'data-refresh="no"' in page
    response = boss.get(link.group(1), buffered=True)
    assert response.headers["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(BytesIO(response.data), read_only=True)
    assert "patients" in book.sheetnames
    assert desk_for(boss.app, "reader").get(link.group(1)).status_code == 403


def test_cut_is_frozen_and_listed(boss: Desk, opened: Opened) -> None:
    boss.post(f"{STUDY}/exports", {"freeze": "yes", "name": "Première analyse"})
    assert build_asked_exports(opened.installation, opened.installation.clock) == 1
    page = boss.text(f"{STUDY}/exports")
    assert "<strong>Coupe n° 1</strong> · Première analyse" in page
    kept = boss.get(f"{STUDY}/cuts/1", buffered=True)
    assert kept.headers["Content-Disposition"].endswith("calci_sts-001.xlsx")
    assert f'href="{STUDY}/cuts/1"' in page
    assert boss.get(f"{STUDY}/cuts/2").status_code == 404
    assert desk_for(boss.app, "reader").get(f"{STUDY}/cuts/1").status_code == 403
    boss.post(f"{STUDY}/exports", {"format": "xlsx", "since": "1"})
    assert "changements depuis la coupe n° 1" in boss.text(f"{STUDY}/exports")
    assert boss.post(f"{STUDY}/exports", {"again": "99"}).status_code == 404
    assert boss.post(f"{STUDY}/exports", {"again": "1"}).status_code == 303
    assert build_asked_exports(opened.installation, opened.installation.clock) == 2
    page = boss.text(f"{STUDY}/exports")
    assert "mêmes octets" in page
    assert "mêmes données" in page


def test_correction_is_asked_on_an_answer_and_closed(boss: Desk, opened: Opened) -> None:
    with opened.installation.database.writing() as session:
        from app.cohort.patients import patients_of
        from app.collection.questionnaires import current_version
        from tests.tracking.builders import respond

        study = opened.study(session)
        patient = patients_of(session, study)[0]
        answered = respond(session, patient, current_version(session, study).id, opened.installation.clock())
        answered.document = '{"answers":{"weight_kg":{"v":71.5,"t":"71,5","r":1}},"lines":{}}'
        code = patient.code
    page = f"{STUDY}/patients/{code}"
    assert "71,5" in boss.text(page)
    assert boss.post(f"{page}/corrections", {"address": "weight_kg", "question": " "}).status_code == 422
    assert boss.post(f"{page}/corrections", {"address": "../x", "question": "?"}).status_code == 404
    sent = {"address": "weight_kg", "question": "Est-ce bien en kg ?"}
    assert boss.post(f"{page}/corrections", sent).status_code == 303
    told = boss.text(f"{STUDY}/corrections?state=waiting")
    for word in ("Est-ce bien en kg", "Poids", "71,5\u00a0kg", f"/patients/{code}", "attendue depuis 0 jour"):
        assert word in told, word
    assert "Aucune." in boss.text(f"{STUDY}/corrections?state=closed")
    with opened.installation.database.reading() as session:
        key = session.scalars(select(Query.id)).one()
    boss.post(f"{STUDY}/corrections/{key}/close")
    assert "Est-ce bien en kg" in boss.text(f"{STUDY}/corrections?state=closed")
    assert "Aucune." in boss.text(f"{STUDY}/corrections?state=waiting")
    assert boss.get(f"{STUDY}/patients/CAL-999-999").status_code == 404


def test_patients_are_found_by_code_and_standing(boss: Desk) -> None:
    assert "CAL-001-001" in boss.text(f"{STUDY}/patients?q=cal-001")
    assert "CAL-001-001" not in boss.text(f"{STUDY}/patients?q=CAL-002")
    assert "Aucun patient." in boss.text(f"{STUDY}/patients?standing=submitted")
    assert "Aucun patient." in boss.text(f"{STUDY}/patients?q=%25")


def test_team_is_kept_by_managers_and_one_time_passwords_are_shown_once(boss: Desk, opened: Opened) -> None:
    added = boss.post("/team", {"email": "New@Example.org", "role": "reader"})
    assert added.status_code == 201
    secret = re.search(r'class="secret"><code>([^<]+)', added.get_data(as_text=True))
    assert secret
    assert secret.group(1) not in boss.text("/team")
    assert boss.post("/team", {"email": "new@example.org", "role": "reader"}).status_code == 422
    assert boss.post("/team", {"email": "nobody", "role": "reader"}).status_code == 422
    with opened.installation.database.reading() as session:
        key = session.scalars(select(Staff.id).where(Staff.email == "new@example.org")).one()
    assert boss.post(f"/team/{key}/role", {"role": "statistician"}).status_code == 303
    assert boss.post(f"/team/{key}/role", {"role": "root"}).status_code == 422
    assert boss.post(f"/team/{key}/active", {"active": "0"}).status_code == 303
    assert "Fermé" in boss.text("/team")
    assert boss.post(f"/team/{boss.staff_id}/active", {"active": "0"}).status_code == 422
    assert boss.post("/team/99999/active", {"active": "0"}).status_code == 404


def test_shipped_study_is_opened_from_the_home_page(boss: Desk) -> None:
    assert "cmv_mbv" in boss.text("/")
    assert boss.post("/studies", {"study": "hiv_fos"}).status_code == 303
    assert "se passe de liste" in boss.text("/studies/hiv_fos/lists")
    assert boss.post("/studies", {"study": "../../etc"}).status_code == 400


def test_rates_are_told_apart_by_region_and_by_mail(boss: Desk, opened: Opened) -> None:
    page = boss.text(f"{STUDY}/rates")
    assert "Aucun courriel n’est encore parti." in page
    assert "Occitanie" in page
    assert page.count('class="bar"') > 3
    assert f'href="{STUDY}/rates"' in boss.text(f"{STUDY}/")


def test_a_sent_mail_opens_with_its_words_and_no_token(boss: Desk, opened: Opened) -> None:
    with opened.installation.database.writing() as session:
        study, command = opened.study(session), Actor.system("test")
        invite(session, opened.installation, study, actor=command, now=opened.installation.clock())
    waiting = boss.text(f"{STUDY}/outbox")
    assert deliver_due(opened.installation).sent > 3
    listed = boss.text(f"{STUDY}/outbox?state=sent")
    path = re.search(rf'href="({STUDY}/outbox/[0-9a-f]{{32}})"', listed)
    assert path
    for page in (waiting, listed, boss.text(path[1])):
        assert "@" not in page.split("<main", 1)[1].replace("manager@example.org", "")
    assert boss.post(f"{STUDY}/identities", {"page": "outbox.show"}).headers["Location"].endswith("/outbox")
    assert "@" in boss.text(f"{STUDY}/outbox?state=sent").split("<main", 1)[1]
    page = boss.text(path[1])
    assert "/r/••••" in page
    assert "/desinscription/••••" in page
    assert not re.search(r"/r/[a-z2-7]{32}", page)
    assert f"recueil+{path[1][-32:]}@" in page
    assert "La partie HTML" in page
    assert boss.get(f"{STUDY}/outbox/{'0' * 32}").status_code == 404
