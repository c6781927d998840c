"""Who is who, put right by hand: two patients are one, some rows are somebody else's, another centre is to be asked."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.cohort.centres import centre_by_id, list_centres
from app.cohort.errors import StaleDecision
from app.cohort.ledger import keys_where
from app.cohort.merging import merge_patients, move_patient, split_patient
from app.cohort.models import Authorisation, Centre, Decision, Patient
from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.by_hand import Given, Preview, carry_out, confirm_page
from app.doors.sponsor.foretelling import both_answered, merge_of_patients, move_of_patient, split_of_patient
from app.doors.sponsor.patient_reading import patients_page
from app.doors.sponsor.rights import managers, study

pages = Blueprint("regrouping", __name__)
FOUND = 25
BASE = "/studies/<code>/patients/<patient_code>"


@pages.get(f"{BASE}/merge")
@allow(managers)
def merge(code: str, patient_code: str) -> ResponseReturnValue:
    """The search for the other patient, then what merging the two would move."""
    patient, chosen = _patient(patient_code), request.args.get("other", "")
    if chosen:
        gone, kept = (_patient(one) for one in (patient_code, chosen))
        if request.args.get("keep") == patient_code:
            gone, kept = kept, gone
        return confirm_page(_merging(gone, kept))
    typed = request.args.get("q", "").strip()[:64]
    found = patients_page(session(), study(), typed, "", limit=FOUND, offset=0) if typed else []
    rows = [one for one in found if one.code != patient.code]
    return render_template("merge_patient.html", patient=patient, rows=rows, typed=typed, most=FOUND)


@pages.post(f"{BASE}/merge")
@allow(managers)
def do_merge(code: str, patient_code: str) -> ResponseReturnValue:
    """Merges the two as the preview said."""
    gone, kept = _patient(request.form.get("gone", "")), _patient(request.form.get("kept", ""))
    if patient_code not in (gone.code, kept.code):
        raise NotFound
    return carry_out(
        lambda g: _merge(g, gone, kept),
        lambda: _merging(gone, kept),
        lambda decision: _done(kept, decision),
    )


@pages.get(f"{BASE}/split")
@allow(managers)
def split(code: str, patient_code: str) -> ResponseReturnValue:
    """What becoming a patient of their own would mean for the ticked rows."""
    patient = _patient(patient_code)
    return confirm_page(split_of_patient(session(), patient, _ticked(patient), _page_of(patient)))


@pages.post(f"{BASE}/split")
@allow(managers)
def do_split(code: str, patient_code: str) -> ResponseReturnValue:
    """Makes the rows a new patient as the preview said."""
    patient = _patient(patient_code)
    rows = _numbers(request.form.getlist("rows"))
    return carry_out(
        lambda g: split_patient(
            g.desk, patient, rows, mutation_id=g.mutation_id, reason=g.reason, seen=g.seen
        ),
        lambda: split_of_patient(session(), patient, rows, _page_of(patient)),
        lambda decision: _done(patient, decision),
    )


@pages.get(f"{BASE}/move")
@allow(managers)
def move(code: str, patient_code: str) -> ResponseReturnValue:
    """The choice of the centre, then what asking it would change."""
    patient, chosen = _patient(patient_code), request.args.get("centre", "")
    if chosen:
        return confirm_page(move_of_patient(session(), patient, _centre(chosen), _page_of(patient)))
    centres = [one for one in list_centres(session(), study()) if one.id != patient.centre_id]
    return render_template("move_patient.html", patient=patient, centres=centres)


@pages.post(f"{BASE}/move")
@allow(managers)
def do_move(code: str, patient_code: str) -> ResponseReturnValue:
    """Asks the other centre from now on."""
    patient, centre = _patient(patient_code), _centre(request.form.get("centre", ""))
    return carry_out(
        lambda g: move_patient(
            g.desk, patient, centre, mutation_id=g.mutation_id, reason=g.reason, seen=g.seen
        ),
        lambda: move_of_patient(session(), patient, centre, _page_of(patient)),
        lambda decision: _done(patient, decision),
    )


def _merge(given: Given, gone: Patient, kept: Patient) -> Decision:
    both = str(int(both_answered(session(), gone, kept)))
    if request.form.get("both", both) != both:
        raise StaleDecision(
            changes_fr="Un questionnaire a été commencé entre-temps.",
            changes_en="A questionnaire was begun meanwhile.",
        )
    return merge_patients(
        given.desk, gone, kept, mutation_id=given.mutation_id, reason=given.reason, seen=given.seen
    )


def _merging(gone: Patient, kept: Patient) -> Preview:
    swapped = url_for(
        "regrouping.merge", code=study().code, patient_code=gone.code, other=kept.code, keep=gone.code
    )
    return merge_of_patients(session(), gone, kept, _page_of(gone), swapped)


def _patient(patient_code: str) -> Patient:
    # The very code, merged or not: a stale page must be told what happened to it.
    query = select(Patient).where(Patient.study_id == study().id, Patient.code == patient_code)
    found = session().scalar(query)
    if found is None:
        raise NotFound
    return found


def _centre(chosen: str) -> Centre:
    if not chosen.isascii() or not chosen.isdigit() or len(chosen) > 9:
        raise NotFound
    return centre_by_id(session(), study(), int(chosen))


def _ticked(patient: Patient) -> list[int]:
    own = set(keys_where(session(), Authorisation, "patient_id", patient.id))
    return [row for row in _numbers(request.args.getlist("rows")) if row in own]


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]


def _page_of(patient: Patient) -> str:
    return url_for("patients.show_one", code=study().code, patient_code=patient.code)


def _done(patient: Patient, decision: Decision) -> str:
    return url_for("patients.show_one", code=study().code, patient_code=patient.code, done=decision.id)
