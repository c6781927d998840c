"""How a fact of the list stands: to be confirmed, confirmed, proposed otherwise, decided; and the button that confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.collection.documents import Document
from app.collection.facts import facts_checked, is_fact, listed_value, values_of
from app.collection.models import Response
from app.doors.centre.dates import instant
from app.doors.centre.hypertext import html
from app.doors.request import gettext, installation, session
from app.kernel.language import Language
from forms.definition import Question
from forms.types import kind_of

CONFIRM = "confirm"


@dataclass(frozen=True)
class Checked:
    """What was said of one fact: the list's value then, the proposed one, by whom, and the sponsor's reason."""

    state: str
    listed: Any
    proposed: Any
    said_by: str
    said_at: datetime
    reason: str


def checked_of(document: Document, response: Response | None) -> dict[str, Checked]:
    """What was said of the facts of a response; nothing is read where nobody said anything."""
    if response is None or not any("p" in cell for cell in document.answers.values()):
        return {}
    vault = installation().vault
    return {
        name: Checked(one.state, *values_of(vault, one), one.said_by, one.said_at, one.reason or "")
        for name, one in facts_checked(session(), response).items()
        if one.state != "withdrawn"
    }


def awaits(question: Question, facts: Mapping[str, object], checked: Checked | None) -> bool:
    """Whether the list says something here that nobody has confirmed or corrected as it is now."""
    if not is_fact(question) or facts.get("authorisations") is None:
        return False  # what a centre itself said at enrolment needs no confirmation
    known = listed_value(question, facts)
    return known is not None and (
        checked is None or (checked.state == "confirmed" and checked.listed != known)
    )


def standing(
    question: Question, facts: Mapping[str, object], checked: Checked | None, language: Language
) -> Markup:
    """The sentence and the button beside a fact; nothing where there is nothing to say."""
    if awaits(question, facts, checked):
        return _button(question, gettext("C’est exact"), language)
    if checked is None:
        return Markup()
    says = html(
        '<p class="q__kept{}">{}</p>',
        " q__kept--good" if checked.state in ("confirmed", "accepted") else "",
        _sentence(question, checked, language),
    )
    if checked.state == "confirmed":
        return says
    return says + _button(question, gettext("La liste est exacte"), language)


def confirm_all(count: int) -> Markup:
    """The button that confirms every fact of the page at once."""
    if count < 2:
        return Markup()
    text = gettext("Tout ce que dit la liste est exact")
    return html(
        '<p class="confirm"><button class="button button--quiet" name="do" value="{}:*">{}</button></p>',
        CONFIRM,
        text,
    )


def _sentence(question: Question, checked: Checked, language: Language) -> str:
    kind, who = kind_of(question.type), checked.said_by.partition(",")[0]

    def words(value: Any) -> str:
        return kind.display(kind.parse(value, question), question, language)

    if checked.state == "confirmed":
        return str(gettext("Confirmé par %(who)s, %(when)s.", who=who, when=instant(checked.said_at)))
    if checked.state == "proposed":
        return str(
            gettext(
                "Proposé au promoteur : « %(value)s » (%(who)s, %(when)s). La liste fait foi jusqu’à sa décision.",
                value=words(checked.proposed),
                who=who,
                when=instant(checked.said_at),
            )
        )
    if checked.state == "accepted":
        listed = words(checked.listed)
        return str(
            gettext("Correction acceptée par le promoteur. La liste disait « %(value)s ».", value=listed)
        )
    return str(
        gettext(
            "Le promoteur a gardé la valeur de la liste, et non « %(value)s » : %(reason)s",
            value=words(checked.proposed),
            reason=checked.reason,
        )
    )


def _button(question: Question, text: str, language: Language) -> Markup:
    return html(
        '<button class="button button--quiet button--small" name="do" value="{}:{}">{}'
        '<span class="visually-hidden"> {}</span></button>',
        CONFIRM,
        question.name,
        text,
        question.label[language],
    )
