"""The review desk: one question at a time, its evidence side by side, decided with one key, undone with another."""

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.identities import identities_shown
from app.cohort.centres import list_centres
from app.cohort.deciding import decide
from app.cohort.errors import AlreadyDecided, BadDecision, StaleDecision
from app.cohort.review import Case, decided_cases, find_case, list_cases, list_decisions, progress, seen_of
from app.cohort.telling import told_by_hand
from app.cohort.undoing import undo
from app.doors.guard import allow
from app.doors.request import installation, language, sent_mutation, session
from app.doors.sponsor.by_hand import desk
from app.doors.sponsor.evidence import compare, ways
from app.doors.sponsor.rights import managers, someone, study
from app.kernel.errors import Refusal
from app.kernel.texts import whole_number

pages = Blueprint("reviewing", __name__)
QUEUE = 12
MOST_SKIPPED = 200


@pages.get("/studies/<code>/review")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """The most consequential open question among those that were not put off; all of them once none is left."""
    return _page(_queue() or _queue(everything=True))


@pages.get("/studies/<code>/review/<int:case_id>")
@allow(managers)
def show_case(code: str, case_id: int) -> ResponseReturnValue:
    """One question of the queue."""
    found = find_case(session(), installation().vault, study(), case_id, identities=_shown())
    return _page([found, *(one for one in _queue() if one.id != case_id)])


@pages.post("/studies/<code>/review/<int:case_id>")
@allow(managers)
def answer(code: str, case_id: int) -> ResponseReturnValue:
    """Decides one question; sent twice, it is decided once."""
    form = request.form
    try:
        decision = decide(
            desk(),
            case_id,
            form.get("action", ""),
            mutation_id=sent_mutation(),
            target=form.get("target") or None,
            reason=form.get("reason"),
            seen=form.get("seen"),
        )
    except AlreadyDecided as refused:
        return _page(_queue() or _queue(everything=True), refused), 409
    except (BadDecision, StaleDecision) as refused:
        found = find_case(session(), installation().vault, study(), case_id, identities=_shown())
        return _page([found, *(one for one in _queue() if one.id != case_id)], refused), refused.status
    return redirect(url_for("reviewing.show", code=code, done=decision.id, skip=_address(_skipped())), 303)


@pages.get("/studies/<code>/decisions")
@allow(managers)
def show_decisions(code: str) -> ResponseReturnValue:
    """What was decided, by whom, and what was undone."""
    return _decisions()


@pages.post("/studies/<code>/decisions/<int:decision_id>/undo")
@allow(managers)
def take_back(code: str, decision_id: int) -> ResponseReturnValue:
    """Restores exactly what the decision changed."""
    try:
        with session().begin_nested():
            undone = undo(desk(), decision_id)
    except Refusal as refused:
        return _decisions(refused), refused.status
    if undone.case_id is None:
        return redirect(url_for("reviewing.show_decisions", code=code, undone=decision_id), 303)
    return redirect(url_for("reviewing.show", code=code, undone=decision_id, skip=_address(_skipped())), 303)


def _queue(*, everything: bool = False) -> list[Case]:
    without = [] if everything else _skipped()
    return list_cases(
        session(), installation().vault, study(), identities=_shown(), limit=QUEUE, without=without
    )


def _skipped() -> list[int]:
    """The questions put off, by their ids: a rank would slide as soon as one of them is decided or settled."""
    words = request.values.get("skip", "").split(".")[-MOST_SKIPPED:]
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10]


def _address(skipped: list[int]) -> str | None:
    """What the address carries of them; None leaves it out."""
    return ".".join(str(one) for one in skipped) or None


def _shown() -> bool:
    return identities_shown(session(), token=someone().token, study=study().code)


def _page(queue: list[Case], refused: Refusal | None = None) -> str:
    case = queue[0] if queue else None
    # Once everything was put off, the round begins again and nothing is carried on.
    waiting = [one for one in _skipped() if case is None or one != case.id]
    skip = _address(waiting) if any(one.id not in _skipped() for one in queue) else None
    done = request.args.get("done", type=whole_number)
    return render_template(
        "review.html",
        case=case,
        queue=queue[1:],
        skip=skip,
        later=(f"{skip}.{case.id}" if skip else str(case.id)) if case else None,
        progress=progress(session(), study()),
        table=compare(case) if case else None,
        ways=ways(case) if case else [],
        centres=list_centres(session(), study()) if case and case.kind == "centre" else [],
        shown=_shown(),
        mutation=uuid4().hex,
        seen=seen_of(session(), study(), case.id) if case else None,
        done=done,
        problem=refused.message(language()) if refused else None,
    )


def _decisions(refused: Refusal | None = None) -> str:
    problem = refused.message(language()) if refused else None
    decisions = list_decisions(session(), study(), 200)
    cases = decided_cases(session(), installation().vault, study(), decisions)
    told = {one.id: told_by_hand(session(), one) for one in decisions}
    return render_template("decisions.html", decisions=decisions, cases=cases, told=told, problem=problem)
