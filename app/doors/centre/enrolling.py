"""Enrolling a patient who comes from no list, in a study that works that way."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.cohort.patients import enrol_patient
from app.collection.questionnaires import has_list, questionnaire_of
from app.doors.centre.plans import pages_of
from app.doors.centre.screens import Enrolment
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import actor, installation, now, session

views = Blueprint("enrolling", __name__)


@views.get("/patients/nouveau")
@allow(respondent_only)
def show() -> str:
    """What is asked to enrol a patient."""
    _refuse_listed()
    return _page({})


@views.post("/patients/nouveau")
@allow(respondent_only)
def enrol() -> ResponseReturnValue:
    """Enrols the patient and leads to the questionnaire."""
    _refuse_listed()
    here, form = visitor(), Enrolment.posted()
    if not form.validate():
        return _page(form.problems), 422
    patient = enrol_patient(
        session(), installation().vault, here.study, here.centre,
        actor=actor(), now=now(), initials=form.initials.data, birth=form.birth.data, sex=int(form.sex.data),
    )  # fmt: skip
    first = pages_of(questionnaire_of(session(), here.study))[0]
    return redirect(url_for("questions.show", code=patient.code, section=first.section, visit=first.visit), 303)


def _refuse_listed() -> None:
    if has_list(session(), visitor().study.id):
        raise NotFound


def _page(errors: dict[str, str]) -> str:
    return render_template("enrol.html", here=visitor(), errors=errors, typed=request.form)
