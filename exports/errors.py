"""What a writer refuses, in words that say what to do. Data are never the reason: only names and sizes are."""

from typing import ClassVar, Literal


class ExportRefused(Exception):
    """A table cannot be written as it was asked. ``code`` is stable; ``message`` speaks French or English."""

    code: ClassVar[str] = "export_refused"
    fr: ClassVar[str] = "L’export est refusé."
    en: ClassVar[str] = "The export is refused."

    def __init__(self, **facts: object) -> None:
        super().__init__(self.en.format(**facts))
        self.facts = facts

    def message(self, language: Literal["fr", "en"]) -> str:
        """The sentence for people, in the language asked."""
        return (self.fr if language == "fr" else self.en).format(**self.facts)


class BadName(ExportRefused):
    code = "export_bad_name"
    fr = "Le nom « {name} » ne convient pas : {why_fr}."
    en = "The name '{name}' will not do: {why_en}."


class TooManyColumns(ExportRefused):
    code = "export_too_many_columns"
    fr = "La feuille « {sheet} » aurait {columns} colonnes ; un classeur en tient {limit}. Choisissez le csv."
    en = "The sheet '{sheet}' would have {columns} columns; a workbook holds {limit}. Choose csv."


class TextTooLong(ExportRefused):
    code = "export_text_too_long"
    fr = "Un texte de {sheet}.{column} est plus long que les {parts} cellules prévues : mesurez la table avant."
    en = "A text of {sheet}.{column} is longer than the {parts} cells planned for it: measure the table first."


class NotOfKind(ExportRefused):
    code = "export_not_of_kind"
    fr = "{sheet}.{column} ligne {row} : {value!r} n’est pas une valeur de type {kind}."
    en = "{sheet}.{column} row {row}: {value!r} is no value of kind {kind}."


class MissingCodeTaken(ExportRefused):
    code = "export_missing_code_taken"
    fr = "{column} contient la valeur {value}, réservée aux motifs de donnée manquante du format {format}."
    en = "{column} holds the value {value}, which {format} keeps for missing reasons."
