"""Both URL maps, walked: every view says who may use it, neither door knows the other, nothing unsafe is open."""

from __future__ import annotations

import pytest

from app.doors.door import Door
from app.doors.guard import allow, policy_of, public
from app.doors.headers import ALWAYS
from app.kernel.database import Database
from app.kernel.installation import Installation
from app.kernel.keys import Keys
from app.kernel.vault import Vault
from tests.architecture.doors import DOORS, an_address, rules, unsafe_methods
from tests.fixtures.databases import make_settings

# A mail program unsubscribes with one POST of its own; the signed token in the address is its proof.
WITHOUT_PAGE_TOKEN: dict[str, set[str]] = {"centre": {"stopping.stop_mails"}, "sponsor": set(), "telephone": set()}
# A call is typed on the centre's own pages; nothing of the desk is among them.
SERVES = {"centre": ("centre",), "sponsor": ("sponsor",), "telephone": ("centre", "telephone")}


@pytest.fixture(params=sorted(DOORS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def door(name: str, tmp_path: object, sqlite_installation: Installation) -> Door:
    return DOORS[name](sqlite_installation)


@pytest.fixture
def sqlite_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    # What is walked here is the map, not the tables: one engine will do, and an empty file.
    home = tmp_path_factory.mktemp("home")
    settings = make_settings(home, f"sqlite:///{home / 'empty.sqlite'}")
    keys = Keys.make()
    return Installation(settings, keys, Database(settings.database_url), Vault(keys))


def test_every_view_has_a_policy(door: Door) -> None:
    open_ones = [endpoint for endpoint, view in door.view_functions.items() if policy_of(view) is None]
    assert open_ones == [], "say who may use these views: @allow(policy), nearest the function"


def test_a_door_serves_its_own_views_only(door: Door, name: str) -> None:
    own = tuple(f"app.doors.{room}{end}" for room in SERVES[name] for end in (".", ""))
    foreign = {
        endpoint: view.__module__
        for endpoint, view in door.view_functions.items()
        if endpoint != "static" and not view.__module__.startswith(own)
    }
    assert foreign == {}


def test_the_public_door_shares_no_cookie_with_the_staff(sqlite_installation: Installation) -> None:
    made = [DOORS[name](sqlite_installation) for name in ("centre", "sponsor")]
    assert len({one.config["SESSION_COOKIE_NAME"] for one in made}) == len(made)
    assert len({one.config["SECRET_KEY"] for one in made}) == len(made)


def test_every_unsafe_route_asks_for_the_pages_token(door: Door, name: str) -> None:
    client = door.test_client()
    answered = {
        f"{method} {rule.endpoint}": client.open(an_address(door, rule), method=method).status_code
        for rule in rules(door)
        for method in unsafe_methods(rule)
        if rule.endpoint not in WITHOUT_PAGE_TOKEN[name]
    }
    assert len(answered) > 3
    assert {route: status for route, status in answered.items() if status != 400} == {}


def test_only_listed_routes_do_without_the_pages_token(door: Door, name: str) -> None:
    without = {
        endpoint
        for endpoint, view in door.view_functions.items()
        if (policy := policy_of(view)) is not None and not policy.csrf
    }
    assert without <= WITHOUT_PAGE_TOKEN[name]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/nothing-here", "/static/base.css", "/static/nothing.css", "/boom"])
def test_every_response_carries_the_security_headers(door: Door, path: str, method: str) -> None:
    @door.get("/boom")
    @allow(public)
    def boom() -> str:
        raise RuntimeError("on purpose")

    response = door.test_client().open(path, method=method)
    missing = {header for header, value in ALWAYS.items() if response.headers.get(header) != value}
    assert missing == set(), f"{response.status_code}"
    response.close()
    assert response.headers["Cache-Control"] in ("no-store", "no-cache")
    if path == "/boom" and method == "GET":
        assert response.status_code == 500


def test_an_unknown_host_is_refused(door: Door) -> None:
    assert door.test_client().get("/", base_url="http://elsewhere.example").status_code == 400


def test_every_variable_part_of_an_address_is_one_segment(door: Door) -> None:
    paths = [rule.rule for rule in rules(door) if rule.endpoint != "static" and "<path:" in rule.rule]
    assert paths == []
