"""People at the two doors, in a browser without scripts: somebody at a centre, somebody on the staff."""

from __future__ import annotations

from tests.journeys.plain_client import Page, PlainClient

NEW_PASSWORD = "une longue phrase de passe 2026"


def enter(url: str) -> tuple[PlainClient, Page]:
    """Somebody who followed this link and pressed its button and gave a name; on the worklist."""
    client = PlainClient()
    page = client.get(url)
    assert page.status == 200, page.text[:2000]
    button = next(form for form in page.forms if "/r/" in form.action)
    page = client.send(page, button)
    who = {"who": "other", "name": "Dr Essai", "function": "Pharmacien"}
    page = client.send(page, page.form("function"), who)
    assert page.status == 200, page.text[:2000]
    return client, page


def sign_in(url: str, email: str, password: str) -> tuple[PlainClient, Page]:
    """Somebody on the staff who signed in with a one-time password and chose one of their own."""
    client = PlainClient()
    page = client.get(f"{url}/sponsor/login")
    page = client.send(page, page.form("password"), {"email": email, "password": password})
    if any("new" in form.names for form in page.forms):
        chosen = {"current": password, "new": NEW_PASSWORD, "again": NEW_PASSWORD}
        page = client.send(page, page.form("new"), chosen)
    assert page.status == 200, page.text[:2000]
    return client, page
