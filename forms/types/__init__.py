"""The question types: one class each does all of its jobs. Adding a type is adding its class to TYPES."""

from forms.types.base import MISSING_LABELS, Column, QuestionType
from forms.types.choices import Multiple, Single, YesNo
from forms.types.dates import FullDate, PartialDate
from forms.types.limits import Limit
from forms.types.mutations import Mutations
from forms.types.numbers import Decimal, Integer
from forms.types.texts import LongText, Text

__all__ = ["MISSING_LABELS", "TYPES", "Column", "QuestionType", "kind_of"]

TYPES: dict[str, QuestionType] = {
    kind.name: kind
    for kind in (
        Text(), LongText(), Integer(), Decimal(), Single(), Multiple(), YesNo(), FullDate(), PartialDate(), Limit(), Mutations(),
    )
}  # fmt: skip


def kind_of(question_type: str) -> QuestionType:
    """The type of that name; raises KeyError."""
    return TYPES[question_type]
