"""Names the fixture modules every test may use; the fixtures are in tests/fixtures, one subject a file."""

from __future__ import annotations

import os

# Children of a test (subprocess, worker threads) must not read the developer's own installation.
for _name in [name for name in os.environ if name.startswith("RECUEIL_")]:
    del os.environ[_name]

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.installations",
    "tests.fixtures.studies",
    "tests.fixtures.mail",
    "tests.fixtures.passwords",
    "tests.fixtures.serving",
    "tests.fixtures.browser",
    "tests.fixtures.terminal",
    "tests.fixtures.campaigns",
]
