"""The ceilings of the house (CONTRIBUTING.md): all the ugliness of a codebase sits in an unbounded tail."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.repository import name_of, python_files, tree_of

FILE, TEST_FILE, FUNCTION, VIEW, FACTORY, CONFTEST = 400, 500, 40, 25, 40, 100
ROUTES = {"get", "post", "route", "put", "delete", "patch"}
# "path" or "path::function" → why it may be longer. An entry that is not needed any more fails too.
EXCEPTIONS: dict[str, str] = {}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_longer_than_its_ceiling() -> None:
    too_long = {
        name_of(path): lines
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > _file_ceiling(path)
        and name_of(path) not in EXCEPTIONS
    }
    assert too_long == {}, "split these files by what they do, or add a reasoned exception"


def test_no_function_is_longer_than_its_ceiling() -> None:
    too_long = {
        f"{name_of(path)}::{function.name}": length
        for path, function in _functions()
        if (length := _length(function)) > _function_ceiling(path, function)
        and f"{name_of(path)}::{function.name}" not in EXCEPTIONS
    }
    assert too_long == {}, "split these functions, or add a reasoned exception"


def test_every_exception_is_still_needed() -> None:
    files = {name_of(path) for path in python_files() if _lines(path) > _file_ceiling(path)}
    functions = {
        f"{name_of(path)}::{function.name}"
        for path, function in _functions()
        if _length(function) > _function_ceiling(path, function)
    }
    assert set(EXCEPTIONS) <= files | functions, "these exceptions can go"


def test_the_measure_sees_a_long_function() -> None:
    body = "\n".join(f"    x{i} = {i}" for i in range(FUNCTION + 1))
    function = ast.parse(f"def long():\n{body}\n").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert _length(function) > FUNCTION


def _functions() -> Iterator[tuple[Path, Function]]:
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, Function):
                yield path, node


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _file_ceiling(path: Path) -> int:
    if path.name == "conftest.py":
        return CONFTEST
    return TEST_FILE if name_of(path).startswith("tests/") else FILE


def _function_ceiling(path: Path, function: Function) -> int:
    name = name_of(path)
    if name.startswith("migrations/"):
        # A migration is read from top to bottom, once: create_table by create_table.
        return FILE
    if function.name == "create_app":
        return FACTORY
    return VIEW if name.startswith("app/doors/") and _is_view(function) else FUNCTION


def _is_view(function: Function) -> bool:
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in ROUTES
        for one in function.decorator_list
    )
