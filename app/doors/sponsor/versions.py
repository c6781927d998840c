"""The versions of the questionnaire: what each changed, who answered under it, on paper; publishing the next one."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.collection.errors import CollectionRefusal
from app.collection.versions import history, proposal, publish_proposed, version_numbered
from app.doors.guard import allow
from app.doors.request import actor, language, now, session
from app.doors.sponsor.rights import everybody, managers, someone, study
from app.doors.sponsor.screens import Publication
from app.kernel.errors import Refusal
from app.kernel.language import LANGUAGES
from forms.definition import Questionnaire
from forms.printing import PdfUnavailable, print_html, print_pdf

pages = Blueprint("versions", __name__)


@pages.get("/studies/<code>/questionnaire")
@allow(everybody)
def show(code: str) -> ResponseReturnValue:
    """Every version, and what publishing the installed definition would change."""
    return _page()


@pages.post("/studies/<code>/questionnaire")
@allow(managers)
def publish(code: str) -> ResponseReturnValue:
    """Publishes the installed definition as the next version: the one whose changes were shown, no other."""
    form = Publication.posted()
    try:
        publish_proposed(
            session(), study(), form.sha256.data, agreed=form.agreed.data == "1", actor=actor(), now=now()
        )
    except CollectionRefusal as refused:
        return _page(refused), refused.status
    return redirect(url_for("versions.show", code=code, published=1), 303)


@pages.get("/studies/<code>/questionnaire/<int:number>/<spoken>.<any(html, pdf):format>")
@allow(everybody)
def blank(code: str, number: int, spoken: str, format: str) -> ResponseReturnValue:
    """The blank questionnaire of a version in one of its languages, for those who work from paper."""
    if spoken not in LANGUAGES:
        raise NotFound
    content, kind = _printed(version_numbered(session(), study(), number).questionnaire, spoken, format)
    name = f"{code}_v{number}_{spoken}.{format}"
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _printed(questionnaire: Questionnaire, spoken: str, format: str) -> tuple[str | bytes, str]:
    if format == "html":
        return print_html(questionnaire, spoken), "text/html"
    try:
        return print_pdf(questionnaire, spoken), "application/pdf"
    except PdfUnavailable as missing:
        raise NotFound(missing.message(language())) from missing


def _page(refused: Refusal | None = None) -> str:
    problem = refused.message(language()) if refused else None
    try:
        # Read and checked anew from its folder: only for who may publish it.
        proposed = proposal(session(), study()) if someone().role == "manager" else None
    except CollectionRefusal as faulty:
        proposed, problem = None, faulty.message(language())
    return render_template(
        "versions.html",
        versions=history(session(), study()),
        proposed=proposed,
        languages=LANGUAGES,
        problem=problem,
    )
