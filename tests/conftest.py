"""Names the fixture modules every test may use; the fixtures are in tests/fixtures, one subject a file."""

from __future__ import annotations

import os

import pytest

# Children of a test (subprocess, worker threads) must not read the developer's own installation.
for _name in [name for name in os.environ if name.startswith("RECUEIL_")]:
    del os.environ[_name]

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.installations",
    "tests.fixtures.studies",
    "tests.fixtures.mail",
    "tests.fixtures.passwords",
    "tests.fixtures.reading",
    "tests.fixtures.serving",
    "tests.fixtures.browser",
    "tests.fixtures.terminal",
    "tests.fixtures.campaigns",
]

# The longest ones: begun first, they are over when the many short ones are.
FIRST = (
    "commands/test_demo.py",
    "journeys/test_whole_path.py",
    "architecture/test_tools.py",
    "journeys/test_sponsor_in_a_browser.py",
    "journeys/test_centre_live_page.py",
    "journeys/test_in_a_browser.py",
    "journeys/test_by_keyboard.py",
    "faults/",
    "architecture/test_reading.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest tests first."""
    items.sort(key=lambda item: next((rank for rank, part in enumerate(FIRST) if part in item.nodeid), len(FIRST)))
