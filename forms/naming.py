"""The law of names: 26 characters, lower case, no reserved word, and no two export columns of one name."""

import re
from collections.abc import Iterator

from forms.definition import Place, Question, Questionnaire
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
    """Columns that two variables would share, ignoring case, and columns too long for SAS."""
    seen: dict[str, str] = {name.lower(): name for name in questionnaire.derived}
    for question in questionnaire.questions.values():
        for column in _columns(question):
            owner = seen.setdefault(column.lower(), question.name)
            if owner != question.name and column not in questionnaire.derived:
                yield fault(
                    question.place, "double_name", name=column, other=f"'{owner}'", other_fr=f"« {owner} »"
                )
            if len(column) > LONGEST_COLUMN:
                yield fault(question.place, "long_column", name=column, length=len(column))


def _columns(question: Question) -> list[str]:
    kind = TYPES.get(question.type)
    return [column.name for column in kind.columns(question)] if kind else []
