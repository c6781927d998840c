"""Corrections asked by the sponsor, seen from the centre: each with its answer, to correct or to keep, and a reply."""

import uuid
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import Conflict, NotFound

from app.collection.changes import Change
from app.collection.errors import CollectionRefusal
from app.doors.centre.charts import own_chart
from app.doors.centre.filling import fact_text, fill
from app.doors.centre.moment import Moment, moment_of
from app.doors.centre.navigation import patient_url
from app.doors.centre.plans import Block, Page, named, page_holding
from app.doors.centre.posted import Posted, as_was, read_posted
from app.doors.centre.screens import Reply
from app.doors.centre.showing import Shown
from app.doors.centre.skeletons import compile_one, ident
from app.doors.centre.telling import tell_refusal
from app.doors.centre.visiting import respondent_only
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, sent_mutation, session
from app.outreach.models import Query
from app.outreach.queries import answer, queries_on
from forms.answers import Address
from forms.types import kind_of

views = Blueprint("queries", __name__)


@dataclass(frozen=True)
class Asked:
    """One open question as its page shows it; `field` is empty where the answer cannot be changed here."""

    query: Query
    label: str
    current: str
    page_url: str
    field: Markup
    was: str
    reply: str = ""
    error: str = ""


@dataclass(frozen=True)
class Refused:
    """A reply that could not be taken: what was typed stays in its fields."""

    query: Query
    message: str
    shown: Shown | None


@views.get("/patients/<code>/demandes")
@allow(respondent_only)
def show(code: str) -> str:
    """The open questions on a patient's answers."""
    return _page(moment_of(own_chart(code)), None)


@views.post("/patients/<code>/demandes")
@allow(respondent_only)
def reply(code: str) -> ResponseReturnValue:
    """Takes the reply and, where the answer was changed, the correction with it: both or neither."""
    moment = moment_of(own_chart(code))
    query, form = _asked(moment), Reply.posted()
    shown = _shown(moment, query)
    posted = read_posted(shown, request.form) if shown else Posted()
    if not form.validate():
        if shown:
            shown.entered.update(posted.entered)
        return _page(moment, Refused(query, form.problems["reply"], shown)), 422
    try:
        with session().begin_nested():
            _take(query, form.reply.data, posted)
    except CollectionRefusal as refused:
        moment = moment_of(own_chart(code))
        shown = _shown(moment, query)
        message = (
            tell_refusal(shown, posted, refused, moment.response) if shown else refused.message(language())
        )
        return _page(moment, Refused(query, message, shown)), refused.status
    return redirect(url_for(".show", code=code, garde=1), 303)


def _take(query: Query, words: str, posted: Posted) -> None:
    if query.answered_at is not None:
        if query.reply != words:
            raise Conflict  # a colleague was faster: the error page gives back what was typed
        return
    answer(
        session(),
        installation(),
        query,
        reply=words,
        mutation_id=sent_mutation(),
        actor=actor(),
        now=now(),
        change=next((one for one in posted.changes if isinstance(one, Change)), None),
    )


def _asked(moment: Moment) -> Query:
    named = request.form.get("query", "")
    found = [one for one in queries_on(session(), moment.patient) if str(one.id) == named]
    if not found:
        raise NotFound
    return found[0]


def _shown(moment: Moment, query: Query) -> Shown | None:
    """The one answer that is asked about, as a page of its own; None when no such question exists (any more)."""
    address, whole = Address.parse(query.address), moment.version.questionnaire
    question = whole.questions.get(address.name)
    if question is None:
        return None
    # Dates of ticks have addresses of their own: they are not what is asked about.
    alone = replace(whole, questions={question.name: replace(question, dates=False)})
    block = Block(question.section, address.visit, titled=False, before=(address,), fields=(named(address),))
    facts = moment.facts if question.from_list else {}
    page = Page(question.section, address.visit, (block,))
    checked = moment.checked if question.from_list else {}
    return Shown(
        alone, page, moment.document, moment.situation, facts, language(), moment.revision, checked=checked
    )


def _page(moment: Moment, refused: Refused | None) -> str:
    queries = queries_on(session(), moment.patient)
    waiting = [one for one in queries if one.answered_at is None]
    first = {one.address: one.id for one in reversed(waiting)}
    return render_template(
        "queries.html",
        moment=moment,
        waiting=[_drawn(moment, one, refused, first[one.address] == one.id) for one in waiting],
        answered=[_drawn(moment, one, None, False) for one in queries if one.answered_at is not None],
        mutation=str(uuid.uuid4()),
        kept=request.args.get("garde") == "1",
    )


def _drawn(moment: Moment, query: Query, refused: Refused | None, editable: bool) -> Asked:
    """`editable` is true once an answer, or two fields of a page would have one name."""
    mine = refused if refused is not None and refused.query.id == query.id else None
    shown = mine.shown if mine else _shown(moment, query)
    reply, error = (request.form.get("reply", ""), mine.message) if mine else ("", "")
    if shown is None:
        return Asked(query, query.address, "", "", Markup(), "", reply, error)
    field = _field(shown, query) if editable else Markup()
    label, current = _label(moment, query), _current(shown, query)
    return Asked(query, label, current, _place(moment, query), field, as_was(shown), reply, error)


def _field(shown: Shown, query: Query) -> Markup:
    skeleton = compile_one(shown.questionnaire, Address.parse(query.address), shown.language)
    return Markup(fill(skeleton, shown).decode())  # noqa: S704  # the templates' own HTML, its slots escaped


def _label(moment: Moment, query: Query) -> str:
    address, whole = Address.parse(query.address), moment.version.questionnaire
    question = whole.questions[address.name]
    parts = [question.label[language()]]
    if address.visit:
        parts.append(whole.visit(address.visit).label[language()])
    if address.line:
        key = f"{question.repeat}@{address.visit}" if address.visit else str(question.repeat)
        lines = moment.document.lines.get(key, [])
        rank = lines.index(address.line) + 1 if address.line in lines else address.line
        parts.append(gettext("ligne %(rank)s", rank=rank))
    return " · ".join(parts)


def _current(shown: Shown, query: Query) -> str:
    question = shown.question(Address.parse(query.address).name)
    if question.read_only:
        return fact_text(shown, question)  # what the list says stands until its correction is accepted
    said = kind_of(question.type).display(shown.cell(query.address), question, shown.language)
    return said or gettext("(vide)")


def _place(moment: Moment, query: Query) -> str:
    page = page_holding(moment.version.questionnaire, Address.parse(query.address))
    if page is None:
        return ""
    return f"{patient_url(moment.code, 'questions', page.section, page.visit)}#q-{ident(query.address)}"
