"""A study's list rules (`list.yaml`): its product, its indication, its window, its thresholds. No rule is in code."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from app.cohort.errors import BadRules, NoList
from app.cohort.models import AUTH_KINDS
from app.cohort.names import bare

KEYS = ("product", "indication", "window", "default_kind", "thresholds")


@dataclass(frozen=True)
class Words:
    """A vocabulary: fragments found anywhere in a text, and whole words. Both in bare capitals."""

    fragments: tuple[str, ...]
    words: frozenset[str]

    def match(self, text: str) -> bool:
        """Whether the bare `text` holds one of them."""
        squashed = text.replace(" ", "")
        return any(f in squashed for f in self.fragments) or not self.words.isdisjoint(text.split())


@dataclass(frozen=True)
class ListRules:
    """What the list of one study is read and linked by. Thresholds are in days."""

    product: str
    product_words: Words
    indication_words: Words
    other_indication_words: Words
    inherit_words: frozenset[str]
    opens: date
    closes: date
    default_kind: str
    continuation: timedelta
    new_course: timedelta
    longest_grant: int

    @classmethod
    def none(cls) -> "ListRules":
        """Of a study without a list: it reads nothing; merging and moving by hand need no more."""
        nothing, long = Words((), frozenset()), timedelta(days=365)
        return cls(
            product="",
            product_words=nothing,
            indication_words=nothing,
            other_indication_words=nothing,
            inherit_words=frozenset(),
            opens=date.min,
            closes=date.max,
            default_kind=AUTH_KINDS[0],
            continuation=timedelta(0),
            new_course=long,
            longest_grant=long.days,
        )

    @classmethod
    def load(cls, file: Path) -> "ListRules":
        """Reads `list.yaml`. Raises NoList without the file, BadRules (file, line) when it is wrong."""
        if not file.is_file():
            raise NoList(study=file.parent.name)
        return cls.read(file.read_bytes(), file.name)

    @classmethod
    def read(cls, text: str | bytes, name: str = "list.yaml") -> "ListRules":
        """Reads the text of a `list.yaml` (UTF-8). Raises BadRules (file, line) when it is wrong."""
        root = _Node(name, _compose(text, name))
        product, indication, window = root["product"], root["indication"], root["window"]
        thresholds = root["thresholds"]
        return cls(
            product=product["code"].text(),
            product_words=product.words("fragments", "words"),
            indication_words=indication.words("fragments", "words"),
            other_indication_words=indication.words("other_fragments", "other_words"),
            inherit_words=frozenset(bare(text) for text in indication["inherit"].texts()),
            opens=window["from"].day(),
            closes=window["to"].day(),
            default_kind=root["default_kind"].one_of(AUTH_KINDS),
            continuation=timedelta(days=thresholds["continuation_days"].number()),
            new_course=timedelta(days=thresholds["new_course_days"].number()),
            longest_grant=thresholds["longest_grant_days"].number(),
        )


def _compose(text: str | bytes, name: str) -> yaml.Node:
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8")
        node = yaml.compose(plain, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRules(file=name, line=1, why_fr=f"YAML illisible ({error})", why_en=str(error)) from error
    if node is None:
        raise BadRules(file=name, line=1, why_fr="fichier vide", why_en="empty file")
    return node


class _Node:
    """One YAML node with its file, so that a fault can name its line. Scalars are text until asked otherwise."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        self.file, self.node = file, node

    def fault(self, why_fr: str, why_en: str) -> BadRules:
        line = self.node.start_mark.line + 1
        return BadRules(file=self.file, line=line, why_fr=why_fr, why_en=why_en)

    def __getitem__(self, key: str) -> "_Node":
        if isinstance(self.node, yaml.MappingNode):
            for name, value in self.node.value:
                if name.value == key:
                    return _Node(self.file, value)
        raise self.fault(f"« {key} » manque", f"“{key}” is missing")

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.fault("un texte est attendu", "a text is expected")
        return str(self.node.value)

    def texts(self) -> list[str]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fault("une liste est attendue", "a list is expected")
        return [_Node(self.file, item).text() for item in self.node.value]

    def words(self, fragments: str, words: str) -> Words:
        squashed = tuple(bare(text).replace(" ", "") for text in self[fragments].texts())
        return Words(squashed, frozenset(bare(text) for text in self[words].texts()))

    def day(self) -> date:
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.fault("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected") from None

    def number(self) -> int:
        if not self.text().isdecimal():
            raise self.fault("un nombre de jours est attendu", "a number of days is expected")
        return int(self.text())

    def one_of(self, allowed: tuple[str, ...]) -> str:
        if self.text() not in allowed:
            raise self.fault(f"attendu : {', '.join(allowed)}", f"expected: {', '.join(allowed)}")
        return self.text()
