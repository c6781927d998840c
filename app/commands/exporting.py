"""`export`: the workbook, or the same tables in another format."""

from app.commands.call import Answer, Call, Commands

FORMATS = ("xlsx", "csv", "sav", "dta", "xpt")


def declare(commands: Commands) -> None:
    """Declares the command."""
    parser = commands.add("export", export, "écrit le classeur", "writes the workbook", study=True)
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, default="xlsx")
    labels = commands.say("ajoute la feuille des libellés", "adds the sheet with labels")
    parser.add_argument("--labels", action="store_true", help=labels)
    submitted = commands.say("seulement les questionnaires remis", "submitted questionnaires only")
    parser.add_argument("--submitted", action="store_true", help=submitted)


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
    )
    data = exported.as_json()
    lines = [f"{rows:>7}  {sheet}" for sheet, rows in data["sheets"].items()]
    return Answer(data, "\n".join([f"{data['file']}", *lines, f"sha256 {data['sha256']}"]))
