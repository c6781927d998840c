"""The worklist: the patients a centre answers for, what is left on each, and where to go on."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.collection.models import HANDED_IN
from app.collection.questionnaires import has_list
from app.collection.reading import WorklistLine, response_of, situation_kept, worklist
from app.collection.submitting import left_since, submission_of
from app.doors.centre.charts import own_chart
from app.doors.centre.dispositions import disposition_text
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import installation, session
from app.outreach.queries import waiting_on

views = Blueprint("worklist", __name__)


@views.get("/")
@allow(respondent_only)
def show() -> str:
    """The patients of the visitor's centre; those with work left come first."""
    here = visitor()
    lines = worklist(session(), installation().vault, here.study, here.centre)
    disposed = [line for line in lines if line.disposition is not None]
    done = [line for line in lines if line.disposition is None and line.status in HANDED_IN]
    to_do = [line for line in lines if line.disposition is None and line.status not in HANDED_IN]
    return render_template(
        "worklist.html",
        here=here,
        to_do=sorted(to_do, key=_begun_first),
        done=done,
        disposed=disposed,
        total=len(lines),
        can_enrol=not has_list(session(), here.study.id),
        disposition_text=disposition_text,
        reopened={line.patient.id: _left_by_corrections(line) for line in done},
        asked=waiting_on(session(), here.study, here.centre),
    )


@views.get("/patients/<code>")
@allow(respondent_only)
def go_on(code: str) -> ResponseReturnValue:
    """Leads to where the work on this patient goes on."""
    return redirect(url_for("review.show", code=own_chart(code).code), 302)


def _left_by_corrections(line: WorklistLine) -> int:
    """How many answers corrections have opened and nobody gave; read only where something is left at all."""
    response = response_of(session(), line.patient) if line.status == "corrected" and line.left else None
    submission = submission_of(session(), response) if response else None
    return len(left_since(submission, situation_kept(response))) if response and submission else 0


def _begun_first(line: WorklistLine) -> tuple[bool, int, str]:
    return (line.status != "draft", len(line.patient.code), line.patient.code)
