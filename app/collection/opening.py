"""Opening a study: registering it, publishing its questionnaire, making the centres that it ships."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.cohort.centres import ensure_centre
from app.cohort.models import Study
from app.cohort.rules import list_faults
from app.cohort.studies import register_study
from app.collection.errors import StudyFaulty, StudyUnknown
from app.collection.questionnaires import publish
from app.kernel.actor import Actor
from forms.checking import check
from forms.definition import Questionnaire
from forms.loading import load, shipped, shipped_codes


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
