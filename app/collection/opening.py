"""Opening a study: registering it, publishing its questionnaire, making the centres that it ships."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.cohort.centres import ensure_centre
from app.cohort.models import Study
from app.cohort.studies import register_study
from app.collection.questionnaires import publish
from app.kernel.actor import Actor
from forms.loading import load, shipped


def open_study(session: Session, code_or_folder: str | Path, *, actor: Actor, now: datetime) -> Study:
    """The study, open: registered, with its questionnaire published. Safe to repeat.

    `code_or_folder` is the code of a shipped study or a folder of the same shape. A changed definition
    becomes the next version; what was answered under the earlier one keeps it.
    """
    definition = load(_folder(code_or_folder))
    study = register_study(
        session,
        code=definition.code,
        title_fr=definition.title.fr,
        title_en=definition.title.en,
        code_prefix=definition.prefix,
        now=now,
        actor=actor,
    )
    publish(session, study, definition, actor=actor, now=now)
    for name in definition.centres:
        ensure_centre(
            session, study, name, finess=None, city=None, postcode=None, actor=actor, now=now
        )
    return study


def _folder(code_or_folder: str | Path) -> Path:
    path = Path(code_or_folder)
    return path if path.is_dir() and (path / "study.yaml").exists() else shipped(str(code_or_folder))
