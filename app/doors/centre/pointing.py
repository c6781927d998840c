"""Pointing at what has to be looked at: the page that holds an answer, the question on it, the visit named."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.collection.documents import address_of
from app.collection.levels import core_among
from app.doors.centre.moment import Moment
from app.doors.centre.navigation import patient_url
from app.doors.centre.plans import page_holding
from app.doors.centre.showing import pinned
from app.doors.centre.skeletons import ident
from app.doors.request import language


@dataclass(frozen=True)
class Pointer:
    """One thing to look at, with the place where it is mended."""

    url: str
    where: str
    text: str


def pointer_to(moment: Moment, addresses: Sequence[str], text: str = "") -> Pointer:
    """Where to mend: the page of the first address that holds a value, else of the first, at the question itself."""
    questionnaire, said = moment.version.questionnaire, language()
    name = pinned(moment.document, addresses)
    page = page_holding(questionnaire, address_of(name)) if name else None
    if page is None:
        return Pointer(patient_url(moment.code, "relecture"), "", text)
    address = address_of(name)
    label = questionnaire.questions[address.name].label[said]
    visit = f" · {questionnaire.visit(address.visit).label[said]}" if address.visit else ""
    line = f" · {address.line}" if address.line else ""
    url = patient_url(moment.code, "questions", page.section, page.visit)
    return Pointer(f"{url}#q-{ident(name)}", f"{label}{visit}{line}", text)


def pointers_by_level(moment: Moment, names: Sequence[str]) -> tuple[list[Pointer], list[Pointer]]:
    """Pointers to missing answers: the indispensable ones, and those that are expected."""
    core = set(map(str, core_among(moment.version.questionnaire, map(address_of, names))))
    return (
        [pointer_to(moment, (name,)) for name in names if name in core],
        [pointer_to(moment, (name,)) for name in names if name not in core],
    )
