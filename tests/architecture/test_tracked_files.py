"""What the tracked files may hold: no machine, no registry, and a README that names every setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, name_of, tracked_files

# Written in two halves, so that this file does not break its own rule.
REGISTRIES = tuple(
    a + b for a, b in (("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"), ("deb.debian", ".org"))
)
MACHINE_PATHS = tuple(a + b for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("/tmp/", "v/"), (".pyenv", "/")))
TEXT = {
    ".py", ".md", ".toml", ".lock", ".yaml", ".yml", ".html", ".txt", ".css", ".js", ".po", ".csv", ".mako", ".cfg", "",
}  # fmt: skip
SETTING = re.compile(r"\bRECUEIL_[A-Z]+(?:_[A-Z]+)*\b")


def _texts() -> list[tuple[str, str]]:
    return [
        (name_of(path), path.read_text(encoding="utf-8", errors="replace"))
        for path in tracked_files()
        if path.suffix in TEXT
    ]


@pytest.mark.parametrize("forbidden", [*REGISTRIES, *MACHINE_PATHS])
def test_no_tracked_file_names_a_registry_or_a_machine(forbidden: str) -> None:
    assert [name for name, text in _texts() if forbidden in text] == []


def test_the_locks_hold_hashes_and_no_address() -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9][^\n]*==", text, re.MULTILINE)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_readme_mentions_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = [path for path in tracked_files() if _is_program(path)]
    settings = {name for path in code for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    assert "RECUEIL_HOME" in settings
    assert sorted(name for name in settings if name not in readme) == []


def test_nothing_big_or_secret_is_tracked() -> None:
    assert [name_of(path) for path in tracked_files() if path.stat().st_size > 2_000_000] == []
    assert [name_of(path) for path in tracked_files() if path.suffix in {".key", ".db", ".pem", ".pyc"}] == []


def _is_program(path: Path) -> bool:
    name = name_of(path)
    return name == "recueil" or (
        path.suffix == ".py" and name.startswith(("app/", "forms/", "exports/", "wsgi"))
    )
