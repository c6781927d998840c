"""From the text of a formula to something that runs, with what it reads and what is wrong with it."""

from dataclasses import dataclass

from forms.definition import Formula, Scope
from forms.expressions.binder import SAME, Binder, Level, nothing
from forms.expressions.calls import FUNCTIONS
from forms.expressions.frames import Compiled
from forms.expressions.parsing import NotAnExpression, parse
from forms.expressions.vocabulary import Vocabulary
from forms.faults import Fault, fault

__all__ = ["FUNCTIONS", "Bound", "bind"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A formula ready to run, what it reads, and what is wrong with it."""

    run: Compiled
    needs: frozenset[tuple[str, str | None]]
    reads: tuple[str, ...]
    faults: tuple[Fault, ...]


def bind(
    formula: Formula,
    vocabulary: Vocabulary,
    scope: Scope = "patient",
    visits: tuple[str, ...] = (),
    repeat: str | None = None,
) -> Bound:
    """The formula bound to a standpoint: once per patient, per visit of ``visits``, or per line of ``repeat``."""
    per_visit = SAME if visits else None
    levels = [Level(None, per_visit)] if scope != "line" else [Level(repeat, per_visit)]
    binder = Binder(vocabulary, levels, visits, formula)
    try:
        run = binder.bind(parse(formula.text))
    except NotAnExpression as error:
        place = binder.place(error.at)
        found = fault(
            place,
            "syntax",
            detail=error.detail,
            detail_fr=error.detail_fr,
            mend=error.mend,
            mend_fr=error.mend_fr,
        )
        return Bound(nothing, frozenset(), (), (found,))
    return Bound(run, frozenset(binder.needs), tuple(binder.reads), tuple(binder.faults))
