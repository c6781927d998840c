"""Entering: the link's page, its button, the name and function of whoever answers, and leaving again."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.cohort.models import Study
from app.collection.questionnaires import questionnaire_of
from app.doors.centre.functions import function_question
from app.doors.centre.screens import Naming
from app.doors.centre.shells import shell_now
from app.doors.centre.visiting import ENTRY, respondent_only, visitor
from app.doors.guard import allow, public
from app.doors.request import gettext, installation, language, now, session
from app.kernel.language import LANGUAGES
from app.outreach.errors import LinkRefused
from app.outreach.links import actor_of, enter, find_link, leave, link_in_force
from app.outreach.models import Link
from app.outreach.newcomers import tell_newcomer
from app.outreach.people import known_people

views = Blueprint("entering", __name__)
OPENED = "opened"
PEOPLE_OFFERED = 5


@views.get("/r/<token>")
@allow(public)
def show_link(token: str) -> str:
    """Which study and which centre the link is for. Opening it changes nothing."""
    link = find_link(session(), installation().keys, token, now())
    _speak_as_invited(link)
    # Only this page leads back to itself with its token: on a refusal nothing of the address is repeated.
    shell = replace(shell_now(), switch=True, back=request.path)
    return render_template("link.html", **_about(link), token=token, shell=shell)


@views.post("/r/<token>")
@allow(public)
def open_link(token: str) -> ResponseReturnValue:
    """A person pressed the button: from here on the address holds no token."""
    link = find_link(session(), installation().keys, token, now())
    kept_language = cookie.get("language")
    cookie.clear()
    if kept_language in LANGUAGES:
        cookie["language"] = kept_language
    cookie[OPENED] = [link.id, link.generation]
    return redirect(url_for(".ask_name"), 303)


@views.get("/entrer")
@allow(public)
def ask_name() -> str:
    """Asks who is going to answer; the respondent's own name is offered."""
    return _name_page(opened_link(), {})


@views.post("/entrer")
@allow(public)
def say_name() -> ResponseReturnValue:
    """Enters under the name and function given; every change will carry them."""
    link = opened_link()
    form, known = Naming.posted(), _chosen(link)
    if known is None and not form.validate():
        return _name_page(link, form.problems), 422
    name, function = known or (form.name.data, form.function.data)
    entry = enter(session(), link, name=name, function=function, now=now())
    tell_newcomer(session(), installation().vault, entry, actor=actor_of(entry, link.respondent), now=now())
    cookie.pop(OPENED, None)
    cookie[ENTRY] = entry.id
    return redirect(url_for("worklist.show"), 303)


@views.post("/quitter")
@allow(respondent_only)
def go() -> ResponseReturnValue:
    """Ends this person's entry in this browser; the link goes on working."""
    leave(session(), visitor().entry, now())
    cookie.clear()
    return redirect(url_for(".gone"), 303)


@views.get("/au-revoir")
@allow(public)
def gone() -> str:
    """Says that everything is kept and how to come back."""
    return render_template("gone.html")


def opened_link() -> Link:
    """The link whose button this browser has pressed. Raises LinkRefused."""
    opened = cookie.get(OPENED)
    if not (isinstance(opened, list) and len(opened) == 2):
        raise LinkRefused
    link = link_in_force(session(), str(opened[0]), int(opened[1]), now())
    _speak_as_invited(link)
    return link


def _speak_as_invited(link: Link) -> None:
    """In the language of the mail that carried the link, unless this browser has chosen another."""
    if "language" not in cookie:
        g.language = link.respondent.language


def _about(link: Link) -> dict[str, Any]:
    respondent = link.respondent
    study = session().get_one(Study, respondent.study_id)
    return {
        "study": study,
        "title": study.title_en if language() == "en" else study.title_fr,
        "centre": respondent.centre,
    }


def _known(link: Link) -> list[tuple[str, str]]:
    return known_people(session(), installation().vault, link)[:PEOPLE_OFFERED]


def _chosen(link: Link) -> tuple[str, str] | None:
    """The person among those known here whose button was pressed; None for somebody else."""
    rank = request.form.get("who", "")
    people = _known(link)
    return people[int(rank)] if rank.isascii() and rank.isdigit() and int(rank) < len(people) else None


def _name_page(link: Link, errors: dict[str, str]) -> str:
    return render_template(
        "name.html",
        **_about(link),
        known=_known(link),
        functions=_functions(link),
        typed=request.form,
        errors=errors,
    )


def _functions(link: Link) -> list[str]:
    """What people here may be: first what the questionnaire itself distinguishes, so that it need not ask again."""
    study = session().get_one(Study, link.respondent.study_id)
    asked = function_question(questionnaire_of(session(), study))
    return [
        *(choice.label[language()] for choice in (asked.choices if asked else ())),
        gettext("Infirmier"),
        gettext("Secrétaire"),
    ]
