"""Exports: one click asks for the workbook, the worker builds it, the page shows how far it is and gives the file."""

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.rights import statisticians, study
from app.extraction.cuts import counts_of, cut_numbered, cut_path, list_cuts
from app.extraction.formats import FORMATS
from app.extraction.jobs import ask_export, failure_of, found_of, job_of, job_path, list_jobs
from app.kernel.texts import whole_number

pages = Blueprint("exporting", __name__)


@pages.get("/studies/<code>/exports")
@allow(statisticians)
def show(code: str) -> ResponseReturnValue:
    """The exports asked so far, and the click that asks for another."""
    jobs = list_jobs(session(), study())
    waiting = any(job.state in ("asked", "building") for job in jobs)
    cuts = [(cut, counts_of(cut)) for cut in list_cuts(session(), study())]
    by_file = {cut.file_sha256: cut for cut, _ in cuts}
    failures = {job.id: failure_of(job, language()) for job in jobs if job.state == "failed"}
    found = {job.id: found_of(job) for job in jobs}
    return render_template(
        "exports.html",
        jobs=jobs,
        failures=failures,
        found=found,
        waiting=waiting,
        formats=FORMATS,
        cuts=cuts,
        by_file=by_file,
    )


@pages.post("/studies/<code>/exports")
@allow(statisticians)
def ask(code: str) -> ResponseReturnValue:
    """Asks for an export, which the journal notes."""
    chosen, frozen = request.form.get("format", "xlsx"), "freeze" in request.form
    ask_export(
        session(),
        study(),
        format=chosen if chosen in FORMATS and not frozen else "xlsx",
        freeze_as=request.form.get("name", "") if frozen else None,
        since=request.form.get("since", type=whole_number),
        again=request.form.get("again", type=whole_number),
        labels="labels" in request.form,
        submitted_only="submitted_only" in request.form,
        actor=actor(),
        now=now(),
    )
    return redirect(url_for("exporting.show", code=code), 303)


@pages.get("/studies/<code>/cuts/<int:number>")
@allow(statisticians)
def take_cut(code: str, number: int) -> ResponseReturnValue:
    """The kept workbook of a cut."""
    cut = cut_numbered(session(), study(), number)
    path = cut_path(installation().settings.home, code, cut.number)
    if not path.is_file():
        raise NotFound
    return send_file(path, as_attachment=True, download_name=path.name)


@pages.get("/studies/<code>/exports/<job_id>")
@allow(statisticians)
def download(code: str, job_id: str) -> ResponseReturnValue:
    """The file of a finished export."""
    path = job_path(installation(), job_of(session(), study(), job_id))
    return send_file(path, as_attachment=True, download_name=path.name)
