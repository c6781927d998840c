"""A cohort to import lists into, on both engines."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.cohort.builders import Cohort


@pytest.fixture
def cohort(installation: Installation, tmp_path: Path, command: Actor, now: datetime) -> Cohort:
    """calci_sts registered on a fresh installation."""
    return Cohort(installation, tmp_path, command, now)
