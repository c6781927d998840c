"""What a mail says of the study itself: who leads it, whom to ask, how much there is to do. Reads only."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.errors import NoQuestionnaire
from app.collection.questionnaires import questionnaire_of
from app.outreach.campaigns import plan_of
from forms.definition import Contact

# Nine digits or more with the signs that people write between them; a postcode or a year is shorter.
NUMBER = re.compile(r"\+?\(?\d(?:[\s.\-()]*\d){8,14}", re.ASCII)


@dataclass(frozen=True)
class Lead:
    """The study's own part of a mail; what is not known is empty, and its paragraph is then left out."""

    organiser: str
    contact: str
    telephone: str
    registration: str
    minutes: str


def lead_of(session: Session, study: Study, mail_from: str) -> Lead:
    """Who leads the study. The contact that the desk set comes first, then the questionnaire's, then the sender."""
    try:
        questionnaire = questionnaire_of(session, study)
    except NoQuestionnaire:
        known, registration, minutes = Contact(), "", 0
    else:
        known, registration, minutes = (
            questionnaire.contact,
            questionnaire.registration,
            questionnaire.minutes,
        )
    desk = plan_of(session, study.id).contact
    written = NUMBER.search(desk)
    return Lead(
        organiser=known.organiser,
        contact=desk or str(known) or parseaddr(mail_from)[1],
        telephone=written.group() if written else known.telephone,
        registration=registration,
        minutes=str(minutes) if minutes else "",
    )


def patients_by_centre(session: Session, study_id: int) -> dict[int, int]:
    """How many patients each centre is asked about."""
    query = (
        select(Patient.centre_id, func.count())
        .where(Patient.study_id == study_id, Patient.merged_into_id.is_(None))
        .group_by(Patient.centre_id)
    )
    return {key: value for key, value in session.execute(query)}  # noqa: C416  # rows are typed one by one


def patients_in_words(number: int) -> str:
    """`12 patients`, which is the same in both languages; nothing for a centre that has none yet."""
    return f"{number} patient{'s' if number > 1 else ''}" if number else ""
