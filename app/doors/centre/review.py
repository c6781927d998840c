"""Reading over before handing in: what is left, what contradicts, what was found odd; submission, receipt, print."""

import uuid
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.collection.errors import CollectionRefusal
from app.collection.evaluating import evaluate_document
from app.collection.models import Submission
from app.collection.situations import unexplained
from app.collection.submitting import left_since, submission_of, submit
from app.doors.centre.charts import own_chart
from app.doors.centre.heard import heard_before, said_by
from app.doors.centre.moment import Moment, moment_of
from app.doors.centre.navigation import frame_of
from app.doors.centre.pointing import pointer_to, pointers_by_level
from app.doors.centre.printing import printed
from app.doors.centre.visiting import respondent_only
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, sent_mutation, session
from forms.printing import PdfUnavailable, print_pdf

views = Blueprint("review", __name__)


@views.get("/patients/<code>/relecture")
@allow(respondent_only)
def show(code: str) -> str:
    """What is left before the questionnaire can be handed in."""
    return _review(moment_of(own_chart(code)))


@views.post("/patients/<code>/relecture")
@allow(respondent_only)
def hand_in(code: str) -> ResponseReturnValue:
    """Submits, once; a second press leads to the same receipt."""
    patient = own_chart(code).patient
    try:
        with session().begin_nested():
            submit(
                session(),
                installation().vault,
                patient=patient,
                mutation_id=sent_mutation(),
                actor=actor(),
                now=now(),
                left_out_because=request.form.get("because"),
            )
    except CollectionRefusal as refused:
        return _review(moment_of(own_chart(code)), refused.message(language())), refused.status
    return redirect(url_for(".receipt", code=code), 303)


@views.get("/patients/<code>/recu")
@allow(respondent_only)
def receipt(code: str) -> str:
    """The receipt, to print or to keep."""
    moment = moment_of(own_chart(code))
    made = _submission(moment)
    return render_template("receipt.html", **frame_of(moment, None), submission=made, by=said_by(made))


@views.get("/patients/<code>/imprimer")
@allow(respondent_only)
def show_print(code: str) -> str:
    """One's own answers on one page, for the printer or its PDF."""
    moment = moment_of(own_chart(code))
    submission = submission_of(session(), moment.response) if moment.response else None
    return render_template(
        "print.html", **frame_of(moment, None), sections=printed(moment), submission=submission, now=now()
    )


@views.get("/patients/<code>/reponses.pdf")
@allow(respondent_only)
def send_pdf(code: str) -> Response:
    """One's own answers as a PDF file."""
    moment = moment_of(own_chart(code))
    questionnaire = moment.version.questionnaire
    evaluation, _ = evaluate_document(
        session(), installation().vault, moment.patient, questionnaire, moment.document, now()
    )
    try:
        content = print_pdf(questionnaire, language(), evaluation)
    except PdfUnavailable as missing:
        raise NotFound from missing
    named = {"Content-Disposition": f'attachment; filename="{moment.code}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=named)


def _submission(moment: Moment) -> Submission:
    found = submission_of(session(), moment.response) if moment.response else None
    if found is None:
        raise NotFound
    return found


def _review(moment: Moment, message: str | None = None) -> str:
    submission = submission_of(session(), moment.response) if moment.response else None
    left = list(moment.situation.missing) if submission is None else left_since(submission, moment.situation)
    core, expected = pointers_by_level(moment, left)
    context: dict[str, Any] = frame_of(moment, None)
    return render_template(
        "review.html",
        **context,
        message=message,
        blocking=[
            pointer_to(moment, one.addresses, one.message[language()]) for one in moment.situation.blocking
        ],
        warnings=[
            pointer_to(moment, one.addresses, one.message[language()])
            for one in unexplained(moment.document, moment.situation)
        ],
        core=core,
        heard=heard_before(moment.document),
        expected=expected,
        submission=submission,
        by=said_by(submission) if submission else None,
        mutation=str(uuid.uuid4()),
        because=request.form.get("because", gettext("Seul l’essentiel a été rempli") if not core else ""),
        started=bool(moment.response and moment.response.revision),
    )
