"""People at the two doors, in a browser without scripts: somebody at a centre, somebody on the staff."""

from __future__ import annotations

from tests.journeys.plain_client import Page, PlainClient

NEW_PASSWORD = "une longue phrase de passe 2026"


def enter(url: str) -> tuple[PlainClient, Page]:
    """Somebody who followed this link and pressed its button as the respondent; on the worklist."""
    client = PlainClient()
    page = client.get(url)
    assert page.status == 200, page.text
    page = client.send(page, page.form("csrf_token") if len(page.forms) == 1 else _leading_to(page, "/r/"))
    page = client.send(page, page.form("who"), {"who": "known"})
    assert page.status == 200, page.text
    return client, page


def sign_in(url: str, email: str, password: str) -> tuple[PlainClient, Page]:
    """Somebody on the staff who signed in with a one-time password and chose one of their own."""
    client = PlainClient()
    page = client.get(f"{url}/sponsor/login")
    page = client.send(page, page.form("password"), {"email": email, "password": password})
    if any("new" in form.names for form in page.forms):
        chosen = {"current": password, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
        page = client.send(page, page.form("new"), chosen)
    assert page.status == 200, page.text
    return client, page


def _leading_to(page: Page, part: str):  # type: ignore[no-untyped-def]  # a Form
    return next(form for form in page.forms if part in (form.action or page.url))
