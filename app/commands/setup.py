"""`init`, `study open`, `staff add`: what is done once, before anything can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.roles import ROLES
from app.commands.call import Answer, Call, Commands
from app.kernel.language import Language

if TYPE_CHECKING:
    from app.collection.opening import Foreseen


def declare(commands: Commands) -> None:
    """Declares the three commands."""
    commands.add("init", initialise, "dossier, clés et base à jour", "home, keys and database at head")
    study = commands.group("study", "les études", "the studies")
    opening = study.add("open", open_study, "ouvre une étude", "opens a study")
    opening.add_argument(
        "code", metavar="CODE", help=commands.say("code livré, ou dossier", "code or folder")
    )
    opening.add_argument(
        "--dry-run", action="store_true",
        help=commands.say("dit ce qui changerait, sans rien écrire", "says what would change, writes nothing"),
    )  # fmt: skip
    opening.add_argument(
        "--confirm", action="store_true",
        help=commands.say(
            "publie aussi ce qui touche des réponses déjà données", "publishes what touches answers already given too"
        ),
    )  # fmt: skip
    staff = commands.group("staff", "les comptes du promoteur", "the sponsor's accounts")
    adding = staff.add("add", add_staff, "ajoute un compte", "adds an account")
    adding.add_argument("email", metavar="EMAIL")
    adding.add_argument("--role", required=True, metavar="ROLE", help=", ".join(ROLES))


def initialise(call: Call) -> Answer:
    """Makes the home, the keys and the database; safe to repeat."""
    from app.kernel.migrating import current_revision

    installation = call.open(call.settings)
    installation.initialise()
    revision = current_revision(installation.database)
    home = str(call.settings.home)
    return Answer(
        {"home": home, "revision": revision},
        call.say(f"Prêt : {home} (base en version {revision}).", f"Ready: {home} (database at {revision})."),
    )


def open_study(call: Call) -> Answer:
    """Opens a shipped study, or one from a folder of the same shape; says which version it goes by and what that changed.

    What touches answers already given is published with --confirm only.
    """
    from app.collection.errors import TouchesAnswers
    from app.collection.opening import foresee
    from app.collection.opening import open_study as open_it

    folder, database = call.words.code, call.installation.database
    if call.words.dry_run:
        with database.reading() as session:
            return _told(call, foresee(session, folder))
    with database.writing() as session:
        foreseen = foresee(session, folder)
        if foreseen.touches_answers and not call.words.confirm:
            raise TouchesAnswers(
                study=foreseen.code, number=foreseen.number, answered=foreseen.answered,
                changes_fr="\n".join(_lines(foreseen, "fr")), changes_en="\n".join(_lines(foreseen, "en")),
            )  # fmt: skip
        open_it(session, folder, actor=call.actor, now=call.now)
    return _told(call, foreseen)


def _told(call: Call, foreseen: Foreseen) -> Answer:
    dry = call.words.dry_run
    title = foreseen.title[call.language]
    opened = (
        call.say(f"À blanc, rien n’est écrit. Étude {foreseen.code} : {title}",
                 f"Dry run, nothing is written. Study {foreseen.code}: {title}")
        if dry
        else call.say(f"Étude {foreseen.code} ouverte : {title}", f"Study {foreseen.code} is open: {title}")
    )  # fmt: skip
    data = {
        "study": foreseen.code,
        "title": title,
        "version": foreseen.number,
        "published": foreseen.publishes and not dry,
        "touches_answers": foreseen.touches_answers,
        "changes": [one.text(call.language) for one in foreseen.changes],
        "list_rules": [one.text(call.language) for one in foreseen.rules],
    }
    version = call.say("Questionnaire : version", "Questionnaire: version")
    state = (
        call.say("à publier", "to be published") if dry else call.say("publiée", "published")
    ) if foreseen.publishes else call.say("en vigueur, inchangée", "in force, unchanged")  # fmt: skip
    return Answer(
        data, "\n".join([opened, f"{version} {foreseen.number} ({state})", *_lines(foreseen, call.language)])
    )


def _lines(foreseen: Foreseen, language: Language) -> list[str]:
    """Each change, and behind it whether answers already given may read otherwise."""
    touches = (
        " (touche des réponses déjà données)" if language == "fr" else " (touches answers already given)"
    )
    told = [
        one.text(language) + touches * (one.harmful and bool(foreseen.answered)) for one in foreseen.changes
    ]
    return [f"  {one}" for one in [*told, *(rule.text(language) for rule in foreseen.rules)]]


def add_staff(call: Call) -> Answer:
    """Adds an account and shows its one-time password, this once."""
    from app.accounts.staff import add_staff as add_account

    with call.installation.database.writing() as session:
        added = add_account(
            session, email=call.words.email, role=call.words.role, actor=call.actor, now=call.now
        )
        email, role = added.staff.email, added.staff.role
    return Answer(
        {"email": email, "role": role, "password": added.password},
        call.say(
            f"Compte {email} ({role}).\nMot de passe à usage unique : {added.password}",
            f"Account {email} ({role}).\nOne-time password: {added.password}",
        ),
    )
