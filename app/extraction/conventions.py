"""How a workbook is to be read: what its sheets hold, its conventions, and what its formulas are made of. For lisez_moi."""

import re
from collections.abc import Iterable, Iterator

from app.collection.facts import is_fact
from exports.tables import Column, Row, Table
from forms.definition import Questionnaire
from forms.definition import Table as LookUp
from forms.expressions.calls import FUNCTIONS

_HOLDS = {
    "patients": ("un patient", "a patient"),
    "patients_libelles": ("un patient, comme patients, les libellés à la place des codes",
                          "a patient, as in patients, French labels in place of codes"),
    "patients_labels": ("un patient, comme patients, les libellés anglais à la place des codes",
                        "a patient, as in patients, English labels in place of codes"),
    "visites": ("une visite d’un patient, même non demandée", "a visit of a patient, even not asked"),
    "autorisations": ("une ligne de la liste importée", "a row of the imported list"),
    "centres": ("un centre", "a centre"),
    "flux": ("une étape du diagramme de flux, ou une sortie", "a step of the flow diagram, or an exit"),
    "etats": ("un état d’une question d’un patient qui n’a pas simplement sa réponse ; variable vide : toute la section ; une "
              "réponse peut en avoir plusieurs (corrected et telephone) : choisir un état avant de joindre",
              "a state of a question of a patient that is not plainly answered; variable blank: the whole section; an answer "
              "may have several (corrected and telephone): pick one state before joining"),
    "requetes": ("une question posée à un centre sur une réponse", "a question put to a centre about an answer"),
    "propositions": ("une valeur de la liste qu’un centre corrige, et ce qu’il en est",
                     "a value of the list that a centre corrects, and what became of it"),
    "dictionnaire": ("une variable d’une feuille", "a variable of a sheet"),
    "modalites": ("un code d’une variable", "a code of a variable"),
    "changements": ("un changement depuis la coupe nommée, dans leur ordre ; sans clé",
                    "a change since the named cut, in their order; no key"),
}
_OF_LINES = ("une ligne de « {fr} » ({code} dans les formules)", "a line of “{en}” ({code} in formulas)")

_ALWAYS = (
    ("Cellule vide", "Empty cell", "pas de valeur ; la raison est dans la feuille etats, et dans <variable>_mq s’il y en a "
     "une : NSP inconnu, NF non fait, SO sans objet / no value; the reason stands in etats and in <variable>_mq"),
    ("Codes", "Codes", "nombres ; libellés dans la feuille modalites ; oui = 1, non = 0 / numbers; labels in modalites"),
    ("Choix multiples", "Multiple choices", "une colonne 0/1 par code (nom___code), vide si la question n’a pas eu de réponse / "
     "one 0/1 column a code, blank when the question was not answered"),
    ("Dates", "Dates", "dates réelles ; une date qui peut être partielle est un texte ISO (2016, 2016-02, 2016-02-29), jamais "
     "complétée ; une date estimée a sa propre variable / real dates; possibly partial ones are ISO text, never imputed"),
    ("Heures", "Times", "UTC, et une seconde colonne _paris / UTC, and a second column _paris"),
    ("Textes", "Texts", "jamais modifiés ; au-delà de 32 767 signes, suite dans <variable>__2 / "
     "never altered; continued in <variable>__2"),
    ("Obligatoire", "Required", "« oui (critère) » : il faut une réponse ou un motif pour un critère de jugement ; « oui, ou un "
     "motif » : une réponse ou NSP, NF, SO / “oui (critère)”: needed for an endpoint; “oui, ou un motif”: an answer or a reason"),
    ("Variables calculées", "Derived variables", "obligation = dérivée ; leur formule est dans regle ; vides quand une valeur "
     "qu’il leur faut manque, sans ligne dans etats / blank when a value they need is missing, without a row in etats"),
    ("Identité", "Identity", "aucune : ni nom, ni initiales, ni date de naissance, ni numéro d’autorisation, "
     "ni courriel / none"),
    ("Téléphone", "Telephone", "réponses que le centre a dites et que le promoteur a saisies : patients.answers_by_telephone, "
     "patients.submitted_by_telephone, et dans etats une ligne telephone chacune, tant que le centre ne l’a pas corrigée ; un "
     "motif d’absence : patients.disposed_by_telephone / answers that the centre said and the sponsor typed: in etats a row "
     "telephone each, until the centre corrects it; a reason for no answer: patients.disposed_by_telephone"),
    ("Patients opposés", "Opposed patients", "leur ligne reste, sans réponse / their row stays, without answers"),
    ("Questions masquées", "Hidden questions", "une réponse dont la question n’est plus posée n’est pas exportée ; "
     "etats : not_asked / an answer whose question is no longer asked is not exported"),
)
_VISITS = (
    "Visites", "Visits", "patients a aussi une colonne par visite (<variable>_<visite>), les mêmes valeurs que visites ; quand "
    "une visite a lieu et quand elle est demandée : dictionnaire, visites.visit, regle / patients has a column a visit too")
_LISTED = (
    "Valeurs de la liste", "Values of the list", "un centre les confirme ou en propose une autre, qui ne compte qu’une fois "
    "acceptée : la feuille propositions, dès qu’il y en a une, donne les deux valeurs et la décision ; etats : list_disputed, "
    "list_corrected, list_kept / a centre's correction counts once accepted; propositions gives both values, once there is one")
_LIMITS = (
    "Seuils de détection", "Detection limits", "<variable>_op (pour une variable en _val : _op à la place de _val) est le signe "
    "(1 =, 2 <, 3 >, 4 non détecté) ; <variable> la valeur telle que lue, donc le seuil lui-même pour < et > ; _lloq, _half et "
    "_zero la remplacent, sous le seuil, par le seuil, sa moitié ou 0 ; non détecté sans seuil : vides, sauf _zero / _op is the "
    "sign, the bare variable the number as read (the limit itself for < and >); below it _lloq, _half, _zero stand in")
_LANGUAGE = (
    "Règles et conditions", "Rules and conditions", "nom : la réponse (à la même visite, sur la même ligne) ; nom@visite : à "
    "cette visite ; outer.nom : de la ligne qu’on calcule ; list.nom : ce que dit la liste ; x has c : la case c de x est "
    "cochée (x___c = 1) ; x in (1, 2) : l’un d’eux ; nothing : pas de valeur ; today : jour de la dernière réponse ; bornes : "
    "de..à ; ce qui manque rend le résultat vide / name@visit: at that visit; outer.name: of the line computed; list.name: "
    "what the list says; nothing: no value; what is missing makes the result blank")
_WORD = re.compile(r"[a-z_][a-z_0-9]*")


def sheet_rows(sheets: Iterable[str], tables: Iterable[Table], union: Questionnaire) -> Iterator[Row]:
    """What one row of each sheet is, and what tells it from the others."""
    lines = {repeat.sheet: repeat for repeat in union.repeats.values()}
    keys = {table.name: ", ".join(table.key) for table in tables}
    for sheet in sheets:
        repeat = lines.get(sheet)
        holds = _HOLDS.get(sheet)
        if repeat is not None:
            fr, en = (text.format(fr=repeat.label.fr, en=repeat.label.en, code=repeat.code) for text in _OF_LINES)
        elif holds is not None:
            fr, en = holds
        else:
            continue
        key = keys.get(sheet)
        of_fr, of_en = (f" ; clé : {key}", f"; key: {key}") if key else ("", "")
        yield ("feuille", sheet, sheet, f"une ligne : {fr}{of_fr} / one row: {en}{of_en}")


def convention_rows(union: Questionnaire) -> Iterator[Row]:
    """The conventions that this study needs."""
    extra = [_VISITS] if union.visits else []
    if any(is_fact(question) for question in union.questions.values()):
        extra.append(_LISTED)
    if any(question.type == "limit" for question in union.questions.values()):
        extra.append(_LIMITS)
    for fr, en, value in (*_ALWAYS, *extra, _LANGUAGE):
        yield ("conventions", fr, en, value)


def formula_rows(tables: Iterable[Table], union: Questionnaire) -> Iterator[Row]:
    """The functions and identities that rules and conditions of the dictionary use, and the tables that they look into."""
    written = [text for table in tables for column in table.columns for text in _written(column)]
    used = {name for text in written for name in _WORD.findall(text)}
    for name in sorted(used & FUNCTIONS.keys()):
        function = FUNCTIONS[name]
        yield ("formules", f"{name}( )", f"{name}( )", f"{function.fr} / {function.en}")
    for question in union.questions.values():
        if question.identity and question.name in used:
            yield ("formules", question.name, question.name, f"{question.label.fr} : identité, lue par les formules, jamais "
                   f"exportée / {question.label.en}: an identity, read by formulas, never exported")
    for table in union.tables.values():
        yield from _look_up(table)


def _written(column: Column) -> Iterator[str]:
    yield from (column.rule, column.condition, column.required, column.soft, column.hard)


def _look_up(table: LookUp) -> Iterator[Row]:
    columns = " ; ".join(f"{name} : {label.fr} / {label.en}" for name, label in table.columns)
    about = f"version {table.version} ; {columns}" + (f" ; {table.source}" if table.source else "")
    yield ("table", f"{table.code} : {table.title.fr}", f"{table.code}: {table.title.en}", about)
    for code, cells in table.rows:
        yield ("table", f"{table.code}, {code}", f"{table.code}, {code}",
               " ; ".join(f"{name} = {value}" for name, value in cells) or "vide / blank")
