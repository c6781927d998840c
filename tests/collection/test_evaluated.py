"""The key of a kept evaluation: whatever the list says anew of a patient, an evaluation made before no longer fits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cohort.models import Authorisation, ListRow, Patient
from app.cohort.patients import list_facts
from app.collection.evaluated import key_of, keys_of
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.cohort.builders import Cohort, row

GRANTS = ("15/01/2012", "15/04/2012", "15/10/2012")


def _withdrawn(session: Session, rows: list[Authorisation]) -> None:
    session.execute(update(ListRow).where(ListRow.id == rows[1].id).values(fate="refused"))


def _moved(session: Session, rows: list[Authorisation]) -> None:
    rows[1].valid_from = date(2012, 6, 1)


def _shorter(session: Session, rows: list[Authorisation]) -> None:
    rows[0].valid_to = date(2012, 2, 1)


def _another_first(session: Session, rows: list[Authorisation]) -> None:
    rows[0].granted_on, rows[1].granted_on = rows[1].granted_on, rows[0].granted_on


def _nothing(session: Session, rows: list[Authorisation]) -> None:
    session.execute(update(ListRow).values(reason=""))


@pytest.mark.parametrize("change", [_withdrawn, _moved, _shorter, _another_first, _nothing])
def test_the_key_changes_exactly_when_the_facts_do(
    installation: Installation, tmp_path: Path, command: Actor, now: datetime,
    change: Callable[[Session, list[Authorisation]], None],
) -> None:  # fmt: skip
    cohort = Cohort(installation, tmp_path, command, now)
    cohort.take(*(row(number, OCTROI=day) for number, day in enumerate(GRANTS, 1)))

    def told(session: Session) -> tuple[dict[str, object], str, dict[str, tuple[object, ...]]]:
        (patient,) = session.scalars(select(Patient))
        facts = list_facts(session, installation.vault, patient)
        return facts, key_of(session, "text", patient), keys_of(session, patient.study_id, [patient.id])

    with installation.database.writing() as session:
        before, key, keys = told(session)
        assert before["authorisations"] == 3
        change(session, list(session.scalars(select(Authorisation).order_by(Authorisation.granted_on))))
        session.flush()
        after, key_now, keys_now = told(session)
    assert (before == after) is (change is _nothing)
    assert (key == key_now) is (before == after)
    assert (keys == keys_now) is (before == after)
