"""Numbers: ``integer`` and ``decimal`` (comma or point), typed in the question's unit or in another it accepts."""

import re
from decimal import Decimal as Exact
from typing import Any, ClassVar

from forms.answers import Cell
from forms.definition import Derived, Question, Range, Unit
from forms.refusals import AnswerRefused
from forms.types.base import Column, Keyboard, QuestionType

_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+|[0-9]+)?(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)"
    r"\s*(?P<unit>\D.*)?",
    re.ASCII | re.DOTALL,
)
_BLANKS = re.compile(r"[ \u00a0\u2009\u202f]")
_SAME_UNIT = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", " ": None, "\u00a0": None, "·": None})
_LONGEST = 60
# « <62 », « ~ 40 », « > 2000 »: a limit or an estimate, typed where one number is wanted.
_INEXACT = re.compile(
    r"(?:[<>≤≥=]=?|[~≈±]|env(?:iron|\.)?|about)\s*(?P<number>[0-9].*)", re.DOTALL | re.IGNORECASE
)

# « 1O », « 2O,5 », « l2 »: a letter that looks like a digit; an l at the end may be a litre.
_LOOKALIKE = re.compile(r"(?=.*[0-9])[0-9OoIl.,]*(?:[Oo]|[Il](?=[0-9]))[0-9OoIl.,]*")
_MEANT = str.maketrans("OoIl", "0011")
_PRODUCT = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?(?:cm)? ?[xX×*] ?([0-9]+(?:[.,][0-9]+)?)(?: ?cm[2²]?)?")


def plain_unit(unit: str) -> str:
    """A unit without the differences that keyboards make: ``cm²`` is ``cm2``, ``µg/h`` is ``ug/h``."""
    return unit.translate(_SAME_UNIT).lower()


def write_number(value: float, language: str) -> str:
    """A number without exponent or trailing zeros, with the language's decimal sign."""
    text = format(Exact(repr(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    return text.replace(".", ",") if language == "fr" else text


def read_number(text: str) -> tuple[float, str]:
    """A number as typed and the unit behind it; raises AnswerRefused."""
    text = text.replace("\u2212", "-")  # the minus sign of a spreadsheet or a text processor
    _refuse_misspelt(text)
    found = _NUMBER.fullmatch(text)
    digits = _BLANKS.sub("", found["number"]).replace(",", ".") if found else ""
    if not found or len(text) > _LONGEST or not any(sign.isdigit() for sign in digits):
        inexact = _INEXACT.fullmatch(text)
        if inexact:
            raise AnswerRefused("not_exact", typed=text, number=inexact["number"].strip())
        raise AnswerRefused("not_a_number", typed=text)
    return float(digits), (found["unit"] or "").strip()


def _refuse_misspelt(text: str) -> None:
    """Says what was probably meant by a letter in a number, or by a product; it is never answered for the person."""
    if len(text) <= _LONGEST and _LOOKALIKE.fullmatch(text):
        raise AnswerRefused("letter_in_number", typed=text, number=text.translate(_MEANT))
    factors = _PRODUCT.fullmatch(text) if len(text) <= _LONGEST else None
    if factors:
        one, other = (Exact(factor.replace(",", ".")) for factor in factors.groups())
        raise AnswerRefused("a_product", typed=text, number=lambda language: write_number(float(one * other), language))


def convert(value: float, unit: Unit) -> float:
    """The value in the question's own unit; twelve digits, so that 88 / 40 is 2.2 and not its binary neighbour."""
    for sign, number in unit.steps:
        if sign == "*":
            value *= number
        elif sign == "/":
            value /= number
        else:
            value += number if sign == "+" else -number
    return float(f"{value:.12g}")


def is_measurable(typed: Any) -> bool:
    """True for a finite number of a size that somebody could have measured and that prints without an exponent."""
    return (
        isinstance(typed, int | float)
        and not isinstance(typed, bool)
        and (typed == 0 or 1e-15 < abs(typed) < 1e15)
    )


class Decimal(QuestionType):
    """A decimal number, stored as a JSON number in the question's unit."""

    name = "decimal"
    seen_as = "number"
    bound = float
    as_stored = True
    input_mode: ClassVar[Keyboard] = "decimal"
    width = "number"

    def read(self, text: str, question: Question, unit: str | None) -> Cell:
        """The number typed, converted when another accepted unit was named; the typed text is kept."""
        number, written = read_number(text)
        other = self._unit(written or unit or "", question)
        if other is None:
            return Cell(self.check(self.take(number, question), question))
        value = self.check(self.take(convert(number, other), question), question)
        return Cell(value, typed=text, unit=other.name)

    def take(self, typed: Any, question: Question) -> float | int:
        """A finite number."""
        if not is_measurable(typed):
            raise AnswerRefused("not_a_number", typed=typed)
        return float(typed)

    @staticmethod
    def _unit(written: str, question: Question) -> Unit | None:
        if not written or plain_unit(written) in _own_units(question):
            return None
        for unit in question.other_units:
            if plain_unit(unit.name) == plain_unit(written):
                return unit
        if not question.unit and not question.other_units:
            raise AnswerRefused("no_unit_here", unit=written)
        names = [question.unit, *(unit.name for unit in question.other_units)]
        raise AnswerRefused("unknown_unit", unit=written, units=", ".join(filter(None, names)) or "-")

    def check(self, value: Any, question: Question) -> Any:
        """Refuses a value outside the constant hard range, and says the range, its unit and what else may have been meant."""
        hard = question.hard
        if hard is None or not self.outside(value, hard):
            return value
        raise AnswerRefused(
            "out_of_range",
            value=lambda language: write_number(value, language),
            range=lambda language: self.show_range(hard, question, language),
            hint=lambda language: self._hint(value, question, language),
        )

    def _hint(self, value: float, question: Question, language: str) -> str:
        # 3.2 typed for albumin in g/L is 32 typed in g/dL: the person is told, the value is never changed for them.
        usual = question.soft or question.hard
        for unit in question.other_units:
            meant = convert(value, unit)
            if usual is not None and not self.outside(meant, usual):
                typed, same = write_number(value, language), write_number(meant, language)
                ask = (
                    "Si c’est en {0}, tapez « {1} {0} » (= {2} {3})."
                    if language == "fr"
                    else "If it is in {0}, type '{1} {0}' (= {2} {3})."
                )
                return " " + ask.format(unit.name, typed, same, question.unit)
        return ""

    def outside(self, value: Any, limits: Range) -> bool:
        """True when the number is below or above the constant bounds."""
        low, high = limits.constants
        return bool((low is not None and value < low) or (high is not None and value > high))

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """The number and its unit."""
        text = write_number(value, language)
        unit = question.unit_label[language] or question.unit
        return f"{text}\u00a0{unit}" if unit else text

    def display(self, cell: Cell, question: Question, language: str) -> str:
        """A number converted from another unit in four significant digits; it is stored and exported in all of them."""
        if cell.unit and cell.value:
            cell = cell._replace(value=float(f"{cell.value:.4g}"))
        return super().display(cell, question, language)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """What was typed when another unit was, else the number."""
        if cell.value is None:
            return ""
        if cell.unit and cell.typed:
            return (
                cell.typed if plain_unit(cell.unit) in plain_unit(cell.typed) else f"{cell.typed} {cell.unit}"
            )
        return write_number(cell.value, language)

    def show_range(self, limits: Range, question: Question, language: str) -> str:
        """« 0,8 à 5 mmol/L »."""
        low, high = (None if bound is None else write_number(bound, language) for bound in limits.constants)  # type: ignore[arg-type]  # bounds of a number are numbers
        unit = question.unit_label[language] or question.unit
        return self.between(low, high, language) + (f"\u00a0{unit}" if unit else "")

    def columns(self, question: Question) -> list[Column]:
        """One number column."""
        kind = "integer" if self.whole else "decimal"
        return [Column(question.name, kind, question.label, unit=question.unit, question=question.name)]


def _own_units(question: Question) -> set[str]:
    return {plain_unit(unit) for unit in (question.unit, question.unit_label.fr, question.unit_label.en)}


class Integer(Decimal):
    """A whole number."""

    name = "integer"
    whole = True
    input_mode = "numeric"

    def take(self, typed: Any, question: Question) -> int:
        """A whole number; 3.0 is one, 3.5 is not."""
        number = super().take(typed, question)
        if number != int(number):
            raise AnswerRefused("not_an_integer", typed=write_number(number, "fr"))
        return int(number)

