"""Reads an expression into nodes: a hand-written precedence parser, so that every error knows its character
and says how to mend it."""

import re
from typing import NamedTuple

from forms.expressions import nodes

_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*|[0-9]+[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<text>'[^']*')|(?P<sign><=|>=|!=|<>|[-+*/^=<>(),.@]))",
    re.ASCII,
)
_COMPARISONS = {"=", "!=", "<>", "<", "<=", ">", ">="}
_LONGEST, _DEEPEST = 4000, 60


class NotAnExpression(Exception):
    """A text that cannot be read; ``at`` is the offset of the trouble."""

    def __init__(self, at: int, detail: str, detail_fr: str, mend: str = "", mend_fr: str = "") -> None:
        super().__init__(detail)
        self.at, self.detail, self.detail_fr = at, detail, detail_fr
        self.mend = mend or "See forms/LANGUAGE.md."
        self.mend_fr = mend_fr or "Voyez forms/LANGUAGE.md."


class Token(NamedTuple):
    """One word, number, text or sign; the last one has the kind ``end``."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression; raises NotAnExpression."""
    if len(text) > _LONGEST:
        raise NotAnExpression(0, f"more than {_LONGEST} characters", f"plus de {_LONGEST} caractères",
                              "Split it with a derived value.", "Partagez-la par une valeur calculée.")  # fmt: skip
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if not match or match.lastgroup is None:
            raise _strange(text, at)
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return [*found, Token("end", "", end)]


def _strange(text: str, at: int) -> NotAnExpression:
    at += len(text[at:]) - len(text[at:].lstrip())
    sign = text[at]
    if sign == "'":
        return NotAnExpression(at, "a quoted text does not end", "un texte entre apostrophes ne se ferme pas",
                               "Close it with '.", "Fermez-le par une apostrophe.")  # fmt: skip
    return NotAnExpression(
        at, f"'{sign}' is not a sign of the language", f"« {sign} » n’est pas un signe du langage"
    )


def parse(text: str) -> nodes.Node:
    """The node of an expression; raises NotAnExpression."""
    reader = _Reader(tokens(text))
    node = reader.either(0)
    reader.end()
    return node


class _Reader:
    """Each method reads one level of precedence: or, and, not, comparison, sum, product, power, atom."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.position = found, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        token = self.token
        return self.take() if token.kind in ("sign", "word") and token.text in texts else None

    def expect(self, text: str, after: str, after_fr: str) -> Token:
        token = self.accept(text)
        if token is None:
            raise self.trouble(f"'{text}' is missing {after}", f"« {text} » manque {after_fr}",
                               f"Add '{text}' here.", f"Ajoutez « {text} » ici.")  # fmt: skip
        return token

    def trouble(self, detail: str, detail_fr: str, mend: str = "", mend_fr: str = "") -> NotAnExpression:
        return NotAnExpression(self.token.at, detail, detail_fr, mend, mend_fr)

    def end(self) -> None:
        if self.token.kind != "end":
            text = self.token.text
            raise self.trouble(f"'{text}' is not expected here", f"« {text} » n’est pas attendu ici",
                               "An operator or the end should stand here.",
                               "Un opérateur ou la fin devrait se trouver ici.")  # fmt: skip

    def either(self, depth: int) -> nodes.Node:
        if depth > _DEEPEST:
            raise self.trouble("too deep", "trop de parenthèses imbriquées",
                               "Split it with a derived value.", "Partagez-la par une valeur calculée.")  # fmt: skip
        left = self.both(depth)
        while token := self.accept("or"):
            left = nodes.Binary(token.at, "or", left, self.both(depth))
        return left

    def both(self, depth: int) -> nodes.Node:
        left = self.denial(depth)
        while token := self.accept("and"):
            left = nodes.Binary(token.at, "and", left, self.denial(depth))
        return left

    def denial(self, depth: int) -> nodes.Node:
        signs = []
        while token := self.accept("not"):
            signs.append(token)
        node = self.comparison(depth)
        for token in reversed(signs):
            node = nodes.Unary(token.at, "not", node)
        return node

    def comparison(self, depth: int) -> nodes.Node:
        left = self.sum(depth)
        if token := self.accept(*_COMPARISONS):
            sign = "!=" if token.text == "<>" else token.text
            left = nodes.Binary(token.at, sign, left, self.sum(depth))
            if self.token.text in _COMPARISONS and self.token.kind == "sign":
                raise self.trouble("two comparisons in a row", "deux comparaisons à la suite",
                                   "Join them with 'and'.", "Reliez-les par « and ».")  # fmt: skip
        elif token := self.accept("in"):
            left = nodes.Within(token.at, left, self.listed(depth))
        elif token := self.accept("has"):
            left = nodes.Has(token.at, left, self.code())
        return left

    def listed(self, depth: int) -> tuple[nodes.Node, ...]:
        self.expect("(", "after 'in'", "après « in »")
        items = [self.either(depth + 1)]
        while self.accept(","):
            items.append(self.either(depth + 1))
        self.expect(")", "after the list", "après la liste")
        return tuple(items)

    def code(self) -> str | int:
        token = self.take()
        if token.kind == "word":
            return token.text
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "number" and token.text.isdigit():
            return int(token.text)
        self.position -= token.kind != "end"
        raise self.trouble("a code should follow 'has'", "un code devrait suivre « has »",
                           "Write for example 'comorb has dm'.", "Écrivez par exemple « comorb has dm ».")  # fmt: skip

    def sum(self, depth: int) -> nodes.Node:
        left = self.product(depth)
        while token := self.accept("+", "-"):
            left = nodes.Binary(token.at, token.text, left, self.product(depth))
        return left

    def product(self, depth: int) -> nodes.Node:
        left = self.signed(depth)
        while token := self.accept("*", "/"):
            left = nodes.Binary(token.at, token.text, left, self.signed(depth))
        return left

    def signed(self, depth: int) -> nodes.Node:
        minus = None
        while token := self.accept("-", "+"):
            if token.text == "-":
                minus = None if minus else token
        node = self.power(depth)
        return nodes.Unary(minus.at, "-", node) if minus else node

    def power(self, depth: int) -> nodes.Node:
        base = self.atom(depth)
        if token := self.accept("^"):
            minus = self.accept("-")
            exponent = self.atom(depth)
            return nodes.Binary(
                token.at, "^", base, nodes.Unary(minus.at, "-", exponent) if minus else exponent
            )
        return base

    def atom(self, depth: int) -> nodes.Node:
        token = self.take()
        if token.kind == "number":
            return nodes.Number(token.at, float(token.text) if "." in token.text else int(token.text))
        if token.kind == "text":
            return nodes.Text(token.at, token.text[1:-1])
        if token.text == "(" and token.kind == "sign":
            node = self.either(depth + 1)
            self.expect(")", "after the parenthesis", "après la parenthèse")
            return node
        if token.kind == "word" and token.text not in ("and", "or", "in", "has", "not"):
            return self.named(token, depth)
        self.position -= token.kind != "end"
        if token.text == "=" and self.tokens[self.position - 1].text == "=":
            raise self.trouble("'==' is not a sign of the language", "« == » n’est pas un signe du langage",
                               "Write one '='.", "Écrivez un seul « = ».")  # fmt: skip
        what, what_fr = (f"'{token.text}'", f"« {token.text} »") if token.text else ("the end", "la fin")
        raise self.trouble(f"a value is missing before {what}", f"une valeur manque avant {what_fr}",
                           "Write a variable, a number or a 'text' there.",
                           "Écrivez-y une variable, un nombre ou un 'texte'.")  # fmt: skip

    def named(self, token: Token, depth: int) -> nodes.Node:
        if self.accept("("):
            return nodes.Call(token.at, token.text, self.arguments(depth))
        if self.accept("."):
            return nodes.Dotted(token.at, token.text, self.word("a name", "un nom"))
        if self.accept("@"):
            return nodes.Name(token.at, token.text, self.word("a visit", "une visite"))
        return nodes.Name(token.at, token.text)

    def word(self, what: str, what_fr: str) -> str:
        token = self.take()
        if token.kind != "word":
            self.position -= token.kind != "end"
            raise self.trouble(f"{what} should stand here", f"{what_fr} devrait se trouver ici")
        return token.text

    def arguments(self, depth: int) -> tuple[nodes.Node, ...]:
        if self.accept(")"):
            return ()
        found = [self.either(depth + 1)]
        while self.accept(","):
            found.append(self.either(depth + 1))
        self.expect(")", "after the arguments", "après les arguments")
        return tuple(found)
