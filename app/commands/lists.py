"""`list check`, `list import`, `list trace` and `respondents import`: what comes in from files."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.commands.call import Answer, Call, Commands

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
    return _counted(call, report.counts())


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
        counts = report.counts()
    return _counted(call, counts)


def trace_list(call: Call) -> Answer:
    """One row per data row ever imported, as csv."""
    from app.cohort.studies import find_study
    from app.cohort.tracing import trace_rows

    out = call.path("out")
    with call.installation.database.reading() as session:
        study = find_study(session, call.study)
        rows = _write_csv(out, trace_rows(session, call.installation.vault, study))
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


def _counted(call: Call, counts: Mapping[str, int]) -> Answer:
    lines = [f"{counts[key]:>7}  {call.say(*words)}" for key, words in COUNTS.items()]
    return Answer({key: counts[key] for key in COUNTS}, "\n".join(lines))


def _write_csv(out: Path, rows: Iterable[Any]) -> int:
    count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TRACE_COLUMNS)
        for row in rows:
            writer.writerow([getattr(row, column) for column in TRACE_COLUMNS])
            count += 1
    return count
