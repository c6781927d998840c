"""`./recueil`: standard library only, installs once, never twice at once, and hands over as it is called."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
SHOWS_ITSELF = "import os, sys; print(sys.argv[1:], os.getcwd(), os.environ['RECUEIL_HOME']); sys.exit(7)"
# Stands in for uv: notes what it was asked, takes its time, and makes an environment of the running Python.
FAKE_UV = """#!/bin/sh
echo "$1" >> {log}
sleep 0.3
for last; do :; done
if [ "$1" = venv ]; then mkdir -p "$last/bin" && ln -s {python} "$last/bin/python"; fi
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the bootstrap, its locks and an application that says how it was called."""
    folder = tmp_path / "a clone"
    (folder / "app").mkdir(parents=True)
    for name in ("recueil", *LOCKS):
        shutil.copy(ROOT / name, folder / name)
    (folder / "app" / "__init__.py").touch()
    (folder / "app" / "__main__.py").write_text(SHOWS_ITSELF)
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which uv is a script that writes down what it was asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    uv = tools / "uv"
    uv.write_text(FAKE_UV.format(log=tmp_path / "asked", python=sys.executable))
    uv.chmod(0o755)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECUEIL_", "PYTHONP"))
    }
    return {**kept, "PATH": f"{tools}:{os.environ['PATH']}"}


def _module() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("bootstrap", str(ROOT / "recueil"))
    spec = importlib.util.spec_from_loader("bootstrap", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def _start(clone: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(clone / "recueil"), *words],
        env=environment,
        cwd=clone.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_bootstrap_uses_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "recueil").read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_first_start_installs_and_the_second_does_not(
    clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    for _ in range(2):
        started = _start(clone, environment, "rates", "--json")
        out, _ = started.communicate()
        assert started.returncode == 7, "the application's exit code is ours"
        assert out == f"['rates', '--json'] {clone.parent} {clone / 'var'}\n"
    assert (tmp_path / "asked").read_text().split() == ["venv", "pip"]


def test_what_python_compiled_is_kept_and_not_among_the_sources(clone: Path, environment: dict[str, str]) -> None:
    _start(clone, {**environment, "PYTHONDONTWRITEBYTECODE": "1"}).communicate()
    assert list((clone / ".venv" / "bytecode").rglob("__init__*.pyc"))
    assert not list((clone / "app").rglob("*.pyc"))


def test_two_first_starts_install_once(clone: Path, environment: dict[str, str], tmp_path: Path) -> None:
    started = [_start(clone, environment) for _ in range(3)]
    for one in started:
        one.communicate()
    assert [one.returncode for one in started] == [7, 7, 7]
    assert (tmp_path / "asked").read_text().split() == ["venv", "pip"]


def test_a_changed_lock_installs_again(clone: Path, environment: dict[str, str], tmp_path: Path) -> None:
    _start(clone, environment).communicate()
    with (clone / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    _start(clone, environment).communicate()
    assert (tmp_path / "asked").read_text().split() == ["venv", "pip", "pip"]


def test_what_installing_says_never_reaches_stdout(clone: Path, environment: dict[str, str]) -> None:
    out, err = _start(clone, environment, "x").communicate()
    assert out.startswith("['x']")
    assert "recueil:" in err


def test_a_missing_python_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap = _module()
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))
    monkeypatch.setattr(bootstrap, "NEWEST_TRIED", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        bootstrap.find_python()
    assert ended.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_failed_installation_is_not_taken_for_done(
    clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    uv = tmp_path / "tools" / "uv"
    uv.write_text(uv.read_text() + '\n[ "$1" = venv ]\n')
    (clone / "requirements.lock").write_text("no such thing ===\n")
    started = _start(clone, environment)
    _, err = started.communicate()
    assert started.returncode == 1
    assert "Traceback" not in err.splitlines()[-1]
    assert not list((clone / ".venv").glob("*.stamp"))


def test_ci_runs_the_same_command_as_a_developer() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert os.access(ROOT / "recueil", os.X_OK)
    assert "./recueil test" in script.read_text()
    assert "set -euo pipefail" in script.read_text()
