"""What every question type does: parse, show, export, and how it wants to be drawn. A new type is one class in one
file of this folder; screens, paper and exports ask the class and know no type by name."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

from forms.answers import EMPTY, MISSING, Cell
from forms.canonical import NotCanonical, canonical
from forms.definition import Choice, Derived, Label, Question, Range
from forms.refusals import AnswerRefused

Control = Literal["line", "area", "radio", "select", "ticks"]
Keyboard = Literal["", "numeric", "decimal"]
Width = Literal["text", "number", "date"]

MISSING_LABELS: dict[str, Label] = {
    "NSP": Label("Inconnu / absent du dossier", "Unknown / not in the chart"),
    "NF": Label("Non fait", "Not done"),
    "SO": Label("Sans objet", "Not applicable"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One export column of a question. ``kind``: text, integer, decimal, code, flag, date or partial_date."""

    name: str
    kind: str
    label: Label
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    question: str = ""
    notes: Label = field(default=Label())


class QuestionType:
    """The jobs of a type. Values are JSON; ``operand`` is what an expression sees of a value."""

    name: ClassVar[str]
    bound: ClassVar[type[float] | type[date] | None] = None
    """What the bounds of its ranges are; None for a type without ranges."""
    seen_as: ClassVar[str] = ""
    """What expressions see of it: a number, a date, a text or ticks; empty where only its codes tell."""
    whole: ClassVar[bool] = False
    """Whether only whole numbers lie in a range."""
    chosen: ClassVar[bool] = False
    """Whether the definition must list the choices."""
    several: ClassVar[bool] = False
    """Whether one answer holds any number of the choices."""
    as_stored: ClassVar[bool] = False
    """Whether the stored value is the exported value of the one column, so that exports need not ask ``values``."""
    input_mode: ClassVar[Keyboard] = ""
    """The keyboard that a telephone shows."""
    width: ClassVar[Width] = "text"
    """How wide its field is."""
    blank: ClassVar[str] = "box"
    """What stands on paper for an answer to be written: a box, lines, or a pattern."""
    typing: ClassVar[Label] = Label()
    """How it is typed, where that is not plain: « jj/mm/aaaa »."""

    def parse(self, typed: object, question: Question, unit: str | None = None) -> Cell:
        """The cell for what was typed or its JSON form. ``None`` and blanks are an empty cell; ``NSP``, ``NF``, ``SO`` and
        ``{"missing": "NSP"}`` a missing reason; ``{"value": …, "unit": …}`` names the unit. Raises AnswerRefused."""
        if isinstance(typed, dict) and typed.keys() <= {"missing", "value", "unit", "comment"}:
            return self._parse_document(typed, question)
        if isinstance(typed, str):
            return self._parse_text(typed, question, unit)
        if typed is None or typed == []:
            return EMPTY
        return Cell(self.check(self.take(typed, question), question), unit=None)

    def _parse_document(self, typed: dict[str, Any], question: Question) -> Cell:
        comment = self._canonical(str(typed["comment"])) if typed.get("comment") else None
        if typed.get("missing"):
            reason = str(typed["missing"]).upper()
            if reason not in MISSING:
                raise AnswerRefused("not_a_reason", typed=typed["missing"])
            return Cell(missing=reason, comment=comment)
        cell = self.parse(typed.get("value"), question, typed.get("unit"))
        return cell.commented(comment) if comment else cell

    def _parse_text(self, typed: str, question: Question, unit: str | None) -> Cell:
        text = self._canonical(typed)
        stripped = text.strip()
        if not stripped:
            return EMPTY
        if self.is_reason(stripped):
            return Cell(missing=stripped.upper())  # type: ignore[arg-type]  # is_reason says so
        cell = self.read(stripped, question, unit)
        if cell.typed is None and stripped != self.editable(cell, question, "fr"):
            return cell._replace(typed=stripped)
        return cell

    @staticmethod
    def _canonical(text: str) -> str:
        try:
            return canonical(text)
        except NotCanonical as error:
            raise AnswerRefused("not_canonical", point="U+" + error.facts["point"]) from error

    def is_reason(self, text: str) -> bool:
        """True when the text typed is a missing reason."""
        return text.upper() in MISSING

    def read(self, text: str, question: Question, unit: str | None) -> Cell:
        """The cell of a text that is not blank; raises AnswerRefused."""
        del unit
        return Cell(self.check(self.take(text, question), question))

    def take(self, typed: Any, question: Question) -> Any:
        """The JSON value of what was typed; raises AnswerRefused."""
        raise NotImplementedError

    def check(self, value: Any, question: Question) -> Any:
        """The value, when the constant hard range and the other limits of the question allow it; else AnswerRefused."""
        del question
        return value

    def operand(self, value: Any) -> Any:
        """What an expression sees of a value."""
        return value

    def outside(self, value: Any, limits: Range) -> bool:
        """True when a value is certainly outside the constant bounds of a range."""
        del value, limits
        return False

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """A value for people, with its unit."""
        del question, language
        return str(value)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """The text that stands in the field; parsing it gives the same value again."""
        del question, language
        return "" if cell.value is None else str(cell.value)

    def display(self, cell: Cell, question: Question, language: str) -> str:
        """An answer for people: the value, or its missing reason, or nothing."""
        if cell.missing:
            return MISSING_LABELS[cell.missing][language]
        return "" if cell.value is None else self.show(cell.value, question, language)

    def show_range(self, limits: Range, question: Question, language: str) -> str:
        """A range for people."""
        del question, language
        return str(limits)

    def between(self, low: str | None, high: str | None, language: str) -> str:
        """Two bounds, as they are written, in words."""
        if low is not None and high is not None:
            return f"{low} à {high}" if language == "fr" else f"{low} to {high}"
        if low is not None:
            return f"{low} ou plus" if language == "fr" else f"{low} or more"
        return f"{high} ou moins" if language == "fr" else f"{high} or less"

    def control(self, question: Question) -> Control:
        """With what it is answered on a screen."""
        del question
        return "line"

    def options(self, question: Question | Derived) -> tuple[Choice, ...]:
        """The choices a person may pick; none for what is typed."""
        del question
        return ()

    def entered(self, cell: Cell, question: Question, language: str) -> str | list[str]:
        """What its control holds for a stored answer: a text, or the codes of the boxes ticked."""
        return "" if cell.value is None else cell.typed or self.editable(cell, question, language)

    def columns(self, question: Question) -> list[Column]:
        """The export columns."""
        raise NotImplementedError

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """The values for these columns; None is an empty cell."""
        del question
        return [cell.value]
