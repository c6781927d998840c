"""cmv_mbv: the single case of the seed, read back from the workbook, gives the published figures."""

from datetime import datetime
from math import log10
from pathlib import Path
from statistics import mean, median

import pytest

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.studies.collected import Row, day, workbook

# As printed in the source: date, sign and value, printed log (0 for "<62").
PRINTED = """2022-04-19 <62 0;2022-05-04 709 2.85064624;2022-05-11 1360 3.13353891;2022-06-08 <62 0;2022-07-06 76 1.88081359
2022-07-11 187 2.27184161;2022-07-22 <62 0;2022-07-25 <62 0;2022-08-01 3516 3.54604887;2022-08-04 4488 3.65205285
2022-08-08 7671 3.88485198;2022-08-16 10795 4.03322265;2022-08-22 25792 4.41148502;2022-08-29 13070 4.11627559
2022-09-05 8644 3.93671476;2022-09-09 1645 3.21616590;2022-09-19 6475 3.81123977;2022-09-22 3024 3.48058179
2022-09-27 3045 3.48358730;2022-10-03 6968 3.84310814;2022-10-11 50295 4.70152481;2022-10-17 30002 4.47715021
2022-10-25 170128 5.23077580;2022-11-02 39079 4.59194344;2022-11-09 16734 4.22359976;2022-11-14 5951 3.77458995"""
REFRACTORY = {0: "not refractory", 1: "refractory", 2: "probable"}


@pytest.fixture
def sheets(installation: Installation, command: Actor, now: datetime, tmp_path: Path) -> dict[str, list[Row]]:
    """The workbook of the single case."""
    return workbook(installation, "cmv_mbv", "cmv_mbv", command, now, tmp_path)


def test_all_viral_loads_keep_their_sign_and_limit(sheets: dict[str, list[Row]]) -> None:
    printed = [one.split() for one in PRINTED.replace("\n", ";").split(";")]
    rows = sheets["charges_virales"]
    assert len(rows) == len(printed) == 26
    assert [(row["vl_d"], row["vl_op"], row["vl_val"]) for row in rows] == [
        (day(date), 2 if value.startswith("<") else 1, int(value.lstrip("<"))) for date, value, _ in printed
    ]
    assert [f"{row['vl_log10_zero']:.8f}" for row in rows] == [f"{float(log):.8f}" for _, _, log in printed]
    assert {row["vl_unit"] for row in rows} == {None}
    assert {row["vl_unit_mq"] for row in rows} == {"NSP"}


def test_three_rules_for_censored_loads(sheets: dict[str, list[Row]]) -> None:
    rows = sheets["charges_virales"]
    means = {rule: round(mean(row[f"vl_log10_{rule}"] for row in rows), 3) for rule in ("zero", "half", "lloq")}
    assert means == {"zero": 3.175, "half": 3.405, "lloq": 3.451}
    assert {round(median(row[f"vl_log10_{rule}"] for row in rows), 3) for rule in means} == {3.713}
    quantified = [row for row in rows if row["vl_op"] == 1]
    assert len(quantified) == 22
    assert round(median(row["vl_log10"] for row in quantified), 3) == 3.827
    censored = [row for row in rows if row["vl_cens"]]
    assert {(round(row["vl_log10_lloq"], 4), round(row["vl_log10_half"], 4)) for row in censored} == {(1.7924, 1.4914)}
    assert all(abs(row["vl_log10"] - log10(row["vl_val"])) < 1e-9 for row in quantified)


def test_peak(sheets: dict[str, list[Row]]) -> None:
    (patient,) = sheets["patients"]
    assert (patient["vl_peak"], round(patient["vl_peak_log10"], 4), patient["vl_peak_d"]) == (170128, 5.2308, day("2022-10-25"))
    assert (patient["n_vl"], patient["n_vl_quant"]) == (26, 22)


def test_refractory_classes_line_by_line(sheets: dict[str, list[Row]]) -> None:
    lines = {(row["ln_drug"], row["ln_start"]): row for row in sheets["lignes"]}
    foscarnet, cidofovir, maribavir = lines[3, "2022-08-06"], lines[4, "2022-09-14"], lines[5, "2022-10-29"]
    assert REFRACTORY[foscarnet["cmv_refr"]] == "probable"
    assert (foscarnet["base_vl"], foscarnet["base_vl_d"]) == (4488, day("2022-08-04"))
    assert REFRACTORY[cidofovir["cmv_refr"]] == "refractory"
    assert REFRACTORY[maribavir["cmv_refr"]] == "not refractory"
    assert lines[1, "2022-08-31"]["cmv_refr"] is None, "ganciclovir was stopped before 14 days"
    assert (foscarnet["ln_tx_day"], maribavir["ln_tx_day"], maribavir["ln_dur_days"]) == (236, 320, 44)


def test_changes_on_each_line(sheets: dict[str, list[Row]]) -> None:
    changes = {(row["vl_ln_start"], row["vl_ln_day"]): row["vl_delta"] for row in sheets["charges_virales"] if row["vl_ln_start"]}
    wanted = {
        ("2022-08-06", 16): 0.759, ("2022-08-06", 23): 0.464, ("2022-09-14", 41): 2.015,
        ("2022-10-29", 4): -0.639, ("2022-10-29", 11): -1.007, ("2022-10-29", 16): -1.456,
    }  # fmt: skip
    assert {place: round(changes[day(place[0]), place[1]], 3) for place in wanted} == wanted


def test_clearance_at_week_8_is_unknown(sheets: dict[str, list[Row]]) -> None:
    (patient,) = sheets["patients"]
    assert patient["clear_w8"] is None
    assert patient["recur_flag"] is None


def test_the_four_genotypes_as_the_laboratory_called_them(sheets: dict[str, list[Row]]) -> None:
    called = [
        (row["gt_d"], row["gt_ul97_st"], row["gt_ul54_mut"], row["gt_gcv"], row["gt_fos"], row["gt_cdv"], row["gt_mbv"])
        for row in sheets["genotypes"]
    ]
    assert called == [
        (day("2022-08-16"), 1, None, 1, 1, 1, 0),
        (day("2022-10-03"), None, "E756Q;G841A", 3, 3, 1, 1),
        (day("2022-11-23"), 3, None, 4, 1, 1, 0),
        (day("2023-01-16"), 2, "G841", 3, 3, 3, 3),
    ]
    (patient,) = sheets["patients"]
    assert (patient["cmv_res_d"], patient["res_cdv_d"], patient["res_mbv_em"]) == (day("2022-10-03"), day("2023-01-16"), 1)
