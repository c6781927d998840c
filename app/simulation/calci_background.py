"""Simulated answers of calci_sts, sections A to F: record, background, lesions, laboratory, treatments."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.simulation.calci_story import STOP_EVENT, Story
from app.simulation.sheet import Sheet, written

OBESE = 30.0


def fill_record(sheet: Sheet, facts: Mapping[str, object], story: Story) -> None:
    """A: the chart was found and the treatment given."""
    chance = sheet.chance
    sheet.put("chart_found", 1)
    sheet.put("sts_given", 1)
    sheet.put("site_moved", 0)
    before_list = story.j0 < date(2012, 1, 1) or chance.yes(0.04)
    sheet.put("sts_prior", int(before_list))
    if before_list:
        sheet.put_or_miss("sts_prior_d", written(story.day(-chance.between(120, 900)), "m"), 0.2)
    sheet.put("filler_role", chance.weighted({1: 0.4, 2: 0.05, 3: 0.2, 4: 0.25, 5: 0.1}))


def fill_background(sheet: Sheet, story: Story) -> None:
    """B: weight, kidneys, history, drugs before the lesions."""
    chance = sheet.chance
    weight = chance.normal(78, 19, 40, 150)
    height = chance.normal(165, 9, 145, 195, 0)
    measured = sheet.put_or_miss("weight_kg", weight, 0.08)
    known_height = measured and chance.yes(0.7)
    if known_height:
        sheet.put("height_cm", height)
    sheet.put("ckd_mod", story.renal)
    if story.dialysed:
        years = chance.skewed(3.2, 0.8, 0.2, 25, 2)
        sheet.put_or_miss("dial_start", written(story.day(-int(years * 365)), chance.one(["d", "m"])), 0.07)
    if story.renal < 5:
        sheet.maybe("dial_hr_wk", chance.one([10, 12, 12, 12, 12.5, 15]), 0.5)
    if story.renal in (6, 7):
        sheet.put("ckd_stage", chance.one([32, 4, 5]) if story.renal == 6 else chance.one([31, 32, 4]))
    obese = weight / (height / 100) ** 2 >= OBESE
    _history(sheet, obese if known_height else chance.yes(0.35))
    sheet.maybe(
        "rf_trig", chance.several({"wl": 0.3, "trau": 0.25, "hypo": 0.2, "inf": 0.2}) or ["none"], 0.6
    )
    sheet.maybe("ecog_j0", chance.weighted({1: 0.2, 2: 0.35, 3: 0.3, 4: 0.15}), 0.4)


def _history(sheet: Sheet, obese: bool) -> None:
    chance = sheet.chance
    history = chance.several(
        {"dm": 0.54, "hta": 0.8, "cad": 0.4, "pad": 0.3, "af": 0.35, "vte": 0.12, "hpt": 0.45, "ca": 0.1}
    )
    if obese:
        history.append("obes")
    sheet.put("comorb", history or ["none"])
    drugs = chance.several(
        {
            "avk": 0.52,
            "cab": 0.4,
            "ncab": 0.35,
            "vdn": 0.45,
            "vda": 0.35,
            "cina": 0.3,
            "cort": 0.12,
            "iv_fe": 0.4,
        }
    )
    if "dm" in history and chance.yes(0.5):
        drugs.append("ins")
    if sheet.chance.yes(0.05):
        sheet.miss("rf_drug", "NSP")
    else:
        sheet.put("rf_drug", drugs or ["none"])


def fill_lesions(sheet: Sheet, story: Story) -> None:
    """C: onset, diagnosis, where and what."""
    chance = sheet.chance
    diagnosed = story.day(-chance.between(1, 45))
    onset = diagnosed - timedelta(days=int(chance.skewed(35, 0.8, 2, 400)))
    sheet.put_or_miss("onset_d", written(onset, chance.weighted({"d": 0.3, "m": 0.6, "y": 0.1})), 0.08)
    sheet.put_or_miss("diag_d", written(diagnosed, chance.weighted({"d": 0.75, "m": 0.25})), 0.03)
    sheet.put("diag_base", chance.weighted({1: 0.45, 2: 0.4, 3: 0.1, 4: 0.05}))
    sheet.put("les_type", [*chance.several({"nod": 0.4, "liv": 0.5, "purp": 0.35, "necr": 0.7}), "ulc"])
    sites = chance.several(
        {
            "foot": 0.15,
            "leg": 0.65,
            "thigh": 0.35,
            "butt": 0.2,
            "abdo": 0.25,
            "brst": 0.08,
            "hand": 0.1,
            "gen": 0.06,
        }
    )
    sheet.put("les_site", sites or ["leg"])
    sheet.maybe("les_bilat", int(chance.yes(0.6)), 0.6)
    sheet.maybe("les_n", chance.weighted({1: 0.3, 2: 0.5, 3: 0.2}), 0.5)


def fill_laboratory(sheet: Sheet, story: Story) -> None:
    """D: the results closest to J0 (medians of L13)."""
    chance = sheet.chance
    if not sheet.put_or_miss("bio_d", written(story.day(-chance.between(0, 12))), 0.1):
        for name in ("ca_mmol", "phos_mmol", "pth_val", "alb_gl"):
            sheet.miss(name, "NSP")
        return
    sheet.put_or_miss("ca_mmol", chance.normal(2.2, 0.2, 1.82, 2.88, 2), 0.05)
    sheet.put_or_miss("phos_mmol", chance.normal(1.67, 0.45, 0.55, 3.4, 2), 0.07)
    if sheet.put_or_miss("pth_val", chance.skewed(147, 0.9, 6, 1900), 0.2):
        sheet.put("pth_unit", 1)
    sheet.put_or_miss("alb_gl", chance.normal(31, 5.5, 16, 48), 0.1)
    sheet.maybe("alp_ul", chance.skewed(110, 0.45, 35, 590), 0.4)
    sheet.maybe("crp_mgl", chance.skewed(45, 1.0, 1, 295), 0.6)
    sheet.maybe("hco3_mmol", chance.normal(23, 3, 13, 31), 0.4)
    sheet.maybe("vitd_nmol", chance.skewed(48, 0.5, 8, 200), 0.3)


def fill_treatment(sheet: Sheet, story: Story) -> None:
    """E: thiosulfate from the first infusion to the last."""
    chance = sheet.chance
    sheet.put("sts_start_d", written(story.j0))
    sheet.maybe("sts_conc", chance.weighted({1: 0.9, 2: 0.1}), 0.8)
    sheet.put("sts_route", story.route)
    sheet.put_or_miss("sts_dose_g", chance.weighted({25: 0.7, 12.5: 0.25, 20: 0.05}), 0.05)
    sheet.put_or_miss("sts_freq_wk", chance.weighted({3: 0.85, 2: 0.08, 4: 0.04, 5: 0.03}), 0.05)
    sheet.maybe("sts_infus_min", chance.one([30, 45, 60, 60, 60, 90]), 0.6)
    changed = chance.yes(0.3)
    sheet.put("sts_mod", int(changed))
    if changed:
        sheet.put("sts_mod_why", chance.weighted({1: 0.4, 2: 0.3, 3: 0.1, 4: 0.2}))
    treated = ((story.sts_end or story.last) - story.j0).days
    sheet.maybe("sts_susp_days", chance.weighted({0: 0.8, min(14, treated // 3): 0.2}), 0.4)
    sheet.put("sts_ongoing", int(story.sts_end is None))
    if story.sts_end is not None:
        sheet.put("sts_end_d", written(story.sts_end))
        sheet.put("sts_stop_why", story.stop_reason)
        if story.stop_reason != STOP_EVENT:
            sheet.maybe("sts_course2", 0, 0.7)


def fill_associated(sheet: Sheet, story: Story) -> None:
    """F: what was done beside thiosulfate; stopped only what had been taken."""
    chance = sheet.chance
    drugs = sheet.typed("rf_drug")
    taken = set(drugs) if isinstance(drugs, list) else set()
    ticks = chance.several(
        {"wound": 0.93, "debri": 0.3, "graft": 0.1, "amp": 0.06, "cerium": 0.15, "atb": 0.7}
    )
    if story.dialysed:
        ticks += chance.several({"dial": 0.35})
    if story.renal < 5:
        ticks += chance.several({"lowca": 0.35})
    if story.renal == 5:
        ticks += chance.several({"pdhd": 0.3})
    if "avk" in taken and chance.yes(0.71):
        ticks.append("vk_stop")
        sheet.put("at_ac_switch", chance.weighted({0: 0.15, 1: 0.35, 2: 0.35, 3: 0.1, 4: 0.05}))
    if "cab" in taken and chance.yes(0.6):
        ticks.append("cab_stop")
    if {"vdn", "vda"} & taken and chance.yes(0.4):
        ticks.append("vd_stop")
    ticks += chance.several({"cina": 0.3, "bisph": 0.12, "ohb": 0.15, "nutr": 0.3, "pall": 0.1})
    sheet.put("at", ticks or ["none"])
    for tick in ticks:
        sheet.maybe(f"at_{tick}_d", written(story.day(chance.between(0, min(60, story.followed))), "m"), 0.25)
