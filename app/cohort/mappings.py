"""Which column is which, as a person said it: mapping files, and templates saved per study for the next list."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.errors import BadMapping
from app.cohort.headers import FIELDS
from app.cohort.models import ListMapping, Study
from app.cohort.names import bare
from app.journal.recording import record
from app.kernel.actor import Actor


def load_mapping(file: Path) -> dict[str, str]:
    """A mapping file, JSON or YAML: `header: field`, an empty field leaves the column out. Raises BadMapping."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadMapping(
            why_fr=f"« {file.name} » est illisible.", why_en=f"“{file.name}” is unreadable."
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise BadMapping(why_fr="« en-tête: champ » est attendu.", why_en="“header: field” is expected.")
    return checked({str(key.value): str(value.value) for key, value in node.value})


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """`headers` by their bare form. Raises BadMapping for a field that does not exist."""
    for field in headers.values():
        if field and field not in FIELDS:
            known = ", ".join(sorted(FIELDS))
            raise BadMapping(
                why_fr=f"le champ « {field} » n’existe pas (champs : {known}).",
                why_en=f"there is no field “{field}” (fields: {known}).",
            )
    return {bare(header): field for header, field in headers.items()}


def save_mapping(
    session: Session, study: Study, name: str, headers: Mapping[str, str], *, actor: Actor, now: datetime
) -> ListMapping:
    """Saves `headers` under `name` for the next lists of the study, over an earlier one of that name; journalled."""
    document = orjson.dumps(checked(headers), option=orjson.OPT_SORT_KEYS).decode()
    saved = session.scalar(
        select(ListMapping).where(ListMapping.study_id == study.id, ListMapping.name == name)
    )
    before = saved.headers if saved is not None else None
    if saved is None:
        saved = ListMapping(study_id=study.id, name=name, headers=document, saved_at=now, saved_by=actor.name)
        session.add(saved)
    saved.headers, saved.saved_at, saved.saved_by = document, now, actor.name
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="list.mapping_saved",
        subject_type="list_mapping",
        subject_id=str(saved.id),
        study=study.code,
        old=before,
        new=document,
    )
    return saved


def list_mappings(session: Session, study: Study) -> list[ListMapping]:
    """The saved templates of a study, the latest first."""
    query = select(ListMapping).where(ListMapping.study_id == study.id).order_by(ListMapping.saved_at.desc())
    return list(session.scalars(query))


def saved_headers(session: Session, study: Study, mapping: Mapping[str, str] | Path | None) -> dict[str, str]:
    """The headers to read a list by: the saved templates, then (over them) the mapping given now."""
    headers: dict[str, str] = {}
    for template in reversed(list_mappings(session, study)):
        headers |= orjson.loads(template.headers)
    if mapping is not None:
        headers |= load_mapping(mapping) if isinstance(mapping, Path) else checked(mapping)
    return headers
