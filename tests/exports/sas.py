"""A reader of the SAS programs that we write, and of nothing else: SAS itself is not at hand.

It takes a program apart into statements as SAS does (comments, quotes, semicolons) and refuses any form that it does not
know, so that a statement of a new shape cannot slip through unread.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime

NAME = r"[a-z][a-z0-9_]{0,31}"
TEXT = r"'((?:[^']|'')*)'"
GUARDED = re.compile("''*[=+@\\t\\r-]")
SHAPES = {
    "format": re.compile(rf"value (\$?{NAME})((?: (?:-?\d+|{TEXT}) = {TEXT})+)"),
    "infile": re.compile(r'infile "&dossier/(\w+)\.csv" dlm=";" dsd missover firstobs=2 lrecl=1000000 '
                         r'termstr=crlf encoding="utf-8"'),
    "input": re.compile(rf"input((?: {NAME} : (?:\$\d+|best32|yymmdd10|e8601dt19)\.)+)"),
    "unguard": re.compile(rf'if prxmatch\("/\^\'\'\*\[=\+@\\t\\r-\]/", ({NAME})\) then \1 = substr\(\1, 2\)'),
    "reason": re.compile(rf'if ({NAME}) = "(NSP|NF|SO)" and missing\(({NAME})\) then \3 = (\.[A-Z])'),
    "label": re.compile(rf"label((?: {NAME} = {TEXT})+)"),
    "shown": re.compile(rf"format((?: {NAME} \$?{NAME}\.)+)"),
}  # fmt: skip


@dataclass
class Step:
    """One data step: what is read, with which informat, and what is done afterwards."""

    informats: dict[str, str] = field(default_factory=dict)
    reasons: list[tuple[str, ...]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    unguarded: set[str] = field(default_factory=set)

    def read(self, text: str) -> list[dict[str, object]]:
        """The rows of a csv as the step would hold them; a special missing value is its name."""
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
        assert next(rows) == list(self.informats)
        return [self._row(cells) for cells in rows]

    def _row(self, cells: list[str]) -> dict[str, object]:
        row = {name: _value(cell, how) for (name, how), cell in zip(self.informats.items(), cells, strict=True)}
        for name in self.unguarded:
            text = row[name]
            row[name] = text[1:] if isinstance(text, str) and GUARDED.match(text) else text
        for reason, code, name, special in self.reasons:
            if row[reason] == code and row[name] is None:
                row[name] = special
        return row


def _value(cell: str, informat: str) -> object:
    if informat.startswith("$"):
        assert len(cell.encode()) <= int(informat[1:-1]), "SAS would cut this text"
        return cell or None
    if not cell:
        return None
    if informat == "best32.":
        assert len(cell) <= 32
        return float(cell)
    return date.fromisoformat(cell) if informat == "yymmdd10." else datetime.fromisoformat(cell)


def statements(program: str) -> list[str]:
    """The statements, comments gone, white space outside quotes made single. A quote left open is an error."""
    found, made = [], ""
    for token in re.findall(r"/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|;|\s+|[^\s;'\"]+|.", program, re.S):
        assert token not in ("'", '"'), f"a quote stays open after {made[-60:]}"
        if token == ";":
            found.append(made.strip())
            made = ""
        elif not token.startswith("/*"):
            made += " " if token.isspace() and not made.endswith(" ") else "" if token.isspace() else token
    assert not made.strip()
    return found


def parse(program: str) -> tuple[dict[str, dict[str, str]], dict[str, Step]]:
    """The formats (code → label) and the data steps of a program. Raises AssertionError for what SAS would not take."""
    formats: dict[str, dict[str, str]] = {}
    steps: dict[str, Step] = {}
    open_step = ""
    assert all(len(line.encode()) < 256 for line in program.splitlines())
    for statement in statements(program):
        kind, found = next(((k, m) for k, s in SHAPES.items() if (m := s.fullmatch(statement))), ("", None))
        if found is None:
            assert re.fullmatch(rf"options noquotelenmax|%let dossier = \.|proc format|run|data {NAME}", statement), statement
            open_step = statement.removeprefix("data ") if statement.startswith("data ") else open_step
            continue
        if kind == "format":
            assert not found[1][-1].isdigit()
            assert found[1] not in formats
            formats[found[1]] = {a.strip("'").replace("''", "'"): b.replace("''", "'")
                                 for a, b in re.findall(rf"(-?\d+|'(?:[^']|'')*') = {TEXT}", found[2])}  # fmt: skip
            continue
        _take(steps.setdefault(open_step, Step()), kind, found, open_step)
    return formats, steps


def _take(step: Step, kind: str, found: re.Match[str], name: str) -> None:
    if kind == "infile":
        assert found[1] == name
    elif kind == "input":
        step.informats = dict(re.findall(rf"({NAME}) : (\S+)", found[1]))
    elif kind == "unguard":
        step.unguarded.add(found[1])
    elif kind == "reason":
        step.reasons.append(found.groups())
    elif kind == "label":
        step.labels = {a: b.replace("''", "'") for a, b in re.findall(rf"({NAME}) = {TEXT}", found[1])}
    else:
        step.shown = dict(re.findall(rf"({NAME}) (\S+)\.", found[1]))
