"""The R program that reads the csv files into labelled data frames, with base R alone."""

from collections.abc import Sequence

from exports.tables import Choice, Column, Table

_HEAD = """\
# {title}
# Lit les fichiers csv (profil ';') de ce dossier : un data.frame par table, types, libell\\u00e9s et modalit\\u00e9s poses.
# Reads the csv files (';' profile) of this folder: one data frame a table, with types, labels and value labels.
# Usage: setwd("<dossier>"); source("lire.R", encoding = "UTF-8")

.lire <- function(fichier) {{
  d <- read.csv(fichier, sep = ";", dec = ".", quote = "\\"", na.strings = "", colClasses = "character",
                check.names = FALSE, fileEncoding = "UTF-8-BOM", encoding = "UTF-8", stringsAsFactors = FALSE)
  d
}}
# Une apostrophe protege des tableurs les textes qui ressemblent a une formule : elle est retiree ici.
# One apostrophe keeps spreadsheets from running a text as a formula: it is taken off here.
.texte <- function(x) sub("^'(?='*[=+@\\t\\r-])", "", x, perl = TRUE)
.code <- function(x, codes, libelles) factor(x, levels = as.character(codes), labels = libelles)
"""

_READ = {
    "text": ".texte({0})", "partial_date": "{0}", "integer": "as.numeric({0})", "flag": "as.integer({0})",
    "decimal": "as.numeric({0})", "date": "as.Date({0})",
    "datetime": 'as.POSIXct({0}, format = "%Y-%m-%dT%H:%M:%S", tz = "{1}")',
}


def r_script(tables: Sequence[Table], title: str) -> str:
    """The program as text. Codes become factors with their French labels; variables carry a ``label`` attribute."""
    head = _HEAD.format(title=title.replace("\n", " ")).replace("\\u00e9", "é")
    return head + "".join(_table(table) for table in tables)


def _table(table: Table) -> str:
    lines = [f"\n{table.name} <- .lire({_string(table.name + '.csv')})"]
    for column in table.columns:
        cell = f"{table.name}${column.name}"
        lines.append(f"{cell} <- {_reading(column, cell)}")
        if column.fr:
            lines.append(f'attr({cell}, "label") <- {_string(column.fr)}')
    return "\n".join(lines) + "\n"


def _reading(column: Column, cell: str) -> str:
    if column.kind != "code":
        zone = "Europe/Paris" if column.name.endswith("_paris") else "UTC"
        return _READ[column.kind].format(cell, zone)
    if not column.choices:
        return cell
    codes = ", ".join(_string(str(choice.code)) for choice in column.choices)
    labels = ", ".join(_string(label) for label in distinct_labels(column.choices))
    return f".code({cell}, c({codes}), c({labels}))"


def distinct_labels(choices: Sequence[Choice]) -> list[str]:
    """French labels of which no two are equal: R would join such levels into one."""
    labels = [choice.fr or str(choice.code) for choice in choices]
    return [label if labels.count(label) == 1 else f"{label} ({choice.code})"
            for label, choice in zip(labels, choices, strict=True)]


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
