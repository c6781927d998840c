"""The law of names: 26 characters, lower case, no reserved word, and no two export columns of one name."""

import re
from collections.abc import Iterator

from forms.definition import Derived, Place, Question, Questionnaire
from forms.faults import Fault, fault
from forms.reserved import RESERVED
from forms.types import TYPES

LONGEST, LONGEST_COLUMN = 26, 32
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def check_name(name: str, place: Place) -> Iterator[Fault]:
    """What is wrong with one name."""
    if not _NAME.fullmatch(name):
        yield fault(place, "bad_name", name=name)
    elif name in RESERVED:
        yield fault(place, "reserved_name", name=name, owner=RESERVED[name])
    if len(name) > LONGEST:
        yield fault(place, "long_name", name=name, length=len(name))


def check_columns(questionnaire: Questionnaire) -> Iterator[Fault]:
    """Columns that two variables, or two codes of one, would share, ignoring case, and columns too long for SAS."""
    seen: dict[str, str] = {}
    parts: list[Question | Derived] = [*questionnaire.derived.values(), *questionnaire.questions.values()]
    for part in parts:
        columns = _columns(part)
        lower = [column.lower() for column in columns]
        for place, column in enumerate(columns):
            owner = seen.setdefault(lower[place], part.name)
            if owner != part.name or lower.index(lower[place]) < place:
                yield fault(part.place, "double_column", name=column, one=owner, other=part.name)
                break
        for column in columns:
            if len(column) > LONGEST_COLUMN and len(part.name) <= LONGEST:
                yield fault(part.place, "long_column", name=column, length=len(column))


def _columns(part: Question | Derived) -> list[str]:
    """Every column that a variable may have on any sheet: its own, those of its visits, those of its missing reasons."""
    kind = TYPES.get(part.type) if isinstance(part, Question) else None
    names = [column.name for column in kind.columns(part)] if kind and isinstance(part, Question) else [part.name]
    reasons = [f"{part.name}_mq"] if isinstance(part, Question) and not part.identity else []
    visits = part.visits if part.wide and part.scope == "visit" else ()
    return [at_visit(name, visit) for visit in (None, *visits) for name in names] + [
        f"{at_visit(part.name, visit)}_mq" for visit in (None, *visits) for _ in reasons
    ]


def at_visit(name: str, visit: str | None) -> str:
    """``v_surf`` at ``m12`` is ``v_surf_m12``; ``ag_coan___gaba`` is ``ag_coan_m12___gaba``."""
    if visit is None:
        return name
    stem, mark, code = name.partition("___")
    return f"{stem}_{visit}{mark}{code}"
