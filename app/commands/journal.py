"""`journal verify`: the chain recomputed."""

from app.commands.call import Answer, Call, Commands


def declare(commands: Commands) -> None:
    """Declares the command."""
    journal = commands.group("journal", "le journal des modifications", "the audit trail")
    journal.add("verify", verify, "recalcule la chaîne", "recomputes the chain")


def verify(call: Call) -> Answer:
    """The chain's state and head; exit code 1 with the first entry that does not fit."""
    from app.journal.verifying import verify as recompute

    with call.installation.database.reading() as session:
        found = recompute(session)
    data: dict[str, object] = {"ok": found.ok, "entries": found.entries, "head": found.head}
    if found.ok:
        said = call.say(
            f"Journal intact : {found.entries} entrées, tête {found.head}",
            f"The journal is intact: {found.entries} entries, head {found.head}",
        )
        return Answer(data, said)
    data["problem"] = found.problem
    return Answer(data, call.say(f"Journal ALTÉRÉ : {found.problem}", f"Journal ALTERED: {found.problem}"), 1)
