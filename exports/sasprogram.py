"""The SAS program that reads and labels the csv files: formats, labels, and the special missing values .U .N .A."""

from collections.abc import Mapping, Sequence

from exports.names import short_names
from exports.tables import NUMERIC, Column, Table

SPECIAL = {"NSP": ".U", "NF": ".N", "SO": ".A"}
_LONGEST = 32_767

_HEAD = """\
/* {title}
   Lit les csv (profil ';', UTF-8) : options encoding=utf-8 au lancement de SAS. Reads the csv files (';', UTF-8).
   .U = inconnu (NSP), .N = non fait (NF), .A = sans objet (SO).
   Un texte avec un saut de ligne coupe une ligne pour SAS : lisez alors le fichier .xpt, qui les garde.
   A text with a line break tears a line for SAS: read the .xpt file then, which keeps them. */
%let dossier = .;
"""


def sas_program(tables: Sequence[Table], lengths: Mapping[str, Sequence[int]], title: str) -> str:
    """The program as text. ``lengths``: for each table the bytes of the longest text of each column."""
    clean = title.replace("*/", "* /").replace("\n", " ")
    return _HEAD.format(title=clean) + _formats(tables) + "".join(_step(t, lengths[t.name]) for t in tables)


def _formats(tables: Sequence[Table]) -> str:
    names = _format_names(tables)
    blocks, done = [], set[str]()
    for column in (column for table in tables for column in table.columns):
        if column.name not in names or column.name in done:
            continue
        done.add(column.name)
        values = "\n".join(f"    {_code(choice.code)} = {_string(choice.fr or str(choice.code))}"
                           for choice in column.choices)
        blocks.append(f"  value {names[column.name]}\n{values};\n")
    return "\nproc format;\n" + "".join(blocks) + "run;\n" if blocks else ""


def _format_names(tables: Sequence[Table]) -> dict[str, str]:
    # A SAS format name may not end in a digit; text formats start with $.
    coded = {c.name: c for t in tables for c in t.columns if c.choices}
    short = short_names(coded)
    return {name: ("$" if _is_text(column) else "") + short[name].replace("_", "")[:7] + f"{place}f"
            for place, (name, column) in enumerate(coded.items())}


def _step(table: Table, lengths: Sequence[int]) -> str:
    names = _format_names([table])
    inputs, labels, formats, after = [], [], [], []
    for column, length in zip(table.columns, lengths, strict=True):
        inputs.append(f"    {column.name} : {_informat(column, length)}")
        if column.fr:
            labels.append(f"    {column.name} = {_string(column.fr[:256])}")
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


def _shown(column: Column, names: Mapping[str, str]) -> list[str]:
    if column.kind in ("date", "datetime"):
        return [f"    {column.name} {'yymmdd10.' if column.kind == 'date' else 'e8601dt19.'}"]
    return [f"    {column.name} {names[column.name]}."] if column.name in names else []


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
    return '"' + text.replace('"', '""').replace("\n", " ").replace("%", "% ").replace("&", "& ") + '"'
