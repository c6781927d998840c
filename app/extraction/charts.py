"""The numbers behind the pictures of the sponsor door: the flow diagram of a study as its answers stand now."""

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.feeding import Reading
from app.extraction.flow import flow_steps
from app.extraction.reading import Filters
from app.kernel.vault import Vault
from exports.flow_chart import Step


def flow_of(session: Session, vault: Vault, study: Study) -> list[Step]:
    """The steps with their exits, for `exports.flow_chart.draw`. It reads every handed-in questionnaire once."""
    reading = Reading(session, vault, study, Filters(submitted_only=True))
    outcomes = reading.outcomes
    for _, record in reading.records():
        outcomes.take(record.values if record is not None else None)
    return flow_steps(session, study, outcomes)
