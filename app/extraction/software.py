"""Which Recueil wrote a file: the version that pyproject.toml states."""

import tomllib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def software() -> str:
    """``Recueil 0.1.0``."""
    return f"Recueil {tomllib.loads(_PROJECT.read_text(encoding='utf-8'))['project']['version']}"
