"""What a correction may not do to a submitted response: contradict it, or leave open what it makes required. Pure."""

from collections.abc import Iterable

from app.collection.changes import Outcome, group_of
from app.collection.documents import address_of
from app.collection.errors import CorrectionContradicts, CorrectionIncomplete
from forms.answers import Address
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, Finding

Place = tuple[str, str | None]


def refuse_bad_correction(
    questionnaire: Questionnaire, before: Evaluation, after: Evaluation, outcome: Outcome
) -> None:
    """Raises CorrectionContradicts or CorrectionIncomplete when `outcome` may not stand.

    What it makes required where it changed something has to be answered, or given its missing reason, in
    the same save. What it opens elsewhere, or on a line just added, is only asked afterwards, so it stays
    open and is listed until it is answered.
    """
    new = new_contradictions(before, after)
    if new:
        raise CorrectionContradicts(new, after, why_fr=new[0].message.fr, why_en=new[0].message.en)
    left = _left_here(questionnaire, before, after, outcome)
    if left:
        label = questionnaire.questions[left[0].name].label
        raise CorrectionIncomplete(left, after, count=len(left), first_fr=label.fr, first_en=label.en)


def new_contradictions(before: Evaluation, after: Evaluation) -> list[Finding]:
    """The blocking findings that were not there before."""
    known = {(finding.code, finding.addresses) for finding in before.blocking}
    return [finding for finding in after.blocking if (finding.code, finding.addresses) not in known]


def _left_here(
    questionnaire: Questionnaire, before: Evaluation, after: Evaluation, outcome: Outcome
) -> list[Address]:
    open_before = set(before.missing_required)
    places = _places(questionnaire, outcome.written)
    return [
        address
        for address in after.missing_required
        if address not in open_before
        and _place(questionnaire, address) in places
        and not _on_added_line(questionnaire, address, outcome)
    ]


def _places(questionnaire: Questionnaire, names: Iterable[str]) -> set[Place]:
    return {_place(questionnaire, address_of(name)) for name in names}


def _place(questionnaire: Questionnaire, address: Address) -> Place:
    return questionnaire.questions[address.name].section, address.visit


def _on_added_line(questionnaire: Questionnaire, address: Address, outcome: Outcome) -> bool:
    group = group_of(questionnaire, address)
    return group is not None and outcome.added.get(group.key) == address.line
