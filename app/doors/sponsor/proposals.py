"""What centres propose against the list: both values side by side, accepted or refused, and decided anew when need be."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.identities import identities_shown
from app.cohort.models import Patient
from app.collection.errors import CollectionRefusal
from app.collection.proposals import Proposal, decide, proposal_by_id, proposals_of
from app.collection.questionnaires import questionnaire_of
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.rights import managers, someone, study
from app.doors.sponsor.screens import Decision

pages = Blueprint("proposals", __name__)


@dataclass(frozen=True)
class Row:
    """One proposal as the desk shows it; identities are None until they were asked for."""

    proposal: Proposal
    label: str
    listed: str | None
    proposed: str | None
    own: bool
    """Whoever looks typed it themselves, on the telephone."""


@pages.get("/studies/<code>/propositions")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every proposal of the study, those that wait first."""
    return _page()


@pages.post("/studies/<code>/propositions/<key>")
@allow(managers)
def settle(code: str, key: str) -> ResponseReturnValue:
    """Accepts or refuses one; the other decision is taken the same way later."""
    form = Decision.posted()
    if not form.validate():
        return _page(next(iter(form.problems.values()))), 422
    check = proposal_by_id(session(), study(), key)
    try:
        with session().begin_nested():
            decide(
                session(), installation().vault, check, accept=form.accept.data == "1", reason=form.reason.data,
                seen=form.seen.number or 0, actor=actor(), now=now(),
            )  # fmt: skip
    except CollectionRefusal as refused:
        return _page(refused.message(language())), refused.status
    back = request.form.get("patient")
    if back:
        return redirect(url_for("patients.show_one", code=code, patient_code=back) + "#propositions", 303)
    return redirect(url_for("proposals.show", code=code), 303)


def rows_of(patient: Patient | None = None) -> list[Row]:
    """The proposals of the study, or on one patient, as this session may see them."""
    shown = identities_shown(session(), token=someone().token, study=study().code)
    questions = dict(questionnaire_of(session(), study()).questions)
    found = proposals_of(session(), installation().vault, study(), questions, patient)
    return [_row(one, hidden=one.question.identity and not shown) for one in found]


def _row(one: Proposal, *, hidden: bool) -> Row:
    said = language()
    listed, proposed = (
        (None, None) if hidden else (one.shown(one.listed, said), one.shown(one.proposed, said))
    )
    return Row(one, one.question.label[said], listed, proposed, one.check.typed_by(actor().name))


def _page(problem: str | None = None) -> str:
    rows = rows_of()
    return render_template(
        "proposals.html", proposals=rows, problem=problem, hidden=any(one.listed is None for one in rows)
    )
