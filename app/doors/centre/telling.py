"""Telling people what was not stored: the message goes beside its question, and what they typed stays in it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from app.collection.changes import Clash
from app.collection.documents import address_of, cell_of
from app.collection.errors import (
    AnswersRefused,
    CollectionRefusal,
    Conflict,
    CorrectionContradicts,
    CorrectionIncomplete,
)
from app.collection.models import Response
from app.collection.reading import last_change
from app.collection.situations import situation_of
from app.doors.centre.dates import instant
from app.doors.centre.posted import Posted
from app.doors.centre.showing import Shown
from app.doors.request import gettext, session
from forms.answers import Address
from forms.evaluation import Evaluation
from forms.types import kind_of


def tell_refused(shown: Shown, posted: Posted, refused: dict[str, dict[str, str]]) -> None:
    """Marks answers that were not understood; the fields keep what was typed."""
    for name, message in refused.items():
        _keep(shown, posted, name)
        shown.errors.setdefault(name, []).append(Markup("{}").format(message[shown.language]))


def tell_clashes(shown: Shown, posted: Posted, clashes: Iterable[Clash], response: Response | None) -> None:
    """Shows both values of answers that somebody else changed meanwhile, to choose from."""
    for clash in clashes:
        _keep(shown, posted, clash.address)
        shown.errors.setdefault(clash.address, []).append(_both(shown, clash, response))


def tell_refusal(shown: Shown, posted: Posted, refused: CollectionRefusal, response: Response | None) -> str:
    """The message for the top of the page; the whole page keeps what was typed."""
    details: Any = refused.details
    if isinstance(refused, Conflict):
        tell_clashes(shown, posted, details, response)
    elif isinstance(refused, AnswersRefused):
        tell_refused(shown, posted, details)
    else:
        shown.entered.update(posted.entered)
    if refused.after is not None:
        _tell_correction(shown, refused, refused.after)
    return refused.message(shown.language)


def _tell_correction(shown: Shown, refused: CollectionRefusal, after: Evaluation) -> None:
    """Shows the page as the correction would leave it: what it asks for is there to be answered."""
    details: Any = refused.details
    shown.situation = replace(shown.situation, off=situation_of(shown.questionnaire, after).off)
    if isinstance(refused, CorrectionContradicts):
        for finding in details:
            _complain(shown, _to_blame(after, finding.addresses), finding.message[shown.language])
    elif isinstance(refused, CorrectionIncomplete):
        for address in details:
            _complain(shown, address, gettext("Répondez, ou dites pourquoi la réponse manque."))


def _to_blame(after: Evaluation, addresses: Sequence[Address]) -> Address | None:
    known = (one for one in addresses if after.value(one) is not None)
    return next(known, next(iter(addresses), None))


def _complain(shown: Shown, address: Address | None, text: str) -> None:
    if address is not None:
        shown.errors.setdefault(str(address), []).append(Markup("{}").format(text))


def described(shown: Shown, address: str, stored: dict[str, Any]) -> str:
    """An answer for people, with its comment; says so when it was emptied."""
    question = shown.question(address_of(address).name)
    value = kind_of(question.type).display(cell_of(stored), question, shown.language) or gettext("(vide)")
    return f"{value} ({stored['c']})" if "c" in stored else value


def _both(shown: Shown, clash: Clash, response: Response | None) -> Markup:
    who, at = (last_change(session(), response, clash.address) if response else None) or ("?", None)
    said = gettext(
        "Entre-temps, %(who)s a enregistré « %(value)s » (%(when)s). Enregistrez de nouveau pour garder votre saisie, ou :",
        who=who,
        value=described(shown, clash.address, clash.stored),
        when=instant(at) if at else "",
    )
    return Markup(
        '{} <label class="chip"><input type="checkbox" name="{}!k" value="1"><span>{}</span></label>'
    ).format(said, clash.address, gettext("garder la valeur enregistrée"))


def _keep(shown: Shown, posted: Posted, name: str) -> None:
    if name in posted.entered:
        shown.entered[name] = posted.entered[name]
