"""The one refusal of an answer: a stable code and a sentence for the person who typed it, in French and English."""

from typing import Any

_RANGE_FR, _RANGE_EN = (
    "{value} est hors de l’intervalle possible : {range}.",
    "{value} is out of the possible range: {range}.",
)

SENTENCES: dict[str, tuple[str, str]] = {
    "not_a_number": ("« {typed} » n’est pas un nombre : écrivez par exemple 12,5.",
    "'{typed}' is not a number: write for example 12.5."),
    "not_exact": ("« {typed} » : cette question attend un nombre seul. Écrivez {number}, et dites en commentaire que c’est un "
                  "seuil ou une valeur approchée.",
                  "'{typed}': this question takes a number alone. Write {number}, and say in a comment that it is a limit or "
                  "an estimate."),
    "letter_in_number": ("« {typed} » contient une lettre à la place d’un chiffre : vouliez-vous écrire {number} ?",
                         "'{typed}' has a letter in place of a digit: did you mean {number}?"),
    "a_product": ("« {typed} » est un produit : cette question attend un nombre seul. Écrivez {number}.",
                  "'{typed}' is a product: this question takes a number alone. Write {number}."),
    "not_an_integer": ("« {typed} » n’est pas un nombre entier.", "'{typed}' is not a whole number."),
    "unknown_unit": ("L’unité « {unit} » n’est pas connue ici. Unités acceptées : {units}.",
                     "The unit '{unit}' is not known here. Accepted units: {units}."),
    "no_unit_here": ("« {unit} » : écrivez le nombre seul ; cette question n’a pas d’unité, ou l’unité se répond à part.",
                     "'{unit}': write the number alone; this question has no unit, or its unit is answered apart."),
    "out_of_range": (_RANGE_FR + "{hint}", _RANGE_EN + "{hint}"),
    "not_a_code": ("« {typed} » ne fait pas partie des choix : {codes}.", "'{typed}' is not one of the choices: {codes}."),
    "exclusive": ("« {choice} » ne peut pas être coché avec un autre choix.", "'{choice}' cannot be ticked with another choice."),
    "not_yes_or_no": ("« {typed} » : répondez oui ou non.", "'{typed}': answer yes or no."),
    "not_a_date": ("« {typed} » n’est pas une date : écrivez le jour, le mois et l’année, par exemple 12/03/2014.",
                   "'{typed}' is not a date: write day, month and year, for example 12/03/2014."),
    "not_a_partial_date": ("« {typed} » n’est pas une date : écrivez 2014, 03/2014 ou 12/03/2014.",
                           "'{typed}' is not a date: write 2014, 03/2014 or 12/03/2014."),
    "not_a_limit": ("« {typed} » n’est pas un résultat : écrivez 709, <62, >100 ou non détecté.",
                    "'{typed}' is not a result: write 709, <62, >100 or not detected."),
    "not_a_mutation": ("« {typed} » n’est pas une mutation : écrivez par exemple E756Q;G841A.",
                       "'{typed}' is not a mutation: write for example E756Q;G841A."),
    "codon_too_high": ("« {typed} » : le codon doit être entre 1 et {high}.",
    "'{typed}': the codon must be between 1 and {high}."),
    "too_long": ("Ce texte a {length} caractères ; {most} au plus.", "This text has {length} characters; {most} at most."),
    "one_line": ("Ce texte doit tenir sur une ligne.", "This text must fit on one line."),
    "not_a_text": ("Une réponse à cette question est un texte.", "An answer to this question is a text."),
    "not_canonical": ("Ce texte contient un caractère invisible qui ne peut pas être conservé ({point}) : retapez-le.",
                      "This text contains an invisible character that cannot be stored ({point}): type it again."),
    "not_a_reason": ("« {typed} » n’est pas une raison d’absence : NSP, NF ou SO.",
    "'{typed}' is not a missing reason: NSP, NF or SO."),
    "read_only": ("Cette information vient de la liste et ne se modifie pas ici.",
    "This comes from the list and is not changed here."),
}  # fmt: skip


class AnswerRefused(ValueError):
    """What was typed is no answer to the question. A fact that is a function is called with the language."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(self.message("en"))

    @property
    def fr(self) -> str:
        """The sentence in French."""
        return self.message("fr")

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.message("en")

    def message(self, language: str) -> str:
        """The sentence in ``fr`` or ``en``."""
        template = SENTENCES[self.code][0 if language == "fr" else 1]
        return template.format_map({name: _said(fact, language) for name, fact in self.facts.items()})


def _said(fact: Any, language: str) -> str:
    if callable(fact):
        return str(fact(language))
    text = str(fact)
    return text if len(text) <= 80 else text[:79] + "…"
