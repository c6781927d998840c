"""`export`: the workbook, or the same tables in another format. `cuts`: frozen ones listed, made, made again."""

from typing import Any

from app.commands.call import Answer, Call, Commands
from app.extraction.formats import FORMATS


def declare(commands: Commands) -> None:
    """Declares the command."""
    parser = commands.add("export", export, "écrit le classeur", "writes the workbook", study=True)
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, default="xlsx")
    labels = commands.say("ajoute les feuilles de libellés (fr, en)", "adds the sheets with labels (fr, en)")
    parser.add_argument("--labels", action="store_true", help=labels)
    submitted = commands.say("seulement les questionnaires remis", "submitted questionnaires only")
    parser.add_argument("--submitted", action="store_true", help=submitted)
    since = commands.say("ajoute les changements depuis cette coupe", "adds the changes since that cut")
    parser.add_argument("--since", type=int, metavar="N", help=since)
    _declare_cuts(commands)


def _declare_cuts(commands: Commands) -> None:
    parser = commands.add("cuts", cuts, "liste, fige ou refait des coupes", "lists, freezes or remakes cuts", study=True)
    chosen = parser.add_mutually_exclusive_group()
    freeze = commands.say("fige la coupe suivante sous ce nom", "freezes the next cut under this name")
    chosen.add_argument("--freeze", metavar="NAME", help=freeze)
    again = commands.say("refait la coupe N et dit ce qui a changé depuis", "makes cut N again and says what changed since")
    chosen.add_argument("--again", type=int, metavar="N", help=again)


def export(call: Call) -> Answer:
    """Writes the export and says what is in it."""
    from app.extraction.exporting import export as write_export

    exported = write_export(
        call.installation,
        call.study,
        call.path("out"),
        format=call.words.format,
        actor=call.actor,
        now=call.now,
        labels=call.words.labels,
        submitted_only=call.words.submitted,
        since=call.words.since,
    )
    data = exported.as_json()
    lines = [f"{rows:>7}  {sheet}" for sheet, rows in data["sheets"].items()]
    if call.words.format == "csv" and call.path("out").suffix.lower() != ".zip":
        lines.append(call.say("C’est une archive zip : un .csv par table.", "This is a zip archive: one .csv a table."))
    return Answer(data, "\n".join([f"{data['file']}", *lines, f"sha256 {data['sha256']}"]))


def cuts(call: Call) -> Answer:
    """Lists the frozen cuts, freezes the next one, or makes one again and compares."""
    if call.words.freeze is not None:
        return _freeze(call)
    return _again(call) if call.words.again is not None else _list(call)


def _freeze(call: Call) -> Answer:
    from app.extraction.freezing import freeze

    frozen = freeze(call.installation, call.study, actor=call.actor, now=call.now, name=call.words.freeze)
    data = {"number": frozen.number} | frozen.exported.as_json()
    return Answer(data, f"n° {frozen.number}  {data['file']}\nsha256 {data['sha256']}")


def _list(call: Call) -> Answer:
    from app.cohort.studies import find_study
    from app.extraction.cuts import counts_of, list_cuts

    with call.installation.database.reading() as session:
        found: list[dict[str, Any]] = [
            {"number": cut.number, "name": cut.name, "frozen_at": cut.frozen_at.isoformat(), "frozen_by": cut.frozen_by,
             "sha256": cut.file_sha256, "data_sha256": cut.data_sha256, "journal_entries": cut.journal_entries,
             "journal_head": cut.journal_head, "sheets": counts_of(cut)}
            for cut in list_cuts(session, find_study(session, call.study))
        ]  # fmt: skip
    lines = [f"n° {one['number']}  {one['frozen_at'][:16]}  {one['name']}  {one['sha256']}" for one in found]
    return Answer({"cuts": found}, "\n".join(lines) or call.say("Aucune coupe.", "No cut yet."))


def _again(call: Call) -> Answer:
    from app.extraction.changes import ACTIONS
    from app.extraction.freezing import make_again

    found = make_again(call.installation, call.study, call.words.again)
    words = {choice.code: call.say(choice.fr, choice.en) for choice in ACTIONS}
    lines = [
        call.say("Le fichier gardé est intact.", "The kept file is untouched.") if found.file_intact
        else call.say("Le fichier gardé manque ou a été modifié.", "The kept file is gone or was changed."),
        call.say("Refaite : les mêmes octets.", "Made again: the same bytes.") if found.same_bytes
        else call.say("Refaite : les octets diffèrent.", "Made again: the bytes differ."),
        *(f"{count:>7}  {words[action]}" for action, count in found.changes.items()),
        *(f"{now - then:>+7}  {sheet} ({then} → {now})" for sheet, (then, now) in found.sheets.items()),
    ]  # fmt: skip
    if not found.same_software:
        lines.append(call.say("Le logiciel a changé depuis la coupe.", "The software changed since the cut."))
    if not found.same_data:
        told = f"export --since {found.number}"
        lines.append(call.say(f"Chaque changement : {told}", f"Each change: {told}"))
    return Answer(found.as_json(), "\n".join(lines))
