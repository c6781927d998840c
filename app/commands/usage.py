"""Wrong usage, told in the person's language: what argparse says in English only."""

import argparse
import re
import sys
from typing import Any, NoReturn

from app.kernel.language import Language, pick

WRONG_USAGE = 2
EXPECTED: dict[str, dict[str, str]] = {
    "fromisoformat": {"fr": "une date AAAA-MM-JJ qui existe", "en": "a date YYYY-MM-DD that exists"},
    "int": {"fr": "un nombre entier", "en": "a whole number"},
    "port_number": {"fr": "un port, de 1 à 65535", "en": "a port, 1 to 65535"},
}
FRENCH = (
    (r"argument …: invalid choice: (.*) \(choose from (.*)\)", r"commande inconnue : \1. Les commandes sont : \2."),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\1 : « \2 » n’est pas l’un de \3."),
    (r"the following arguments are required: (.*)", r"il manque : \1."),
    (r"unrecognized arguments: (.*)", r"non compris : \1."),
    (r"argument (.*): expected one argument", r"\1 : il manque une valeur."),
    (r"argument (.*): not allowed with argument (.*)", r"\1 ne va pas avec \2."),
    (r"one of the arguments (.*) is required", r"il faut l’un de : \1."),
    (r"argument (.*): ignored explicit argument (.*)", r"\1 ne prend pas de valeur (\2)."),
)  # fmt: skip
HEADINGS = {
    "usage: ": "Usage : ",
    "positional arguments:": "arguments :",
    "options:": "options :",
    "show this help message and exit": "montre cette aide",
}


class Parser(argparse.ArgumentParser):
    """A parser whose help and refusals a French reader understands; exit code 2 for wrong usage."""

    def __init__(self, *, language: Language, **named: Any) -> None:
        self.language: Language = language
        super().__init__(allow_abbrev=False, **named)

    def format_usage(self) -> str:
        """The line of usage."""
        return self._said(super().format_usage())

    def format_help(self) -> str:
        """The whole help."""
        return self._said(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and how to see what is right, then exits with 2."""
        told = _value_told(message, self.language) or _told(message, self.language)
        more = pick({"fr": "Aide :", "en": "Help:"}, self.language)
        sys.stderr.write(f"{self.format_usage()}{self.prog}: {told}\n{more} {self.prog} --help\n")
        raise SystemExit(WRONG_USAGE)

    def _said(self, text: str) -> str:
        if self.language == "fr":
            for english, french in HEADINGS.items():
                text = text.replace(english, french)
        return text


def _value_told(message: str, language: Language) -> str | None:
    found = re.fullmatch(r"argument (.*): invalid (\w+) value: (.*)", message)
    if found is None or found[2] not in EXPECTED:
        return None
    words = {"fr": "{0} : {2} n’est pas {1}.", "en": "{0}: {2} is not {1}."}
    return pick(words, language).format(found[1], pick(EXPECTED[found[2]], language), found[3])


def _told(message: str, language: Language) -> str:
    if language == "fr":
        for english, french in FRENCH:
            if re.fullmatch(english, message):
                return re.sub(english, french, message)
    return message
