"""Text made canonical at the edge: NFC, and none of the characters that no chart contains. It never repairs silently."""

import re
import unicodedata

# NUL and C0 controls but tab, line feed and carriage return; DEL and C1 stay out of it: Word pastes C1 by accident
# and they are harmless. Surrogates and non-characters cannot be encoded or exchanged.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


class NotCanonical(ValueError):
    """The text holds a character that cannot be stored, exchanged or printed."""

    code = "not_canonical"
    fr = "Ce texte contient un caractère invisible qui ne peut pas être conservé (U+{point}) : retapez-le."
    en = "This text contains an invisible character that cannot be stored (U+{point}): type it again."

    def __init__(self, character: str) -> None:
        self.facts = {"point": f"{ord(character):04X}"}
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """The sentence for people, in ``fr`` or ``en``."""
        template = self.fr if language == "fr" else self.en
        return template.format(**self.facts)


def canonical(text: str) -> str:
    """The text in NFC with line ends as ``\\n``; raises NotCanonical."""
    found = _FORBIDDEN.search(text)
    if found:
        raise NotCanonical(found.group())
    if text.isascii():
        return text if "\r" not in text else text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
