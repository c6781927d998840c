"""`demo`: the main job from end to end on a home of its own, with simulated answers, then served."""

import dataclasses
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.commands.call import Answer, Call, Commands
from app.commands.progress import Progress
from app.commands.serving import (
    DEFAULT_PORT,
    assert_free,
    bind,
    port_number,
    serve_until_stopped,
    settings_for,
)
from app.commands.tracking import describe
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.settings import Settings

STUDY = "calci_sts"
SPONSOR = "promoteur@recueil.example.org"
DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
LIST, RESPONDENTS = DATA / "liste_a.xlsx", DATA / "liste_a.respondents.csv"


@dataclass(frozen=True)
class Made:
    """What the demonstration made, for the person and for --json."""

    counts: dict[str, int]
    mails: dict[str, object]
    rates: dict[str, Any]
    exported: dict[str, Any]
    link: str
    password: str


def declare(commands: Commands) -> None:
    """Declares the command."""
    words = ("tout le parcours, avec des réponses simulées", "the whole path, with simulated answers")
    parser = commands.add("demo", demo, *words)
    no_serve = commands.say("s’arrête avant de servir les deux portes", "stops before serving the two doors")
    parser.add_argument("--no-serve", action="store_true", help=no_serve)
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT, metavar="N")


def demo(call: Call) -> Answer:
    """Makes the demonstration afresh, says where everything is, and serves it unless told not to."""
    settings = demo_settings(call.settings, call.words.port)
    if not call.words.no_serve:
        # Before anything is removed: what holds the port may be the demonstration under way.
        assert_free(call.words.port)
    shutil.rmtree(settings.home, ignore_errors=True)
    installation = call.open(settings)
    installation.initialise()
    server = None if call.words.no_serve else bind(installation, call.words.port)
    made = make(call, installation)
    answer = Answer(_data(settings, made), _text(call, settings, made))
    if server is None:
        return answer
    print(answer.text, file=sys.stderr if call.json else sys.stdout, flush=True)
    serve_until_stopped(server, installation)
    return dataclasses.replace(answer, text=call.say("Arrêté.", "Stopped."))


def demo_settings(settings: Settings, port: int) -> Settings:
    """A home beside the real one, its own SQLite file, mails to files whatever the real settings say."""
    home = settings.home / "demo"
    local = settings_for(settings, port)
    return dataclasses.replace(
        local,
        home=home,
        database_url=f"sqlite:///{home / 'recueil.db'}",
        smtp_url=None,
        mails_per_hour=None,
        bounces_url=None,
    )


def make(call: Call, installation: Installation) -> Made:
    """The path itself: list, respondents, invitations, answers, rates, workbook."""
    from app.simulation.campaign import CAMPAIGN
    from app.simulation.desk import Desk

    now = installation.clock()
    start = (now - CAMPAIGN).replace(hour=9, minute=0)
    desk = Desk(installation, STUDY, call.actor)
    counts = desk.open(LIST, RESPONDENTS, start)
    mails = desk.invite(start)
    progress = Progress(call.say("Réponses simulées", "Simulated answers"))
    desk.play(start, progress)
    return Made(
        counts,
        mails,
        desk.rates(),
        _export(installation, call.actor, now),
        desk.link_to_try(now),
        _sponsor(installation, call.actor, now),
    )


def _export(installation: Installation, actor: Actor, now: datetime) -> dict[str, Any]:
    from app.extraction.exporting import export

    out = installation.settings.home / f"recueil_{STUDY}.xlsx"
    return export(installation, STUDY, out, format="xlsx", actor=actor, now=now).as_json()


def _sponsor(installation: Installation, actor: Actor, now: datetime) -> str:
    from app.accounts.staff import add_staff

    with installation.database.writing() as session:
        return add_staff(session, email=SPONSOR, role="manager", actor=actor, now=now).password


def _data(settings: Settings, made: Made) -> dict[str, Any]:
    return {
        "home": str(settings.home),
        "list": made.counts,
        "mails": made.mails,
        "rates": made.rates["overall"],
        "workbook": made.exported,
        "link": made.link,
        "sponsor": {"url": f"{settings.public_url}/sponsor/", "email": SPONSOR, "password": made.password},
        "mail_folder": str(settings.home / "mail"),
    }


def _text(call: Call, settings: Settings, made: Made) -> str:
    counts, sheets = made.counts, made.exported["sheets"]
    rates_text = describe(call, {**made.rates, "centres": []}, {})
    listed = ", ".join(f"{name} {rows}" for name, rows in sheets.items())
    sponsor = f"{settings.public_url}/sponsor/"
    return call.say(
        f"Liste : {counts['read']} lignes lues, {counts['kept']} retenues, {counts['review']} à revoir, "
        f"{counts['patients']} patients, {counts['centres']} centres.\n"
        f"{rates_text} Réponses simulées.\n"
        f"Classeur : {made.exported['file']}\n    ({listed})\n"
        f"Un centre : {made.link}\n"
        f"Promoteur : {sponsor}\n    {SPONSOR}, mot de passe à usage unique : {made.password}\n"
        f"Courriels : {settings.home / 'mail'}\n"
        f"Pour d’autres commandes sur cette démonstration : RECUEIL_HOME={settings.home}",
        f"List: {counts['read']} rows read, {counts['kept']} kept, {counts['review']} for review, "
        f"{counts['patients']} patients, {counts['centres']} centres.\n"
        f"{rates_text} Simulated answers.\n"
        f"Workbook: {made.exported['file']}\n    ({listed})\n"
        f"A centre: {made.link}\n"
        f"Sponsor: {sponsor}\n    {SPONSOR}, one-time password: {made.password}\n"
        f"Mails: {settings.home / 'mail'}\n"
        f"For other commands on this demonstration: RECUEIL_HOME={settings.home}",
    )
