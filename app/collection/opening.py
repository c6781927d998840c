"""Opening a study: registering it, publishing its questionnaire, making the centres that it ships."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.centres import ensure_centre
from app.cohort.models import Study
from app.cohort.rule_changes import RuleChange, rule_changes
from app.cohort.rules import list_faults
from app.cohort.studies import known_study, register_study
from app.collection.errors import StudyFaulty, StudyUnknown
from app.collection.models import Response
from app.collection.questionnaires import newest_version, numbered, publish
from app.kernel.actor import Actor
from forms.checking import check
from forms.comparison import Difference, compare
from forms.definition import Label, Questionnaire
from forms.loading import load, loads, shipped, shipped_codes


def open_study(session: Session, code_or_folder: str | Path, *, actor: Actor, now: datetime) -> Study:
    """The study, open: registered, with its questionnaire published. Safe to repeat.

    `code_or_folder` is the code of a shipped study or a folder of the same shape. A changed definition
    becomes the next version; what was submitted under the earlier one keeps it. Raises StudyUnknown, StudyFaulty.
    """
    folder = _folder(code_or_folder)
    definition = definition_of(folder)
    study = register_study(
        session,
        code=definition.code,
        title_fr=definition.title.fr,
        title_en=definition.title.en,
        code_prefix=definition.prefix,
        now=now,
        actor=actor,
    )
    publish(session, study, definition, _list_rules(folder), actor=actor, now=now)
    for name in definition.centres:
        ensure_centre(session, study, name, finess=None, city=None, postcode=None, actor=actor, now=now)
    return study


@dataclass(frozen=True)
class Foreseen:
    """What opening a study would do: the version it would go by, and what that changes."""

    code: str
    title: Label
    number: int
    publishes: bool
    changes: tuple[Difference, ...]
    rules: tuple[RuleChange, ...]
    sha256: str
    answered: int
    """Questionnaires that already hold answers."""

    @property
    def touches_answers(self) -> bool:
        """Whether answers already given may read otherwise."""
        return bool(self.answered) and any(one.harmful for one in self.changes)


def foresee(session: Session, code_or_folder: str | Path) -> Foreseen:
    """What `open_study` would do; nothing is written. Raises StudyUnknown, StudyFaulty, PrefixTaken."""
    folder = _folder(code_or_folder)
    definition = definition_of(folder)
    study = known_study(session, definition.code, definition.prefix)
    newest = newest_version(session, study) if study is not None else None
    rules = _list_rules(folder)
    if study is None or newest is None:
        return Foreseen(definition.code, definition.title, 1, True, (), (), numbered(definition, 1).sha256, 0)
    publishes = numbered(definition, newest.number).sha256 != newest.sha256
    return Foreseen(
        code=definition.code,
        title=definition.title,
        number=newest.number + publishes,
        publishes=publishes,
        changes=tuple(compare(loads(newest.body), definition)) if publishes else (),
        rules=tuple(rule_changes(newest.list_rules, rules)),
        sha256=numbered(definition, newest.number + publishes).sha256,
        answered=session.scalar(select(func.count()).where(Response.study_id == study.id)) or 0,
    )


def _folder(code_or_folder: str | Path) -> Path:
    path = Path(code_or_folder)
    if (path / "study.yaml").is_file():
        return path
    try:
        return shipped(str(code_or_folder))
    except KeyError:
        raise StudyUnknown(study=code_or_folder, known=", ".join(shipped_codes())) from None


def definition_of(folder: Path) -> Questionnaire:
    """What the folder defines, without a fault of any kind: what is published is asked of people. Raises StudyFaulty."""
    faults = sorted([*check(folder), *list_faults(folder)])
    if faults:
        raise StudyFaulty(
            faults, count=len(faults), first_fr=faults[0].text("fr"), first_en=faults[0].text("en")
        )
    return load(folder)


def _list_rules(folder: Path) -> str | None:
    file = folder / "list.yaml"
    return file.read_text("utf-8") if file.is_file() else None
