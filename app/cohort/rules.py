"""A study's list rules (`list.yaml`): its product, its indication, its window, its thresholds. No rule is in code."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from app.cohort.errors import BadRules, NoList
from app.cohort.models import AUTH_KINDS
from app.cohort.names import bare
from forms.definition import Place
from forms.faults import Fault, fault
from forms.reading import Item, read_text


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
        rules, faults = _read(text, name)
        if rules is None:
            first = faults[0]
            why_fr, why_en = (f"{first.message_fr} {first.mend_fr}", f"{first.message_en} {first.mend_en}")
            raise BadRules(file=first.file, line=first.line, why_fr=why_fr, why_en=why_en)
        return rules


def list_faults(folder: Path) -> list[Fault]:
    """Every fault of a study folder's `list.yaml`; none where the study takes no list."""
    file = folder / "list.yaml"
    return _read(file.read_bytes(), str(file))[1] if file.is_file() else []


def _read(text: str | bytes, name: str) -> tuple[ListRules | None, list[Fault]]:
    faults: list[Fault] = []
    root = read_text(name, text, faults)
    rules = _rules(_Part(root)) if root is not None else None
    if root is None and not faults:
        faults.append(fault(Place(name, 1, 1), "missing_key", key="product"))
    return (None if faults else rules), sorted(faults)


def _rules(root: "_Part") -> ListRules:
    product, indication, window = root.part("product"), root.part("indication"), root.part("window")
    thresholds = root.part("thresholds")
    rules = ListRules(
        product=product.text("code"),
        product_words=product.words("fragments", "words"),
        indication_words=indication.words("fragments", "words"),
        other_indication_words=indication.words("other_fragments", "other_words"),
        inherit_words=frozenset(bare(text) for text in indication.texts("inherit")),
        opens=window.day("from"),
        closes=window.day("to"),
        default_kind=root.one_of("default_kind", AUTH_KINDS),
        continuation=timedelta(days=thresholds.days("continuation_days")),
        new_course=timedelta(days=thresholds.days("new_course_days")),
        longest_grant=thresholds.days("longest_grant_days"),
    )
    if rules.opens > rules.closes and window.item is not None:
        window.item.wrong("empty_range", text=f"{rules.opens}..{rules.closes}")
    for part in (root, product, indication, window, thresholds):
        part.finish()
    return rules


class _Part:
    """The pairs under one key of the file. What is missing or wrong is noted once, and stands in as nothing."""

    def __init__(self, item: Item | None) -> None:
        self.item = item
        self.fields = item.fields() if item is not None else None

    def need(self, key: str) -> Item | None:
        found = self.fields.get(key) if self.fields is not None else None
        if found is None and self.item is not None and self.item.is_mapping:
            self.item.wrong("missing_key", key=key)
        return found

    def part(self, key: str) -> "_Part":
        return _Part(self.need(key))

    def text(self, key: str) -> str:
        item = self.need(key)
        return item.text() if item is not None else ""

    def texts(self, key: str) -> list[str]:
        item = self.need(key)
        return [one.text() for one in item.items()] if item is not None else []

    def words(self, fragments: str, words: str) -> Words:
        squashed = tuple(bare(text).replace(" ", "") for text in self.texts(fragments))
        return Words(squashed, frozenset(bare(text) for text in self.texts(words)))

    def day(self, key: str) -> date:
        item = self.need(key)
        try:
            return date.fromisoformat(item.text()) if item is not None else date.min
        except ValueError:
            if item is not None:
                item.shape("a date YYYY-MM-DD", "une date AAAA-MM-JJ")
            return date.min

    def days(self, key: str) -> int:
        item = self.need(key)
        text = item.text() if item is not None else "0"
        if item is not None and not (text.isdecimal() and len(text) < 6):
            item.shape("a number of days", "un nombre de jours")
            return 0
        return int(text)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        item = self.need(key)
        return item.one_of(allowed) if item is not None else allowed[0]

    def finish(self) -> None:
        if self.fields is not None:
            self.fields.finish()
