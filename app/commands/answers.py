"""`answers import`: answers collected elsewhere, checked and journalled like any other."""

from typing import Any

import orjson

from app.commands.call import Answer, Call, Commands
from app.commands.errors import NotAnAnswersFile


def declare(commands: Commands) -> None:
    """Declares the command."""
    answers = commands.group("answers", "les réponses recueillies ailleurs", "answers from elsewhere")
    words = ("importe un fichier de réponses", "imports a file of answers")
    importing = answers.add("import", import_answers, *words, study=True)
    importing.add_argument("file", metavar="FILE.json")


def import_answers(call: Call) -> Answer:
    """Stores each patient of the file whole, or refuses that patient; the others are not held up."""
    from app.cohort.studies import find_study
    from app.collection.importing import import_answers as store_answers

    objects = _read(call)
    with call.installation.database.writing() as session:
        results = store_answers(
            session,
            call.installation.vault,
            find_study(session, call.study),
            objects,
            actor=call.actor,
            now=call.now,
            language=call.language,
        )
    lines = [_line(call, result) for result in results]
    # A refused patient does not hold up the others: the command is refused only when it stored nobody.
    refused = bool(results) and not any(result["stored"] for result in results)
    return Answer({"results": results}, "\n".join(lines), exit_code=1 if refused else 0)


def _read(call: Call) -> list[Any]:
    path = call.path("file")
    try:
        objects = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        where = f"{error.msg} (l. {error.lineno})"
        raise NotAnAnswersFile(file=path.name, why_fr=where, why_en=where) from error
    if not isinstance(objects, list):
        raise NotAnAnswersFile(file=path.name, why_fr="ce n’est pas une liste", why_en="it is no list")
    return objects


def _line(call: Call, result: dict[str, Any]) -> str:
    stored = call.say("enregistré", "stored") if result["stored"] else call.say("REFUSÉ", "REFUSED")
    remarks = [*result["refusals"], *result["warnings"]]
    head = f"{result['key'] or ''} {result['patient'] or ''} {stored}".strip()
    return "\n".join([head, *(f"    {remark}" for remark in remarks)])
