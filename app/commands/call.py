"""What a command is given and what it answers, and how it declares its words to the parser."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.language import Language, pick
from app.kernel.settings import Settings


@dataclass(frozen=True)
class Answer:
    """What a command found: `data` for --json, `text` for a person, and the exit code."""

    data: Mapping[str, Any]
    text: str
    exit_code: int = 0


class Call:
    """One command being run: its words, the settings, and the installation once it is asked for."""

    def __init__(self, words: argparse.Namespace, settings: Settings, actor: Actor, *, json: bool) -> None:
        self.words = words
        self.settings = settings
        self.actor = actor
        self.json = json
        self._opened: Installation | None = None

    @property
    def language(self) -> Language:
        """The language the person reads."""
        return self.settings.language

    @property
    def installation(self) -> Installation:
        """The installation, ready to be worked on. Raises DatabaseNotReady before `init`."""
        if self._opened is None:
            self.open(self.settings).assert_ready()
        return self.open(self.settings)

    def open(self, settings: Settings) -> Installation:
        """The installation of `settings` as it is, opened once and closed with this call."""
        if self._opened is None:
            self._opened = Installation.open(settings)
        return self._opened

    def close(self) -> None:
        """Gives the database's connections back."""
        if self._opened is not None:
            self._opened.database.dispose()

    @property
    def now(self) -> datetime:
        """The present instant of the installation's clock."""
        return self.installation.clock()

    @property
    def study(self) -> str:
        """The code given with --study."""
        return str(self.words.study)

    def path(self, name: str) -> Path:
        """A word that is a file, as a path."""
        return Path(getattr(self.words, name))

    def say(self, french: str, english: str) -> str:
        """The sentence in the person's language."""
        return pick({"fr": french, "en": english}, self.language)


Run = Callable[[Call], Answer]


class Commands:
    """The parser's list of commands, in the person's language."""

    def __init__(self, group: Any, language: Language) -> None:
        self._group = group
        self.language: Language = language

    def add(
        self, name: str, run: Run | None, french: str, english: str, *, study: bool = False
    ) -> argparse.ArgumentParser:
        """Declares a command; `study` gives it the compulsory --study CODE."""
        said = self.say(french, english)
        parser: argparse.ArgumentParser = self._group.add_parser(
            name, help=said, description=said, language=self.language
        )
        if run is not None:
            parser.set_defaults(run=run)
            json_help = self.say("un objet JSON sur la sortie", "one JSON object on stdout")
            parser.add_argument("--json", action="store_true", help=json_help)
        if study:
            study_help = self.say("code de l’étude", "code of the study")
            parser.add_argument("--study", required=True, metavar="CODE", help=study_help)
        return parser

    def say(self, french: str, english: str) -> str:
        """The sentence in the person's language."""
        return pick({"fr": french, "en": english}, self.language)

    def group(self, name: str, french: str, english: str) -> "Commands":
        """Declares a command that has commands of its own, as `list check`."""
        parser = self.add(name, None, french, english)
        words = parser.add_subparsers(required=True, metavar="…", dest=f"{name}_command")
        return Commands(words, self.language)
