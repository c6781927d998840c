"""One person at a centre: added by hand, stopped or written to again, their link closed or made anew."""

from dataclasses import asdict

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden

from app.accounts.identities import identities_shown
from app.cohort.centres import list_centres
from app.cohort.models import Centre
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.rights import managers, someone, study
from app.doors.sponsor.screens import Newcomer, Somebody
from app.kernel.errors import Refusal
from app.kernel.language import LANGUAGES
from app.outreach import links, people
from app.outreach.amending import amend
from app.outreach.models import Respondent
from app.outreach.outcomes import mails_of
from app.outreach.people import ENDS_THE_LINK, add_respondent, person_of, respondent_by_id
from app.outreach.words import StopReason

pages = Blueprint("respondent", __name__)
# What a manager may say; the other reasons are the respondent's own doing, or the mail server's.
BY_THE_DESK: tuple[StopReason, ...] = ("by_hand", "left", "wrong_address", "opposed")


@pages.get("/studies/<code>/respondents/new")
@allow(managers)
def ask(code: str) -> ResponseReturnValue:
    """The form of somebody whom no file named; at the centre from whose page one comes."""
    return _form(Newcomer(request.args))


@pages.post("/studies/<code>/respondents/new")
@allow(managers)
def add(code: str) -> ResponseReturnValue:
    """Adds them, with a link of their own that the next invitation carries."""
    form = Newcomer.posted()
    centre = next((one for one in list_centres(session(), study()) if str(one.id) == form.centre.data), None)
    if not form.validate() or centre is None:
        return _form(form), 422
    try:
        respondent = _added(form, centre)
    except Refusal as refused:
        return _form(form, refused), 422
    return redirect(url_for("respondent.show", code=code, respondent_id=respondent.id), 303)


@pages.get("/studies/<code>/respondents/<int:respondent_id>")
@allow(managers)
def show(code: str, respondent_id: int) -> ResponseReturnValue:
    """What is known of them, their link, the mails they got."""
    return _page(_one(respondent_id))


@pages.post("/studies/<code>/respondents/<int:respondent_id>/amend")
@allow(managers)
def put_right(code: str, respondent_id: int) -> ResponseReturnValue:
    """Their name, function, address, telephone and language as typed, for a session that may see them."""
    form, one = Somebody.posted(), _one(respondent_id)
    if not _shown():
        raise Forbidden
    if not form.validate():
        return _page(one, form, form.problems), 422
    try:
        changed = amend(session(), installation(), study(), one, form.person(), actor=actor(), now=now())
    except Refusal as refused:
        return _page(one, form, {"email": refused.message(language())}), 422
    what = "address" if "email" in changed else 1
    return redirect(url_for("respondent.show", code=code, respondent_id=one.id, done=what), 303)


@pages.post("/studies/<code>/respondents/<int:respondent_id>/stop")
@allow(managers)
def stop(code: str, respondent_id: int) -> ResponseReturnValue:
    """No more mail to them; where the reason says that they are the wrong person, their link ends too."""
    reason = next((one for one in BY_THE_DESK if one == request.form.get("reason")), None)
    if reason is None:
        raise BadRequest
    people.stop(session(), _one(respondent_id), reason, actor=actor(), now=now())
    return _back(code, respondent_id)


@pages.post("/studies/<code>/respondents/<int:respondent_id>/restart")
@allow(managers)
def restart(code: str, respondent_id: int) -> ResponseReturnValue:
    """Mails may go to them again, also where the address was refused."""
    people.restart(session(), installation(), _one(respondent_id), actor=actor(), now=now())
    return _back(code, respondent_id)


@pages.post("/studies/<code>/respondents/<int:respondent_id>/revoke")
@allow(managers)
def revoke(code: str, respondent_id: int) -> ResponseReturnValue:
    """Closes their link at once, whoever holds it; nothing that was answered is lost."""
    links.revoke(session(), _one(respondent_id).link, actor=actor(), now=now(), reason="by_hand")
    return _back(code, respondent_id)


@pages.post("/studies/<code>/respondents/<int:respondent_id>/reissue")
@allow(managers)
def reissue(code: str, respondent_id: int) -> ResponseReturnValue:
    """A new link in place of the old one, which stops working at once; the next mail carries it."""
    links.reissue(session(), installation().keys, _one(respondent_id).link, actor=actor(), now=now())
    return _back(code, respondent_id)


def _shown() -> bool:
    return identities_shown(session(), token=someone().token, study=study().code)


def _page(one: Respondent, form: Somebody | None = None, problems: dict[str, str] | None = None) -> str:
    who = person_of(installation().vault, one) if _shown() else None
    return render_template(
        "respondent.html",
        one=one,
        who=who,
        typed=form.typed if form else asdict(who) if who else {},
        problems=problems or {},
        languages=LANGUAGES,
        mails=[mail for mail in mails_of(session(), study(), centre_id=one.centre_id) if mail.respondent is one],
        entered=links.entries_of(session(), one.link),
        reasons=BY_THE_DESK,
        ends=ENDS_THE_LINK,
    )


def _one(respondent_id: int) -> Respondent:
    return respondent_by_id(session(), study(), respondent_id)


def _back(code: str, respondent_id: int) -> ResponseReturnValue:
    return redirect(url_for("respondent.show", code=code, respondent_id=respondent_id, done=1), 303)


def _added(form: Newcomer, centre: Centre) -> Respondent:
    return add_respondent(
        session(), installation(), study(), centre, form.person(), source="desk", actor=actor(), now=now()
    )


def _form(form: Newcomer, refused: Refusal | None = None) -> str:
    return render_template(
        "respondent_new.html",
        typed=form.typed,
        problems=form.problems | ({"email": refused.message(language())} if refused else {}),
        centres=list_centres(session(), study()),
        languages=LANGUAGES,
    )
