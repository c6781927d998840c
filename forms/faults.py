"""What can be wrong with a definition: one catalogue of codes and sentences, French and English, each with how to mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from forms.definition import Place


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a definition: where, what, and how to mend it."""

    file: str
    line: int
    column: int
    code: str
    message_fr: str
    message_en: str
    mend_fr: str
    mend_en: str

    @property
    def mend(self) -> str:
        """How to mend it, in English."""
        return self.mend_en

    def text(self, language: str = "en") -> str:
        """``file:line:column: what. How to mend it.``"""
        what, mend = (self.message_fr, self.mend_fr) if language == "fr" else (self.message_en, self.mend_en)
        return f"{self.file}:{self.line}:{self.column}: {what} {mend} [{self.code}]"


# code: (what fr, what en, mend fr, mend en)
CATALOGUE: dict[str, tuple[str, str, str, str]] = {
    "not_yaml": (
        "Ce fichier n’est pas du YAML : {detail}.",
        "This file is not YAML: {detail}.",
        "Corrigez l’indentation (des espaces, pas de tabulation) ou les guillemets à cet endroit.",
        "Mend the indentation (spaces, no tabs) or the quotes there.",
    ),
    "no_file": (
        "Le fichier « {name} » manque.",
        "The file '{name}' is missing.",
        "Créez-le ou ôtez-le de study.yaml.",
        "Create it, or take it out of study.yaml.",
    ),
    "wrong_shape": (
        "« {key} » attend {expected_fr}.",
        "'{key}' wants {expected}.",
        "Écrivez {expected_fr}.",
        "Write {expected}.",
    ),
    "unknown_key": (
        "La clé « {key} » n’existe pas ici.",
        "There is no key '{key}' here.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "double_key": (
        "La clé « {key} » est écrite deux fois.",
        "The key '{key}' is written twice.",
        "Gardez-en une.",
        "Keep one of them.",
    ),
    "missing_key": (
        "La clé « {key} » manque.",
        "The key '{key}' is missing.",
        "Ajoutez « {key}: … ».",
        "Add '{key}: …'.",
    ),
    "wrong_value": (
        "« {value} » n’est pas une valeur de « {key} ».",
        "'{value}' is not a value of '{key}'.",
        "Valeurs possibles : {known}.",
        "It may be: {known}.",
    ),
    "label_missing": (
        "Le texte de « {name} » manque en {language_fr}.",
        "The text of '{name}' is missing in {language}.",
        "Ajoutez le texte « {key}: … ».",
        "Add the text '{key}: …'.",
    ),
    "bad_name": (
        "« {name} » n’est pas un nom de variable.",
        "'{name}' is not a variable name.",
        "Minuscules, chiffres et _, en commençant par une lettre.",
        "Use a-z, 0-9 and _, starting with a letter.",
    ),
    "long_name": (
        "Le nom « {name} » a {length} caractères.",
        "The name '{name}' has {length} characters.",
        "26 au plus : les suffixes d’export doivent tenir dans les 32 de SAS.",
        "Keep it to 26, so that export suffixes fit the 32 of SAS.",
    ),
    "long_column": (
        "La colonne d’export « {name} » aurait {length} caractères.",
        "The export column '{name}' would have {length} characters.",
        "32 au plus (SAS) : raccourcissez le nom ou le code.",
        "32 at most (SAS): shorten the name or the code.",
    ),
    "reserved_name": (
        "« {name} » est un mot réservé de {owner}.",
        "'{name}' is a reserved word of {owner}.",
        "Choisissez un autre nom.",
        "Choose another name.",
    ),
    "double_name": (
        "Le nom « {name} » est déjà celui de {other_fr}.",
        "The name '{name}' is already that of {other}.",
        "Renommez l’un des deux.",
        "Rename one of the two.",
    ),
    "bad_code": (
        "« {value} » n’est pas un code pour « {name} ».",
        "'{value}' is no code for '{name}'.",
        "Un nombre entier sans zéro devant (1, 88), ou un mot en minuscules sans accent (wound, 3tc).",
        "A whole number without a leading zero (1, 88), or a lower-case word without accents (wound, 3tc).",
    ),
    "double_column": (
        "Deux fois la colonne d’export « {name} », à la casse près : « {one} » et « {other} ».",
        "Twice the export column '{name}', whatever its case: '{one}' and '{other}'.",
        "Renommez l’une des variables, ou l’un des codes.",
        "Rename one of the variables, or one of the codes.",
    ),
    "shadowing": (
        "La valeur calculée « {name} » cache la question du même nom.",
        "The derived value '{name}' shadows the question of that name.",
        "Renommez la valeur calculée.",
        "Rename the derived value.",
    ),
    "double_code": (
        "Le code « {value} » sert deux fois dans « {name} ».",
        "The code '{value}' is used twice in '{name}'.",
        "Donnez un code à chaque choix.",
        "Give each choice a code of its own.",
    ),
    "no_choices": (
        "« {name} » n’a pas de choix.",
        "'{name}' has no choices.",
        "Ajoutez « choices: ».",
        "Add 'choices:'.",
    ),
    "unknown_list": (
        "La liste de codes « {name} » n’existe pas.",
        "There is no code list '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "bad_exclusive": (
        "Le choix exclusif « {value} » n’est pas dans la liste.",
        "The exclusive choice '{value}' is not in the list.",
        "Nommez l’un des codes de la question.",
        "Name one of the question's codes.",
    ),
    "unknown_type": (
        "Le type « {name} » n’existe pas.",
        "There is no type '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "empty_range": (
        "L’intervalle « {text} » ne contient aucune valeur.",
        "The range '{text}' contains no value.",
        "Écrivez la petite borne d’abord.",
        "Write the smaller bound first.",
    ),
    "soft_outside_hard": (
        "L’intervalle usuel « {text} » n’a aucune valeur permise en commun avec l’intervalle admis.",
        "The soft range '{text}' shares no value with the hard range.",
        "Faites tenir l’un dans l’autre.",
        "Fit one inside the other.",
    ),
    "bad_range": (
        "« {text} » n’est pas un intervalle.",
        "'{text}' is not a range.",
        "Écrivez « 0..100 », « 0.. » ou « ..100 ».",
        "Write '0..100', '0..' or '..100'.",
    ),
    "bad_bound": (
        "« {bound} » ne peut pas borner « {name} » : il y faut {wanted_fr}.",
        "'{bound}' cannot bound '{name}': {wanted} is wanted there.",
        "{mend_fr}",
        "{mend}",
    ),
    "wrong_kind": (
        "« {owner} » attend {wanted_fr} ; ceci est {found_fr} : le résultat manquerait toujours.",
        "'{owner}' wants {wanted}; this is {found}: the result would always be missing.",
        "Corrigez l’expression ; days(a, b) compte les jours entre deux dates.",
        "Mend the expression; days(a, b) counts the days between two dates.",
    ),
    "mixed_kinds": (
        "« {owner} » met face à face {left_fr} et {right_fr} : la réponse serait toujours la même.",
        "'{owner}' sets {left} against {right}: the answer would always be the same.",
        "Comparez deux nombres, deux dates (une date s’écrit date('2012-01-15')) ou deux textes ; "
        "une case cochée se lit « question has code ».",
        "Compare two numbers, two dates (a date is written date('2012-01-15')) or two texts; "
        "a tick is read as 'question has code'.",
    ),
    "bad_placeholder": (
        "Le message cite « {{{name}}} », qui n’y aurait jamais de valeur.",
        "The message names '{{{name}}}', which would never have a value there.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "bad_unit": (
        "« {text} » n’est pas une conversion d’unité.",
        "'{text}' is not a unit conversion.",
        "Écrivez « / 40 », « * 2.5 » ou « - 32 / 1.8 ».",
        "Write '/ 40', '* 2.5' or '- 32 / 1.8'.",
    ),
    "range_not_here": (
        "Le type « {name} » n’a pas d’intervalle.",
        "The type '{name}' has no range.",
        "Ôtez « {key} ».",
        "Take '{key}' out.",
    ),
    "syntax": (
        "Expression illisible : {detail_fr}.",
        "This expression cannot be read: {detail}.",
        "{mend_fr}",
        "{mend}",
    ),
    "unknown_variable": (
        "La variable « {name} » n’existe pas.",
        "There is no variable '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_function": (
        "La fonction « {name} » n’existe pas.",
        "There is no function '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "wrong_arity": (
        "« {name} » prend {wanted} argument(s), pas {given}.",
        "'{name}' takes {wanted} argument(s), not {given}.",
        "Exemple : {example}.",
        "For example: {example}.",
    ),
    "unknown_visit": (
        "La visite « {name} » n’existe pas pour « {variable} ».",
        "There is no visit '{name}' for '{variable}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_repeat": (
        "« {name} » n’est pas un groupe de lignes.",
        "'{name}' is not a repeat.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_table": (
        "La table « {name} » n’existe pas.",
        "There is no table '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_column": (
        "La table « {table} » n’a pas de colonne « {name} ».",
        "The table '{table}' has no column '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_fact": (
        "La liste ne donne pas « {name} ».",
        "The list gives no '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "unknown_code": (
        "« {name} » n’est pas un code de « {variable} ».",
        "'{name}' is not a code of '{variable}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "out_of_scope": (
        "« {name} » est posée par {scope_fr} : on ne peut pas la lire ici sans dire laquelle.",
        "'{name}' is asked per {scope}: it cannot be read here without saying which.",
        "Écrivez « {name}@visite », ou un agrégat sur les lignes.",
        "Write '{name}@visit', or an aggregate over the lines.",
    ),
    "circular": (
        "Condition circulaire : {path}.",
        "Circular condition: {path}.",
        "Ôtez l’une de ces dépendances.",
        "Take one of these dependencies out.",
    ),
    "unreachable": (
        "« {name} » ne peut jamais être posée : {detail_fr}.",
        "'{name}' can never be asked: {detail}.",
        "Corrigez la condition « ask_if ».",
        "Mend its 'ask_if'.",
    ),
    "fact_type": (
        "« {name} » ({type}) ne peut pas tenir « {fact} », que dit la liste.",
        "'{name}' ({type}) cannot hold '{fact}', which the list says.",
        "Type attendu : {known}.",
        "Type wanted: {known}.",
    ),
    "fact_codes": (
        "Pour la liste, le code {value} de « {fact} » est « {word_fr} » ; dans « {name} », {value} se lit « {label} ».",
        "To the list, code {value} of '{fact}' is '{word}'; in '{name}', {value} reads '{label}'.",
        "Donnez au code {value} un libellé qui dit « {word_fr} » dans les deux langues (« {word} » en anglais).",
        "Give code {value} a label that says '{word}' in both languages ('{word_fr}' in French).",
    ),
    "unknown_question": (
        "La question « {name} » n’existe pas.",
        "There is no question '{name}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
    "bad_gate": (
        "« {name} » ne peut pas ouvrir les lignes : {detail_fr}.",
        "'{name}' cannot open the lines: {detail}.",
        "Nommez une question oui/non de la même section, hors des lignes.",
        "Name a yes/no question of the same section, outside the lines.",
    ),
    "bad_order": (
        "« {name} » ne peut pas ranger les lignes.",
        "'{name}' cannot order the lines.",
        "Nommez une question de ces lignes.",
        "Name a question of these lines.",
    ),
    "wrong_value_kind": (
        "« {value} » n’est jamais une valeur de « {variable} ».",
        "'{value}' is never a value of '{variable}'.",
        "{nearest_fr}",
        "{nearest}",
    ),
}


def fault(place: Place, code: str, **facts: object) -> Fault:
    """The fault of that code at that place, its sentences filled in with the facts."""
    texts = [template.format_map(facts) for template in CATALOGUE[code]]
    return Fault(place.file, place.line, place.column, code, *texts)


class FaultyDefinition(Exception):
    """A definition that cannot be used; ``faults`` says everything that is wrong with it."""

    code = "faulty_definition"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """All faults, a line each."""
        return "\n".join(found.text(language) for found in self.faults)


def nearest(name: str, known: Iterable[str]) -> dict[str, str]:
    """The facts ``nearest`` and ``nearest_fr`` of a fault: the known name that was probably meant, else all of them."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return {"nearest": f"Did you mean '{close[0]}'?", "nearest_fr": f"Vouliez-vous dire « {close[0]} » ?"}
    shown = ", ".join(names[:30]) or "-"
    return {"nearest": f"Known here: {shown}.", "nearest_fr": f"Connus ici : {shown}."}
