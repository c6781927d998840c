"""Simulated answers of calci_sts, sections G to J: course, analgesics, adverse events, vital status."""

from dataclasses import dataclass

from app.simulation.calci_story import HEALED, IMPROVED, STABLE, STOP_EVENT, WORSE, Story
from app.simulation.sheet import Sheet, written

# Day after J0, spread of the visit, days before it from which the last news of a living patient count for it.
VISITS = {"j0": (0, 3, 0), "m3": (91, 20, 20), "m6": (183, 30, 30), "m12": (365, 45, 60)}
OPTIONAL_VISITS = ("m3", "m6")
PARACETAMOL, TRAMADOL, FENTANYL_PATCH = 1, 11, 26
PO, SC, PATCH, MG, MICROGRAMS_PER_HOUR = 1, 2, 4, 1, 2
SCHEDULED, AS_NEEDED = 1, 2
WITHDRAWN = 5


@dataclass(frozen=True)
class Opioid:
    """A drug of the study's list with the doses people take."""

    drug: int
    route: int
    doses: tuple[float, ...]
    unit: int = MG


OPIOIDS = {
    Opioid(TRAMADOL, PO, (100, 150, 200, 300)): 0.3,
    Opioid(20, PO, (20, 30, 40, 60, 90, 120)): 0.3,
    Opioid(23, PO, (10, 20, 30, 40, 60)): 0.2,
    Opioid(21, SC, (10, 20, 30)): 0.08,
    Opioid(FENTANYL_PATCH, PATCH, (12, 25, 37, 50, 75), MICROGRAMS_PER_HOUR): 0.12,
}


def fill_course(sheet: Sheet, story: Story) -> None:
    """G: wounds and pain at each visit the patient lived to see; most areas were never measured."""
    chance = sheet.chance
    at_start = chance.skewed(38, 1.0, 2, 600)
    measured_first = chance.yes(0.45)
    for visit in visits_of(sheet, story):
        target, spread, _ = VISITS[visit]
        day = min(target + chance.between(-spread if target else 0, spread), story.followed)
        sheet.put_or_miss("v_d", written(story.day(day)), 0.05, visit=visit)
        change = _change(story, day)
        if visit == "j0":
            _area(sheet, visit, at_start if measured_first else None)
        else:
            sheet.put("v_evol", change, visit)
            measured = chance.yes(0.35 if visit == "m12" else 0.3)
            _area(sheet, visit, _later_area(sheet, change, at_start) if measured else None)
        easing = {HEALED: 5.5, IMPROVED: 3.0, STABLE: 0.5, WORSE: -0.8}[change] if target else 0
        sheet.put_or_miss("v_pain", chance.normal(6.8 - easing, 1.6, 0, 10, 0), 0.25, visit=visit)
        sheet.maybe("v_inf", int(change != HEALED and chance.yes(0.25)), 0.5, visit)
    if story.healed is not None:
        sheet.put("heal_d", written(story.healed, chance.weighted({"d": 0.6, "m": 0.4})))
        sheet.maybe("relapse", 0, 0.7)


def visits_of(sheet: Sheet, story: Story) -> list[str]:
    """The visits that took place: M3 and M6 in about half of the charts, none after death or last news."""
    kept = {visit: visit not in OPTIONAL_VISITS or sheet.chance.yes(0.55) for visit in VISITS}
    return [visit for visit in VISITS if kept[visit] and reached(story, visit)]


def reached(story: Story, visit: str) -> bool:
    """Whether the patient lived to the visit's day, or was alive at last news within its window."""
    target, _, before = VISITS[visit]
    return story.followed >= (target if story.dead else target - before)


def _change(story: Story, day: int) -> int:
    if story.healed is not None and story.day(day) >= story.healed:
        return HEALED
    return IMPROVED if story.evolution == HEALED else story.evolution


def _later_area(sheet: Sheet, change: int, at_start: float) -> float:
    low, high = {HEALED: (0.0, 0.0), IMPROVED: (0.1, 0.45), STABLE: (0.85, 1.15), WORSE: (1.3, 2.2)}[change]
    return round(at_start * sheet.chance.real(low, high))


def _area(sheet: Sheet, visit: str, area: float | None) -> None:
    if area is None:
        sheet.miss("v_surf", "NF", visit)
        return
    sheet.put("v_surf", area, visit)
    if area > 0:
        sheet.put("v_surf_meth", sheet.chance.weighted({1: 0.5, 2: 0.1, 3: 0.1, 4: 0.3}), visit)


def fill_analgesics(sheet: Sheet, story: Story) -> None:
    """H: paracetamol, one opioid or both; a third of the doses are not in the chart."""
    chance = sheet.chance
    for visit in ("j0", "m12"):
        if not reached(story, visit):
            continue
        taking = chance.yes(0.92 if visit == "j0" else 0.25 if story.evolution == HEALED else 0.6)
        sheet.put("ag_any", int(taking), visit)
        if taking:
            _lines(sheet, visit)
            sheet.maybe(
                "ag_coan", chance.several({"gaba": 0.3, "prega": 0.3, "n2o": 0.3}) or ["gaba"], 0.4, visit
            )


def _lines(sheet: Sheet, visit: str) -> None:
    chance = sheet.chance
    line = 0
    opioid = chance.weighted(OPIOIDS) if chance.yes(0.75) else None
    if opioid is not None:
        line += 1
        sheet.put("ag_drug", opioid.drug, visit, line)
        if sheet.put_or_miss("ag_dose", chance.one(opioid.doses), 0.3, visit=visit, line=line):
            sheet.put("ag_unit", opioid.unit, visit, line)
        sheet.put("ag_route", opioid.route, visit, line)
        sheet.put("ag_reg", SCHEDULED, visit, line)
    if opioid is None or chance.yes(0.6):
        line += 1
        sheet.put("ag_drug", PARACETAMOL, visit, line)
        sheet.put("ag_dose", chance.one([2000, 3000, 4000]), visit, line)
        sheet.put("ag_unit", MG, visit, line)
        sheet.put("ag_route", PO, visit, line)
        sheet.put("ag_reg", chance.weighted({SCHEDULED: 0.7, AS_NEEDED: 0.3}), visit, line)


def fill_events(sheet: Sheet, story: Story) -> None:
    """I: one chart in four names an adverse event; whoever stopped for one has one that says so."""
    chance = sheet.chance
    stopped = story.stop_reason == STOP_EVENT
    any_event = stopped or chance.yes(0.22)
    sheet.put("ae_any", int(any_event))
    if not any_event:
        return
    for line in range(1, 1 + chance.weighted({1: 0.75, 2: 0.2, 3: 0.05})):
        _event(sheet, story, line, withdrawn=stopped and line == 1)


def _event(sheet: Sheet, story: Story, line: int, *, withdrawn: bool) -> None:
    chance = sheet.chance
    until = story.sts_end or story.last
    start = until if withdrawn else chance.day(story.j0, until)
    term = 12 if story.route == 4 else chance.weighted({1: 0.35, 2: 0.2, 4: 0.15, 5: 0.08, 9: 0.1, 11: 0.12})
    grade = 3 if withdrawn else chance.weighted({1: 0.45, 2: 0.45, 3: 0.1})
    sheet.put("ae_term", term, line=line)
    sheet.put("ae_start_d", written(start, chance.one(["d", "m"])), line=line)
    sheet.put("ae_grade", grade, line=line)
    sheet.put("ae_serious", int(grade >= 3 and chance.yes(0.6)), line=line)
    action = WITHDRAWN if withdrawn else chance.weighted({0: 0.35, 1: 0.35, 2: 0.2, 4: 0.1})
    sheet.put("ae_action", action, line=line)
    sheet.put("ae_caus", chance.weighted({3: 0.4, 4: 0.45, 5: 0.15}), line=line)
    sheet.put("ae_out", 1 if withdrawn else chance.weighted({1: 0.85, 3: 0.15}), line=line)
    if chance.yes(0.3):
        sheet.put("ae_pv", int(grade >= 3), line=line)


def fill_vital_status(sheet: Sheet, story: Story) -> None:
    """J: alive at the last news, or dead on that day; some charts know only the month of a death."""
    chance = sheet.chance
    sheet.put("last_d", written(story.last))
    sheet.put("vs_last", 2 if story.dead else 1)
    sheet.put("vs_src", chance.weighted({1: 0.7, 2: 0.2, 3: 0.06, 4: 0.04}))
    if not story.dead:
        return
    # The last news of a death known by its month is a day of that month on which the patient lived.
    sheet.put("death_d", written(story.last, chance.weighted({"d": 0.88, "m": 0.12})))
    sheet.put("death_cause", chance.weighted({1: 0.35, 2: 0.12, 3: 0.2, 4: 0.03, 5: 0.03, 6: 0.15, 7: 0.12}))
    sheet.put("death_cua", chance.weighted({1: 0.3, 2: 0.35, 3: 0.2, 4: 0.15}))
