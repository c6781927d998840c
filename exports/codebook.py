"""The dictionary and the codes: two tables that describe the others, made from their columns and nothing else."""

from collections.abc import Sequence

from exports.limits import cell_columns
from exports.names import short_names
from exports.tables import MISSING_REASONS, Column, Row, Table

KINDS_FR = {
    "text": "texte", "integer": "entier", "decimal": "décimal", "date": "date", "datetime": "date et heure",
    "partial_date": "date partielle (texte ISO)", "code": "code", "flag": "oui/non (1/0)",
}

_HISTORY = (
    Column("version_premiere", "text", "Première version du questionnaire où elle figure",
           "First questionnaire version that has it"),
    Column("libelles_anterieurs", "text", "Libellés des versions antérieures", "Labels in earlier versions"),
)
DICTIONARY = (
    Column("ordre", "integer", "Ordre", "Order"),
    Column("feuille", "text", "Feuille", "Sheet"),
    Column("variable", "text", "Nom de la variable", "Name of the variable"),
    Column("name8", "text", "Nom en 8 caractères (transport SAS v5)", "Name in 8 characters (SAS transport v5)"),
    Column("libelle_fr", "text", "Libellé français", "French label"),
    Column("label_en", "text", "Libellé anglais", "English label"),
    Column("question", "text", "Texte de la question ou son aide", "Wording of the question or its help"),
    Column("type", "text", "Type", "Type"),
    Column("unite", "text", "Unité", "Unit"),
    Column("bornes_souples", "text", "Bornes qui avertissent", "Soft range (warns)"),
    Column("bornes_dures", "text", "Bornes qui refusent", "Hard range (refuses)"),
    Column("codes", "text", "Codes", "Codes"),
    Column("codes_manquants", "text", "Codes de donnée manquante", "Missing codes"),
    Column("obligation", "text", "Obligatoire (voir lisez_moi)", "Required (see lisez_moi)"),
    Column("condition", "text", "Condition", "Condition"),
    Column("visites", "text", "Visites où la question est posée", "Visits at which it is asked"),
    Column("regle", "text", "Règle de calcul", "Derived rule"),
    Column("source", "text", "Source", "Source"),
    Column("version", "text", "Dernière version du questionnaire où elle figure", "Last questionnaire version that has it"),
    Column("identifiante", "flag", "Identifiante", "Identifying"),
    *_HISTORY,
)

CODES = (
    Column("variable", "text", "Nom de la variable", "Name of the variable"),
    Column("code", "text", "Code tel qu’il est exporté", "Code as exported", mixed=True),
    Column("libelle_fr", "text", "Libellé français", "French label"),
    Column("label_en", "text", "Libellé anglais", "English label"),
    Column("version", "text", "Dernière version du questionnaire où elle figure", "Last questionnaire version that has it"),
    *_HISTORY,
)


def dictionary(tables: Sequence[Table]) -> Table:
    """``dictionnaire``: one row a variable of each described table, in the order of the file."""
    rows = _dictionary_rows(tables)
    return Table("dictionnaire", DICTIONARY, lambda: rows, "Dictionnaire", "Dictionary", frozen=3, described=False,
                 key=("feuille", "variable"))


def codes(tables: Sequence[Table]) -> Table:
    """``modalites``: one row a code of a variable; a code that stands on several sheets is listed once."""
    rows: dict[tuple[str, int | str], Row] = {}
    for column in (column for table in tables if table.described for column in table.columns):
        listed = [
            (one.code, one.fr, one.en, one.version or None, one.first_version or None, one.earlier or None)
            for one in column.choices
        ]
        reasons = [(*one, None, None, None) for one in MISSING_REASONS if column.reason_for is not None]
        for one in [*listed, *reasons]:
            rows.setdefault((column.name, one[0]), (column.name, *one))
    return Table("modalites", CODES, rows.values, "Modalités", "Codes", frozen=2, described=False,
                 key=("variable", "code"))


def _dictionary_rows(tables: Sequence[Table]) -> list[Row]:
    rows: list[Row] = []
    for table in tables:
        if not table.described:
            continue
        columns = cell_columns(table.columns)
        short = short_names(column.name for column in columns)
        rows += [_described(place, table.name, column, short[column.name])
                 for place, column in enumerate(columns, len(rows) + 1)]
    return rows


def _source(column: Column) -> str | None:
    """Where the value comes from when the questionnaire does not say: its formula, or the study's own records."""
    if column.rule and column.version:
        return "calculée d’après les réponses"
    return None if column.version else "tenue par Recueil, hors du questionnaire"


def _described(place: int, sheet: str, column: Column, name8: str) -> Row:
    listed = " ; ".join(f"{choice.code} = {choice.fr}" for choice in column.choices)
    if column.reason_for is not None:
        listed = " ; ".join(f"{code} = {fr}" for code, fr, _ in MISSING_REASONS)
    reasons = " ; ".join(code for code, _, _ in MISSING_REASONS) if column.may_be_missing else None
    return (
        place, sheet, column.name, name8, column.fr or None, column.en or None, column.question or None,
        KINDS_FR[column.kind], column.unit or None, column.soft or None, column.hard or None, listed or None,
        reasons, column.required or None, column.condition or None, column.visits or None, column.rule or None,
        column.source or _source(column), column.version or None, int(column.identifying),
        column.first_version or None, column.earlier or None,
    )
