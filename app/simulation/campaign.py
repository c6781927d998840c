"""Which simulated centres answer, when, and what they do with each patient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.simulation.chance import Chance

Deed = Literal["answer", "draft", "chart_not_found", "never_treated", "not_our_patient", "opposed"]
CENTRES_ANSWERING = 0.70
AFTER_REMINDERS = 0.20
REMINDED_AFTER = (timedelta(days=14), timedelta(days=28))
PROMPT_DAYS, LATE_DAYS = (1, 24), (30, 62)
DEEDS: dict[Deed, float] = {
    "answer": 0.86,
    "draft": 0.04,
    "chart_not_found": 0.05,
    "never_treated": 0.02,
    "not_our_patient": 0.02,
    "opposed": 0.01,
}
CAMPAIGN = timedelta(days=75)


@dataclass(frozen=True)
class Act:
    """What one centre does about one patient, and when; `entering` once a sitting."""

    at: datetime
    centre_id: int
    patient_id: str
    deed: Deed
    entering: bool


def plan(seed: str, start: datetime, patients: Iterable[tuple[int, str, str]]) -> list[Act]:
    """The acts of a campaign that started at `start`, in order of time.

    `patients` are (centre id, patient id, patient code) of the centres that can be reached; the code seeds
    each patient's chance, so that the same list is played the same way.
    """
    by_centre: dict[int, list[tuple[str, str]]] = {}
    for centre_id, patient_id, code in patients:
        by_centre.setdefault(centre_id, []).append((patient_id, code))
    acts = [act for centre_id, theirs in by_centre.items() for act in _acts(seed, start, centre_id, theirs)]
    return sorted(acts, key=lambda act: (act.at, act.centre_id, act.patient_id))


def _acts(seed: str, start: datetime, centre_id: int, patients: list[tuple[str, str]]) -> Iterator[Act]:
    chance = Chance(seed, "centre", patients[0][1])
    if not chance.yes(CENTRES_ANSWERING):
        return
    low, high = LATE_DAYS if chance.yes(AFTER_REMINDERS) else PROMPT_DAYS
    at = _working_hour(chance, start + timedelta(days=chance.between(low, high)))
    entering = True
    for patient_id, code in patients:
        yield Act(at, centre_id, patient_id, Chance(seed, "deed", code).weighted(DEEDS), entering)
        # A questionnaire takes about twelve minutes; after an hour or so people go on another day.
        entering = chance.yes(0.25)
        if entering:
            at = _working_hour(chance, at + timedelta(days=chance.between(1, 4)))
        else:
            at += timedelta(minutes=chance.between(9, 16))


def _working_hour(chance: Chance, day: datetime) -> datetime:
    moved = day.replace(
        hour=chance.between(8, 14), minute=chance.between(0, 59), second=chance.between(0, 59)
    )
    weekend = moved.weekday() - 4
    return moved + timedelta(days=2) if weekend > 0 else moved
