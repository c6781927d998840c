"""The published versions of a study's questionnaire: who published what, what changed, what was answered under it."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.collection.errors import NotAgreed, OtherDefinition, VersionUnknown
from app.collection.models import QuestionnaireVersion, Response
from app.collection.opening import foresee, open_study
from app.collection.questionnaires import Published, version_by_id, versions_of
from app.kernel.actor import Actor
from forms.comparison import Difference
from forms.definition import Label
from forms.loading import shipped_codes


@dataclass(frozen=True)
class Change:
    """One difference from the version before, and whether answers given earlier may read otherwise."""

    text: Label
    harmful: bool


@dataclass(frozen=True)
class PastVersion:
    """One published version. `said` is what its author wrote of it and of none before, `changes` what the comparison found."""

    number: int
    published_at: datetime
    published_by: str
    said: Label
    changes: tuple[Change, ...]
    drafts: int
    submitted: int


@dataclass(frozen=True)
class Proposal:
    """What publishing the installed definition would change; `sha256` names what was shown."""

    number: int
    sha256: str
    changes: tuple[Change, ...]
    touches_answers: bool


def history(session: Session, study: Study) -> list[PastVersion]:
    """Every version, the newest first, with the questionnaires that go by it."""
    counts = _counts(session, study)
    versions = versions_of(session, study)
    said = [version_by_id(session, one.id).questionnaire.changes for one in versions]
    return [
        PastVersion(
            one.number,
            one.published_at,
            one.published_by,
            # What an earlier version said of itself came along with its text: "First version." is true once.
            said[place] if said[place] not in said[:place] else Label(),
            tuple(
                Change(Label(kept["fr"], kept["en"]), kept["harmful"]) for kept in orjson.loads(one.changes)
            ),
            *counts.get(one.id, (0, 0)),
        )
        for place, one in reversed(list(enumerate(versions)))
    ]


def version_numbered(session: Session, study: Study, number: int) -> Published:
    """The version of that number. Raises VersionUnknown."""
    query = select(QuestionnaireVersion.id).where(
        QuestionnaireVersion.study_id == study.id, QuestionnaireVersion.number == number
    )
    found = session.scalar(query)
    if found is None:
        raise VersionUnknown(study=study.code, number=number)
    return version_by_id(session, found)


def proposal(session: Session, study: Study) -> Proposal | None:
    """What the definition installed with this Recueil would change; None when it is published, or when the
    study comes from a folder elsewhere. Raises StudyFaulty."""
    found = foresee(session, study.code) if study.code in shipped_codes() else None
    if found is None or not found.publishes:
        return None
    changes = tuple(_worded(one) for one in found.changes)
    return Proposal(found.number, found.sha256, changes, found.touches_answers)


def publish_proposed(
    session: Session, study: Study, sha256: str, *, agreed: bool, actor: Actor, now: datetime
) -> None:
    """Publishes the installed definition, if it is still the one that was shown; what touches answers already given
    must be agreed to. Raises OtherDefinition, NotAgreed, StudyFaulty."""
    found = proposal(session, study)
    if found is None or found.sha256 != sha256:
        raise OtherDefinition()
    if found.touches_answers and not agreed:
        raise NotAgreed()
    open_study(session, study.code, actor=actor, now=now)


def _worded(one: Difference) -> Change:
    return Change(Label(one.text("fr"), one.text("en")), one.harmful)


def _counts(session: Session, study: Study) -> dict[int, tuple[int, int]]:
    draft = func.count().filter(Response.status == "draft")
    handed_in = func.count().filter(Response.status != "draft")
    query = select(Response.version_id, draft, handed_in).where(Response.study_id == study.id)
    return {
        version: (drafts, submitted)
        for version, drafts, submitted in session.execute(query.group_by(Response.version_id))
    }
