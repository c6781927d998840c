"""The profile of calci_sts: one simulated patient's whole questionnaire."""

from collections.abc import Mapping

from app.simulation.calci_background import (
    fill_associated,
    fill_background,
    fill_laboratory,
    fill_lesions,
    fill_record,
    fill_treatment,
)
from app.simulation.calci_followup import fill_analgesics, fill_course, fill_events, fill_vital_status
from app.simulation.calci_story import tell
from app.simulation.chance import Chance
from app.simulation.sheet import Sheet, written

NOT_FOUND, NOT_GIVEN = 0.02, 0.03


def fill(chance: Chance, facts: Mapping[str, object]) -> Sheet:
    """The answers for a patient of whom the list says `facts`."""
    sheet = Sheet(chance)
    story = tell(chance, facts)
    if chance.yes(NOT_FOUND):
        sheet.put("chart_found", 2)
        sheet.put("filler_role", 4)
        return sheet
    if chance.yes(NOT_GIVEN):
        _never_treated(sheet, written(story.last), dead=story.dead)
        return sheet
    fill_record(sheet, facts, story)
    fill_background(sheet, story)
    fill_lesions(sheet, story)
    fill_laboratory(sheet, story)
    fill_treatment(sheet, story)
    fill_associated(sheet, story)
    fill_course(sheet, story)
    fill_analgesics(sheet, story)
    fill_events(sheet, story)
    fill_vital_status(sheet, story)
    return sheet


def _never_treated(sheet: Sheet, last: str, *, dead: bool) -> None:
    for name, typed in (("chart_found", 1), ("sts_given", 0), ("site_moved", 0), ("sts_prior", 0)):
        sheet.put(name, typed)
    sheet.put(
        "sts_nogive",
        sheet.chance.weighted({1: 0.5, 2: 0.1, 4: 0.3, 5: 0.1} if dead else {2: 0.3, 4: 0.5, 5: 0.2}),
    )
    sheet.put("filler_role", sheet.chance.one([1, 3, 4]))
    sheet.put("last_d", last)
    sheet.put("vs_last", 2 if dead else 1)
    sheet.put("vs_src", 1)
    if dead:
        sheet.put("death_d", last)
        sheet.put("death_cause", 3)
        sheet.put("death_cua", 2)
