"""The fixed part of a page of questions, compiled once per version, page and language; a request only fills slots.

Drawing 120 fields through a template for every request costs ten times a small page; joining strings does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from app.collection.facts import is_fact
from app.doors.centre.plans import Block, Page
from app.doors.request import gettext
from app.kernel.language import Language
from forms.answers import MISSING, Address
from forms.definition import Question, Questionnaire
from forms.types import kind_of

# Marks that no label can contain: canonical text has no control characters.
OPEN, CLOSE, NUMBER = "\x01", "\x02", "\x03"
SLOT = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
# Identities that a centre may give where the list has none; they are sealed, never stored as answers.
COMPLETED = ("birth", "initials")
SHORT_CHOICES = 24

# HTML by slot name: text, or bytes where it was drawn already.
Filling = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Text:
    """HTML cut at its slots, which are empty at the odd places of `pieces`; `slots` says by name where each one is.

    The fixed pieces are encoded once: encoding a whole page costs more than filling it.
    """

    pieces: tuple[bytes, ...]
    slots: Mapping[str, tuple[int, ...]]

    def fill(self, filling: Filling) -> bytes:
        """The HTML with every slot filled; a slot without a value stays empty."""
        filled = list(self.pieces)
        for name in filling.keys() & self.slots.keys():
            value = filling[name]
            drawn = value if isinstance(value, bytes) else value.encode()
            for place in self.slots[name]:
                filled[place] = drawn
        return b"".join(filled)


@dataclass
class Skeleton:
    """One compiled page: its blocks, and for each group of lines the text of one line, made per number once."""

    blocks: Text
    line_sources: dict[str, str]
    lines: dict[tuple[str, int], Text] = field(default_factory=dict)

    def line(self, group: str, number: int) -> Text:
        """The text of one line of a group."""
        known = self.lines.get((group, number))
        if known is None:
            known = self.lines[group, number] = cut(self.line_sources[group].replace(NUMBER, str(number)))
        return known


def ident(address: str) -> str:
    """An address as an HTML id: `ag_drug.j0.2` (a "#" would end a link's fragment)."""
    return address.replace("@", ".").replace("#", ".")


def compile_page(questionnaire: Questionnaire, page: Page, language: Language) -> Skeleton:
    """The skeleton of a page. It runs within a request, for its translations."""
    macros = _macros()
    drawn = [_DrawnBlock(questionnaire, block, language) for block in page.blocks]
    return Skeleton(
        blocks=cut("".join(str(macros.block(one)) for one in drawn)),
        line_sources={one.group: str(macros.one_line(one)) for one in drawn if one.group},
    )


def compile_one(questionnaire: Questionnaire, address: Address, language: Language) -> Skeleton:
    """The skeleton of one question alone. It runs within a request."""
    asked = Asked(questionnaire, str(address), questionnaire.questions[address.name], language)
    return Skeleton(cut(str(_macros().question(asked))), {})


def _macros() -> Any:
    return current_app.jinja_env.get_template("_question.html").make_module(
        {"slot": _slot, "b_slot": _block_slot, "n": NUMBER, "_": gettext}
    )


def cut(html: str) -> Text:
    """HTML cut at its slots."""
    pieces = SLOT.split(html)
    slots: dict[str, tuple[int, ...]] = {}
    for place in range(1, len(pieces), 2):
        slots[pieces[place]] = (*slots.get(pieces[place], ()), place)
        pieces[place] = ""
    return Text(tuple(piece.encode() for piece in pieces), slots)


def _slot(kind: str, asked: "Asked", extra: object = "") -> Markup:
    return Markup(OPEN + escape(f"{kind}|{asked.name}|{extra}") + CLOSE)  # noqa: S704  # escaped on this line


def _block_slot(kind: str, block: "_DrawnBlock") -> Markup:
    named = block.key if kind == "facts" else block.group
    return Markup(OPEN + escape(f"{kind}|{named}|") + CLOSE)  # noqa: S704  # escaped on this line


class Asked:
    """One question at one address, as the macros draw it."""

    def __init__(
        self, questionnaire: Questionnaire, address: str, question: Question, language: Language
    ) -> None:
        self.name = address
        self.ident = ident(address)
        self.label = question.label[language]
        asking = kind_of(question.type)
        self.kind = drawn_as(question)
        self.level = questionnaire.level(question, address.partition("#")[0].partition("@")[2])
        self.sometimes = question.required_if is not None
        self.hint = hint_of(question, language)
        self.unit = question.unit_label[language] or question.unit
        self.inputmode = asking.input_mode
        self.width = asking.width
        self.placeholder = question.placeholder[language] or gettext("jj/mm/aaaa")
        self.choices = [(str(choice.code), choice.label[language]) for choice in asking.options(question)]
        self.short = all(len(text) <= SHORT_CHOICES for _, text in self.choices)
        self.reasons = [(code, reason_text(code)) for code in MISSING]
        self.exclusive = str(question.exclusive) if question.exclusive is not None else None
        self.dated = question.dates
        self.correctable = is_fact(question)
        self.ticks = _ticks(questionnaire, question, address, language) if self.kind == "ticks" else []


class _DrawnBlock:
    def __init__(self, questionnaire: Questionnaire, block: Block, language: Language) -> None:
        section = questionnaire.section(block.section)

        def asked(address: str, name: str) -> Asked:
            return Asked(questionnaire, address, questionnaire.questions[name], language)

        self.key = block.key
        self.titled = block.titled
        visit = f" · {questionnaire.visit(block.visit).label[language]}" if block.visit else ""
        self.title = f"{section.letter}. {section.label[language]}{visit}"
        self.help = section.help[language] if block.titled else ""
        self.before = [asked(str(address), address.name) for address in block.before]
        self.after = [asked(str(address), address.name) for address in block.after]
        self.group = block.group
        self.group_ident = ident(block.group or "")
        self.line_label = questionnaire.repeats[section.repeat].label[language] if section.repeat else ""
        at = f"@{block.group.partition('@')[2]}" if block.group and "@" in block.group else ""
        self.line = [asked(f"{name}{at}#{NUMBER}", name) for name in block.line]


def drawn_as(question: Question) -> str:
    """Which of the six ways of drawing a question has: its type's control, or a fact that is only shown."""
    return "fact" if question.read_only else kind_of(question.type).control(question)


def reason_text(code: str) -> str:
    """What a missing reason is called on screens."""
    texts = {"NSP": gettext("Inconnu"), "NF": gettext("Non fait"), "SO": gettext("Sans objet")}
    return str(texts[code])


def hint_of(question: Question, language: Language) -> str:
    """The line of help under a label: help, usual value, other units that may be typed, the form of a date."""
    parts = [question.help[language]]
    if question.usual:
        parts.append(gettext("Habituel : %(value)s.", value=question.usually(language)))
    if question.other_units:
        units = ", ".join(unit.name for unit in question.other_units)
        parts.append(gettext("Aussi accepté : %(units)s (écrivez l’unité).", units=units))
    parts.append(kind_of(question.type).typing[language])
    return " ".join(part for part in parts if part)


def _ticks(
    questionnaire: Questionnaire, question: Question, address: str, language: Language
) -> list[tuple[str, str, Asked | None]]:
    dates = {
        str(one.tick_of[1]): one
        for one in questionnaire.questions.values()
        if one.tick_of is not None and one.tick_of[0] == question.name
    }
    rest = address[len(question.name) :]

    def dated(code: str) -> Asked | None:
        one = dates.get(code)
        return Asked(questionnaire, one.name + rest, one, language) if one else None

    return [
        (str(choice.code), choice.label[language], dated(str(choice.code))) for choice in question.choices
    ]
