"""The centres of a study: their spellings and patients; two that are one, a spelling that is another hospital."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.cohort.centres import list_centres
from app.cohort.merging import aliases_of, merge_centres, split_alias
from app.cohort.models import Centre, CentreAlias, Decision
from app.cohort.names import squash
from app.cohort.patients import patients_of
from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.by_hand import Preview, carry_out, confirm_page
from app.doors.sponsor.foretelling import merge_of_centres, split_of_spelling
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import managers, study
from app.kernel.texts import whole_number
from app.outreach.people import respondents_of
from app.outreach.standing import Standing, standings
from app.tracking.rates import unasked_centres

pages = Blueprint("centres", __name__)
ROWS_A_PAGE = 100


@pages.get("/studies/<code>/centres")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every centre, those whose code or name holds what was typed."""
    typed = request.args.get("q", "").strip()[:64]
    found = _named_like(typed)
    page = asked_page(len(found), ROWS_A_PAGE)
    where = standings(session(), study().id)
    rows = [
        (one, where.get(one.id, Standing(one.id))) for one in found[page.offset : page.offset + page.size]
    ]
    unasked = unasked_centres(session(), study())
    return render_template("centres.html", rows=rows, page=page, typed=typed, unasked=unasked)


@pages.get("/studies/<code>/centres/<int:centre_id>")
@allow(managers)
def show_one(code: str, centre_id: int) -> ResponseReturnValue:
    """One centre: its spellings, those that were guessed but for a typo first, its patients and people."""
    centre = _centre(centre_id)
    return render_template(
        "centre.html",
        centre=centre,
        into=session().get(Centre, centre.merged_into_id) if centre.merged_into_id else None,
        spellings=aliases_of(session(), centre),
        patients=patients_of(session(), study(), centre),
        people=respondents_of(session(), study(), centre),
        others=[one for one in list_centres(session(), study()) if one.id != centre_id],
    )


@pages.get("/studies/<code>/centres/<int:centre_id>/merge")
@allow(managers)
def merge(code: str, centre_id: int) -> ResponseReturnValue:
    """What merging this centre into another one would move."""
    return confirm_page(_merging(_centre(centre_id), _centre(request.args.get("into", 0, type=whole_number))))


@pages.post("/studies/<code>/centres/<int:centre_id>/merge")
@allow(managers)
def do_merge(code: str, centre_id: int) -> ResponseReturnValue:
    """Merges the two as the preview said."""
    gone, kept = _centre(centre_id), _centre(request.form.get("kept", 0, type=whole_number))
    return carry_out(
        lambda g: merge_centres(g.desk, gone, kept, mutation_id=g.mutation_id, reason=g.reason, seen=g.seen),
        lambda: _merging(gone, kept),
        lambda decision: _done(kept, decision),
    )


@pages.get("/studies/<code>/centres/<int:centre_id>/spellings/<int:alias_id>")
@allow(managers)
def split(code: str, centre_id: int, alias_id: int) -> ResponseReturnValue:
    """What making a spelling a centre of its own would mean."""
    return confirm_page(_splitting(_alias(centre_id, alias_id)))


@pages.post("/studies/<code>/centres/<int:centre_id>/spellings/<int:alias_id>")
@allow(managers)
def do_split(code: str, centre_id: int, alias_id: int) -> ResponseReturnValue:
    """Makes the spelling a centre of its own."""
    alias, centre = _alias(centre_id, alias_id), _centre(centre_id)
    return carry_out(
        lambda g: split_alias(g.desk, alias, mutation_id=g.mutation_id, reason=g.reason, seen=g.seen),
        lambda: _splitting(alias),
        lambda decision: _done(centre, decision),
    )


def _named_like(typed: str) -> list[Centre]:
    everyone, wanted = list_centres(session(), study()), squash(typed)
    return [
        one
        for one in everyone
        if not wanted or one.code == typed or wanted in squash(f"{one.name} {one.city or ''}")
    ]


def _centre(centre_id: int) -> Centre:
    # The very centre, merged or not: a stale page must be told what happened to it.
    found = session().get(Centre, centre_id)
    if found is None or found.study_id != study().id:
        raise NotFound
    return found


def _alias(centre_id: int, alias_id: int) -> CentreAlias:
    found = session().get(CentreAlias, alias_id)
    if found is None or found.study_id != study().id:
        raise NotFound
    # Split off meanwhile: the page it came from is the one to read again.
    return found


def _merging(gone: Centre, kept: Centre) -> Preview:
    swapped = url_for("centres.merge", code=study().code, centre_id=kept.id, into=gone.id)
    return merge_of_centres(session(), gone, kept, _page_of(gone), swapped)


def _splitting(alias: CentreAlias) -> Preview:
    centre = session().get_one(Centre, alias.centre_id)
    return split_of_spelling(session(), alias, _page_of(centre))


def _page_of(centre: Centre) -> str:
    return url_for("centres.show_one", code=study().code, centre_id=centre.id)


def _done(centre: Centre, decision: Decision) -> str:
    return url_for("centres.show_one", code=study().code, centre_id=centre.id, done=decision.id)
