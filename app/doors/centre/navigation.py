"""What frames every page about one patient: who it is, the sections with their progress, what comes next."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request

from app.cohort.patients import identity_of
from app.doors.centre.moment import Moment
from app.doors.centre.plans import Page, pages_of
from app.doors.centre.visiting import visitor
from app.doors.request import installation, language, session


@dataclass(frozen=True)
class Stop:
    """One page in the section menu."""

    url: str
    current: bool
    name: str


@dataclass(frozen=True)
class SectionStop:
    """One section in the menu: its pages (one, or one a visit), how much is left, whether it is asked at all."""

    code: str
    letter: str
    label: str
    required: int
    left: int
    wrong: int
    closed: bool
    stops: tuple[Stop, ...]

    @property
    def current(self) -> bool:
        """Whether the page shown is one of this section."""
        return any(stop.current for stop in self.stops)


def patient_url(code: str, *parts: str | None) -> str:
    """The address of a page about a patient; made by hand, because a menu has thirty of them."""
    return "/".join([f"{request.script_root}/patients/{quote(code)}", *(part for part in parts if part)])


def frame_of(moment: Moment, page: Page | None) -> dict[str, Any]:
    """The variables of `patient.html`, the frame of every page about one patient."""
    return {
        "here": visitor(),
        "moment": moment,
        "patient": moment.patient,
        "identity": identity_of(session(), installation().vault, moment.patient),
        "menu": menu_of(moment, page),
        "page": page,
        "base_url": patient_url(moment.patient.code),
        "required": sum(counted[0] for counted in moment.situation.progress.values()),
        "left": sum(counted[2] for counted in moment.situation.progress.values()),
    }


def menu_of(moment: Moment, page: Page | None) -> list[SectionStop]:
    """The sections in the order of the chart."""
    questionnaire = moment.version.questionnaire
    pages = pages_of(questionnaire)
    wrong = _wrong_by_section(moment)
    said = language()
    menu = []
    for section in questionnaire.sections:
        own = [one for one in pages if one.section == section.code]
        required, _, left = moment.situation.progress.get(section.code, (0, 0, 0))
        stops = tuple(
            Stop(
                patient_url(moment.patient.code, "questions", one.section, one.visit),
                page is not None and one.key == page.key,
                _short(questionnaire.visit(one.visit).label[said]) if one.visit else section.label[said],
            )
            for one in own
        )
        menu.append(
            SectionStop(
                section.code,
                section.letter,
                section.label[said],
                required,
                left,
                wrong.get(section.code, 0),
                all(moment.is_closed(one) for one in own),
                stops,
            )
        )
    return menu


def _short(label: str) -> str:
    return label.partition(" (")[0]


def _wrong_by_section(moment: Moment) -> dict[str, int]:
    counted: dict[str, int] = {}
    for found in moment.situation.blocking:
        name = found.addresses[0].partition("@")[0].partition("#")[0] if found.addresses else ""
        question = moment.version.questionnaire.questions.get(name)
        if question is not None:
            counted[question.section] = counted.get(question.section, 0) + 1
    return counted
