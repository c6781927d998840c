"""Refusals: errors that a person caused or can mend. Every room keeps its own catalogue in `errors.py`."""

from typing import ClassVar

from app.kernel.language import Language


class Refusal(Exception):
    """An operation refused, with a stable code and a sentence for people in both languages.

    Subclasses give `code`, `fr` and `en`; the templates are filled with the facts of this case.
    The sentence says what happened and what to do.
    """

    code: ClassVar[str] = "refused"
    fr: ClassVar[str] = "Demande refusée."
    en: ClassVar[str] = "Request refused."
    status: ClassVar[int] = 422

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(f"{self.code}: {self.message('en')}")

    def message(self, language: Language) -> str:
        """The sentence for people."""
        return (self.fr if language == "fr" else self.en).format(**self.facts)


class BadSetting(Refusal):
    """A setting of the environment that Recueil refuses to start with."""

    code = "bad-setting"
    fr = "Réglage {name} refusé : {why_fr}"
    en = "Setting {name} refused: {why_en}"


class DatabaseNotReady(Refusal):
    """The database is not at the version that this code needs."""

    code = "database-not-ready"
    fr = "La base n’est pas prête ({found}, attendu {expected}). Lancez `./recueil init`."
    en = "The database is not ready ({found}, expected {expected}). Run `./recueil init`."
