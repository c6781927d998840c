"""Exports: one click asks for the workbook, the worker builds it, the page shows how far it is and gives the file."""

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, installation, now, session
from app.doors.sponsor.rights import statisticians, study
from app.extraction.cuts import counts_of, list_cuts
from app.extraction.jobs import ask_export, job_of, job_path, list_jobs
from app.extraction.models import FORMATS

pages = Blueprint("exporting", __name__)


@pages.get("/studies/<code>/exports")
@allow(statisticians)
def show(code: str) -> ResponseReturnValue:
    """The exports asked so far, and the click that asks for another."""
    jobs = list_jobs(session(), study())
    waiting = any(job.state in ("asked", "building") for job in jobs)
    cuts = [(cut, counts_of(cut)) for cut in list_cuts(session(), study())]
    return render_template("exports.html", jobs=jobs, waiting=waiting, formats=FORMATS, cuts=cuts)


@pages.post("/studies/<code>/exports")
@allow(statisticians)
def ask(code: str) -> ResponseReturnValue:
    """Asks for an export, which the journal notes."""
    chosen, frozen = request.form.get("format", "xlsx"), "freeze" in request.form
    ask_export(
        session(),
        study(),
        format=chosen if chosen in FORMATS and not frozen else "xlsx",
        freeze_as=request.form.get("name", "").strip()[:120] if frozen else None,
        since=request.form.get("since", type=int),
        labels="labels" in request.form,
        submitted_only="submitted_only" in request.form,
        actor=actor(),
        now=now(),
    )
    return redirect(url_for("exporting.show", code=code), 303)


@pages.get("/studies/<code>/exports/<job_id>")
@allow(statisticians)
def download(code: str, job_id: str) -> ResponseReturnValue:
    """The file of a finished export."""
    path = job_path(installation(), job_of(session(), study(), job_id))
    return send_file(path, as_attachment=True, download_name=path.name)
