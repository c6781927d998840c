"""Under which versions of the questionnaire each column and each code stood, and how it was worded when an answer was given."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from app.extraction.planning import Slot
from exports.tables import Choice, Column
from forms.definition import Questionnaire

# The columns that one version has by itself, by their name.
Edition = tuple[int, Mapping[str, Column]]


def editions(
    versions: Iterable[tuple[int, Questionnaire]], slots: Callable[[Questionnaire], Sequence[Slot]]
) -> list[Edition]:
    """What each version has by itself, the oldest first."""
    return [
        (number, {column.name: column for slot in slots(definition) for column in slot.columns})
        for number, definition in versions
    ]


def with_history(columns: Iterable[Column], past: Sequence[Edition]) -> tuple[Column, ...]:
    """The columns, each with its first and last version and what it was called before; so are their codes."""
    return tuple(_column(column, past) for column in columns)


def _column(column: Column, past: Sequence[Edition]) -> Column:
    own = [
        (number, known[name]) for number, known in past if (name := column.reason_for or column.name) in known
    ]
    if not own:
        return column
    codes = [(number, {choice.code: choice for choice in one.choices}) for number, one in own]
    return replace(
        column,
        first_version=str(own[0][0]),
        version=str(own[-1][0]),
        earlier="" if column.reason_for else _earlier(column, own),
        choices=tuple(_choice(one, codes) for one in column.choices),
    )


def _choice(choice: Choice, codes: Sequence[tuple[int, Mapping[int | str, Choice]]]) -> Choice:
    own = [(number, known[choice.code]) for number, known in codes if choice.code in known]
    if not own:
        return choice
    return replace(
        choice, first_version=str(own[0][0]), version=str(own[-1][0]), earlier=_earlier(choice, own)
    )


def _earlier(now: Column | Choice, own: Sequence[tuple[int, Column]] | Sequence[tuple[int, Choice]]) -> str:
    """« v1 : Ochronose / Ochronosis », once for each wording that is not today's, at the first version that had it."""
    told: dict[tuple[str, str], int] = {}
    for number, one in own:
        if (one.fr, one.en) != (now.fr, now.en):
            told.setdefault((one.fr, one.en), number)
    return " ; ".join(f"v{number} : {fr} / {en}" for (fr, en), number in told.items())
