"""What the architecture tests look at: the tracked files and the parsed Python among them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app", "forms", "exports", "migrations", "bench", "tests")
SKIPPED = {
    ".git",
    ".venv",
    "var",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the project: what git tracks or would track, or the whole tree where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of ours, the bootstrap included."""
    python = [
        path
        for path in tracked_files()
        if path.suffix == ".py" and (path.parent == ROOT or path.relative_to(ROOT).parts[0] in OURS)
    ]
    return (ROOT / "recueil", *python)


@cache
def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """The path as people write it: from the root of the project."""
    return path.relative_to(ROOT).as_posix()
