"""Completeness drawn as bars: one a variable or a centre, split into known and missing by reason; SVG without styles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

_LABEL, _BAR, _ROW, _TOP = 300, 340, 24, 40
_PARTS = (
    ("answered", "renseigné", "answered", "#1f6f5c"),
    ("unknown", "inconnu (NSP)", "unknown (NSP)", "#c98a1b"),
    ("not_done", "non fait (NF)", "not done (NF)", "#8a6fb0"),
    ("not_applicable", "sans objet (SO)", "not applicable (SO)", "#9aa5ab"),
    ("not_answered", "sans réponse", "not answered", "#d9d4cc"),
)


@dataclass(frozen=True)
class Bar:
    """One line of the chart: its label and how many answers stand in each state."""

    label: str
    counts: Mapping[str, int]

    @property
    def asked(self) -> int:
        """All that was asked for."""
        return sum(self.counts.get(part, 0) for part, _, _, _ in _PARTS)


def draw(bars: Sequence[Bar], title: str, language: Literal["fr", "en"]) -> str:
    """The chart as one ``<svg>`` with a title and, for a screen reader, every figure."""
    height = _TOP + _ROW * len(bars) + 10
    told = "; ".join(f"{bar.label}: {bar.counts.get('answered', 0)}/{bar.asked}" for bar in bars)
    lines = "".join(_line(bar, _TOP + _ROW * place, language) for place, bar in enumerate(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title><desc>{escape(told)}</desc>'
        f"{_legend(language)}{lines}</svg>"
    )


def _legend(language: str) -> str:
    drawn, x = "", 10
    for _, fr, en, colour in _PARTS:
        word = fr if language == "fr" else en
        drawn += f'<rect x="{x}" y="10" width="12" height="12" fill="{colour}"/>'
        drawn += f'<text x="{x + 17}" y="20" fill="currentColor">{word}</text>'
        x += 32 + 7 * len(word)
    return drawn


def _line(bar: Bar, y: int, language: str) -> str:
    share = f"{100 * bar.counts.get('answered', 0) / bar.asked:.0f}" if bar.asked else "–"
    percent = f"{share}\u00a0%" if language == "fr" else f"{share}%"
    drawn = f'<text x="{_LABEL - 8}" y="{y + 13}" text-anchor="end" fill="currentColor">{escape(_short(bar.label))}</text>'
    x = float(_LABEL)
    for part, _, _, colour in _PARTS:
        width = _BAR * bar.counts.get(part, 0) / bar.asked if bar.asked else 0
        if width:
            drawn += f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="16" fill="{colour}"/>'
        x += width
    figures = f"{percent} ({bar.counts.get('answered', 0)}/{bar.asked})"
    return drawn + f'<text x="{_LABEL + _BAR + 8}" y="{y + 13}" fill="currentColor">{figures}</text>'


def _short(label: str) -> str:
    return label if len(label) <= 42 else label[:41] + "…"
