"""The mark beside an answer on which the sponsor has put a question: the words, and the way to the reply."""

from flask import url_for
from markupsafe import Markup

from app.cohort.models import Patient
from app.doors.request import gettext, session
from app.outreach.queries import queries_on


def asked_beside(patient: Patient) -> dict[str, Markup]:
    """What to show beside each answer that waits for a reply, by address."""
    found: dict[str, Markup] = {}
    for query in queries_on(session(), patient):
        if query.answered_at is None:
            found[query.address] = found.get(query.address, Markup()) + Markup(
                '<p class="q__kept">{} <q>{}</q> <a href="{}#d-{}">{}</a></p>'
            ).format(
                gettext("Question du promoteur :"),
                query.question,
                url_for("queries.show", code=patient.code),
                query.id,
                gettext("Y répondre"),
            )
    return found
