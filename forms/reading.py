"""Walks YAML nodes with their positions, so that every fault can name file, line and column; values stay text
(``no`` is never False)."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from forms.canonical import NotCanonical, canonical
from forms.definition import NOWHERE, Formula, Label, Place
from forms.faults import Fault, fault, nearest

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Page:
    """One file being read; faults of all files gather in one list."""

    def __init__(self, name: str, text: str, faults: list[Fault]) -> None:
        self.name, self.text, self.faults = name, text, faults

    def place(self, node: yaml.Node) -> Place:
        """Where a node begins, counted from 1 as editors do."""
        start, end = node.start_mark, node.end_mark
        return Place(self.name, start.line + 1, start.column + 1, self.text[start.index : end.index])

    def wrong(self, place: Place, code: str, **facts: object) -> None:
        """Notes one fault."""
        self.faults.append(fault(place, code, **facts))


class Item:
    """A node and the key it stands under."""

    def __init__(self, page: Page, node: yaml.Node, key: str) -> None:
        self.page, self.node, self.key = page, node, key

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.page.place(self.node)

    def wrong(self, code: str, **facts: object) -> None:
        """Notes a fault at this place."""
        self.page.wrong(self.place, code, **facts)

    def shape(self, expected: str, expected_fr: str) -> None:
        """Notes that another shape is wanted here."""
        self.wrong("wrong_shape", key=self.key, expected=expected, expected_fr=expected_fr)

    @property
    def is_mapping(self) -> bool:
        """True for ``key: value`` pairs."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """True for a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def text(self) -> str:
        """The scalar as text; empty and noted when it is none."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.shape("a text", "un texte")
            return ""
        value: str = self.node.value
        return value.strip() if self.node.style in ("|", ">") else value

    def words(self) -> list[str]:
        """A list of texts; one text is a list of one."""
        if self.is_list:
            return [item.text() for item in self.items()]
        return [self.text()] if self.text() else []

    def items(self) -> list["Item"]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.shape("a list", "une liste")
            return []
        return [Item(self.page, node, self.key) for node in self.node.value]

    def number(self) -> int:
        """A whole number; 0 and noted when it is none."""
        try:
            return int(self.text())
        except ValueError:
            self.shape("a whole number", "un nombre entier")
            return 0

    def flag(self) -> bool:
        """yes or no."""
        word = self.text().lower()
        if word not in ("yes", "no", "true", "false"):
            self.one_of(("yes", "no"))
        return word in ("yes", "true")

    def one_of(self, known: tuple[str, ...]) -> str:
        """The text, which must be one of the known; the first known when it is not."""
        word = self.text()
        if word in known:
            return word
        self.wrong("wrong_value", value=word, key=self.key, known=", ".join(known))
        return known[0]

    def formula(self) -> Formula:
        """An expression with its place."""
        return Formula(self.text(), self.place)

    def fields(self, double: str = "double_key") -> "Fields":
        """The pairs of a mapping; none, and noted, when it is no mapping. ``double`` is the fault of a key written twice."""
        return Fields(self, double)

    def label(self) -> Label:
        """``{fr: …, en: …}``; one text alone serves both languages."""
        if not self.is_mapping:
            text = self.text()
            return Label(text, text)
        return self.fields().label_here()


class Fields:
    """The pairs of a mapping. Keys that nobody asked for are faults at ``finish()``."""

    def __init__(self, item: Item, double: str = "double_key") -> None:
        self.item, self.page = item, item.page
        self.asked: set[str] = set()
        self._pairs: dict[str, tuple[yaml.Node, Item]] = {}
        if not isinstance(item.node, yaml.MappingNode):
            item.shape("pairs 'key: value'", "des paires « clé: valeur »")
            return
        for key_node, node in item.node.value:
            key = str(key_node.value)
            if key in self._pairs:
                self.page.wrong(self.page.place(key_node), double, key=key, value=key, name=item.key)
            self._pairs[key] = (key_node, Item(self.page, node, key))

    def get(self, key: str) -> Item | None:
        """The value of a key, None when absent or left empty."""
        self.asked.add(key)
        pair = self._pairs.get(key)
        if pair is None:
            return None
        node = pair[1].node
        empty = isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None
        return None if empty else pair[1]

    def text(self, key: str, default: str = "") -> str:
        """The text of a key."""
        item = self.get(key)
        return item.text() if item else default

    def need(self, key: str) -> str:
        """The text of a key that must be there."""
        item = self.get(key)
        if item is None:
            self.item.wrong("missing_key", key=key)
            return ""
        return item.text()

    def label(self, key: str, needed: bool = False) -> Label:
        """The label under a key."""
        item = self.get(key)
        if item is None:
            if needed:
                self.item.wrong("missing_key", key=key)
            return Label()
        return item.label()

    def label_here(self) -> Label:
        """This mapping read as a label; a language left out is a fault."""
        label = Label(self.text("fr").strip(), self.text("en").strip())
        self.finish()
        for code, text, language, language_fr in (
            ("fr", label.fr, "French", "français"),
            ("en", label.en, "English", "anglais"),
        ):
            if not text:
                self.item.wrong(
                    "label_missing", name=self.item.key, key=code, language=language, language_fr=language_fr
                )
        return label

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts under a key."""
        item = self.get(key)
        return tuple(item.words()) if item else ()

    def number(self, key: str, default: int = 0) -> int:
        """A whole number under a key."""
        item = self.get(key)
        return item.number() if item else default

    def flag(self, key: str, default: bool = False) -> bool:
        """yes or no under a key."""
        item = self.get(key)
        return item.flag() if item else default

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """One of the known words; the first when absent."""
        item = self.get(key)
        return item.one_of(known) if item else known[0]

    def formula(self, key: str) -> Formula | None:
        """An expression under a key."""
        item = self.get(key)
        return item.formula() if item else None

    def items(self, key: str) -> list[Item]:
        """The items of a list under a key."""
        item = self.get(key)
        return item.items() if item else []

    def pairs(self) -> Iterator[tuple[str, Item]]:
        """All pairs of a mapping whose keys are data (codes), each counted as asked."""
        for key, (_, item) in self._pairs.items():
            self.asked.add(key)
            yield key, item

    def finish(self) -> None:
        """Notes the keys that nobody asked for."""
        for key, (key_node, _) in self._pairs.items():
            if key not in self.asked:
                self.page.wrong(self.page.place(key_node), "unknown_key", key=key, **nearest(key, self.asked))


def read_file(folder: Path, name: str, faults: list[Fault]) -> Item | None:
    """The root of one YAML file, or None when it is absent, empty or not YAML (which is noted)."""
    path = folder / name
    if not path.is_file():
        faults.append(fault(Place(name, 1, 1), "no_file", name=name))
        return None
    return read_text(name, path.read_bytes(), faults)


def read_text(name: str, written: str | bytes, faults: list[Fault]) -> Item | None:
    """The root of a text that stands in a file of that name, or None when it is empty or not YAML (which is noted)."""
    try:
        text = canonical(written if isinstance(written, str) else written.decode("utf-8-sig"))
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, NotCanonical) as error:
        faults.append(_unreadable(name, error))
        return None
    return Item(Page(name, text, faults), root, name) if root is not None else None


def _unreadable(name: str, error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1, 1)
    return fault(place, "not_yaml", detail=getattr(error, "problem", None) or str(error))


def place_inside(formula: Formula, offset: int) -> Place:
    """The place of a character of an expression, found in the raw text: quotes and folded lines shift it."""
    place, raw = formula.place, formula.place.raw
    if not raw:
        return Place(place.file, place.line, place.column + offset) if place != NOWHERE else place
    start = raw.find("\n") + 1 if raw[:1] in ("|", ">") else 0
    at = _match(raw, start, formula.text[:offset], formula.text[offset : offset + 1])
    before = raw[:at]
    newlines = before.count("\n")
    column = at - before.rfind("\n") if newlines else place.column + at
    return Place(place.file, place.line + newlines, column)


def _match(raw: str, start: int, before: str, here: str) -> int:
    # Both texts hold the same characters in the same order, but for blanks and quotes.
    at = start
    for character in before:
        if character.isspace():
            continue
        found = raw.find(character, at)
        at = found + 1 if found >= 0 else at
    found = raw.find(here, at) if here.strip() else -1
    return found if found >= 0 else at
