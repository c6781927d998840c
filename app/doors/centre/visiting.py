"""Who is inside the centre door: the person behind an entry, their centre and study, and whose patients they see."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from flask import g
from flask import session as cookie

from app.cohort.models import Centre, Study
from app.doors.centre.door import CentreDoor
from app.doors.guard import Policy
from app.doors.request import connection, now, passage, passing, session, set_actor
from app.kernel.errors import Refusal
from app.outreach.calls import Heard
from app.outreach.links import Entered, entry_in_force
from app.outreach.models import Entry, Respondent

ENTRY = "entry"


class EntryNeeded(Refusal):
    """Nobody has entered in this browser, or not any more."""

    code = "entry-needed"
    status = 403
    fr = "Votre session est terminée. Ouvrez de nouveau le lien reçu par courriel, puis revenez ici."
    en = "Your session has ended. Open the link in your mail again, then come back here."


@dataclass(frozen=True)
class Visitor:
    """The person who entered or is on the telephone, for whom, and where. What few pages want is read when wanted."""

    entered: Entered | Heard
    centre_id: int
    centre_name: str

    @cached_property
    def entry(self) -> Entry:
        """The entry, to be ended."""
        return session().get_one(Entry, self.entered.id)

    @cached_property
    def respondent(self) -> Respondent:
        """The respondent whose link was opened."""
        assert isinstance(self.entered, Entered), "only pages about links ask for their holder"
        return session().get_one(Respondent, self.entered.respondent_id)

    @cached_property
    def centre(self) -> Centre:
        """The centre whose patients they see."""
        return session().get_one(Centre, self.centre_id)

    @cached_property
    def study(self) -> Study:
        """The study they were asked for."""
        return session().get_one(Study, self.entered.study_id)


def by_link() -> Entered:
    """The person who entered by a link in this browser. Raises EntryNeeded, LinkRefused."""
    entry_id = cookie.get(ENTRY)
    if not isinstance(entry_id, str):
        raise EntryNeeded
    entered = entry_in_force(connection(), entry_id, now())
    if "language" not in cookie:
        g.language = entered.language
    set_actor(entered.actor)
    return entered


def _admit() -> None:
    entered = CentreDoor.current().admission()
    centre_id, centre_name = _surviving(entered)
    facts = passage().facts
    facts["visitor"] = Visitor(entered, centre_id, centre_name)
    # As text, because an error page is drawn after the transaction.
    facts["shell"] = (centre_name, entered.person_name, entered.person_function)


respondent_only = Policy("respondent", _admit)


def visitor() -> Visitor:
    """The visitor of this request."""
    return cast(Visitor, passage().facts["visitor"])


def shell_texts() -> tuple[str, str, str] | None:
    """Centre, person and function of the visitor; None on pages seen from outside."""
    passed = passing.get()
    return cast("tuple[str, str, str] | None", passed.facts.get("shell")) if passed is not None else None


def _surviving(entered: Entered | Heard) -> tuple[int, str]:
    if entered.centre_merged_into is None:
        return entered.centre_id, entered.centre_name
    centre = session().get_one(Centre, entered.centre_merged_into)
    while centre.merged_into_id is not None:
        centre = session().get_one(Centre, centre.merged_into_id)
    return centre.id, centre.name
