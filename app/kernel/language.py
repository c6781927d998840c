"""The two languages of the house, French first."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


def pick(texts: Mapping[str, str], language: Language) -> str:
    """The text in `language`, or in French where that language is missing."""
    return texts.get(language) or texts["fr"]
