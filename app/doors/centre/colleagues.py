"""A respondent brings in a colleague of the same centre, or hands over to one; and sees who is there."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.centre.screens import Colleague
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.outreach.colleagues import add_colleague
from app.outreach.errors import ColleagueRefused, NotAMailbox
from app.outreach.models import Respondent
from app.outreach.people import person_of, respondents_of

views = Blueprint("colleagues", __name__)


@dataclass(frozen=True)
class Known:
    """Somebody of the centre, by name and function: colleagues do not learn each other's addresses here."""

    name: str
    function: str
    oneself: bool
    awaited: bool


@views.get("/collegues")
@allow(respondent_only)
def show() -> str:
    """Who answers for this centre, and the form for one more."""
    return _page({})


@views.post("/collegues")
@allow(respondent_only)
def add() -> ResponseReturnValue:
    """Names the colleague, who gets a mail with a link of their own."""
    form = Colleague.posted()
    if not form.validate():
        return _page(form.problems), 422
    try:
        add_colleague(
            session(),
            installation(),
            visitor().respondent,
            name=form.name.data,
            email=form.email.data,
            function=form.function.data,
            hand_over=form.hand_over.data == "1",
            actor=actor(),
            now=now(),
        )
    except NotAMailbox as refused:
        return _page({"email": refused.message(language())}), 422
    except ColleagueRefused as refused:
        return _page({"": refused.message(language())}), 422
    return redirect(url_for(".show", ajoute=1), 303)


def _page(errors: dict[str, str]) -> str:
    here = visitor()
    people = respondents_of(session(), here.study, here.centre)
    return render_template(
        "colleagues.html",
        here=here,
        people=[_known(one) for one in people if one.active],
        errors=errors,
        typed=request.form,
        added=request.args.get("ajoute") == "1",
    )


def _known(one: Respondent) -> Known:
    person = person_of(installation().vault, one)
    awaited = one.accept_by is not None and one.accepted_at is None
    return Known(person.name, person.function, one.id == visitor().respondent.id, awaited)
