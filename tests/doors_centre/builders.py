"""A centre's people as plain HTTP clients: they read forms as a browser without scripts does, and send them back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.cohort.models import Centre, Patient
from app.cohort.studies import find_study
from app.doors.centre import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.links import token_of
from app.outreach.people import Person, add_respondent
from tests.fixtures.studies import Opened

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CODE = re.compile(r"[A-Z]{3}-\d{3,}-\d{3,}")


class Forms(HTMLParser):
    """The forms of a page with the fields that a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self._fields: list[tuple[str, str]] | None = None
        self._select: list[str] = []
        self._area: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._fields = []
            self.found.append((has.get("action", ""), self._fields))
        elif self._fields is None:
            return
        elif tag == "input" and "name" in has:
            if has.get("type") not in ("radio", "checkbox") or "checked" in has:
                self._fields.append((has["name"], has.get("value", "")))
        elif tag == "select":
            self._select = [has["name"], ""]
        elif tag == "option" and self._select and "selected" in has:
            self._select[1] = has["value"]
        elif tag == "textarea":
            self._area = [has["name"], ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif self._fields is not None and tag == "select":
            self._fields.append((self._select[0], self._select[1]))
            self._select = []
        elif self._fields is not None and tag == "textarea":
            self._fields.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1] += data


@dataclass
class Visitor:
    """A person at a centre with a browser of their own, scripts off."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> TestResponse:
        """The page at `path`."""
        return self.client.get(path)

    def form(self, path: str, action: str | None = None) -> MultiDict[str, str]:
        """The fields of the form on the page at `path` that is sent to `action` (the same path unless said)."""
        forms = [fields for to, fields in Forms(self.get(path).text).found if to == (action or path)]
        return MultiDict(forms[-1])

    def send(
        self, path: str, form: MultiDict[str, str] | None = None, **answers: str | list[str]
    ) -> TestResponse:
        """Fills `answers` into the form at `path` and sends it; "@" and "#" in names are written "__at_", "__n_"."""
        filled = self.form(path) if form is None else form.deepcopy()
        for written, value in answers.items():
            name = (
                written.replace("__at_", "@").replace("__n_", "#").replace("__m", "!m").replace("__c", "!c")
            )
            filled.setlist(name, value if isinstance(value, list) else [value])
        return self.client.post(path, data=filled)

    def enter(self, name: str = "", function: str = "") -> Visitor:
        """Presses the link's button and says who answers: the known respondent, or somebody named."""
        path = f"/r/{self.token}"
        assert self.send(path).status_code == 303
        who = {"who": "other", "name": name, "function": function} if name else {"who": "0"}
        assert self.send("/entrer", **who).headers["Location"] == "/"
        return self

    @property
    def codes(self) -> list[str]:
        """The patients on this person's worklist."""
        return sorted(set(CODE.findall(self.get("/").text)))


def text_of(response: TestResponse) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def page(code: str, section: str, visit: str = "") -> str:
    """The address of a page of questions."""
    return f"/patients/{code}/questions/{section}" + (f"/{visit}" if visit else "")


def token_for(installation: Installation, study_code: str, centre: int) -> str:
    """The token of a new respondent's link at `centre`."""
    with installation.database.writing() as session:
        study = find_study(session, study_code)
        person = Person("Dr MARTIN", f"martin.{centre}@example.org", "", "néphrologue", "fr")
        here = session.get_one(Centre, centre)
        actor = Actor.command("tests")
        respondent = add_respondent(
            session, installation, study, here, person, source="desk", actor=actor, now=NOW
        )
        return token_of(installation.keys, respondent.link)


def busy_centres(opened: Opened) -> list[int]:
    """The ids of the centres with patients, the one with most first."""
    with opened.installation.database.reading() as session:
        patients = list(session.scalars(select(Patient.centre_id)))
    return sorted(set(patients), key=lambda one: (-patients.count(one), one))


def visitor(opened: Opened, rank: int = 0) -> Visitor:
    """Somebody at the centre of that rank, not yet inside."""
    token = token_for(opened.installation, opened.code, busy_centres(opened)[rank])
    return Visitor(create_app(opened.installation).test_client(), token)


def colleague(of: Visitor) -> Visitor:
    """Somebody else with the same link and a browser of their own."""
    return Visitor(of.client.application.test_client(), of.token)
