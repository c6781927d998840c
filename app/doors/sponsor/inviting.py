"""Sendings planned at the desk: who would get a mail and why others would not, the message, the typed confirmation.

The announcement and the invitation leave on the calendar's day; reminders today, or each day under a mandate.
"""

from collections import Counter
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.rights import managers, study
from app.doors.sponsor.screens import Confirmation
from app.kernel.errors import Refusal
from app.kernel.language import LANGUAGES
from app.outreach.campaigns import end_mandate, is_paused, plan_of
from app.outreach.chase import desk
from app.outreach.errors import CountNotConfirmed
from app.outreach.inviting import Planned, invite, plan_opening
from app.outreach.mandates import give_mandate, left_out, mailboxes, mandate_of, orphaned
from app.outreach.previewing import preview
from app.outreach.reminding import plan_reminders, remind
from app.outreach.waiting import waiting
from app.outreach.words import FAMILIES

pages = Blueprint("inviting", __name__)


@pages.get("/studies/<code>/announcements")
@allow(managers)
def plan_announcing(code: str) -> ResponseReturnValue:
    """The dry run of the announcement."""
    return _opening("announcement")


@pages.post("/studies/<code>/announcements")
@allow(managers)
def announce(code: str) -> ResponseReturnValue:
    """Queues the announcement for its day once the person has typed how many mails it is."""
    return _confirm("announcement")


@pages.get("/studies/<code>/invitations")
@allow(managers)
def plan(code: str) -> ResponseReturnValue:
    """The dry run of the invitations."""
    return _opening("invitation")


@pages.post("/studies/<code>/invitations")
@allow(managers)
def send(code: str) -> ResponseReturnValue:
    """Queues the invitations for their day once the person has typed how many there are."""
    return _confirm("invitation")


@pages.get("/studies/<code>/reminders")
@allow(managers)
def plan_reminding(code: str) -> ResponseReturnValue:
    """The dry run of the reminders, of today or of the day in the address."""
    return _reminders()


@pages.post("/studies/<code>/reminders")
@allow(managers)
def send_reminders(code: str) -> ResponseReturnValue:
    """Queues the reminders once the person has typed how many there are."""
    try:
        planned = remind(
            session(), installation(), study(), actor=actor(), now=now(), on=_day(), confirmed=_typed()
        )
    except CountNotConfirmed as refused:
        return _reminders(refused), 422
    return redirect(url_for("outbox.show", code=code, queued=len(planned.going)), 303)


@pages.post("/studies/<code>/reminders/mandate")
@allow(managers)
def entrust(code: str) -> ResponseReturnValue:
    """Lets reminders leave by the calendar once the person has typed for how many people, or ends that."""
    try:
        if request.form.get("end") == "yes":
            end_mandate(session(), study(), actor=actor(), now=now())
        else:
            give_mandate(session(), study(), confirmed=_typed(), actor=actor(), now=now())
    except CountNotConfirmed as refused:
        return _reminders(entrusting=refused), 422
    return redirect(url_for("inviting.plan_reminding", code=code), 303)


def _confirm(kind: str) -> ResponseReturnValue:
    try:
        planned = invite(
            session(), installation(), study(), actor=actor(), now=now(), kind=kind, at_once=False, confirmed=_typed()
        )
    except CountNotConfirmed as refused:
        return _opening(kind, refused), 422
    return redirect(url_for("outbox.show", code=study().code, queued=len(planned.going)), 303)


def _opening(kind: str, refused: Refusal | None = None) -> str:
    planned = plan_opening(session(), study(), now(), kind)
    waits = waiting(session(), study().id, kind, now())
    return _page("opening.html", planned, (kind,), refused, kind=kind, waits=waits, now=now())


def _reminders(refused: Refusal | None = None, entrusting: Refusal | None = None) -> str:
    mandate = mandate_of(session(), study())
    planned = plan_reminders(session(), study(), now(), _day())
    due = {one.kind for one in planned.going}
    kinds = tuple(kind for kind in FAMILIES if kind in due)
    return _page(
        "reminders.html",
        planned,
        kinds,
        refused,
        mandate=mandate,
        newer=left_out(session(), study(), mandate, now()) if mandate else [],
        people=mailboxes(session(), study(), now()),
        calendar=plan_of(session(), study().id),
        orphan_of=orphaned(session(), study()),
        entrusting=entrusting.message(language()) if entrusting else None,
    )


def _page(
    template: str, planned: Planned, kinds: tuple[str, ...], refused: Refusal | None, **told: object
) -> str:
    aside = Counter(one.reason for one in planned.suggestions if one.reason)
    return render_template(
        template,
        planned=planned,
        aside=aside,
        unreached=[one for one in desk(session(), study(), now()) if not one.reachable],
        samples=[
            (kind, spoken, preview(session(), installation(), study(), kind, spoken, now()))
            for kind in kinds
            for spoken in LANGUAGES
        ],
        problem=refused.message(language()) if refused else None,
        typed=request.form.get("count", "")[:20],
        on=_day(),
        paused=is_paused(session(), study().id),
        **told,
    )


def _typed() -> int:
    """The count that was typed; -1, which is never right, for anything else."""
    form = Confirmation.posted()
    return (form.count.number if form.validate() else None) or -1


def _day() -> date | None:
    try:
        return date.fromisoformat(request.values.get("on", ""))
    except ValueError:
        return None
