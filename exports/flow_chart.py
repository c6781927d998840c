"""A flow diagram drawn as SVG with presentation attributes alone, fit for a page without inline styles, or for a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Literal

_BOX, _HEIGHT, _GAP, _LINE = 360, 54, 26, 18


@dataclass(frozen=True)
class _Shape:
    """Where things stand: exits beside their box, or below it where the page is narrow, broken at so many ``letters``."""

    width: int
    side: int
    arrow: int
    below: bool
    letters: int


_WIDE = _Shape(width=820, side=420, arrow=10 + _BOX // 2, below=False, letters=60)
_NARROW = _Shape(width=380, side=44, arrow=24, below=True, letters=46)


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


def draw(steps: Sequence[Step], language: Literal["fr", "en"], *, narrow: bool = False) -> str:
    """The diagram as one ``<svg>`` element with a title and a description that a screen reader says."""
    y, drawn, shape = 10, [], _NARROW if narrow else _WIDE
    for place, step in enumerate(steps):
        y += _LINE * len(step.entries)
        exits = _lines(step, language, shape)
        height = _HEIGHT + _LINE * len(exits) if shape.below else max(_HEIGHT, 24 + _LINE * len(exits))
        drawn += [_entries(step, y, language, shape), _box(step, y, language), _exits(exits, y, shape)]
        if place + 1 < len(steps):
            entering = _LINE * len(steps[place + 1].entries)
            drawn.append(_arrow(shape.arrow, y + _HEIGHT, y + height + _GAP + entering))
        y += height + _GAP
    title = "Diagramme de flux" if language == "fr" else "Flow diagram"
    told = "; ".join(_told(step, language) for step in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart--{"narrow" if narrow else "wide"}" '
        f'viewBox="0 0 {shape.width} {y}" width="{shape.width}" height="{y}" '
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


def _entries(step: Step, y: int, language: str, shape: _Shape) -> str:
    return "".join(
        f'<text x="{shape.side}" y="{y - 6 - _LINE * place}" font-size="13" fill="currentColor">'
        f"+\u00a0{_number(entry.count, language)} {escape(_word(entry, language))}</text>"
        for place, entry in enumerate(step.entries)
    )


def _lines(step: Step, language: str, shape: _Shape) -> list[str]:
    colon = "\u00a0: " if language == "fr" else ": "
    said = [f"{_word(aside, language)}{colon}{_count(aside, language)}" for aside in step.asides]
    return [line for one in said for line in wrap(one, shape.letters, subsequent_indent="\u2003")]


def _exits(lines: Sequence[str], y: int, shape: _Shape) -> str:
    if not lines:
        return ""
    start = y + (_HEIGHT + 20 if shape.below else 20)
    texts = "".join(
        f'<text x="{shape.side}" y="{start + _LINE * place}" font-size="13" fill="currentColor">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    origin = shape.arrow if shape.below else 10 + _BOX
    return f'<line x1="{origin}" y1="{start - 4}" x2="{shape.side - 8}" y2="{start - 4}" stroke="currentColor"/>{texts}'


def _arrow(x: int, start: int, end: int) -> str:
    return (
        f'<line x1="{x}" y1="{start}" x2="{x}" y2="{end - 6}" stroke="currentColor"/>'
        f'<path d="M{x - 5} {end - 8} L{x + 5} {end - 8} L{x} {end} Z" fill="currentColor"/>'
    )
