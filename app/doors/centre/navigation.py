"""What frames every page about one patient: who it is, the sections with their progress, what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request

from app.cohort.patients import Identity
from app.doors.centre.dates import instant, partial_date
from app.doors.centre.hypertext import html
from app.doors.centre.moment import Moment
from app.doors.centre.plans import Page, pages_of
from app.doors.centre.visiting import visitor
from app.doors.request import gettext, language, ngettext
from app.kernel.language import Language
from forms.definition import Questionnaire


@dataclass(frozen=True)
class Stop:
    """One page in the section menu; `path` comes after the patient's own address."""

    path: str
    current: bool
    name: str


@dataclass(frozen=True)
class SectionStop:
    """One section in the menu: its pages (one, or one a visit), and what is said of its progress."""

    code: str
    letter: str
    label: str
    stops: tuple[Stop, ...]
    count: str = ""
    css: str = ""

    @property
    def current(self) -> bool:
        """Whether the page shown is one of this section."""
        return any(stop.current for stop in self.stops)


def patient_url(code: str, *parts: str | None) -> str:
    """The address of a page about a patient; made by hand, because a menu has thirty of them."""
    return "/".join([f"{request.script_root}/patients/{quote(code)}", *(part for part in parts if part)])


def frame_of(moment: Moment, page: Page | None) -> dict[str, Any]:
    """The variables of `patient.html` for a page that is drawn now."""
    said = counts_of(moment)
    return {
        "here": visitor(),
        "moment": moment,
        "patient": moment.chart,
        "identity": identity_shown(moment),
        "menu": [
            SectionStop(one.code, one.letter, one.label, one.stops, *said[one.code])
            for one in stops_of(moment.version.questionnaire, page, language())
        ],
        "page": page,
        "reviewing": request.path.endswith("/relecture"),
        "base_url": patient_url(moment.code),
        "slots": bar_of(moment),
    }


def bar_of(moment: Moment) -> dict[str, str]:
    """Who the questionnaire is about and how far it is, as text."""
    identity = identity_shown(moment)
    required = sum(counted[0] for counted in moment.situation.progress.values())
    left = sum(counted[2] for counted in moment.situation.progress.values())
    return {
        "code": moment.code,
        "known": f"{identity.initials or '—'} · {partial_date(identity.birth)} · {sex_text(identity.sex)}",
        "saved": saved_text(moment),
        "left": ngettext("%(num)s réponse attendue", "%(num)s réponses attendues", left)
        if left
        else gettext("complet"),
        "required": str(required or 1),
        "done": str(required - left),
        "base_url": patient_url(moment.code),
    }


def identity_shown(moment: Moment) -> Identity:
    """Whom a page is about: what the list says, corrected where the sponsor accepted it.

    Of the birth month and year: the worklist, from which charts are looked up, is where the day is shown.
    """
    listed = moment.chart.identity
    if not any(cell.get("p") == "accepted" for cell in moment.document.answers.values()):
        return Identity(listed.initials, (listed.birth or "")[:7], listed.sex)
    facts: Mapping[str, Any] = moment.facts
    return Identity(facts["initials"], str(facts["birth"] or "")[:7], facts["sex"])


def saved_text(moment: Moment) -> str:
    """When the answers were last stored."""
    at = moment.chart.last_answer_at
    return gettext("Dernier enregistrement : %(when)s", when=instant(at)) if at else ""


def sex_text(sex: int | None) -> str:
    """A sex for people."""
    return str({1: gettext("homme"), 2: gettext("femme")}.get(sex or 0, "—"))


def stops_of(questionnaire: Questionnaire, page: Page | None, said: Language) -> list[SectionStop]:
    """The sections in the order of the chart, without what changes."""
    pages = pages_of(questionnaire)
    menu = []
    for section in questionnaire.sections:
        stops = tuple(
            Stop(
                "/questions/" + one.key,
                page is not None and one.key == page.key,
                questionnaire.visit(one.visit).label[said].partition(" (")[0]
                if one.visit
                else section.label[said],
            )
            for one in pages
            if one.section == section.code
        )
        menu.append(SectionStop(section.code, section.letter, section.label[said], stops))
    return menu


def counts_of(moment: Moment) -> dict[str, tuple[str, str]]:
    """What the menu says of each section, and its class: not asked, wrong, done of required, complete."""
    pages = pages_of(moment.version.questionnaire)
    open_sections = {page.section for page in pages if not moment.is_closed(page)}
    wrong = _wrong_by_section(moment)
    complete = html(
        '<span class="menu__done">✓<span class="visually-hidden"> {}</span></span>', gettext("complet")
    )
    said = {}
    for section in moment.version.questionnaire.sections:
        code = section.code
        required, done, left = moment.situation.progress.get(code, (0, 0, 0))
        if code not in open_sections:
            said[code] = (gettext("non demandé"), " menu__item--closed")
        elif code in wrong:
            said[code] = (html('<span class="menu__wrong">{} !</span>', wrong[code]), "")
        elif left:
            said[code] = (f"{done}/{required}", "")
        elif required:
            said[code] = (complete, "")
        else:
            said[code] = ("", "")
    return said


def _wrong_by_section(moment: Moment) -> dict[str, int]:
    counted: dict[str, int] = {}
    for found in moment.situation.blocking:
        name = found.addresses[0].partition("@")[0].partition("#")[0] if found.addresses else ""
        question = moment.version.questionnaire.questions.get(name)
        if question is not None:
            counted[question.section] = counted.get(question.section, 0) + 1
    return counted
