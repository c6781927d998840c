"""What a person typed outside a form of fields, as it is kept: canonical and bounded, or refused; never cut silently."""

from app.kernel.errors import Refusal
from forms.canonical import NotCanonical, canonical

LONGEST_REASON = 2_000
DIGITS = 9
"""Nine digits fit into every integer of both engines."""


class TextRefused(Refusal):
    """A text that cannot be kept."""

    code = "text-refused"
    fr = "{why_fr}"
    en = "{why_en}"


def kept_text(typed: str | None, most: int = LONGEST_REASON) -> str | None:
    """The text, canonical and stripped; None when there is none. Raises TextRefused."""
    try:
        text = canonical(typed or "").strip()
    except NotCanonical as refused:
        raise TextRefused(why_fr=refused.message("fr"), why_en=refused.message("en")) from None
    if len(text) > most:
        raise TextRefused(
            why_fr=f"Ce texte a {len(text)} signes ; {most} au plus.",
            why_en=f"This text has {len(text)} characters; {most} at most.",
        )
    return text or None


def kept_line(typed: str | None, most: int) -> str | None:
    """The same on one line: a name goes into a header and a signature."""
    text = kept_text(typed, most)
    return " ".join(text.split()) if text else None


def whole_number(typed: str) -> int:
    """The number that a page or an address sent back. Raises ValueError for anything that no row can be numbered."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= DIGITS):
        raise ValueError(typed)
    return int(typed)
