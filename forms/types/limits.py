"""A laboratory value with a detection limit: ``709``, ``<62``, ``>100``, ``non détecté``; operator and number are kept apart."""

import re
from typing import Any

from forms.answers import Cell
from forms.definition import Choice, Derived, Label, Question, Range
from forms.refusals import AnswerRefused
from forms.types.base import Column
from forms.types.numbers import Decimal, is_measurable, read_number, write_number

# The codes of vl_op: exported, and what an expression sees under the operator's name.
OPERATORS = (
    Choice(1, Label("=", "=")),
    Choice(2, Label("<", "<")),
    Choice(3, Label(">", ">")),
    Choice(4, Label("non détecté", "not detected")),
)
_SIGNS: dict[str, int] = {"=": 1, "<": 2, "≤": 2, "<=": 2, ">": 3, "≥": 3, ">=": 3}
_SIGN = re.compile(r"(<=|>=|[<>=≤≥])?\s*(.*)", re.DOTALL)
_NOT_DETECTED = re.compile(
    r"n\.?d\.?|(?:cible |target )?(?:(?:non|not)[- ]d[ée]tect(?:[ée]e?s?|able|ed)|ind[ée]tectables?|undetect(?:able|ed))"
    r"|n[ée]gati(?:f|ve)",
    re.IGNORECASE,
)
RULES: dict[str, Label] = {
    "lloq": Label("sous le seuil = seuil", "below the limit = limit"),
    "half": Label("sous le seuil = moitié du seuil", "below the limit = half the limit"),
    "zero": Label("sous le seuil = 0", "below the limit = 0"),
}


def by_rule(rule: str, operator: int | None, value: float | None) -> float | None:
    """The number that stands for a censored value under a rule: below the limit it is the limit, its half, or 0."""
    if operator in (2, 4):
        factor = {"lloq": 1.0, "half": 0.5, "zero": 0.0}[rule]
        return 0.0 if factor == 0 else None if value is None else value * factor
    return value


class Limit(Decimal):
    """Stored as ``{"op": 2, "value": 62}``; ``{"op": 4}`` is not detected."""

    name = "limit"
    as_stored = False
    input_mode = ""

    def parse(self, typed: object, question: Question, unit: str | None = None) -> Cell:
        """As every type; also the stored form ``{"op": 2, "value": 62}``, where op is a code or a sign."""
        if isinstance(typed, dict) and "op" in typed:
            return Cell(self.check(self._stored(typed), question))
        return super().parse(typed, question, unit)

    def _stored(self, typed: dict[str, Any]) -> dict[str, Any]:
        operator = typed["op"]
        code = _SIGNS.get(
            str(operator).strip(), 4 if _NOT_DETECTED.fullmatch(str(operator).strip()) else operator
        )
        if code in ("1", "2", "3", "4"):
            code = int(code)
        if code not in (1, 2, 3, 4):
            raise AnswerRefused("not_a_limit", typed=operator)
        value = typed.get("value")
        if value is None:
            if code != 4:
                raise AnswerRefused("not_a_limit", typed=operator)
            return {"op": 4}
        number = self._number(value)
        return {"op": int(code), "value": number}

    def _number(self, value: Any) -> float:
        return self._plain(read_number(value.strip())[0] if isinstance(value, str) else value)

    @staticmethod
    def _plain(value: Any) -> float:
        if not is_measurable(value):
            raise AnswerRefused("not_a_limit", typed=value)
        return float(value)

    def take(self, typed: Any, question: Question) -> Any:
        """A bare number is an exact value; only ``read`` knows signs."""
        return {"op": 1, "value": self._plain(typed)}

    def read(self, text: str, question: Question, unit: str | None) -> Cell:
        """Sign and number; the unit may follow."""
        if _NOT_DETECTED.fullmatch(text):
            return Cell({"op": 4})
        sign, rest = _SIGN.fullmatch(text).groups()  # type: ignore[union-attr]  # the pattern matches every text
        try:
            cell = super().read(rest, question, unit)
        except AnswerRefused as refused:
            if refused.code == "not_a_number":
                raise AnswerRefused("not_a_limit", typed=text) from refused
            raise
        value = {**cell.value, "op": _SIGNS[sign or "="]}
        return Cell(value, typed=text if cell.unit else None, unit=cell.unit)

    def check(self, value: Any, question: Question) -> Any:
        """The hard range holds for the number."""
        if value.get("value") is not None:
            super().check(value["value"], question)
        return value

    def outside(self, value: Any, limits: Range) -> bool:
        """The range of the number; ``<20`` under a lower bound of 50 is no surprise."""
        if isinstance(value, dict):
            if value.get("op") != 1:
                return False
            value = value["value"]
        return super().outside(value, limits)

    def operand(self, value: Any) -> float | None:
        """The number; the operator is read under its own name."""
        number = value.get("value")
        return None if number is None else float(number)

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """Sign, number and unit."""
        if value.get("value") is None:
            return OPERATORS[3].label[language]
        sign = "" if value["op"] == 1 else OPERATORS[value["op"] - 1].label[language]
        return sign + super().show(value["value"], question, language)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """Sign and number, which read back as the same value."""
        if cell.value is None:
            return ""
        if cell.value.get("value") is None:
            return OPERATORS[3].label[language]
        if cell.unit and cell.typed:
            return cell.typed
        sign = "" if cell.value["op"] == 1 else {2: "<", 3: ">", 4: "<"}[cell.value["op"]]
        return sign + write_number(cell.value["value"], language)

    def columns(self, question: Question) -> list[Column]:
        """Operator, value as typed, and the number under each rule the question names."""
        ruled = [
            Column(
                f"{question.name}_{rule}",
                "decimal",
                Label(f"{question.label.fr} ({RULES[rule].fr})", f"{question.label.en} ({RULES[rule].en})"),
                unit=question.unit,
                question=question.name,
            )
            for rule in question.rules
        ]
        sign = Label(f"{question.label.fr} : signe", f"{question.label.en}: sign")
        return [
            Column(question.operator, "code", sign, OPERATORS, question=question.name),
            Column(question.name, "decimal", question.label, unit=question.unit, question=question.name),
            *ruled,
        ]

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """Operator code, number, and the ruled numbers."""
        if cell.value is None:
            return [None] * (2 + len(question.rules))
        operator, number = cell.value["op"], cell.value.get("value")
        return [operator, number, *(by_rule(rule, operator, number) for rule in question.rules)]
