"""A small study made row by row: centres, patients, respondents. No list, no questionnaire file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import QuestionnaireVersion, Response
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.models import Respondent
from app.outreach.people import Person, add_respondent
from forms.definition import Label, Questionnaire
from forms.loading import dumps

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DESK = Actor("staff", "Data Manager", "manager", "Promoteur", "1")


@dataclass
class Town:
    """A study with some centres; `respondents` are their ids in the order of making."""

    installation: Installation
    study_id: int
    version_id: int
    centres: list[int] = field(default_factory=list)
    patients: dict[int, list[str]] = field(default_factory=dict)
    respondents: list[int] = field(default_factory=list)

    def study(self, session: Session) -> Study:
        """The study, in the caller's session."""
        return session.get_one(Study, self.study_id)

    def respondent(self, session: Session, rank: int = 0) -> Respondent:
        """A respondent by rank."""
        return session.get_one(Respondent, self.respondents[rank])

    def add(self, session: Session, centre: int, email: str, now: datetime = NOW, **person: str) -> int:
        """One more respondent of a centre."""
        told = {"name": "Dr Ève Martin", "telephone": "", "function": "pharmacien", "language": "fr"} | person
        made = add_respondent(
            session,
            self.installation,
            self.study(session),
            session.get_one(Centre, centre),
            Person(email=email, **told),
            source="import",
            actor=DESK,
            now=now,
        )
        self.respondents.append(made.id)
        return made.id

    def grow(self, session: Session, centres: int, patients: int, now: datetime) -> None:
        """So many centres more, with patients and one French respondent each."""
        for number in range(len(self.centres) + 1, len(self.centres) + centres + 1):
            _add_centre(session, self, number, patients, now)
            self.add(session, self.centres[-1], f"pharmacien@centre-{number}.example.org", now)

    def answer(self, session: Session, patient: str, now: datetime, status: str = "submitted") -> None:
        """A response of a patient, begun or handed in."""
        handed_in = status != "draft"
        session.add(
            Response(
                patient_id=patient,
                study_id=self.study_id,
                version_id=self.version_id,
                document="{}",
                revision=1,
                status=status,
                first_answer_at=now,
                last_answer_at=now,
                submitted_at=now if handed_in else None,
                required_total=1,
                required_left=0,
                blocking=0,
                warnings=0,
                situation="{}",
                simulated=False,
            )
        )
        session.flush()


def make_town(
    installation: Installation, centres: int = 1, patients: int = 1, code: str = "essai", now: datetime = NOW
) -> Town:
    """A study of so many centres with so many patients and one French respondent each."""
    with installation.database.writing() as session:
        study = Study(
            code=code, title_fr="Étude d’essai", title_en="Trial study", code_prefix="ESS", opened_at=now
        )
        session.add(study)
        session.flush()
        version = QuestionnaireVersion(
            study_id=study.id,
            number=1,
            sha256=code.ljust(64, "0"),
            body=dumps(
                Questionnaire(code=code, version=1, title=Label("Étude d’essai", "Trial study"), prefix="ESS")
            ),
            changes="[]",
            published_at=now,
            published_by="test",
        )
        session.add(version)
        session.flush()
        town = Town(installation, study.id, version.id)
        town.grow(session, centres, patients, now)
    return town


def _add_centre(session: Session, town: Town, number: int, patients: int, now: datetime) -> None:
    centre = Centre(
        study_id=town.study_id,
        number=number,
        code=f"{number:03d}",
        name=f"CHU N°{number}",
        created_at=now,
        patients_coded=patients,
    )
    session.add(centre)
    session.flush()
    town.centres.append(centre.id)
    made = [
        Patient(
            study_id=town.study_id,
            centre_id=centre.id,
            code=f"ESS-{number:03d}-{rank:03d}",
            enrolled=True,
            created_at=now,
        )
        for rank in range(1, patients + 1)
    ]
    session.add_all(made)
    session.flush()
    town.patients[centre.id] = [patient.id for patient in made]
