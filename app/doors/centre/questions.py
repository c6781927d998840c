"""The questionnaire page by page: shown from its skeleton, saved without any script, nothing typed ever lost."""

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from app.collection.errors import CollectionRefusal
from app.collection.saving import SaveReply, save
from app.collection.submitting import left_since, submission_of
from app.doors.centre.charts import own_chart
from app.doors.centre.drawing import draw
from app.doors.centre.frames import draw_frame
from app.doors.centre.functions import say_function
from app.doors.centre.headings import draw_derived
from app.doors.centre.moment import Moment, moment_of, shown_of
from app.doors.centre.navigation import patient_url
from app.doors.centre.plans import Page, page_after, page_of
from app.doors.centre.pointing import pointer_to
from app.doors.centre.posted import Posted, as_was, read_posted
from app.doors.centre.shells import escaped
from app.doors.centre.showing import Shown
from app.doors.centre.skeletons import ident
from app.doors.centre.standings import CONFIRM
from app.doors.centre.telling import tell_clashes, tell_refusal, tell_refused
from app.doors.centre.visiting import respondent_only
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, sent_mutation, session

views = Blueprint("questions", __name__)
PATHS = ("/patients/<code>/questions/<section>", "/patients/<code>/questions/<section>/<visit>")


@views.get(PATHS[0])
@views.get(PATHS[1])
@allow(respondent_only)
def show(code: str, section: str, visit: str | None = None) -> bytes:
    """One page of questions with what is stored."""
    moment, page = _find(code, section, visit)
    return _page(moment, shown_of(moment, page))


@views.post(PATHS[0])
@views.post(PATHS[1])
@allow(respondent_only)
def store(code: str, section: str, visit: str | None = None) -> ResponseReturnValue:
    """Stores what can be stored; what cannot is shown again with its message, every word kept."""
    moment, page = _find(code, section, visit)
    shown = shown_of(moment, page)
    posted = read_posted(shown, request.form)
    if not posted.changes:
        return _onwards(moment, page, None)
    try:
        with session().begin_nested():
            reply = _save(moment, posted)
    except CollectionRefusal as refused:
        return _refused(code, page, posted, refused)
    return _stored(code, page, posted, reply)


def _find(code: str, section: str, visit: str | None) -> tuple[Moment, Page]:
    moment = moment_of(own_chart(code))
    page = page_of(moment.version.questionnaire, section, visit)
    if page is None:
        raise NotFound
    return moment, page


def _save(moment: Moment, posted: Posted) -> SaveReply:
    return save(
        session(),
        installation().vault,
        patient=moment.patient,
        changes=posted.changes,
        mutation_id=sent_mutation(),
        actor=actor(),
        now=now(),
        reason=request.form.get("reason"),
    )


def _stored(code: str, page: Page, posted: Posted, reply: SaveReply) -> ResponseReturnValue:
    moment = moment_of(own_chart(code))
    if say_function(moment):
        moment = moment_of(own_chart(code))
    shown = shown_of(moment, page)
    if not reply.refused and not reply.clashes:
        return _onwards(moment, page, reply)
    tell_refused(shown, posted, reply.refused)
    tell_clashes(shown, posted, reply.clashes, moment.response)
    return _page(moment, shown, partly=bool(reply.stored)), 200


def _refused(code: str, page: Page, posted: Posted, refused: CollectionRefusal) -> ResponseReturnValue:
    moment = moment_of(own_chart(code))
    shown = shown_of(moment, page)
    message = tell_refusal(shown, posted, refused, moment.response)
    return _page(moment, shown, message=message), refused.status


def _onwards(moment: Moment, page: Page, reply: SaveReply | None) -> WerkzeugResponse:
    """Where a person goes after a save: a line's buttons stay, new questions are shown first, else the next page."""
    asked = request.form.get("do", "")
    here = patient_url(moment.code, "questions", page.section, page.visit)
    if asked == "stay" or _appeared(moment, page):
        return redirect(f"{here}?garde=1", 303)
    action, _, what = asked.partition(":")
    if action == CONFIRM:
        return redirect(f"{here}#q-{what}" if what != "*" else here, 303)
    if what:
        return redirect(f"{here}#lines-{ident(what.partition(':')[0])}", 303)
    return redirect(_next_place(moment, page), 303)


def _appeared(moment: Moment, page: Page) -> bool:
    """Whether this save made questions of the page appear that its sender has not seen; they come first."""
    seen = request.form.get("seen")
    if seen is None or request.form.get("do") != "next":
        return False
    shown = shown_of(moment, page)
    if any(b.group and f"l:{b.group}" not in request.form and shown.opened(b) for b in page.blocks):
        return True
    hidden = set(seen.split())
    return any(
        name in hidden and name not in moment.situation.off for name in hidden & set(moment.situation.missing)
    )


def _next_place(moment: Moment, page: Page) -> str:
    following = page_after(moment.version.questionnaire, page)
    while following is not None and moment.is_closed(following):
        following = page_after(moment.version.questionnaire, following)
    if following is None:
        return url_for("review.show", code=moment.code)
    return url_for(".show", code=moment.code, section=following.section, visit=following.visit)


def _page(moment: Moment, shown: Shown, *, message: str | None = None, partly: bool = False) -> bytes:
    page, errors = shown.page, _summary(moment, shown)
    closed = moment.is_closed(page)
    base_url = patient_url(moment.code)
    parts: dict[str, str | bytes] = {
        "body": draw(moment.version, shown, language()),
        "action": f"{base_url}/questions/{page.key}",
        "mutation": str(uuid.uuid4()),
        "base": str(shown.revision),
        "was": escaped(as_was(shown)),
        "seen": " ".join(name for name, _ in shown.fields() if name in shown.situation.off),
        "derived": draw_derived(moment, page),
    }
    if not moment.submitted and moment.chart.disposition is None:
        parts["live"] = f' data-live="{base_url}/reponses"'
    if moment.submitted:
        parts["correcting"] = _correcting(moment)
        parts["live"] = f' data-preview="{base_url}/apercu"'
    if request.args.get("garde") == "1":
        parts["saved"] = escaped(gettext("Enregistré."))
    if errors or message or closed or moment.chart.disposition:
        parts["notices"] = render_template(
            "_notices.html",
            moment=moment,
            base_url=base_url,
            closed=closed,
            errors=errors,
            message=message,
            partly=partly,
        )
    return draw_frame(moment, page, parts)


def _correcting(moment: Moment) -> str:
    reason = request.form.get("reason", "")
    submission = submission_of(session(), moment.response) if moment.response else None
    left = left_since(submission, moment.situation) if submission else []
    return render_template(
        "_correcting.html",
        reason=reason,
        reason_missing=request.method == "POST" and not reason.strip(),
        left=[pointer_to(moment, (name,)) for name in left],
    )


def _summary(moment: Moment, shown: Shown) -> list[dict[str, str]]:
    """The errors at the top of the page, each leading to its question, on the page that holds it."""
    here = {name for name, _ in shown.fields()}
    found = []
    for name, texts in shown.errors.items():
        pointer = pointer_to(moment, (name,))
        url = f"#i-{ident(name)}" if name in here else pointer.url
        found += [{"url": url, "label": pointer.where, "text": text.striptags()} for text in texts]
    return found
