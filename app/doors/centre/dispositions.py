"""Saying why there will be no answer for a patient, and taking it back."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.cohort.models import Patient
from app.cohort.patients import identity_of
from app.collection.disposing import disposition_of, set_disposition, withdraw_disposition
from app.collection.errors import CollectionRefusal
from app.collection.models import DISPOSITIONS
from app.doors.centre.charts import own_chart
from app.doors.centre.heard import said_by
from app.doors.centre.screens import Reason
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, session

views = Blueprint("dispositions", __name__)


@views.get("/patients/<code>/sans-reponse")
@allow(respondent_only)
def show(code: str) -> str:
    """The reasons there are for having no answer."""
    return _page(own_chart(code).patient, None)


@views.post("/patients/<code>/sans-reponse")
@allow(respondent_only)
def say(code: str) -> ResponseReturnValue:
    """Sets the disposition chosen, or takes the one in force back."""
    patient = own_chart(code).patient
    if request.form.get("withdraw"):
        withdraw_disposition(session(), patient=patient, actor=actor(), now=now())
        return redirect(url_for("review.show", code=code), 303)
    form = Reason.posted()
    if not form.validate():
        return _page(patient, next(iter(form.problems.values()))), 422
    if form.kind.data not in DISPOSITIONS:
        raise BadRequest
    try:
        set_disposition(
            session(),
            patient=patient,
            kind=form.kind.data,
            actor=actor(),
            now=now(),
            note=form.note.data,
            destination=form.destination.data,
        )
    except CollectionRefusal as refused:
        return _page(patient, refused.message(language())), refused.status
    return redirect(url_for("worklist.show"), 303)


def disposition_text(kind: str) -> str:
    """What a disposition is called on screens."""
    texts = {
        "not_our_patient": gettext("Ce n’est pas notre patient"),
        "never_treated": gettext("Jamais traité, malgré l’autorisation"),
        "chart_not_found": gettext("Dossier introuvable"),
        "moved": gettext("Suivi dans un autre établissement"),
        "opposed": gettext("Le patient s’oppose à l’utilisation de ses données"),
    }
    return str(texts[kind])


def _page(patient: Patient, error: str | None) -> str:
    current = disposition_of(session(), patient)
    return render_template(
        "disposition.html",
        here=visitor(),
        patient=patient,
        identity=identity_of(session(), installation().vault, patient),
        current=current,
        by=said_by(current) if current else None,
        kinds=[(kind, disposition_text(kind)) for kind in DISPOSITIONS],
        typed=request.form,
        error=error,
        disposition_text=disposition_text,
    )
