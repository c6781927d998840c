"""Published questionnaires: publishing a version, and finding the one that a study or a response goes by."""

from dataclasses import dataclass, replace
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session, aliased

from app.cohort.errors import NoList
from app.cohort.models import Study
from app.cohort.rule_changes import rule_changes
from app.cohort.rules import ListRules
from app.collection.errors import NoQuestionnaire
from app.collection.models import QuestionnaireVersion
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared, flushed
from forms.comparison import compare
from forms.definition import Questionnaire
from forms.loading import loads
from forms.publishing import sealed

VERSIONS_KEPT = 64
_loaded: dict[str, Questionnaire] = {}
_Newest = aliased(QuestionnaireVersion)


# The id of the newest version of the bound `study`.
NEWEST = (
    select(_Newest.id)
    .where(_Newest.study_id == bindparam("study"))
    .order_by(_Newest.number.desc())
    .limit(1)
    .scalar_subquery()
)
_VERSION = select(QuestionnaireVersion.id, QuestionnaireVersion.number, QuestionnaireVersion.sha256)
_CURRENT = Prepared(_VERSION.where(QuestionnaireVersion.id == NEWEST))


@dataclass(frozen=True)
class Published:
    """A version as rooms use it: its row's id, its number, the fingerprint of its text, and the definition."""

    id: int
    number: int
    sha256: str
    questionnaire: Questionnaire


def publish(
    session: Session,
    study: Study,
    definition: Questionnaire,
    list_rules: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> QuestionnaireVersion:
    """The version that holds `definition`: the newest one when nothing changed, else the next number.

    The number is given here, whatever `version:` says in the file. `list_rules` is the text of the study's
    list.yaml: how lists are read, no part of what is asked; each rule that changed is journalled, old and new.
    """
    newest = newest_version(session, study)
    _record_rules(session, study, newest.list_rules if newest else None, list_rules, actor, now)
    if newest is not None and numbered(definition, newest.number).sha256 == newest.sha256:
        newest.list_rules = list_rules
        return newest
    version = _next_version(study, newest, definition, list_rules, actor, now)
    session.add(version)
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="questionnaire.published",
        subject_type="study",
        subject_id=study.code,
        study=study.code,
        old=newest.sha256 if newest else None,
        new=version.sha256,
        reason=" ; ".join(one["fr"] for one in orjson.loads(version.changes)) or None,
    )
    return version


def _record_rules(
    session: Session, study: Study, before: str | None, after: str | None, actor: Actor, now: datetime
) -> None:
    for one in rule_changes(before, after):
        record(
            session,
            actor=actor,
            at=now,
            action="list_rules.changed",
            subject_type="study",
            subject_id=study.code,
            study=study.code,
            field=one.rule,
            old=one.old,
            new=one.new,
        )


def has_list(session: Session, study_id: int) -> bool:
    """Whether the study's patients come from a list; without one, its centres enrol them."""
    newest = select(QuestionnaireVersion.list_rules).where(QuestionnaireVersion.study_id == study_id)
    return session.scalar(newest.order_by(QuestionnaireVersion.number.desc()).limit(1)) is not None


def list_rules_of(session: Session, study: Study) -> ListRules:
    """How this study's lists are read. Raises NoList for a study that works without one."""
    newest = newest_version(session, study)
    if newest is None or newest.list_rules is None:
        raise NoList(study=study.code)
    return ListRules.read(newest.list_rules)


def current_version(session: Session, study: Study) -> Published:
    """The version that new answers of this study go by. Raises NoQuestionnaire."""
    return newest_of(session, study.id)


def newest_of(session: Session, study_id: int) -> Published:
    """The same, for the study of this id."""
    found = _CURRENT.first(flushed(session), study=study_id)
    if found is None:
        raise NoQuestionnaire(study=session.get_one(Study, study_id).code)
    return published(session.connection(), *found)


def version_by_id(session: Session, version_id: int) -> Published:
    """The version with this id: what an older response was given under."""
    found = session.execute(_VERSION.where(QuestionnaireVersion.id == version_id)).one()
    return published(session.connection(), *found)


def published(connection: Connection, version_id: int, number: int, sha256: str) -> Published:
    """A version of which all but the definition was read. It never changes: its fingerprint is the key it is kept under."""
    if sha256 not in _loaded:
        if len(_loaded) >= VERSIONS_KEPT:
            _loaded.clear()
        body = select(QuestionnaireVersion.body).where(QuestionnaireVersion.id == version_id)
        _loaded[sha256] = loads(connection.execute(body).scalar_one())
    return Published(version_id, number, sha256, _loaded[sha256])


def questionnaire_of(session: Session, study: Study) -> Questionnaire:
    """The questionnaire that new answers of this study go by. Raises NoQuestionnaire."""
    return current_version(session, study).questionnaire


def versions_of(session: Session, study: Study) -> list[QuestionnaireVersion]:
    """Every published version, oldest first."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.study_id == study.id)
    return list(session.scalars(query.order_by(QuestionnaireVersion.number)))


def numbered(definition: Questionnaire, number: int) -> Questionnaire:
    """The definition as it is, or would be, published under this number."""
    return sealed(replace(definition, version=number))


def _next_version(
    study: Study,
    newest: QuestionnaireVersion | None,
    definition: Questionnaire,
    list_rules: str | None,
    actor: Actor,
    now: datetime,
) -> QuestionnaireVersion:
    changes = _what_changed(loads(newest.body) if newest else None, definition)
    number = newest.number + 1 if newest else 1
    definition = numbered(definition, number)
    return QuestionnaireVersion(
        study_id=study.id,
        number=number,
        sha256=definition.sha256,
        body=definition.source,
        changes=orjson.dumps(changes).decode(),
        list_rules=list_rules,
        published_at=now,
        published_by=actor.name,
    )


def newest_version(session: Session, study: Study) -> QuestionnaireVersion | None:
    """The row of the newest version; None before the first."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.study_id == study.id)
    return session.scalars(query.order_by(QuestionnaireVersion.number.desc()).limit(1)).first()


def _what_changed(before: Questionnaire | None, after: Questionnaire) -> list[dict[str, str | bool]]:
    """Every difference from the earlier version in words, and whether it touches answers already given."""
    if before is None:
        return []
    return [
        {"fr": one.text("fr"), "en": one.text("en"), "harmful": one.harmful} for one in compare(before, after)
    ]
