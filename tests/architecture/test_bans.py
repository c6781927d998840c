"""What no line of ours may do: run text as code, load pickles, make secrets by chance, glue SQL together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.repository import name_of, python_files, tree_of

SHIPPED = tuple(path for path in python_files() if not name_of(path).startswith("tests/"))
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "xml.etree.ElementTree",
    "xml.dom.minidom",
    "xml.sax",
}
LOADS_YAML = {"load", "load_all", "unsafe_load", "full_load"}
PLAYS_WITH_CHANCE = ("app/simulation/", "bench/")
EXECUTES_SQL = {"text", "exec_driver_sql", "execute", "executescript", "executemany", "DDL"}
# Where glued SQL is made of constants of the code, never of anything that came in: "path::function" → reason.
GLUED: dict[str, str] = {
    "app/kernel/database.py::_set_pragmas": "PRAGMA takes no bound values; the names are this module's constants",
    "app/kernel/database.py::_begin": "PRAGMA takes no bound values; 0 or 1",
    "app/kernel/database.py::_sqlite_durability": "PRAGMA takes no bound values; this module's constants",
}


def test_nothing_runs_text_as_code() -> None:
    assert list(_found(_runs_text)) == []


def test_nothing_loads_pickles_or_unguarded_xml() -> None:
    assert list(_found(_imports_unsafe)) == []


def test_yaml_is_composed_and_walked_never_loaded() -> None:
    assert list(_found(_loads_yaml)) == []


def test_chance_is_for_simulation_only() -> None:
    found = [where for where in _found(_imports_random) if not where.startswith(PLAYS_WITH_CHANCE)]
    assert found == [], "use secrets"


def test_no_sql_is_glued_together() -> None:
    # A migration's DDL takes no bound values and knows nothing that came in from outside.
    found = [
        where
        for where in _found(_glues_sql)
        if where.rsplit(":", 1)[0] not in GLUED and not where.startswith("migrations/")
    ]
    assert found == [], "bind the values"


@pytest.mark.parametrize(
    ("source", "test"),
    [
        ("eval('1')", "_runs_text"),
        ("import pickle", "_imports_unsafe"),
        ("from pickle import loads", "_imports_unsafe"),
        ("yaml.load(x, Loader=yaml.CSafeLoader)", "_loads_yaml"),
        ("from random import choice", "_imports_random"),
        ("session.execute(text(f'SELECT {x}'))", "_glues_sql"),
        ("connection.execute('SELECT ' + x)", "_glues_sql"),
        ("connection.exec_driver_sql('SELECT %s' % x)", "_glues_sql"),
    ],
)
def test_each_ban_sees_what_it_bans(source: str, test: str) -> None:
    check = globals()[test]
    assert any(check(node) for node in ast.walk(ast.parse(source)))


def _found(check: object) -> Iterator[str]:
    assert callable(check)
    for path in SHIPPED:
        for function, node in _nodes(tree_of(path)):
            if check(node):
                yield f"{name_of(path)}::{function}:{getattr(node, 'lineno', 0)}"


def _nodes(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(tree):
        inside = child.name if isinstance(child, ast.FunctionDef) else function
        yield inside, child
        yield from _nodes(child, inside)


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _runs_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT


def _imports(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {one.name for one in node.names}
    return {node.module or ""} if isinstance(node, ast.ImportFrom) else set()


def _imports_unsafe(node: ast.AST) -> bool:
    return bool(_imports(node) & UNSAFE_MODULES)


def _imports_random(node: ast.AST) -> bool:
    return "random" in _imports(node)


def _loads_yaml(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    of = node.func.value
    return node.func.attr in LOADS_YAML and isinstance(of, ast.Name) and of.id == "yaml"


def _glues_sql(node: ast.AST) -> bool:
    if _called(node) not in EXECUTES_SQL or not isinstance(node, ast.Call) or not node.args:
        return False
    first = node.args[0]
    glued = isinstance(first, ast.JoinedStr) and any(
        isinstance(one, ast.FormattedValue) for one in first.values
    )
    # A `select(…) + x` is no text: only a literal beside the operator makes it one.
    added = isinstance(first, ast.BinOp) and any(
        isinstance(side, ast.Constant | ast.JoinedStr) for side in (first.left, first.right)
    )
    return glued or added
