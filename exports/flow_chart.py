"""A flow diagram drawn as SVG with presentation attributes alone, fit for a page without inline styles, or for a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

_WIDTH, _BOX, _HEIGHT, _GAP, _LINE = 820, 360, 54, 26, 18
_SIDE = 420


@dataclass(frozen=True)
class Aside:
    """What leaves the flow below a step (or joins it above), and how many; ``explained``: by a reason, not a form."""

    key: str
    fr: str
    en: str
    count: int
    explained: int | None = None


@dataclass(frozen=True)
class Step:
    """One box: what is counted (``unit``), in words, how many, the exits beside it, and what enters there.

    ``explained`` of the count stand there by a reason for no answer; None where that makes no sense.
    """

    key: str
    unit: str
    fr: str
    en: str
    count: int
    asides: tuple[Aside, ...] = ()
    explained: int | None = None
    entries: tuple[Aside, ...] = ()


def draw(steps: Sequence[Step], language: Literal["fr", "en"]) -> str:
    """The diagram as one ``<svg>`` element with a title and a description that a screen reader says."""
    y, drawn = 10, []
    for place, step in enumerate(steps):
        y += _LINE * len(step.entries)
        height = max(_HEIGHT, 24 + _LINE * len(step.asides))
        drawn += [_entries(step, y, language), _box(step, y, language), _exits(step, y, language)]
        if place + 1 < len(steps):
            drawn.append(_arrow(y + _HEIGHT, y + height + _GAP))
        y += height + _GAP
    title = "Diagramme de flux" if language == "fr" else "Flow diagram"
    told = "; ".join(_told(step, language) for step in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" height="{y}" '
        f'role="img" font-family="sans-serif" font-size="15"><title>{title}</title><desc>{escape(told)}</desc>'
        f"{''.join(drawn)}</svg>"
    )


def _told(step: Step, language: str) -> str:
    parts: tuple[Step | Aside, ...] = (step, *step.entries, *step.asides)
    return ", ".join(f"{_word(part, language)} : {_count(part, language)}" for part in parts)


def _word(part: Step | Aside, language: str) -> str:
    return part.fr if language == "fr" else part.en


def _number(count: int, language: str) -> str:
    return f"{count:,}".replace(",", "\u202f" if language == "fr" else ",")


def _box(step: Step, y: int, language: str) -> str:
    middle = 10 + _BOX / 2
    return (
        f'<rect x="10" y="{y}" width="{_BOX}" height="{_HEIGHT}" rx="6" fill="none" stroke="currentColor"/>'
        f'<text x="{middle:g}" y="{y + 22}" text-anchor="middle" fill="currentColor">{escape(_word(step, language))}</text>'
        f'<text x="{middle:g}" y="{y + 43}" text-anchor="middle" font-weight="bold" fill="currentColor">'
        f"{_count(step, language)}</text>"
    )


def _count(part: Step | Aside, language: str) -> str:
    count = _number(part.count, language)
    if not part.explained:
        return count
    if part.explained == part.count:
        return count + (", par un motif" if language == "fr" else ", by a reason")
    explained = _number(part.explained, language)
    return count + (f", dont {explained} par un motif" if language == "fr" else f", {explained} of them by a reason")


def _entries(step: Step, y: int, language: str) -> str:
    return "".join(
        f'<text x="{_SIDE}" y="{y - 6 - _LINE * place}" font-size="13" fill="currentColor">'
        f"+\u00a0{_number(entry.count, language)} {escape(_word(entry, language))}</text>"
        for place, entry in enumerate(step.entries)
    )


def _exits(step: Step, y: int, language: str) -> str:
    if not step.asides:
        return ""
    colon = "\u00a0: " if language == "fr" else ": "
    lines = "".join(
        f'<text x="{_SIDE}" y="{y + 20 + _LINE * place}" font-size="13" fill="currentColor">'
        f"{escape(_word(aside, language))}{colon}{_count(aside, language)}</text>"
        for place, aside in enumerate(step.asides)
    )
    return f'<line x1="{10 + _BOX}" y1="{y + 16}" x2="{_SIDE - 8}" y2="{y + 16}" stroke="currentColor"/>{lines}'


def _arrow(start: int, end: int) -> str:
    x = 10 + _BOX // 2
    return (
        f'<line x1="{x}" y1="{start}" x2="{x}" y2="{end - 6}" stroke="currentColor"/>'
        f'<path d="M{x - 5} {end - 8} L{x + 5} {end - 8} L{x} {end} Z" fill="currentColor"/>'
    )
