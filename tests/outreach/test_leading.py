"""What a mail says of its study: who leads it, a telephone only where one is known, and how much there is to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.collection.models import QuestionnaireVersion
from app.kernel.installation import Installation
from app.outreach.campaigns import plan_of, set_plan
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.leading import Lead, lead_of, patients_in_words
from forms.definition import Contact
from forms.loading import dumps, loads
from tests.outreach.builders import DESK, NOW, Town, make_town

SENDER = "Recueil <recueil@example.org>"
ROY = Contact("Pr Anne Roy", "CHU de Caen", "02 00 00 00 00", "anne.roy@chu.example.org")


def led_by(session: Session, town: Town, contact: Contact, minutes: int = 0, registration: str = "") -> None:
    """The town's questionnaire says who leads the study."""
    version = session.get_one(QuestionnaireVersion, town.version_id)
    told = replace(loads(version.body), contact=contact, minutes=minutes, registration=registration)
    version.body = dumps(told)
    version.sha256 = loads(version.body).sha256
    session.flush()


def lead(installation: Installation, town: Town) -> Lead:
    """What the mails of the town's study say."""
    with installation.database.reading() as session:
        return lead_of(session, town.study(session), SENDER)


def test_a_study_that_names_nobody_is_asked_about_at_the_sender(installation: Installation) -> None:
    town = make_town(installation)
    assert lead(installation, town) == Lead("", "recueil@example.org", "", "", "")


def test_a_study_without_a_questionnaire_is_asked_about_at_the_sender(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        session.delete(session.get_one(QuestionnaireVersion, town.version_id))
    assert lead(installation, town).contact == "recueil@example.org"


def test_the_questionnaire_names_who_leads_and_the_desk_whom_to_ask(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        led_by(session, town, ROY, 12, "NCT00000000")
    told = lead(installation, town)
    assert told.organiser == "Pr Anne Roy (CHU de Caen)"
    assert told.contact == "Pr Anne Roy, CHU de Caen, 02 00 00 00 00, anne.roy@chu.example.org"
    assert (told.telephone, told.registration, told.minutes) == ("02 00 00 00 00", "NCT00000000", "12")
    with installation.database.writing() as session:
        study = town.study(session)
        plan = replace(plan_of(session, study.id), contact="Secrétariat, 05 61 00 00 00")
        set_plan(session, study, plan, actor=DESK, now=NOW)
    told = lead(installation, town)
    assert (told.contact, told.telephone) == ("Secrétariat, 05 61 00 00 00", "05 61 00 00 00")
    assert told.organiser == "Pr Anne Roy (CHU de Caen)"


@pytest.mark.parametrize("contact", ["Bureau 31000 Toulouse", "Équipe 2012-2016", "a@b.example.org"])
def test_a_contact_without_a_number_promises_no_telephone(installation: Installation, contact: str) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        study = town.study(session)
        plan = replace(plan_of(session, study.id), contact=contact)
        set_plan(session, study, plan, actor=DESK, now=NOW)
    assert lead(installation, town).telephone == ""


def test_an_invitation_says_how_many_patients_and_how_long(installation: Installation) -> None:
    town = make_town(installation, patients=3)
    with installation.database.writing() as session:
        led_by(session, town, Contact(), minutes=12)
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    assert deliver_due(installation, lambda: NOW).sent == 1
    (file,) = (installation.settings.home / "mail").iterdir()
    text = file.read_bytes()
    assert b"3 patients." in text
    assert b"12 minutes par patient." in text
    assert b"Responsable" not in text
    assert b"l=C3=A9phone" not in text


def test_one_patient_is_one_and_none_is_not_said() -> None:
    assert [patients_in_words(number) for number in (0, 1, 2)] == ["", "1 patient", "2 patients"]
