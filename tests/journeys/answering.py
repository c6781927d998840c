"""Somebody at a centre goes through one patient's questionnaire page by page, without scripts, and hands it in."""

from __future__ import annotations

from collections.abc import Mapping

from tests.journeys.plain_client import Form, Page, PlainClient

MOST_PAGES = 60
NEVER_TREATED: dict[str, str | list[str]] = {
    "chart_found": "1",
    "sts_given": "0",
    "sts_nogive": "4",
    "site_moved": "0",
    "sts_prior": "0",
    "filler_role": "4",
    "last_d": "15/03/2016",
    "vs_last": "1",
    "vs_src": "1",
    "comment_txt": "=1+1 ; œdème, -5 et « ’ »",
}


def first_patient(worklist: Page) -> str:
    """Where the worklist says to begin, or to go on, with its first patient."""
    return next(link for link in worklist.links if "/patients/CAL-" in link and "/questions/" in link)


def code_of(address: str) -> str:
    """The patient's code in an address of theirs."""
    return next(part for part in address.split("/") if part.startswith("CAL-"))


def answer(client: PlainClient, address: str, answers: Mapping[str, str | list[str]]) -> Page:
    """Types the answers wherever a page asks for them; the review page at the end."""
    page = client.get(address)
    for _ in range(MOST_PAGES):
        assert page.status == 200, f"{page.url} {page.status}\n{page.text[:3000]}"
        if page.url.split("?")[0].endswith("/relecture"):
            return page
        form = _questions(page)
        page = client.send(page, form, {name: value for name, value in answers.items() if name in form.names})
    raise AssertionError(f"no end to this questionnaire: {page.url}")


def hand_in(client: PlainClient, review: Page, because: str = "") -> Page:
    """Submits from the review page; the receipt."""
    form = next(form for form in review.forms if form.action.endswith("/relecture"))
    return client.send(review, form, {"because": because} if because else {})


def _questions(page: Page) -> Form:
    return page.form("was")
