"""The machinery of a door: whole transactions, deny by default, limits, and headers on every response."""

import logging

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.kernel.installation import Installation
from tests.doors.sample import create_sample


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    return create_sample(installation).test_client()


def _notes(installation: Installation) -> list[str]:
    with installation.database.reading() as session:
        return list(session.execute(text("SELECT content FROM note")).scalars())


def test_a_successful_post_is_committed_before_the_response(
    client: FlaskClient, installation: Installation
) -> None:
    assert client.post("/write", data={"content": "kept"}).status_code == 200
    assert _notes(installation) == ["kept"]


@pytest.mark.parametrize("data", [{"status": "400"}, {"status": "422"}, {"refuse": "1"}, {"fail": "1"}])
def test_a_refusal_or_an_error_changes_nothing(
    client: FlaskClient, installation: Installation, data: dict[str, str]
) -> None:
    assert client.post("/write", data={"content": "lost", **data}).status_code >= 400
    assert _notes(installation) == []


def test_a_view_that_waits_holds_no_write_lock_and_keeps_what_it_committed_itself(
    client: FlaskClient, installation: Installation
) -> None:
    assert client.post("/write-after-a-wait").status_code == 422
    assert _notes(installation) == ["meanwhile"]


def test_a_view_that_waits_writes_nothing_in_its_snapshot(
    client: FlaskClient, installation: Installation
) -> None:
    assert client.post("/write-after-a-wait", data={"directly": "1"}).status_code == 500
    assert _notes(installation) == ["meanwhile"]


def test_a_get_that_writes_is_stopped_by_the_database(
    client: FlaskClient, installation: Installation
) -> None:
    assert client.get("/write-on-get").status_code == 500
    assert _notes(installation) == []


def test_an_error_page_tells_a_reference_and_no_detail(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="recueil.error"):
        body = client.post("/write", data={"fail": "1"}).get_data(as_text=True)
    assert "secret detail" not in body
    assert "Traceback" not in body
    assert caplog.records[0].args is not None
    assert str(caplog.records[0].args[-1]) in body  # type: ignore[index]


def test_a_view_without_a_policy_answers_403(client: FlaskClient) -> None:
    assert client.get("/undeclared").status_code == 403


def test_a_policy_that_raises_hides_the_view(client: FlaskClient) -> None:
    assert client.get("/closed").status_code == 404


def test_a_post_without_its_token_is_refused(client: FlaskClient, installation: Installation) -> None:
    assert client.post("/protected").status_code == 400
    assert _notes(installation) == []


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_post_from_another_sites_page_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/protected", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80"]
)
def test_another_host_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_a_body_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/echo", data={"a": "x" * 300_000}).status_code == 413


def test_thousands_of_fields_are_refused_unparsed(client: FlaskClient) -> None:
    kind = "application/x-www-form-urlencoded"
    assert client.post("/echo", data="a=&" * 4_000, content_type=kind).status_code == 200
    assert client.post("/echo", data="a&" * 90_000, content_type=kind).status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("HEAD", "/"), ("GET", "/nowhere"), ("POST", "/"), ("GET", "/undeclared"),
        ("GET", "/write-on-get"), ("GET", "/static/base.css"), ("GET", "/static/no.css"), ("OPTIONS", "/"),
    ],
)  # fmt: skip
def test_every_response_carries_the_headers(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, buffered=True)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    asset = path == "/static/base.css"
    assert response.headers["Cache-Control"] == ("no-cache" if asset else "no-store")


def test_no_token_reaches_the_access_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="recueil.access"):
        client.get("/r/SECRETTOKEN")
    assert "SECRETTOKEN" not in caplog.text
    assert "/r/…" in caplog.text


def test_paths_encoded_twice_reach_nothing(client: FlaskClient) -> None:
    for path in (
        "/%2e%2e/closed",
        "/%252e%252e/closed",
        "/static/%2e%2e/kernel/keys.py",
        "//closed",
        "/closed%00",
    ):
        assert client.get(path).status_code in (308, 400, 404)
