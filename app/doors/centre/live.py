"""The live page's other half: one answer stored at a time, and what follows from it, said by the server alone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from app.collection.changes import Change, Clash
from app.collection.documents import address_of
from app.collection.errors import AnswersRefused, Conflict
from app.collection.previewing import preview
from app.collection.reading import last_change
from app.collection.saving import SaveReply, save
from app.doors.centre.charts import own_chart
from app.doors.centre.dates import clock_time
from app.doors.centre.filling import as_entered
from app.doors.centre.functions import say_function
from app.doors.centre.headings import draw_derived
from app.doors.centre.moment import Moment, moment_of, shown_of
from app.doors.centre.navigation import counts_of
from app.doors.centre.plans import Page, page_of
from app.doors.centre.posted import read_posted
from app.doors.centre.shells import escaped
from app.doors.centre.showing import Shown, marks
from app.doors.centre.telling import described, tell_refused
from app.doors.centre.visiting import respondent_only
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, session, usable_mutation
from forms.answers import MISSING, NotAnAddress

views = Blueprint("live", __name__)
SHORTEST_MUTATION = 8


@views.post("/patients/<code>/reponses")
@allow(respondent_only)
def store(code: str) -> ResponseReturnValue:
    """Stores one answer; replies with its new revision and how the page stands now."""
    sent = _sent()
    patient = own_chart(code).patient
    change = _change(sent)
    try:
        reply = save(
            session(),
            installation().vault,
            patient=patient,
            changes=[change],
            mutation_id=sent["mutation"],
            actor=actor(),
            now=now(),
            reason=sent.get("reason"),
        )
    except AnswersRefused as refused:
        return jsonify(refused=_messages(refused)), refused.status
    except Conflict as conflict:
        moment = moment_of(own_chart(code))
        return jsonify(clashes=[_both(moment, clash) for clash in _clashes(conflict)]), conflict.status
    moment = moment_of(own_chart(code))
    also = say_function(moment)
    return jsonify(_stored(moment_of(own_chart(code)) if also else moment, sent, reply, also))


@views.post("/patients/<code>/apercu")
@allow(respondent_only)
def look(code: str) -> ResponseReturnValue:
    """What a correction would make appear or disappear on its page. It stores nothing."""
    moment = moment_of(own_chart(code))
    page = _page(moment, request.form)
    posted = read_posted(shown_of(moment, page), request.form)
    found = preview(
        session(),
        installation().vault,
        patient=moment.patient,
        response=moment.response,
        changes=posted.changes,
        now=now(),
    )
    shown = shown_of(replace(moment, document=found.document, situation=found.situation), page)
    tell_refused(shown, posted, found.refused)
    return jsonify(_standing(shown))


def _standing(shown: Shown) -> dict[str, Any]:
    """How every question of a page stands, and which groups of lines are open."""
    return {
        "marks": {
            name: [mark.classes.strip(), mark.hidden, mark.says] for name, mark in marks(shown).items()
        },
        "groups": {
            block.group: [shown.opened(block), shown.lines(block)]
            for block in shown.page.blocks
            if block.group is not None
        },
    }


def _messages(refused: AnswersRefused) -> dict[str, str]:
    found = refused.details
    said = language()
    return {name: message[said] for name, message in found.items()} if isinstance(found, dict) else {}


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise BadRequest
    wanted = {"mutation": str, "address": str, "section": str, "base": int}
    if any(not isinstance(sent.get(name), kind) for name, kind in wanted.items()):
        raise BadRequest
    named = len(sent["mutation"]) >= SHORTEST_MUTATION and usable_mutation(sent["mutation"])
    if not named or not isinstance(sent.get("reason"), str | None):
        raise BadRequest
    return sent


def _change(sent: dict[str, Any]) -> Change:
    try:
        address = address_of(sent["address"])
    except NotAnAddress:
        raise BadRequest from None
    typed, missing, comment = sent.get("typed", ""), sent.get("missing") or None, sent.get("comment")
    is_list = isinstance(typed, list) and all(isinstance(code, str) for code in typed)
    if not (isinstance(typed, str) or is_list) or missing not in (None, *MISSING):
        raise BadRequest
    if not isinstance(comment, str | None):
        raise BadRequest
    return Change(address, typed, sent["base"], missing=missing, comment=comment)


def _stored(moment: Moment, sent: dict[str, Any], reply: SaveReply, also: dict[str, int]) -> dict[str, Any]:
    page = _page(moment, sent)
    shown = shown_of(moment, page)
    return {
        "revision": reply.revision,
        "stored": reply.stored,
        "at": gettext("enregistré à %(time)s", time=clock_time(reply.at)),
        "shown": _as_shown(shown, reply.stored),
        "also": {name: [also[name], *entered] for name, entered in _as_shown(shown, also).items()},
        "menu": {code: escaped(count) for code, (count, _) in counts_of(moment).items()},
        "required": sum(counted[0] for counted in moment.situation.progress.values()),
        "left": sum(counted[2] for counted in moment.situation.progress.values()),
        "derived": draw_derived(moment, page),
        **_standing(shown),
    }


def _as_shown(shown: Shown, stored: Iterable[str]) -> dict[str, Any]:
    """How the fields of the stored answers read now: 88 mg/L stays as typed, 3.5 becomes 3,5."""
    held = {}
    for name in stored:
        entered = as_entered(shown, address_of(name))
        held[name] = [entered.typed, entered.missing]
    return held


def _page(moment: Moment, sent: Mapping[str, Any]) -> Page:
    visit = sent.get("visit") or None
    page = page_of(
        moment.version.questionnaire, str(sent.get("section")), visit if isinstance(visit, str) else None
    )
    if page is None:
        raise NotFound
    return page


def _clashes(conflict: Conflict) -> list[Clash]:
    found = conflict.details
    return found if isinstance(found, list) else []


def _both(moment: Moment, clash: Clash) -> dict[str, Any]:
    page = page_of(moment.version.questionnaire, moment.version.questionnaire.sections[0].code, None)
    assert page is not None, "a questionnaire has a first page"
    shown = shown_of(moment, page)
    who, at = (last_change(session(), moment.response, clash.address) if moment.response else None) or (
        "?",
        None,
    )
    entered = as_entered(shown, address_of(clash.address))
    return {
        "address": clash.address,
        "theirs": described(shown, clash.address, clash.stored),
        "mine": described(shown, clash.address, clash.sent),
        "who": who,
        "when": clock_time(at) if at else "",
        "revision": clash.revision,
        "fields": [entered.typed, entered.missing],
    }
