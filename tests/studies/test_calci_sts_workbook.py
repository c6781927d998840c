"""calci_sts: what a statistician computes from the exported workbook is what the fixture’s figures state."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.studies.collected import Collected, Row, known, workbook

FULL, BARE = "calci_sts", "calci_sts_bare"


def survival(rows: Iterable[Row], at: int) -> float:
    """Kaplan-Meier survival at a day: time in t_os, event in e_os."""
    times = [(row["t_os"], row["e_os"]) for row in rows if row["t_os"] is not None]
    surviving = 1.0
    for time in sorted({time for time, dead in times if dead and time <= at}):
        at_risk = sum(other >= time for other, _ in times)
        deaths = sum(other == time and dead for other, dead in times)
        surviving *= 1 - deaths / at_risk
    return surviving


@pytest.fixture(params=[FULL, BARE])
def sheets(
    request: pytest.FixtureRequest, installation: Installation, command: Actor, now: datetime, tmp_path: Path
) -> dict[str, list[Row]]:
    """The workbook of the eight patients, filled fully or with the named variables only."""
    return workbook(installation, "calci_sts", request.param, command, now, tmp_path)


def test_primary_endpoint(sheets: dict[str, list[Row]]) -> None:
    rows = sheets["patients"]
    assert sum(row["treated"] or 0 for row in rows) == 7
    dead = known(rows, "dead_1y")
    assert sorted(key for key, one in dead.items() if one) == ["C1", "C6", "C8"]
    assert sorted(key for key, one in dead.items() if not one) == ["C2", "C3", "C5"]
    assert [row["key"] for row in rows if row["vs_1y"] == 3] == ["C4"]
    assert sum(dead.values()) / len(dead) == 3 / 6
    assert round(100 * (1 - survival(rows, 365)), 1) == 46.4


def test_secondary_endpoints(sheets: dict[str, list[Row]]) -> None:
    rows = sheets["patients"]
    stopped = known(rows, "stop_ae")
    assert (sum(stopped.values()), len(stopped)) == (1, 7)
    assert stopped["C5"] == 1
    area = known(rows, "surf_pct_m12")
    assert area == {"C2": -75, "C3": -100, "C5": 50}
    assert median(area.values()) == -75
    opioids = known(rows, "ome_delta")
    assert opioids == {"C2": -60, "C3": -60, "C5": 60}
    assert median(opioids.values()) == -60
    assert [(row["key"], row["t_heal"]) for row in rows if row["e_heal"] == 1] == [("C3", 180)]


def test_every_patient_is_submitted_and_keeps_its_dates(sheets: dict[str, list[Row]]) -> None:
    rows = sheets["patients"]
    assert {row["statut"] for row in rows} == {"submitted"}
    eighth = next(row for row in rows if row["key"] == "C8")
    assert eighth["death_d"] == "2013-12"
    assert eighth["death_imput"].isoformat() == "2013-12-15"
    assert eighth["death_imput_fl"] == 1
    assert eighth["t_os"] == 40


def test_extra_case_and_conversions(installation: Installation, command: Actor, now: datetime, tmp_path: Path) -> None:
    sheets = workbook(installation, "calci_sts", "calci_sts_extra", command, now, tmp_path)
    ninth = next(row for row in sheets["patients"] if row["key"] == "C9")
    assert (ninth["t_os"], ninth["dead_1y"]) == (366, 1)
    lines = [row for row in sheets["antalgiques"] if row["key"] == "OME"]
    assert [(row["ag_drug"], row["ag_dose"], row["ome_line"]) for row in lines] == [
        (11, 400, 80), (10, 120, 20), (22, 10, 30), (23, 40, 80), (25, 8, 60), (26, 25, 60), (1, 3000, 0),
    ]  # fmt: skip


def test_the_workbook_says_age_and_sex_but_never_initials_or_birth(
    installation: Installation, command: Actor, now: datetime, tmp_path: Path
) -> None:
    sheets = workbook(installation, "calci_sts", FULL, command, now, tmp_path)
    names = {name for rows in sheets.values() for row in rows[:1] for name in row}
    assert {"age_j0", "sex"} <= names
    assert names.isdisjoint({"birth_my", "pt_ini", "atu_first"})
    assert known(sheets["patients"], "age_j0")["C1"] == 61
    text = [str(cell) for rows in sheets.values() for row in rows for cell in row.values()]
    assert not [cell for cell in text if "1950-03" in cell or "03/1950" in cell]


def test_a_contradiction_refuses_its_patient_and_only_it(
    installation: Installation, command: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.studies import collected as room

    right, wrong = room.objects(BARE)[:2]
    wrong["answers"] |= {"sts_stop_why": 2}
    monkeypatch.setattr(room, "objects", lambda name: [right, wrong])
    first, second = Collected(installation, "calci_sts", command, now).take(BARE)
    assert first["stored"]
    assert not second["stored"]
    assert second["patient"] is None
    assert any("effet indésirable" in sentence for sentence in second["refusals"])
