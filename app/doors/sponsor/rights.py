"""Who may use which page: three roles, and the study that a page is about."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import bindparam, select
from werkzeug.exceptions import Forbidden, NotFound

from app.accounts.models import Staff
from app.accounts.roles import Role
from app.accounts.sessions import staff_actor
from app.cohort.models import Study
from app.doors.guard import Policy
from app.doors.request import connection, passage, session, set_actor
from app.doors.sponsor.signed_in import Person, person, settled_person
from app.doors.sponsor.waiting import look_for_work
from app.kernel.prepared import Prepared


@dataclass(frozen=True)
class Heading:
    """What every page of a study shows of it, kept when the transaction is over."""

    id: int
    code: str
    title_fr: str
    title_en: str


_HEADING = Prepared(
    select(Study.id, Study.code, Study.title_fr, Study.title_en).where(Study.code == bindparam("code"))
)


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
    set_actor(staff_actor(someone.holder))


def _find_study() -> None:
    code = (request.view_args or {}).get("code")
    if code is None:
        return
    found = _HEADING.first(connection(), code=code)
    if found is None:
        raise NotFound
    passage().facts["headed"] = Heading(*found)
    if someone().role == "manager":
        look_for_work(heading().id)


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


def heading() -> Heading:
    """Id, code and titles of the study that this page is about."""
    found = passage().facts["headed"]
    assert isinstance(found, Heading)
    return found


def study() -> Study:
    """The study that this page is about."""
    return session().get_one(Study, heading().id)


def own_account() -> Staff:
    """The account of whoever passes."""
    return session().get_one(Staff, someone().id)
