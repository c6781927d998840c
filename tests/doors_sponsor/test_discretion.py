"""What the desk's pages never do: change anything when read, show an identity unasked, go out without headers."""

import csv
from pathlib import Path

import pytest

from app.doors.door import Door
from app.doors.sponsor import create_app
from app.kernel.actor import Actor
from app.outreach.respondents import import_respondents
from tests.doors_centre.dumping import dump
from tests.doors_sponsor.desk import Desk, desk_for
from tests.doors_sponsor.test_rights import path_of
from tests.fixtures.studies import Opened


@pytest.fixture
def app(opened: Opened, data: Path, command: Actor) -> Door:
    """The staff application of a study with liste_propre and its respondents."""
    installation = opened.installation
    with installation.database.writing() as session:
        import_respondents(
            session,
            installation,
            opened.study(session),
            data / "liste_propre.respondents.csv",
            actor=command,
            now=installation.clock(),
        )
    return create_app(installation)


@pytest.fixture
def boss(app: Door) -> Desk:
    """A manager, signed in."""
    return desk_for(app, "manager")


def pages(app: Door) -> list[str]:
    """The address of every page that can be read."""
    filled = {"patient_code": "CAL-001-001", "kind": "invitation", "spoken": "fr"}
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return [path_of(rule, **filled) for rule in rules if rule.endpoint != "static"]


def identities(data: Path) -> set[str]:
    """What could name somebody: authorisation numbers, births, addresses and names of respondents."""
    with (data / "liste_propre.csv").open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    found = {row[column] for row in rows for column in ("NUM_ATU", "DDN") if len(row.get(column) or "") > 4}
    with (data / "liste_propre.respondents.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file, delimiter=";"))
    return found | {row[column] for row in people for column in ("courriel", "nom") if row.get(column)}


def test_reading_every_page_changes_nothing(app: Door, boss: Desk, opened: Opened) -> None:
    before = dump(opened.installation)
    read = [(path, boss.get(path).status_code) for path in pages(app)]
    assert [path for path, status in read if status >= 500] == []
    assert sum(status == 200 for _, status in read) > 20
    for path in pages(app):
        boss.client.head(path)
    assert dump(opened.installation) == before


def test_no_page_shows_an_identity_unasked(app: Door, boss: Desk, data: Path) -> None:
    hidden = identities(data)
    assert len(hidden) > 100
    for path in pages(app):
        text = boss.get(path).get_data(as_text=True) if not path.endswith(".xlsx") else ""
        assert [
            one for one in hidden if f">{one}<" in text or f" {one} " in text or ("@" in one and one in text)
        ] == [], path


def test_names_of_respondents_are_shown_after_asking(boss: Desk, data: Path) -> None:
    page = "/studies/calci_sts/respondents"
    with (data / "liste_propre.respondents.csv").open(encoding="utf-8-sig", newline="") as file:
        email = next(csv.DictReader(file, delimiter=";"))["courriel"]
    assert email not in boss.text(page)
    boss.post("/studies/calci_sts/identities", {"page": "respondents.show"})
    assert email in boss.text(page)


def test_every_response_has_the_headers_and_no_inline_style_or_script(app: Door, boss: Desk) -> None:
    for path in [*pages(app), "/nowhere", "/studies/none/"]:
        response = boss.get(path)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert response.headers["Cache-Control"] == "no-store", path
        # A file to keep is no page of this site: the blank questionnaire carries its own style.
        kept = response.headers.get("Content-Disposition", "").startswith("attachment")
        text = response.get_data(as_text=True) if response.mimetype == "text/html" and not kept else ""
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert " onclick=" not in text, path
        assert text.count("<script") <= 1, path
