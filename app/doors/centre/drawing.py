"""Drawing a page of questions: its skeleton, compiled once per version, page and language, filled for this moment."""

from app.collection.questionnaires import Published
from app.doors.centre.filling import fill
from app.doors.centre.showing import Shown
from app.doors.centre.skeletons import Skeleton, compile_page
from app.kernel.language import Language

SKELETONS_KEPT = 512
_compiled: dict[tuple[str, str, str], Skeleton] = {}


def skeleton_of(version: Published, shown: Shown, language: Language) -> Skeleton:
    """The compiled page."""
    key = (version.sha256, shown.page.key, language)
    known = _compiled.get(key)
    if known is None:
        if len(_compiled) >= SKELETONS_KEPT:
            _compiled.clear()
        known = _compiled[key] = compile_page(version.questionnaire, shown.page, language)
    return known


def draw(version: Published, shown: Shown, language: Language) -> bytes:
    """The HTML of the questions of a page."""
    return fill(skeleton_of(version, shown, language), shown)
