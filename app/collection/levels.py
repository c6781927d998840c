"""Which answers are indispensable. Pure."""

from collections.abc import Iterable

from forms.answers import Address
from forms.definition import Questionnaire


def core_among(questionnaire: Questionnaire, addresses: Iterable[Address]) -> list[Address]:
    """The indispensable ones of `addresses`."""
    questions = questionnaire.questions
    return [one for one in addresses if questionnaire.level(questions[one.name], one.visit) == "core"]
