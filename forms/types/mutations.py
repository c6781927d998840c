"""Lists of mutations as laboratories write them: ``E756Q;G841A``, a position alone (``G841``), deletions and insertions."""

import re
from typing import Any

from forms.answers import Cell
from forms.definition import Derived, Label, Question
from forms.refusals import AnswerRefused
from forms.types.base import Column, QuestionType

_SPLIT = re.compile(r"[;,\s+]+")
_MUTATION = re.compile(
    r"(?:[A-Z](?P<codon>[0-9]{1,4})(?:[A-Z](?:/[A-Z])*|DEL|INS[A-Z]*|FS|STOP|\*)?"
    r"|(?:DEL)?(?P<first>[0-9]{1,4})(?:[-_](?P<last>[0-9]{1,4}))?(?:DEL|INS[A-Z]*)?)",
    re.ASCII,
)
_SUFFIX = re.compile(r"(DEL|INS|FS|STOP)", re.ASCII)


class Mutations(QuestionType):
    """A list of mutations, each once, in the order typed."""

    name = "mutations"
    seen_as = "ticks"
    typing = Label("lettre, position, lettre ; position seule acceptée ; plusieurs séparées par un point-virgule",
                   "letter, position, letter; the position alone will do; several are parted by a semicolon")  # fmt: skip

    def take(self, typed: Any, question: Question) -> list[str]:
        """The mutations of a list or of a text."""
        parts = _SPLIT.split(typed) if isinstance(typed, str) else typed
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise AnswerRefused("not_a_mutation", typed=typed)
        found = [self._one(part, question) for part in parts if part]
        if not found:
            raise AnswerRefused("not_a_mutation", typed=typed)
        return list(dict.fromkeys(found))

    @staticmethod
    def _one(text: str, question: Question) -> str:
        upper = text.upper()
        found = _MUTATION.fullmatch(upper)
        if not found or upper.isdigit():
            raise AnswerRefused("not_a_mutation", typed=text)
        codons = [int(codon) for codon in (found["codon"], found["first"], found["last"]) if codon]
        if not all(0 < codon <= (question.codon_max or 9999) for codon in codons):
            raise AnswerRefused("codon_too_high", typed=text, high=question.codon_max or 9999)
        return _SUFFIX.sub(lambda match: match[0].lower(), upper)

    def operand(self, value: Any) -> frozenset[str]:
        """The set of mutations; a mixture ``T215Y/F`` counts as each of its parts too."""
        return frozenset(value) | {part for mutation in value for part in _mixture(mutation)}

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """``E756Q ; G841A``."""
        del question, language
        return "; ".join(value)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """``E756Q;G841A``."""
        del question, language
        return ";".join(cell.value or ())

    def columns(self, question: Question) -> list[Column]:
        """One text column."""
        return [Column(question.name, "text", question.label, question=question.name)]

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """The list as one text."""
        del question
        return [None if cell.value is None else ";".join(cell.value)]


def _mixture(mutation: str) -> list[str]:
    first, *others = mutation.split("/")
    return [first, *(first[:-1] + other for other in others)] if others else []
