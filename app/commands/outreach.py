"""`invite`, `remind`, `links` and `worker`: reaching the people at the centres."""

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.commands.call import Answer, Call, Commands

DELIVERED = {
    "sent": ("envoyés", "sent"),
    "suppressed": ("écartés", "suppressed"),
    "postponed": ("remis à plus tard", "postponed"),
    "failed": ("échoués", "failed"),
    "uncertain": ("incertains, à regarder", "uncertain, to be looked at"),
}


def declare(commands: Commands) -> None:
    """Declares the commands that reach people."""
    inviting = commands.add("invite", invite, "prépare les invitations", "queues the invitations", study=True)
    reminding = commands.add(
        "remind", remind, "prépare les relances dues", "queues due reminders", study=True
    )
    dry = commands.say("dit ce qui partirait, sans rien écrire", "says what would leave, writes nothing")
    for parser in (inviting, reminding):
        parser.add_argument("--dry-run", action="store_true", help=dry)
    reminding.add_argument("--on", metavar="DATE", type=date.fromisoformat, help="AAAA-MM-JJ / YYYY-MM-DD")
    commands.add("links", links, "les liens, pour le téléphone", "the links, for the desk", study=True)
    worker = commands.add("worker", work, "délivre les courriels", "delivers the outbox, builds exports")
    once = commands.say("rend la main quand plus rien n’est dû", "returns when nothing is due")
    worker.add_argument("--once", action="store_true", help=once)


def invite(call: Call) -> Answer:
    """One invitation per respondent of each centre with patients to answer for."""
    from app.cohort.studies import find_study
    from app.outreach.inviting import invite as queue_invitations

    with call.installation.database.writing() as session:
        study = find_study(session, call.study)
        report = queue_invitations(
            session, call.installation, study, actor=call.actor, now=call.now, dry_run=call.words.dry_run
        )
        data = report.as_json()
    return _queued(call, data)


def remind(call: Call) -> Answer:
    """The reminders that are due today, or on the day of --on."""
    from app.cohort.studies import find_study
    from app.outreach.reminding import remind as queue_reminders

    with call.installation.database.writing() as session:
        study = find_study(session, call.study)
        report = queue_reminders(
            session,
            call.installation,
            study,
            actor=call.actor,
            now=call.now,
            on=call.words.on,
            dry_run=call.words.dry_run,
        )
        data = report.as_json()
    return _queued(call, data)


def links(call: Call) -> Answer:
    """Every link in force with its address; that they were listed is journalled."""
    from app.cohort.studies import find_study
    from app.outreach.links import list_links

    with call.installation.database.writing() as session:
        study = find_study(session, call.study)
        lines = list_links(session, call.installation, study, actor=call.actor, now=call.now)
        data = [
            {"respondent": one.respondent, "centre": one.centre, "courriel": one.courriel, "url": one.url}
            for one in lines
        ]
    text = "\n".join(f"{one['centre']} · {one['respondent']} · {one['url']}" for one in data)
    return Answer({"links": data}, text)


def work(call: Call) -> Answer:
    """Delivers what is due and builds asked exports: once, or until it is stopped."""
    from app.commands.working import Worker

    worker = Worker(call.installation)
    if not call.words.once:
        worker.run()
    data = worker.work_off()
    if data["unreachable"]:
        # Nothing is lost: what waits is tried again at the next start.
        unreachable = call.say("Serveur de courriel injoignable", "The mail server cannot be reached")
        print(f"{unreachable} ({data['unreachable']}).", file=sys.stderr)
    return Answer(data, _delivered(call, data), exit_code=1 if data["unreachable"] else 0)


def _queued(call: Call, report: Mapping[str, Any]) -> Answer:
    data = {"queued": report["queued"], "suppressed": report["suppressed"]}
    said = call.say(
        f"{data['queued']} courriels en file, {data['suppressed']} écartés.",
        f"{data['queued']} mails queued, {data['suppressed']} suppressed.",
    )
    if call.words.dry_run:
        said = call.say(
            f"Essai, rien n’est écrit : {data['queued']} courriels partiraient, {data['suppressed']} seraient écartés.",
            f"Dry run, nothing is written: {data['queued']} mails would leave, {data['suppressed']} be suppressed.",
        )
    return Answer(data, "\n".join([said, *_because(call, report["reasons"])]))


def _delivered(call: Call, report: Mapping[str, Any]) -> str:
    counted = [f"{report[key]:>7}  {call.say(*words)}" for key, words in DELIVERED.items()]
    return "\n".join([*counted, *_because(call, report["reasons"])])


def _because(call: Call, reasons: Mapping[str, int]) -> list[str]:
    from app.outreach.conditions import REASONS

    return [
        f"    {count:>7}  {call.say(*REASONS.get(reason, (reason, reason)))}"
        for reason, count in reasons.items()
    ]
