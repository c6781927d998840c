"""Conditions in words, for people: « si STS réellement administré = Oui ». What is too much for words stays as written."""

from typing import Any

from forms.definition import Derived, Formula, Question, Questionnaire
from forms.expressions import nodes
from forms.expressions.parsing import NotAnExpression, parse
from forms.types import TYPES

_SIGNS = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_WORDS = {
    "fr": {
        "and": "et",
        "or": "ou",
        "not": "pas",
        "has": "comporte",
        "known": "renseigné",
        "missing": "non renseigné",
        "at": "à",
    },
    "en": {
        "and": "and",
        "or": "or",
        "not": "not",
        "has": "includes",
        "known": "known",
        "missing": "missing",
        "at": "at",
    },
}


class _TooMuch(Exception):
    """The formula has a part that has no words."""


def in_words(questionnaire: Questionnaire, formula: Formula, language: str) -> str:
    """The condition in words, or its text where words fail."""
    try:
        return _Words(questionnaire, language).of(parse(formula.text))
    except (_TooMuch, NotAnExpression):
        return formula.text


class _Words:
    def __init__(self, questionnaire: Questionnaire, language: str) -> None:
        self.questionnaire, self.language, self.words = questionnaire, language, _WORDS[language]

    def of(self, node: Any) -> str:
        node = _plain(node)
        if isinstance(node, nodes.Binary) and node.sign in ("and", "or"):
            left, right = self.part(node.left, node), self.part(node.right, node)
            return left if left == right else f"{left} {self.words[node.sign]} {right}"
        if isinstance(node, nodes.Binary) and node.sign in _SIGNS:
            return self.compared(node)
        if isinstance(node, nodes.Within):
            left = _plain(node.left)
            codes = f" {self.words['or']} ".join(self.value(item, left) for item in node.items)
            return f"{self.label(left)} = {codes}"
        if isinstance(node, nodes.Has):
            return f"{self.label(node.left)} {self.words['has']} {self.code(node.left, node.code)}"
        if isinstance(node, nodes.Unary) and node.sign == "not":
            return f"{self.words['not']} ({self.of(node.operand)})"
        if isinstance(node, nodes.Call) and node.name in ("known", "missing"):
            return f"{self.label(node.arguments[0])} {self.words[node.name]}"
        raise _TooMuch

    def part(self, node: Any, inside: nodes.Binary) -> str:
        text = self.of(node)
        mixed = isinstance(node, nodes.Binary) and node.sign in ("and", "or") and node.sign != inside.sign
        return f"({text})" if mixed else text

    def compared(self, node: nodes.Binary) -> str:
        left = _plain(node.left)
        return f"{self.label(left)} {_SIGNS[node.sign]} {self.value(node.right, left)}"

    def label(self, node: Any) -> str:
        part = self.named(node)
        if part is None:
            raise _TooMuch
        quoted = f"«\u00a0{part.label.fr}\u00a0»" if self.language == "fr" else f"'{part.label['en']}'"
        if isinstance(node, nodes.Dotted) or node.visit is None:
            return quoted
        return f"{quoted} {self.words['at']} {self.questionnaire.visit(node.visit).label[self.language]}"

    def named(self, node: Any) -> Question | Derived | None:
        """The question or derived value of a name; for a fact of the list, the question that shows it."""
        questions = self.questionnaire.questions
        if isinstance(node, nodes.Dotted) and node.owner == "list":
            return next((one for one in questions.values() if one.from_list == node.name), None)
        if not isinstance(node, nodes.Name):
            return None
        return questions.get(node.name) or self.questionnaire.derived.get(node.name)

    def value(self, node: Any, of: Any) -> str:
        if isinstance(node, nodes.Number | nodes.Text):
            return self.code(of, node.value)
        return self.label(node)

    def code(self, node: Any, code: Any) -> str:
        part: Any = self.named(node)
        if part is None:
            raise _TooMuch
        kind = TYPES.get(part.type)
        offered = (kind and kind.options(part)) or part.choices
        choices = {choice.code: choice for choice in offered}
        return choices[code].label[self.language] if code in choices else str(code)


def _plain(node: Any) -> Any:
    """« coalesce(chart_found, 1) = 1 » is open until answered otherwise: people need the plain half of it."""
    if isinstance(node, nodes.Call) and node.name == "coalesce" and len(node.arguments) == 2:
        return node.arguments[0]
    return node
