"""One patient's questionnaire at one moment: version, answers, how they stand, and what the list says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from app.cohort.models import Patient
from app.collection.documents import Document
from app.collection.evaluating import evaluate_document
from app.collection.facts import facts_in_use
from app.collection.models import Response
from app.collection.questionnaires import Published
from app.collection.situations import Situation, situation_of
from app.doors.centre.asked import asked_beside
from app.doors.centre.charts import Chart
from app.doors.centre.heard import heard_beside
from app.doors.centre.plans import Page
from app.doors.centre.showing import Shown
from app.doors.centre.standings import Checked, checked_of
from app.doors.request import installation, language, now, session


@dataclass(frozen=True)
class Moment:
    """What stands for one patient now."""

    chart: Chart
    version: Published
    document: Document
    situation: Situation

    @property
    def code(self) -> str:
        """The patient's code."""
        return self.chart.code

    @property
    def patient(self) -> Patient:
        """The patient, for those who write or read further."""
        return self.chart.patient

    @property
    def response(self) -> Response | None:
        """The response, for those who write or read further."""
        return self.chart.response

    @property
    def submitted(self) -> bool:
        """Whether changes now are corrections."""
        return self.chart.status not in (None, "draft")

    @property
    def revision(self) -> int:
        """The response's revision; 0 before the first answer."""
        return self.chart.revision or 0

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """What the list says of the patient, corrected where the sponsor accepted it."""
        return facts_in_use(session(), installation().vault, self.patient, self.document)

    @cached_property
    def checked(self) -> Mapping[str, Checked]:
        """What was said of the facts of the list."""
        return checked_of(self.document, self.response)

    def is_closed(self, page: Page) -> bool:
        """Whether nothing at all is asked on a page."""
        return bool(page.asks) and page.asks <= self.situation.off


def moment_of(chart: Chart) -> Moment:
    """The moment of a chart that `own_chart` has just found."""
    version = chart.version
    document = Document.loads(chart.document) if chart.document else Document()
    if chart.situation and chart.version_id == version.id and chart.revision:
        return Moment(chart, version, document, Situation.loads(chart.situation))
    evaluation, _ = evaluate_document(
        session(), installation().vault, chart.patient, version.questionnaire, document, now()
    )
    return Moment(chart, version, document, situation_of(version.questionnaire, evaluation))


def joined(one: Mapping[str, Markup], other: Mapping[str, Markup]) -> Mapping[str, Markup]:
    """What stands beside answers, of both; hardly ever is there anything of either."""
    if not (one and other):
        return one or other
    return {name: one.get(name, Markup()) + other.get(name, Markup()) for name in {**one, **other}}


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
        checked=moment.checked if reads_list else {},
        beside=joined(heard_beside(moment.document), asked_beside(moment.patient) if moment.submitted else {}),
    )
