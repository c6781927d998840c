"""What stands beside answers that were said on the telephone: who typed them, who said them, and when."""

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from app.collection.documents import Document
from app.collection.models import Disposition, Submission
from app.doors.centre.dates import instant
from app.doors.centre.hypertext import html
from app.doors.centre.visiting import visitor
from app.doors.request import gettext, session
from app.outreach.calls import Told, told_in


@dataclass(frozen=True)
class HeardThen:
    """One call, and how many of the answers that stand were typed in it."""

    answers: int
    whom: str


def heard_beside(document: Document) -> dict[str, Markup]:
    """What to show beside each answer that stands as it was said on the telephone, by address; not in its own call."""
    calls = {name: call for name, call in _calls(document) if call != visitor().entered.id}
    if not calls:
        return {}  # as on nearly every page, which then opens no session
    told = told_in(session(), set(calls.values()))
    said = {call: html('<p class="q__kept">{}</p>', gettext("Saisi par %(whom)s.", whom=_whom(told[call]))) for call in told}
    return {name: said[call] for name, call in calls.items()}


def heard_before(document: Document) -> list[HeardThen]:
    """The calls that answers of a patient came by, the earliest first."""
    counted = Counter(call for _, call in _calls(document))
    told = told_in(session(), set(counted))
    return [HeardThen(counted[key], _whom(one)) for key, one in sorted(told.items(), key=lambda pair: pair[1].at)]


def said_by(said: Submission | Disposition) -> str:
    """Who handed a questionnaire in, or gave the reason why none comes: on the telephone, both who said it and who typed."""
    if said.call_id is None:
        return said.by_name
    return _whom(told_in(session(), {said.call_id})[said.call_id])


def _calls(document: Document) -> list[tuple[str, str]]:
    return [(name, cell["h"]) for name, cell in document.answers.items() if "h" in cell]


def _whom(told: Told) -> str:
    return gettext(
        "%(by)s au téléphone avec %(name)s, %(function)s, le %(when)s",
        by=told.by, name=told.name, function=told.function, when=instant(told.at),
    )  # fmt: skip
