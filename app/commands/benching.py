"""`bench`: the benchmarks of bench/, each a ratio against a floor measured in the same run."""

import importlib
from pathlib import Path
from typing import Any

from app.commands.call import Answer, Call, Commands
from app.commands.errors import UnknownBenchmark

BENCH = Path(__file__).resolve().parents[2] / "bench"


def declare(commands: Commands) -> None:
    """Declares the command."""
    parser = commands.add("bench", bench, "les mesures de performance", "the benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME")


def benchmarks() -> list[str]:
    """The names of the benchmarks: the files of bench/ that are no part of its wiring."""
    return sorted(path.stem for path in BENCH.glob("*.py") if not path.stem.startswith("_"))


def bench(call: Call) -> Answer:
    """Runs the named benchmarks, or all of them, one after the other: they would disturb each other."""
    known = benchmarks()
    names = call.words.names or known
    for name in names:
        if name not in known:
            raise UnknownBenchmark(name=name, known=", ".join(known))
    results: dict[str, Any] = {
        name: importlib.import_module(f"bench.{name}").run(json=call.json) for name in names
    }
    return Answer(results, "\n\n".join(f"{name}\n{_table(result)}" for name, result in results.items()))


def _table(result: Any, margin: str = "  ") -> str:
    if not isinstance(result, dict):
        return str(result)
    lines = []
    for key, value in result.items():
        nested = isinstance(value, dict) and any(isinstance(one, dict) for one in value.values())
        told = "\n" + _table(value, margin + "  ") if nested else f" {_brief(value)}"
        lines.append(f"{margin}{key}:{told}")
    return "\n".join(lines)


def _brief(value: Any) -> str:
    return ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
