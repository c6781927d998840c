"""`serve`: both doors and the worker in one process."""

import dataclasses
import os
import signal
import socket
import sys
import threading
from types import FrameType
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from waitress.server import create_server

from app.commands.call import Answer, Call, Commands
from app.commands.errors import PortTaken
from app.commands.working import Worker
from app.kernel.installation import Installation
from app.kernel.settings import Settings

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8000
THREADS = 8


class Server(Protocol):
    """What we use of waitress's server, which comes without types."""

    active_channels: dict[int, Any]

    def run(self) -> None:
        """Serves until closed."""

    def close(self) -> None:
        """Closes the listening socket."""


def declare(commands: Commands) -> None:
    """Declares the command."""
    parser = commands.add("serve", serve, "sert les deux portes", "serves both doors and the worker")
    parser.add_argument("--port", type=port_number, metavar="N")
    host = commands.say("adresse d’écoute (127.0.0.1)", "address to listen on (127.0.0.1)")
    parser.add_argument("--host", default=LOOPBACK, metavar="ADDRESS", help=host)


def serve(call: Call) -> Answer:
    """Serves until it is stopped (Ctrl-C or SIGTERM)."""
    port = call.words.port or port_of(call.settings)
    installation = dataclasses.replace(call.installation, settings=settings_for(call.settings, port))
    server = bind(installation, port, call.words.host)
    address = installation.settings.public_url
    lines = call.say(
        f"Centres : {address}/\nPromoteur : {address}/sponsor/\nCtrl-C pour arrêter.",
        f"Centres: {address}/\nSponsor: {address}/sponsor/\nCtrl-C to stop.",
    )
    print(lines, file=sys.stderr, flush=True)
    serve_until_stopped(server, installation)
    return Answer({"stopped": True}, call.say("Arrêté.", "Stopped."))


def port_of(settings: Settings) -> int:
    """The port to listen on when none was asked for: the public address's own on this machine."""
    parts = urlsplit(settings.public_url)
    return parts.port or DEFAULT_PORT if parts.hostname in ("localhost", LOOPBACK) else DEFAULT_PORT


def settings_for(settings: Settings, port: int) -> Settings:
    """The settings, their public address following the port when nobody has set that address."""
    if os.environ.get("RECUEIL_PUBLIC_URL"):
        return settings
    return dataclasses.replace(settings, public_url=f"http://localhost:{port}")


def port_number(typed: str) -> int:
    """The argument of --port. Raises ValueError for what no server can listen on."""
    if not 0 < int(typed) < 65_536:
        raise ValueError
    return int(typed)


def assert_free(port: int, host: str = LOOPBACK) -> None:
    """Raises PortTaken when somebody listens there already."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise PortTaken(port=port, why=error.strerror) from error


def bind(installation: Installation, port: int, host: str = LOOPBACK) -> Server:
    """A server of both doors that holds its port and waits for `run`. Raises PortTaken."""
    from app.doors.mounting import both_doors

    application = both_doors(installation)
    try:
        return cast(Server, create_server(application, host=host, port=port, threads=THREADS, ident=None))
    except OSError as error:
        raise PortTaken(port=port, why=error.strerror) from error


def serve_until_stopped(server: Server, installation: Installation) -> None:
    """Runs the server here and the worker beside it; SIGTERM ends both as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _end)
    worker = Worker(installation)
    beside = threading.Thread(target=worker.run, name="worker", daemon=True)
    beside.start()
    try:
        server.run()
    finally:
        worker.stop()
        shut(server)
        beside.join(timeout=10)


def shut(server: Server) -> None:
    """Closes the listening socket and whoever is still connected, so that `run` returns."""
    for channel in list(server.active_channels.values()):
        channel.close()
    server.close()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
