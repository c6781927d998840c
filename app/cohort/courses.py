"""Courses (treatment episodes) of one patient, and what their order tells: incidence, inferred request types. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(slots=True)
class Grant:
    """One accepted authorisation of a patient, as courses see it."""

    granted_on: date
    request_type: str | None
    in_window: bool


def number_courses(grants: Sequence[Grant], gap: timedelta) -> list[int]:
    """The course of each grant (sorted by date): an initial request more than `gap` after the one that opened
    the course opens the next (D07); two strengths on one day are one course (D03), overlaps too (D04)."""
    courses: list[int] = []
    opened: date | None = None
    course = 0
    for grant in grants:
        if opened is None or (grant.request_type == "initial" and grant.granted_on - opened > gap):
            course += 1
            opened = grant.granted_on
        elif grant.request_type == "initial":
            opened = grant.granted_on
        courses.append(course)
    return courses


def incident(grants: Sequence[Grant]) -> bool | None:
    """Whether the first course began inside the window: no when it starts by a renewal or before (D05)."""
    if not grants:
        return None
    if not grants[0].in_window:
        return False
    first_day = [g.request_type for g in grants if g.granted_on == grants[0].granted_on]
    return "initial" in first_day


def majority_sex(sexes: Sequence[int]) -> int | None:
    """The sex that most rows give; a tie is unknown (D23)."""
    if len(set(sexes)) == 1:
        return sexes[0]
    counted = Counter(sexes).most_common()
    if not counted or (len(counted) > 1 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]
