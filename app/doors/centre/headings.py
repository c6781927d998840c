"""What stands above and below the questions of a page: its title, its help, and the values computed from it."""

import re
from functools import lru_cache
from typing import Any

from markupsafe import escape

from app.doors.centre.moment import Moment
from app.doors.centre.plans import ESSENTIAL, Page
from app.doors.request import gettext, language
from forms.definition import Derived, Questionnaire
from forms.types import TYPES

WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
DURATIONS = ("jours", "ans")
Headings = dict[str, str]


def heading_of(moment: Moment, page: Page) -> Headings:
    """Title, visit, help and banner of a page."""
    if page.section == ESSENTIAL:
        intro = gettext(
            "Les questions indispensables seulement, dossier ouvert : le plus court chemin. "
            "Les autres réponses attendues sont dans les sections. On peut transmettre sans elles."
        )
        return {
            "heading": gettext("L’essentiel en une page"),
            "visit_label": "",
            "intro": intro,
            "banner": "",
        }
    said, questionnaire = language(), moment.version.questionnaire
    section = questionnaire.section(page.section)
    return {
        "heading": f"{section.letter}. {section.label[said]}",
        "visit_label": questionnaire.visit(page.visit).label[said] if page.visit else "",
        "intro": section.help[said],
        "banner": section.banner[said],
    }


def draw_derived(moment: Moment, page: Page) -> str:
    """What is computed from this page's answers, as HTML; empty where nothing is."""
    pairs = _derived_of(moment, page)
    if not pairs:
        return ""
    rows = "".join(
        f'<div><dt>{escape(label)}</dt><dd class="number">{escape(value)}</dd></div>'
        for label, value in pairs
    )
    title = escape(gettext("Calculé d’après vos réponses"))
    return (
        f'<section class="sheet derived" aria-labelledby="calcule"><h2 id="calcule">{title}</h2>'
        f'<dl class="facts">{rows}</dl></section>'
    )


def _derived_of(moment: Moment, page: Page) -> list[tuple[str, str]]:
    said, questionnaire = language(), moment.version.questionnaire
    shown = []
    for name in _computed_on(questionnaire.sha256, _Key(questionnaire), page.section):
        derived = questionnaire.derived[name]
        address = f"{name}@{page.visit}" if derived.scope == "visit" else name
        value = moment.situation.derived.get(address)
        if value is not None and _tells(derived, value):
            shown.append((derived.label[said], _text(derived, value, said)))
    return shown


def _tells(derived: Derived, value: Any) -> bool:
    """Whether a value tells something new. A duration that runs backwards does not, since a check says that its dates
    are wrong, nor does a no: that what was not answered so is absent. The export has both."""
    backwards = derived.unit_label.fr in DURATIONS and isinstance(value, int | float) and value < 0
    return not backwards and not (derived.type in ("single", "yes_no") and value == 0)


class _Key:
    """Carries a questionnaire into a cache that goes by its fingerprint."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=512)
def _computed_on(sha256: str, key: _Key, section: str) -> tuple[str, ...]:
    """The derived values whose formula reads more answers of this section than of any other."""
    questionnaire, found = key.questionnaire, []
    for name, derived in questionnaire.derived.items():
        if derived.internal or derived.scope == "line":
            continue
        read = [
            questionnaire.questions[word].section
            for word in WORD.findall(derived.formula.text)
            if word in questionnaire.questions
        ]
        if read and max(sorted(set(read)), key=read.count) == section:
            found.append(name)
    return tuple(found)


def _text(derived: Derived, value: Any, said: str) -> str:
    if isinstance(value, float):
        number = f"{value:.2f}".rstrip("0").rstrip(".")
        text = number.replace(".", ",") if said == "fr" else number
    else:
        text = TYPES[derived.type].show(value, derived, said) if derived.type in TYPES else str(value)
    unit = derived.unit_label[said] or derived.unit
    return f"{text} {unit}" if unit and unit not in text else text
