"""One patient's questionnaire at one moment: version, answers, how they stand, and what the list says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.cohort.models import Patient, Study
from app.cohort.patients import list_facts
from app.collection.documents import Document
from app.collection.evaluating import evaluate_document
from app.collection.models import Disposition, Response
from app.collection.questionnaires import Published
from app.collection.reading import document_of, situation_kept
from app.collection.responses import version_for
from app.collection.situations import Situation, situation_of
from app.doors.centre.asked import asked_beside
from app.doors.centre.plans import Page
from app.doors.centre.showing import Shown
from app.doors.centre.visiting import read_with_patient, visitor
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
        asks = [block.asks for block in page.blocks]
        return any(asks) and all(names <= self.situation.off for names in asks)


def moment_of(patient: Patient) -> Moment:
    """The moment of a patient that `own_patient` has just found."""
    study = visitor().study
    response, disposition = read_with_patient()
    version = version_for(session(), study, response)
    document = document_of(response)
    if response is not None and response.version_id == version.id and response.revision:
        situation = situation_kept(response)
    else:
        situation = _evaluated(patient, version, document)
    return Moment(patient, study, version, response, document, situation, disposition)


def _evaluated(patient: Patient, version: Published, document: Document) -> Situation:
    evaluation, _ = evaluate_document(
        session(), installation().vault, patient, version.questionnaire, document, now()
    )
    return situation_of(version.questionnaire, evaluation)


def shown_of(moment: Moment, page: Page) -> Shown:
    """The page as it stands at this moment."""
    reads_list = any(block.reads_list for block in page.blocks)
    return Shown(
        questionnaire=moment.version.questionnaire,
        page=page,
        document=moment.document,
        situation=moment.situation,
        facts=moment.facts if reads_list else {},
        language=language(),
        revision=moment.revision,
        asked=asked_beside(moment.patient) if moment.submitted else {},
    )
