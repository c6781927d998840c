"""The progress bar: drawn for a person who watches, silent for everything else."""

from __future__ import annotations

import io
import sys

import pytest

from app.commands.progress import Progress


class Watched(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_silent_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress("work")
    progress(1, 2)
    progress(2, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_is_drawn_on_stderr_when_stdout_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = Watched(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    progress = Progress("work")
    for done in range(1, 101):
        progress(done, 100)
    assert out.getvalue() == ""
    assert err.getvalue().endswith("100/100\n")
    assert err.getvalue().count("\r") < 50, "drawn only when it has visibly moved"
