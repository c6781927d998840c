"""Who may use which page: three roles, and the study that a page is about."""

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import Forbidden, NotFound

from app.accounts.models import Role
from app.accounts.sessions import staff_actor
from app.cohort.errors import UnknownStudy
from app.cohort.models import Study
from app.cohort.studies import find_study
from app.doors.guard import Policy
from app.doors.request import passage, session, set_actor
from app.doors.sponsor.signed_in import Person, person, settled_person


@dataclass(frozen=True)
class Heading:
    """What every page of a study shows of it, kept when the transaction is over."""

    code: str
    title_fr: str
    title_en: str


def _policy(name: str, *roles: Role) -> Policy:
    def admit() -> None:
        someone = settled_person()
        _welcome(someone)
        if someone.role not in roles:
            raise Forbidden
        _find_study()

    return Policy(name, admit)


def _welcome(someone: Person) -> None:
    passage().facts["person"] = someone
    set_actor(staff_actor(someone.staff))


def _find_study() -> None:
    code = (request.view_args or {}).get("code")
    if code is None:
        return
    try:
        found = find_study(session(), code)
    except UnknownStudy as error:
        raise NotFound from error
    passage().facts["study"] = found
    passage().facts["headed"] = Heading(found.code, found.title_fr, found.title_en)


def _admit_person() -> None:
    _welcome(person())


everybody = _policy("everybody", "manager", "statistician", "reader")
statisticians = _policy("statisticians", "manager", "statistician")
managers = _policy("managers", "manager")
oneself = Policy("oneself", _admit_person)


def someone() -> Person:
    """Who passes through this request."""
    found = passage().facts["person"]
    assert isinstance(found, Person)
    return found


def study() -> Study:
    """The study that this page is about."""
    found = passage().facts["study"]
    assert isinstance(found, Study)
    return found
