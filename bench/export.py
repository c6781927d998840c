"""The workbook against the least work that could make it: documents read and decoded, the same cells written by hand."""

import json as jsonlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench._export_data import fill

SIZES = (1_000, 10_000, 100_000)
GOALS = {"ours_over_floor": 1.5, "memory_growth_mb": 30, "openpyxl_over_ours": 10}
LARGEST_OTHERS = 10_000
"""Beyond this openpyxl and the other formats only take longer; their cells a second do not change."""
ZIPPED = ("csv", "sav", "dta", "xpt")


def run(json: bool = False, sizes: Sequence[int] | None = None) -> dict[str, Any]:
    """For each number of patients: seconds, cells a second, peak memory of each way, and the ratios that have goals.

    Each measure runs in a process of its own; processor seconds are compared, since other work may share the machine.
    """
    del json
    with tempfile.TemporaryDirectory() as folder:
        measured = {size: _size(Path(folder) / str(size), size) for size in sizes or SIZES}
    ours = [one["ours"]["peak_mb"] for one in measured.values()]
    return {
        "goals": GOALS,
        "sizes": {str(size): one for size, one in measured.items()},
        "memory_growth_mb": round(ours[-1] - ours[0], 1),
    }


def _size(home: Path, size: int) -> dict[str, Any]:
    # Filling takes memory of its own, which must not count: it has a process of its own too.
    filler = get_context("spawn").Process(target=fill, args=(home, size))
    filler.start()
    filler.join()
    ways = ["floor", "ours", *(("openpyxl", *ZIPPED) if size <= LARGEST_OTHERS else ())]
    found: dict[str, Any] = {way: _child(way, home) for way in ways}
    found["ours_over_floor"] = round(found["ours"]["cpu_s"] / found["floor"]["cpu_s"], 2)
    if "openpyxl" in found:
        found["openpyxl_over_ours"] = round(found["openpyxl"]["cpu_s"] / found["ours"]["cpu_s"], 1)
    return found


def _child(way: str, home: Path) -> dict[str, Any]:
    out = home / f"{way}.{'zip' if way in ZIPPED else 'xlsx'}"
    command = [sys.executable, "-m", "bench._export_child", way, str(home), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    measured: dict[str, Any] = jsonlib.loads(done.stdout)
    measured["cells_per_s"] = round(measured["cells"] / measured["cpu_s"])
    return {key: round(value, 2) for key, value in measured.items()}
