"""`journal verify`: the chain recomputed."""

from app.commands.call import Answer, Call, Commands
from app.commands.errors import NotAnAnchor
from app.kernel.texts import whole_number


def declare(commands: Commands) -> None:
    """Declares the command."""
    journal = commands.group("journal", "le journal des modifications", "the audit trail")
    parser = journal.add("verify", verify, "recalcule la chaîne", "recomputes the chain")
    anchor = commands.say(
        "une entrée et son empreinte notées plus tôt (lisez_moi d’un classeur, vérification) : trouve aussi une fin coupée",
        "an entry and its hash noted earlier (lisez_moi of a workbook, a verification): finds a cut tail too",
    )
    parser.add_argument("--anchor", metavar="N:HEAD", help=anchor)


def verify(call: Call) -> Answer:
    """The chain's state and head; exit code 1 with the first entry that does not fit."""
    from app.journal.verifying import verify as recompute

    with call.installation.database.reading() as session:
        found = recompute(session, _anchor(call.words.anchor))
    data: dict[str, object] = {"ok": found.ok, "entries": found.entries, "head": found.head}
    if found.ok:
        said = call.say(
            f"Journal intact : {found.entries} entrées, tête {found.head}",
            f"The journal is intact: {found.entries} entries, head {found.head}",
        )
        return Answer(data, said)
    data["problem"] = found.problem
    return Answer(data, call.say(f"Journal ALTÉRÉ : {found.problem}", f"Journal ALTERED: {found.problem}"), 1)


def _anchor(typed: str | None) -> tuple[int, str] | None:
    if typed is None:
        return None
    number, _, head = typed.partition(":")
    try:
        entries = whole_number(number)
    except ValueError:
        raise NotAnAnchor(anchor=typed) from None
    if not head.strip():
        raise NotAnAnchor(anchor=typed)
    return entries, head.strip().lower()
