"""The SAS program that reads and labels the csv files: formats, labels, and the special missing values .U .N .A."""

from collections.abc import Mapping, Sequence

from exports.statistical import encoded, piece
from exports.tables import NUMERIC, Choice, Column, Table

_Names = dict[tuple[Choice, ...], str]
SPECIAL = {"NSP": ".U", "NF": ".N", "SO": ".A"}
_LONGEST = 32_767
_LABEL = 200
"""Bytes of a variable's label: SAS takes 256, and a line stays under 256 whatever is before it; the dictionary has all of it."""

_HEAD = """\
/* {title}
   Lit les csv (profil ';', UTF-8) : options encoding=utf-8 au lancement de SAS. Reads the csv files (';', UTF-8).
   .U = inconnu (NSP), .N = non fait (NF), .A = sans objet (SO).
   Un texte avec un saut de ligne coupe une ligne pour SAS : lisez alors le fichier .xpt, qui les garde.
   A text with a line break tears a line for SAS: read the .xpt file then, which keeps them. */
options noquotelenmax;
%let dossier = .;
"""


def sas_program(tables: Sequence[Table], lengths: Mapping[str, Sequence[int]], title: str) -> str:
    """The program as text. ``lengths``: for each table the bytes of the longest text of each column."""
    clean = title.replace("*/", "* /").replace("\n", " ")
    names = _format_names(tables)
    steps = "".join(_step(table, lengths[table.name], names) for table in tables)
    return _HEAD.format(title=clean) + _formats(names) + steps


def _formats(names: _Names) -> str:
    blocks = []
    for choices, name in names.items():
        values = "\n".join(f"    {_code(choice.code)} = {_string(choice.fr or str(choice.code))}" for choice in choices)
        blocks.append(f"  value {name}\n{values};\n")
    return "\nproc format;\n" + "".join(blocks) + "run;\n" if blocks else ""


def _format_names(tables: Sequence[Table]) -> _Names:
    # One format for each set of codes. Its name may not end in a digit, and that of a text format starts with $.
    names: _Names = {}
    for column in (column for table in tables for column in table.columns):
        if column.choices and column.choices not in names:
            letters = "".join(sign for sign in column.name if sign.isalpha())
            names[column.choices] = f"{'$' if _is_text(column) else ''}{letters[:7]}{len(names) + 1}f"
    return names


def _step(table: Table, lengths: Sequence[int], names: _Names) -> str:
    inputs, labels, formats, after = [], [], [], []
    for column, length in zip(table.columns, lengths, strict=True):
        inputs.append(f"    {column.name} : {_informat(column, length)}")
        if column.fr:
            labels.append(f"    {column.name} = {_string(piece(encoded(column.fr), 1, _LABEL).decode())}")
        formats += _shown(column, names)
        after += _after(column)
    return "\n".join([
        f"\ndata {table.name};",
        f'  infile "&dossier/{table.name}.csv" dlm=";" dsd missover firstobs=2 lrecl=1000000 '
        'termstr=crlf encoding="utf-8";',
        "  input", *inputs, "  ;", *after,
        *(["  label", *labels, "  ;"] if labels else []), *(["  format", *formats, "  ;"] if formats else []),
        "run;", "",
    ])


def _informat(column: Column, length: int) -> str:
    if _is_text(column):
        return f"${min(length, _LONGEST)}."
    return {"date": "yymmdd10.", "datetime": "e8601dt19."}.get(column.kind, "best32.")


def _shown(column: Column, names: _Names) -> list[str]:
    if column.kind in ("date", "datetime"):
        return [f"    {column.name} {'yymmdd10.' if column.kind == 'date' else 'e8601dt19.'}"]
    return [f"    {column.name} {names[column.choices]}."] if column.choices else []


def _after(column: Column) -> list[str]:
    if column.kind == "text" and column.reason_for is None:
        return [f"""  if prxmatch("/^''*[=+@\\t\\r-]/", {column.name}) then {column.name} = substr({column.name}, 2);"""]
    if column.reason_for is None:
        return []
    return [f'  if {column.name} = "{code}" and missing({column.reason_for}) then {column.reason_for} = {special};'
            for code, special in SPECIAL.items() if column.unit != "text"]


def _is_text(column: Column) -> bool:
    if column.kind == "code":
        return any(isinstance(choice.code, str) for choice in column.choices)
    return column.kind not in NUMERIC and column.kind not in ("date", "datetime")


def _code(code: int | str) -> str:
    return _string(code) if isinstance(code, str) else str(code)


def _string(text: str) -> str:
    # In single quotes: between double ones SAS would take % and & for its macros.
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"
