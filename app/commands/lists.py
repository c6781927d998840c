"""`list check`, `list import`, `list trace` and `respondents import`: what comes in from files."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.call import Answer, Call, Commands

if TYPE_CHECKING:
    from app.cohort.headers import Misread
    from app.cohort.report import ImportReport
    from app.cohort.tracing import TraceRow

COUNTS = {
    "read": ("lignes lues", "rows read"),
    "kept": ("retenues", "kept"),
    "duplicate": ("doublons", "duplicates"),
    "refused": ("refusées, annulées ou en attente", "refused, cancelled or pending"),
    "other_product": ("autre produit", "other product"),
    "other_indication": ("autre indication", "other indication"),
    "outside_window": ("hors période", "outside the window"),
    "review": ("à revoir", "for review"),
    "new": ("nouvelles", "new"),
    "patients": ("patients", "patients"),
    "centres": ("centres", "centres"),
}
RESPONDENTS = {
    "read": ("lignes lues", "rows read"),
    "new": ("nouveaux", "new"),
    "changed": ("modifiés", "changed"),
    "unchanged": ("inchangés", "unchanged"),
    "new_centres": ("nouveaux centres", "new centres"),
    "faults": ("cellules à corriger", "cells to mend"),
}
TRACE_COLUMNS = ("file", "sheet", "source_row", "atu_num", "patient", "centre", "course", "fate", "reason")


def declare(commands: Commands) -> None:
    """Declares the commands of the list and of the respondents."""
    lists = commands.group("list", "la liste d’autorisations", "the authorisation list")
    check = lists.add("check", check_list, "essai à blanc d’un import", "dry run of an import", study=True)
    importing = lists.add("import", import_list, "importe une liste", "imports a list", study=True)
    for parser in (check, importing):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--mapping", metavar="FILE", help=commands.say("correspondance", "column mapping")
        )
    trace = lists.add("trace", trace_list, "le sort de chaque ligne", "what became of every row", study=True)
    trace.add_argument("--out", required=True, metavar="FILE.csv")
    people = commands.group("respondents", "les correspondants", "the respondents")
    adding = people.add(
        "import", import_respondents, "importe les correspondants", "imports them", study=True
    )
    adding.add_argument("file", metavar="FILE")


def check_list(call: Call) -> Answer:
    """What would become of every row; nothing is written."""
    from app.cohort.imports import check_list as foresee
    from app.cohort.studies import find_study
    from app.collection.questionnaires import list_rules_of

    with call.installation.database.reading() as session:
        study = find_study(session, call.study)
        rules = list_rules_of(session, study)
        report = foresee(
            session, call.installation.vault, study, rules, call.path("file"), _mapping(call), now=call.now
        )
    return _counted(call, report)


def import_list(call: Call) -> Answer:
    """Imports a list; the same file twice adds nothing."""
    from app.cohort.imports import import_list as take_in
    from app.cohort.studies import find_study
    from app.collection.questionnaires import list_rules_of

    with call.installation.database.writing() as session:
        study = find_study(session, call.study)
        report = take_in(
            session,
            call.installation.vault,
            study,
            list_rules_of(session, study),
            call.path("file"),
            _mapping(call),
            actor=call.actor,
            now=call.now,
        )
    return _counted(call, report)


def trace_list(call: Call) -> Answer:
    """One row per data row ever imported, as csv."""
    from app.cohort.studies import find_study
    from app.cohort.tracing import trace_rows

    out = call.path("out")
    with call.installation.database.reading() as session:
        study = find_study(session, call.study)
        traced = trace_rows(session, call.installation.vault, study, language=call.language)
        rows = _write_trace(call, out, traced)
    return Answer({"file": str(out), "rows": rows}, call.say(f"{rows} lignes : {out}", f"{rows} rows: {out}"))


def import_respondents(call: Call) -> Answer:
    """Imports the people at the centres."""
    from app.cohort.studies import find_study
    from app.outreach.respondents import import_respondents as take_in

    with call.installation.database.writing() as session:
        report = take_in(
            session,
            call.installation,
            find_study(session, call.study),
            call.path("file"),
            actor=call.actor,
            now=call.now,
        )
        data = report.counts()
    return Answer(
        data, "\n".join(f"{data[key]:>7}  {call.say(*words)}" for key, words in RESPONDENTS.items())
    )


def _mapping(call: Call) -> Path | None:
    return Path(call.words.mapping) if call.words.mapping else None


def _counted(call: Call, report: "ImportReport") -> Answer:
    counts, first = report.counts(), _misread(call, report.headers())
    if call.json and first:
        # The object on stdout has its agreed keys; what a person should know stands beside it.
        sys.stderr.write("\n".join([*first, ""]))
    lines = [f"{counts[key]:>7}  {call.say(*words)}" for key, words in COUNTS.items()]
    return Answer({key: counts[key] for key in COUNTS}, "\n".join([*first, *lines]))


def _misread(call: Call, headers: "Misread") -> list[str]:
    """The headers that were not understood, before any figure: a list misread gives figures all the same."""
    lines = []
    if headers.unknown:
        named = ", ".join(call.say(f"« {header} »", f"“{header}”") for header in headers.unknown)
        lines.append(call.say(f"En-têtes non compris : {named}.", f"Headers not understood: {named}."))
    if headers.missing:
        named = ", ".join(call.say(name["fr"], name["en"]) for name in headers.missing)
        lines.append(
            call.say(
                f"Introuvable : {named}. Dites quelle colonne c’est : --mapping FICHIER (forms/STUDIES.md).",
                f"Not found: {named}. Say which column it is: --mapping FILE (forms/STUDIES.md).",
            )
        )
    return lines


def _write_trace(call: Call, out: Path, rows: Iterable["TraceRow"]) -> int:
    count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TRACE_COLUMNS)
        for row in rows:
            known: dict[str, Any] = {column: getattr(row, column) for column in TRACE_COLUMNS}
            writer.writerow({**known, "reason": row.reason + _place(call, row)}.values())
            count += 1
    return count


def _place(call: Call, row: "TraceRow") -> str:
    """Where a spreadsheet shows the row: `source_row` counts on over the sheets, as nobody who opens the file does."""
    if row.sheet_row is None:
        return ""
    if not row.sheet:
        return call.say(f" ; ligne {row.sheet_row}", f"; row {row.sheet_row}")
    return call.say(
        f" ; feuille « {row.sheet} », ligne {row.sheet_row}", f"; sheet “{row.sheet}”, row {row.sheet_row}"
    )
