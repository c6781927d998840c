"""Enrolling a patient who comes from no list, in a study that works that way."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.cohort.errors import NoList
from app.cohort.models import Study
from app.cohort.patients import enrol_patient
from app.collection.questionnaires import list_rules_of
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from forms.canonical import NotCanonical, canonical
from forms.definition import Label, Question
from forms.refusals import AnswerRefused
from forms.types import kind_of

views = Blueprint("enrolling", __name__)
BIRTH = Question("birth", Label("Naissance", "Birth"), "partial_date", "")
LONGEST_INITIALS = 8


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
    here, errors = visitor(), {}
    try:
        initials = canonical(request.form.get("initials", "")).strip().upper()
    except NotCanonical as refused:
        initials, errors["initials"] = "", refused.message(language())
    if not initials and "initials" not in errors:
        errors["initials"] = gettext("Indiquez les initiales du patient.")
    if len(initials) > LONGEST_INITIALS:
        errors["initials"] = gettext("Des initiales, pas un nom : 8 caractères au plus.")
    birth = _birth(errors)
    sex = request.form.get("sex", "")
    if sex not in ("1", "2"):
        errors["sex"] = gettext("Indiquez le sexe.")
    if errors:
        return _page(errors), 422
    patient = enrol_patient(
        session(), installation().vault, here.study, here.centre,
        actor=actor(), now=now(), initials=initials, birth=birth, sex=int(sex),
    )  # fmt: skip
    return redirect(url_for("worklist.go_on", code=patient.code), 303)


def works_without_list(session: Session, study: Study) -> bool:
    """Whether the centres of a study enrol its patients."""
    try:
        list_rules_of(session, study)
    except NoList:
        return True
    return False


def _refuse_listed() -> None:
    if not works_without_list(session(), visitor().study):
        raise NotFound


def _birth(errors: dict[str, str]) -> str | None:
    try:
        cell = kind_of(BIRTH.type).parse(request.form.get("birth", ""), BIRTH)
    except AnswerRefused as refused:
        errors["birth"] = refused.message(language())
        return None
    if cell.value is None:
        errors["birth"] = gettext("Indiquez la naissance : mois et année suffisent.")
    return str(cell.value) if cell.value is not None else None


def _page(errors: dict[str, str]) -> str:
    return render_template("enrol.html", here=visitor(), errors=errors, typed=request.form)
