"""The command line: finds the command, runs it, prints what it answers; refusals become a sentence."""

import getpass
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import closing

import orjson
from sqlalchemy.exc import OperationalError

from app.commands import (
    answers,
    benching,
    demo,
    exporting,
    forms,
    journal,
    lists,
    outreach,
    serving,
    setup,
    tracking,
)
from app.commands.call import Answer, Call, Commands
from app.commands.usage import Parser
from app.kernel.actor import Actor
from app.kernel.errors import Refusal
from app.kernel.language import Language, pick
from app.kernel.settings import Settings
from forms.faults import FaultyDefinition
from forms.printing import PdfUnavailable

ROOMS = (demo, setup, lists, outreach, answers, tracking, exporting, forms, journal, serving, benching)
REFUSED = 1
INTERRUPTED = 130


def build_parser(language: Language) -> Parser:
    """Every command with its words, described in the person's language."""
    parser = Parser(
        prog="recueil",
        language=language,
        description=pick(
            {
                "fr": "De la liste d’autorisations au classeur des statisticiens.",
                "en": "From an authorisation list to the statisticians' workbook.",
            },
            language,
        ),
        epilog="README.md",
    )
    commands = Commands(parser.add_subparsers(required=True, metavar="…", dest="command"), language)
    for room in ROOMS:
        room.declare(commands)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Runs one command. 0: done; 1: refused, with a sentence on stderr; 2: wrong usage (argparse)."""
    language: Language = "en" if os.environ.get("RECUEIL_LANGUAGE") == "en" else "fr"
    words = build_parser(language).parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        call = Call(words, Settings.from_environment(), Actor.command(_operator()), json=words.json)
        with closing(call):
            answer: Answer = words.run(call)
    except (Refusal, FaultyDefinition, PdfUnavailable) as refusal:
        return _refuse(refusal.message(language))
    except OSError as error:
        return _refuse(_file_trouble(error, language))
    except OperationalError as error:
        return _refuse(_database_trouble(error, language))
    except KeyboardInterrupt:
        return INTERRUPTED
    _print(answer, json=call.json)
    return answer.exit_code


def _print(answer: Answer, *, json: bool) -> None:
    """The result on stdout: one JSON object, or text. A reader that left early is no error of ours."""
    text = orjson.dumps(answer.data, option=orjson.OPT_INDENT_2).decode() if json else answer.text
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return REFUSED


def _operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return f"uid {os.getuid()}"


def _file_trouble(error: OSError, language: Language) -> str:
    what = f"{error.filename} : {error.strerror}" if error.filename else str(error)
    return pick(
        {
            "fr": f"Fichier ou réseau indisponible ({what}). Vérifiez le chemin et vos droits.",
            "en": f"A file or the network is not available ({what}). Check the path and your rights.",
        },
        language,
    )


def _database_trouble(error: OperationalError, language: Language) -> str:
    return pick(
        {
            "fr": f"La base ne répond pas ({error.orig}). Vérifiez RECUEIL_DATABASE_URL, puis relancez.",
            "en": f"The database does not answer ({error.orig}). Check RECUEIL_DATABASE_URL, then retry.",
        },
        language,
    )
