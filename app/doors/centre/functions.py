"""The function given at entry answers the question that asks for it, so that nobody is asked twice."""

import uuid

from app.collection.changes import Change
from app.collection.saving import save
from app.doors.centre.door import CentreDoor
from app.doors.centre.moment import Moment
from app.doors.centre.visiting import visitor
from app.doors.request import actor, installation, now, session
from forms.answers import Address
from forms.definition import Question, Questionnaire


def function_question(questionnaire: Questionnaire) -> Question | None:
    """The question that asks who fills the questionnaire; None where there is none."""
    return next((one for one in questionnaire.questions.values() if one.from_entry), None)


def say_function(moment: Moment) -> dict[str, int]:
    """Stores the person's function after their first answer, as their own; it can be changed like any other.

    Nothing where it is answered already, is none of the choices, or others type: on the telephone nothing is kept
    that was not said. What was stored, at which revision.
    """
    question = function_question(moment.version.questionnaire)
    if CentreDoor.current().by_telephone or question is None or moment.submitted or question.name in moment.document.answers:
        return {}
    said = visitor().entered.person_function.strip().casefold()
    for choice in question.choices:
        if said in (choice.label.fr.casefold(), choice.label.en.casefold()):
            change = Change(Address(question.name), str(choice.code), 0)
            return _save(moment, change)
    return {}


def _save(moment: Moment, change: Change) -> dict[str, int]:
    reply = save(
        session(),
        installation().vault,
        patient=moment.patient,
        changes=[change],
        mutation_id=uuid.uuid4().hex,
        actor=actor(),
        now=now(),
    )
    return reply.stored
