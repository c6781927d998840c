"""A later list over questionnaires that have answers: what it would change is told, and no answer moves."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.cohort.deciding import Desk as ReviewDesk
from app.cohort.deciding import decide
from app.cohort.models import Centre, Patient, ReviewCase
from app.cohort.tracing import trace_rows
from app.collection.models import Response
from app.collection.questionnaires import list_rules_of
from app.doors.sponsor import create_app
from app.outreach.following import EVERYTHING
from tests.collection.builders import Chart
from tests.doors_sponsor.desk import desk_for
from tests.doors_sponsor.test_lists import LISTS, upload
from tests.fixtures.installations import COMMAND, NOW
from tests.fixtures.studies import DATA, Opened

Rows = list[dict[str, str]]


def listed() -> Rows:
    """The rows of liste_propre."""
    with (DATA / "liste_propre.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def written(rows: Rows) -> bytes:
    """These rows as a list of their own."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def answers(opened: Opened) -> list[tuple[object, ...]]:
    """Every answer with the patient that it hangs on."""
    with opened.installation.database.reading() as session:
        query = select(Response.id, Response.patient_id, Response.document, Response.status)
        return sorted(tuple(row) for row in session.execute(query))


@dataclass(frozen=True)
class Story:
    """Four patients with answers by what a later list does to them, that list, and the first numbers of each."""

    opened: Opened
    loses: str
    corrected: str
    gains: str
    finished: str
    houses: dict[str, str]
    rows: Rows


@pytest.fixture(params=[("INDICATION", "intoxication au cyanure"), ("SPECIALITE", "CYSTAGON 150 mg")], ids=str)
def story(opened: Opened, request: pytest.FixtureRequest) -> Story:
    """One loses their authorisation, one is corrected, one gains one elsewhere; the last one's centre had finished."""
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    with opened.installation.database.reading() as session:
        for traced in trace_rows(session, opened.installation.vault, opened.study(session)):
            if traced.fate == "kept":
                numbers[traced.patient].append(traced.atu_num)
        keys = dict(session.execute(select(Patient.code, Patient.id)).all())
        housed = select(Patient.code, Centre.code).join(Centre, Centre.id == Patient.centre_id)
        houses = dict(session.execute(housed).all())
    crowd = Counter(houses.values())
    alone = [code for code, found in numbers.items() if len(found) == 1]
    loses, corrected, gains = [code for code in alone if crowd[houses[code]] > 1][:3]
    finished = next(code for code in alone if crowd[houses[code]] == 1)
    for code in (loses, corrected, gains, finished):
        Chart(opened.installation, keys[code]).save(weight_kg="70")
    with opened.installation.database.writing() as session:
        done = session.scalars(select(Response).where(Response.patient_id == keys[finished])).one()
        done.status, done.submitted_at = "submitted", NOW
    rows = later_rows(*(numbers[code][0] for code in (loses, corrected, gains, finished)), correction=request.param)
    return Story(opened, loses, corrected, gains, finished, houses, rows)


def later_rows(
    loses: str, corrected: str, gains: str, finished: str, *, correction: tuple[str, str]
) -> Rows:
    """The newer edition, by the authorisation numbers of the four patients."""
    by_number = {row["NUM_ATU"]: row for row in listed()}
    rows = [dict(row) for row in listed() if row["NUM_ATU"] != loses]
    for row in rows:
        if row["NUM_ATU"] == corrected:
            row[correction[0]] = correction[1]
    house = {name: by_number[finished][name] for name in ("ETABLISSEMENT", "FINESS", "CP", "VILLE")}
    renewed = {**by_number[gains], **house, "NUM_ATU": "9900001", "TYPE_DEMANDE": "Renouvellement"}
    newcomer = {"NUM_ATU": "9900002", "INITIALES": "ZZW QX", "DDN": "01/02/1951", "TYPE_DEMANDE": "Initiale"}
    return [*rows, renewed, {**by_number[finished], **newcomer}]


def test_the_dry_run_tells_what_a_later_list_does_to_each_questionnaire(story: Story) -> None:
    boss = desk_for(create_app(story.opened.installation), "manager")
    trial = upload(boss, LISTS, "2017.csv", written(story.rows))
    page = html.unescape(boss.text(trial))
    said = dict(re.findall(r"<code>(CAL-[\d-]+)</code></a></th>(.*?)</tr>", page))
    assert set(said) == {story.loses, story.corrected, story.gains}
    assert "n’est plus dans la liste" in said[story.loses]
    assert "il n’en restera aucune" in said[story.loses]
    assert re.search(r"corrigée \((indication|spécialité)\)", said[story.corrected])
    assert "Gagne 1 renouvellement" in said[story.gains]
    assert "le questionnaire reste à son centre" in said[story.gains]
    assert all("commencé, " in text and "Les réponses restent" in text for text in said.values())
    assert re.search(rf"<li>{story.houses[story.finished]} [^<]*avait tout rendu", page)
    assert ">déjà connue<" not in page
    assert "9900001" not in page
    boss.post("/studies/calci_sts/identities", {"page": "lists.try_out", "held": trial.rsplit("/", 1)[1]})
    assert "9900001" in boss.text(trial)


def test_no_answer_moves_by_a_later_list_and_its_decisions(story: Story) -> None:
    opened, before = story.opened, answers(story.opened)
    boss = desk_for(create_app(opened.installation), "manager")
    trial = upload(boss, LISTS, "2017.csv", written(story.rows))
    expected = re.search(r'name="expected" value="([^"]+)"', boss.text(trial))
    assert expected
    stale = boss.post(f"{trial}/import", {"expected": expected.group(1).replace("new=3", "new=4")})
    assert (stale.status_code, "l’étude a changé" in stale.get_data(as_text=True)) == (409, True)
    assert boss.post(f"{trial}/import", {"expected": expected.group(1)}).status_code == 303
    assert answers(opened) == before
    assert "n’est plus dans la liste" in boss.text(f"/studies/calci_sts/patients/{story.loses}")
    accept_all(opened)
    assert answers(opened) == before
    for code in (story.loses, story.corrected):
        assert "Plus aucune autorisation" in boss.text(f"/studies/calci_sts/patients/{code}")
    assert "plus d’autorisation" in boss.text(f"/studies/calci_sts/patients?q={story.loses}")


def accept_all(opened: Opened) -> None:
    """Accepts every withdrawal and correction at the desk."""
    with opened.installation.database.writing() as session:
        study = opened.study(session)
        rules = list_rules_of(session, study)
        desk = ReviewDesk(session, opened.installation.vault, study, rules, COMMAND, NOW, EVERYTHING)
        wanted = select(ReviewCase).where(ReviewCase.kind.in_(("withdrawn", "changed")))
        for case in session.scalars(wanted).all():
            decide(desk, case.id, "accept", mutation_id=f"accept-{case.id}")
