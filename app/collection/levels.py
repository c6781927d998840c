"""How much an answer is wanted at an address: core (indispensable), with a reason (expected), or optional. Pure."""

from collections.abc import Iterable

from forms.answers import Address
from forms.definition import Level, Questionnaire


def level_at(questionnaire: Questionnaire, address: Address) -> Level:
    """The level there: what the question states for that visit, nothing more at a visit that is optional itself."""
    question = questionnaire.questions[address.name]
    stated = dict(question.required_at).get(address.visit or "")
    if stated:
        return stated
    if address.visit is not None and questionnaire.visit(address.visit).asked == "optional":
        return "optional"
    return question.required


def core_among(questionnaire: Questionnaire, addresses: Iterable[Address]) -> list[Address]:
    """The indispensable ones of `addresses`."""
    return [address for address in addresses if level_at(questionnaire, address) == "core"]
