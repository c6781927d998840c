"""Authorisation lists: upload, the dry run that comes before every import, the import, and what became of each row."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.accounts.errors import HeldFileGone
from app.accounts.identities import identities_shown
from app.accounts.models import HeldFile
from app.cohort.centres import list_centres
from app.cohort.errors import ListChanged, NoKeyColumn
from app.cohort.imports import check_list, import_list
from app.cohort.report import ImportReport
from app.cohort.review import progress
from app.cohort.rules import ListRules
from app.collection.questionnaires import has_list, list_rules_of
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.kept_trials import trial_of
from app.doors.sponsor.list_reading import find_import, import_rows, imports_of
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import managers, someone, study
from app.doors.sponsor.trying_out import trial_rows
from app.doors.sponsor.uploads import held_upload, hold_upload, let_go, path_of
from app.kernel.errors import Refusal

pages = Blueprint("lists", __name__)
ROWS_A_PAGE = 100
PURPOSE = "list"


@pages.get("/studies/<code>/lists")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """The upload, and the lists imported so far."""
    return _page()


@pages.post("/studies/<code>/lists")
@allow(managers)
def upload(code: str) -> ResponseReturnValue:
    """Keeps the file aside and shows what importing it would do."""
    try:
        held = hold_upload(PURPOSE)
    except Refusal as refused:
        return _page(refused), 422
    return redirect(url_for("lists.try_out", code=code, held_id=held.id), 303)


@pages.get("/studies/<code>/lists/held/<held_id>")
@allow(managers)
def try_out(code: str, held_id: str) -> ResponseReturnValue:
    """The dry run: what each row would become; nothing is written."""
    try:
        held = held_upload(held_id, PURPOSE)
    except HeldFileGone:
        return _imported_already(code, held_id)
    try:
        return _trial(held)
    except NoKeyColumn:
        return redirect(url_for("mapping.show", code=code, held_id=held_id))
    except Refusal as refused:
        return _page(refused, held), 422


def _trial(held: HeldFile, refused: Refusal | None = None) -> str:
    trial = trial_of(session(), installation(), study(), held, language(), lambda: _checked(held))
    fate = request.args.get("fate", "")
    # A later list is its difference: what is known already is shown when asked for.
    only_new = trial.later and not fate and request.args.get("show") != "all"
    chosen = trial.chosen(fate, only_new=only_new)
    page = asked_page(len(chosen), ROWS_A_PAGE)
    return render_template(
        "list_trial.html",
        held=held,
        trial=trial,
        counts=trial.counts,
        headers=trial.headers,
        difference=trial.difference,
        rows=trial_rows(trial.rows(chosen[page.offset : page.offset + page.size])),
        names={centre.code: centre.name for centre in list_centres(session(), study())},
        touched=trial.touched,
        houses=trial.houses,
        page=page,
        fate=fate,
        later=trial.later,
        only_new=only_new,
        shown=identities_shown(session(), token=someone().token, study=study().code),
        problem=refused.message(language()) if refused else None,
    )


def _imported_already(code: str, held_id: str) -> ResponseReturnValue:
    # The Back key after an import: what it became, not a file to send again.
    if held_id != cookie.get("imported_held"):
        raise HeldFileGone
    return redirect(url_for("lists.show_import", code=code, import_id=cookie["imported_as"]))


@pages.post("/studies/<code>/lists/held/<held_id>/import")
@allow(managers)
def confirm(code: str, held_id: str) -> ResponseReturnValue:
    """Imports the file whose dry run was read, in this one transaction."""
    held = held_upload(held_id, PURPOSE)
    try:
        report = import_list(
            session(),
            installation().vault,
            study(),
            _rules(),
            path_of(held),
            actor=actor(),
            now=now(),
            name=held.name,
            expected=request.form.get("expected"),
        )
    except ListChanged as changed:
        return _trial(held, changed), changed.status
    except Refusal as refused:
        return _page(refused, held), 422
    let_go(held)
    cookie["imported_held"], cookie["imported_as"] = held_id, report.import_id
    return redirect(url_for("lists.show", code=code, imported=1), 303)


@pages.post("/studies/<code>/lists/held/<held_id>/drop")
@allow(managers)
def give_up(code: str, held_id: str) -> ResponseReturnValue:
    """Forgets the file without importing it."""
    let_go(held_upload(held_id, PURPOSE))
    return redirect(url_for("lists.show", code=code), 303)


@pages.get("/studies/<code>/lists/<int:import_id>")
@allow(managers)
def show_import(code: str, import_id: int) -> ResponseReturnValue:
    """One imported list: what became of each of its rows, and why."""
    found = find_import(session(), study(), import_id)
    fate = request.args.get("fate", "")
    page = asked_page(found.counts.get(fate or "read", 0), ROWS_A_PAGE)
    rows = import_rows(session(), study(), import_id, fate=fate, limit=page.size, offset=page.offset)
    return render_template("list_import.html", found=found, rows=rows, page=page, fate=fate)


def _checked(held: HeldFile) -> ImportReport:
    return check_list(
        session(), installation().vault, study(), _rules(), path_of(held), now=now(), name=held.name
    )


def _rules() -> ListRules:
    return list_rules_of(session(), study())


def _page(refused: Refusal | None = None, held: HeldFile | None = None) -> str:
    return render_template(
        "lists.html",
        has_list=has_list(session(), study().id),
        imports=imports_of(session(), study()),
        left=progress(session(), study()).open,
        problem=refused.message(language()) if refused else None,
        held=held,
    )
