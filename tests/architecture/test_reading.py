"""GET and HEAD of every page of both doors, by people who may see them, change nothing in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from app.doors.door import Door
from app.kernel.actor import Actor
from tests.architecture.doors import DOORS
from tests.architecture.dumping import dump
from tests.fixtures.campaigns import STAFF, Campaign, begin
from tests.fixtures.serving import LiveServer
from tests.journeys.answering import code_of
from tests.journeys.people import enter, sign_in
from tests.journeys.plain_client import Page, PlainClient

PREFIX = {"centre": "", "sponsor": "/sponsor"}
EACH = 3  # pages of one route that are opened: other patients' pages are no other code
# Routes that a walk over links does not meet, with the reason.
UNMET: dict[str, dict[str, str]] = {"centre": {}, "sponsor": {}}


@pytest.fixture
def served(live_server: LiveServer, command: Actor, now: datetime) -> tuple[LiveServer, Campaign]:
    return live_server, begin(live_server.installation, now, command)


def test_reading_the_centre_door_changes_nothing(served: tuple[LiveServer, Campaign]) -> None:
    server, campaign = served
    url = f"{server.url}/r/{campaign.links[campaign.answered_at]}"
    client, worklist = enter(url)
    codes = sorted({code_of(link) for link in worklist.links if "/patients/CAL-" in link})
    paths = (
        f"/patients/{codes[0]}/sans-reponse",
        f"/patients/{codes[0]}/demandes",
        "/entrer",
        "/au-revoir",
        "/pas-pour-moi",
        "/patients/nouveau",
        "/patients/CAL-999-999",
    )
    starts = [worklist.url, url, campaign.unsubscribe_url, *(server.url + path for path in paths)]
    _walk_and_compare("centre", server, client, starts)


def test_reading_the_sponsor_door_changes_nothing(served: tuple[LiveServer, Campaign], data: Path) -> None:
    server, campaign = served
    client, home = sign_in(server.url, STAFF, campaign.password)
    # Where forms that only read lead, and cuts that nobody has frozen: no link does.
    asked = ("patients/CAL-001-001/split?row=1", "centres/1/merge?into=2", "centres/1/spellings/1", "cuts/1")
    starts = [home.url, f"{server.url}/sponsor/login"]
    starts += [f"{server.sponsor_url}studies/calci_sts/{path}" for path in asked]
    for place, file in (("lists", "liste_a.csv"), ("respondents", "liste_a.respondents.csv")):
        page = client.get(f"{server.sponsor_url}studies/calci_sts/{place}")
        trial = client.upload(page, page.form("file"), "file", data / file)
        assert "/held/" in trial.url, trial.text[:2000]
        starts.append(trial.url)
    _walk_and_compare("sponsor", server, client, starts)


def _walk_and_compare(name: str, server: LiveServer, client: PlainClient, starts: list[str]) -> None:
    door = DOORS[name](server.installation)
    before = dump(server.installation.database)
    met = {endpoint for endpoint, page in _walk(name, door, server, client, starts) if _answered(page)}
    assert dump(server.installation.database) == before
    wanted = {rule.endpoint for rule in door.url_map.iter_rules() if "GET" in (rule.methods or ())}
    unmet = sorted(wanted - met - set(UNMET[name]))
    assert not unmet, f"no link leads to these routes, say why in UNMET: {unmet}"


def _answered(page: Page) -> bool:
    assert page.status < 500, f"{page.url}\n{page.text[:2000]}"
    return page.status in (200, 404, 403, 410)


def _walk(
    name: str, door: Door, server: LiveServer, client: PlainClient, starts: list[str]
) -> Iterator[tuple[str, Page]]:
    waiting, seen, opened = list(starts), set(starts), Counter[str]()
    while waiting:
        url = waiting.pop(0)
        endpoint = _endpoint(name, door, server, url)
        if endpoint is None or opened[endpoint] >= EACH:
            continue
        opened[endpoint] += 1
        client.head(url)
        page = client.get(url)
        yield endpoint, page
        fresh = [link for link in (*page.links, *page.assets) if link.split("#")[0] not in seen]
        seen.update(link.split("#")[0] for link in fresh)
        waiting += [link.split("#")[0] for link in fresh]


def _endpoint(name: str, door: Door, server: LiveServer, url: str) -> str | None:
    parts = urlsplit(url)
    inside = url.startswith(server.url) and parts.path.startswith(PREFIX[name])
    if not inside or (name == "centre" and parts.path.startswith("/sponsor")):
        return None
    try:
        endpoint, _ = door.url_map.bind("localhost").match(
            parts.path.removeprefix(PREFIX[name]), method="GET"
        )
    except HTTPException:
        return None
    return str(endpoint)
