"""Patients by their public code: where each stands, the list rows she came from, her answers, corrections asked."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.cohort.errors import UnknownPatient
from app.cohort.ledger import keys_where
from app.cohort.models import Authorisation, Centre, Patient
from app.cohort.patients import patient_by_code, set_incident
from app.cohort.telling import questions_on
from app.cohort.tracing import trace_rows
from app.collection.reading import response_of
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.correction_reading import STATES, correction_counts, corrections_on, corrections_page
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.patient_reading import (
    STANDINGS,
    answers_of,
    patient_total,
    patients_page,
    set_aside,
    stands,
)
from app.doors.sponsor.proposals import rows_of
from app.doors.sponsor.rights import managers, study
from app.kernel.errors import Refusal
from app.outreach.errors import QueryRefused
from app.outreach.queries import ask, close, query_by_id
from forms.answers import Address, NotAnAddress

pages = Blueprint("patients", __name__)
ROWS_A_PAGE = 100


@pages.get("/studies/<code>/patients")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every patient by code, those of one standing or whose code begins as typed."""
    typed, standing = request.args.get("q", "").strip()[:32], request.args.get("standing", "")
    standing = standing if standing in STANDINGS else ""
    page = asked_page(patient_total(session(), study(), typed, standing), ROWS_A_PAGE)
    rows = patients_page(session(), study(), typed, standing, limit=page.size, offset=page.offset)
    return render_template(
        "patients.html", rows=rows, page=page, typed=typed, standing=standing, standings=STANDINGS
    )


@pages.get("/studies/<code>/patients/<patient_code>")
@allow(managers)
def show_one(code: str, patient_code: str) -> ResponseReturnValue:
    """One patient: list rows, answers, corrections. No identity is opened for the screen."""
    return _page(_patient(patient_code))


@pages.post("/studies/<code>/patients/<patient_code>/corrections")
@allow(managers)
def put_question(code: str, patient_code: str) -> ResponseReturnValue:
    """Puts a question on one answer; the centre sees it on that very field."""
    patient = _patient(patient_code)
    try:
        address = Address.parse(request.form.get("address", ""))
        ask(session(), study(), patient, address, request.form.get("question", ""), actor=actor(), now=now())
    except NotAnAddress as error:
        raise NotFound from error
    except QueryRefused as refused:
        return _page(patient, refused), 422
    return redirect(url_for("patients.show_one", code=code, patient_code=patient.code, asked=1), 303)


@pages.post("/studies/<code>/patients/<patient_code>/incident")
@allow(managers)
def set_beginning(code: str, patient_code: str) -> ResponseReturnValue:
    """Says what the chart says: whether the first course began inside the study's window (D06)."""
    patient, incident = _patient(patient_code), request.form.get("incident") == "1"
    set_incident(session(), study(), patient, incident, actor=actor(), now=now())
    return redirect(url_for("patients.show_one", code=code, patient_code=patient.code), 303)


@pages.get("/studies/<code>/corrections")
@allow(managers)
def show_corrections(code: str) -> ResponseReturnValue:
    """Every correction asked: replies to read first, then what waits longest."""
    state = request.args.get("state", "")
    state, counts = state if state in STATES else "", correction_counts(session(), study())
    page = asked_page(counts[state] if state else sum(counts.values()), ROWS_A_PAGE)
    rows = corrections_page(session(), study(), state, limit=page.size, offset=page.offset)
    return render_template("corrections.html", rows=rows, page=page, counts=counts, state=state)


@pages.post("/studies/<code>/corrections/<int:query_id>/close")
@allow(managers)
def finish(code: str, query_id: int) -> ResponseReturnValue:
    """Ends the conversation, answered or withdrawn."""
    close(session(), query_by_id(session(), study(), query_id), actor=actor(), now=now())
    return redirect(url_for("patients.show_corrections", code=code), 303)


def _patient(patient_code: str) -> Patient:
    try:
        return patient_by_code(session(), study(), patient_code)
    except UnknownPatient as error:
        raise NotFound from error


def _page(patient: Patient, refused: Refusal | None = None) -> str:
    response = response_of(session(), patient)
    traced = trace_rows(session(), installation().vault, study(), language=language(), patient=patient)
    keys = keys_where(session(), Authorisation, "patient_id", patient.id)
    granted = [session().get_one(Authorisation, key).granted_on for key in keys]
    return render_template(
        "patient.html",
        patient=patient,
        centre=session().get_one(Centre, patient.centre_id),
        response=response,
        stands=stands(session(), patient, response),
        sections=answers_of(session(), response, language()),
        aside=[(code, answers_of(session(), one, language())) for code, one in set_aside(session(), patient)],
        waiting=questions_on(session(), patient),
        rows=list(zip(keys, granted, traced, strict=True)),
        corrections=corrections_on(session(), patient),
        proposals=rows_of(patient),
        problem=refused.message(language()) if refused else None,
    )
