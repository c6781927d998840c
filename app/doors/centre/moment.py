"""One patient's questionnaire at one moment: version, answers, how they stand, and what the list says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.cohort.models import Patient, Study
from app.cohort.patients import list_facts
from app.collection.disposing import disposition_of
from app.collection.documents import Document
from app.collection.evaluating import evaluate_document
from app.collection.models import Disposition, Response
from app.collection.questionnaires import Published
from app.collection.reading import document_of, response_of, situation_kept
from app.collection.responses import version_for
from app.collection.situations import Situation, situation_of
from app.doors.centre.plans import Page
from app.doors.centre.showing import Shown
from app.doors.centre.visiting import visitor
from app.doors.request import installation, language, now, session


@dataclass(frozen=True)
class Moment:
    """What stands for one patient now."""

    patient: Patient
    study: Study
    version: Published
    response: Response | None
    document: Document
    situation: Situation
    disposition: Disposition | None

    @property
    def submitted(self) -> bool:
        """Whether changes now are corrections."""
        return self.response is not None and self.response.status != "draft"

    @property
    def revision(self) -> int:
        """The response's revision; 0 before the first answer."""
        return self.response.revision if self.response else 0

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """What the list says of the patient."""
        return list_facts(session(), installation().vault, self.patient)

    def is_closed(self, page: Page) -> bool:
        """Whether nothing at all is asked on a page."""
        questions = self.version.questionnaire.questions
        asked = [
            str(address)
            for block in page.blocks
            for address in (*block.before, *block.after)
            if not questions[address.name].read_only
        ]
        return bool(asked) and all(address in self.situation.off for address in asked)


def moment_of(patient: Patient) -> Moment:
    """The moment of a patient of the visitor's centre."""
    study = visitor().study
    response = response_of(session(), patient)
    version = version_for(session(), study, response)
    document = document_of(response)
    if response is not None and response.version_id == version.id and response.revision:
        situation = situation_kept(response)
    else:
        situation = _evaluated(patient, version, document)
    return Moment(patient, study, version, response, document, situation, disposition_of(session(), patient))


def _evaluated(patient: Patient, version: Published, document: Document) -> Situation:
    evaluation, _ = evaluate_document(
        session(), installation().vault, patient, version.questionnaire, document, now()
    )
    return situation_of(version.questionnaire, evaluation)


def shown_of(moment: Moment, page: Page) -> Shown:
    """The page as it stands at this moment."""
    questions = moment.version.questionnaire.questions
    reads_list = any(
        questions[address.name].from_list
        for block in page.blocks
        for address in (*block.before, *block.after)
    )
    return Shown(
        questionnaire=moment.version.questionnaire,
        page=page,
        document=moment.document,
        situation=moment.situation,
        facts=moment.facts if reads_list else {},
        language=language(),
        revision=moment.revision,
    )
