"""The team: who has an account, with which role; a manager adds people, changes roles and closes accounts."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.errors import BadEmail, StaffExists, UnknownRole
from app.accounts.roles import ROLES
from app.accounts.staff import (
    NewStaff,
    add_staff,
    change_role,
    find_staff,
    list_staff,
    renew_password,
    set_active,
)
from app.doors.guard import allow
from app.doors.request import actor, language, now, session
from app.doors.sponsor.rights import managers
from app.doors.sponsor.screens import Account
from app.outreach.mandates import resting

pages = Blueprint("team", __name__, url_prefix="/team")


@pages.get("")
@allow(managers)
def show() -> ResponseReturnValue:
    """Every account."""
    return _page()


@pages.post("")
@allow(managers)
def add() -> ResponseReturnValue:
    """Adds an account and shows its one-time password, this once."""
    form = Account.posted()
    if not form.validate():
        return _page(form=form, problems=form.problems), 422
    try:
        new = add_staff(session(), email=form.email.data, role=form.role.data, actor=actor(), now=now())
    except (BadEmail, StaffExists, UnknownRole) as refused:
        field = "role" if isinstance(refused, UnknownRole) else "email"
        return _page(form=form, problems={field: refused.message(language())}), 422
    return _page(new=new), 201


@pages.post("/<int:staff_id>/role")
@allow(managers)
def give_role(staff_id: int) -> ResponseReturnValue:
    """Changes a role; the person signs in again."""
    staff = find_staff(session(), staff_id)
    change_role(session(), staff, request.form.get("role", ""), actor=actor(), now=now())
    return redirect(url_for("team.show"), 303)


@pages.post("/<int:staff_id>/active")
@allow(managers)
def switch(staff_id: int) -> ResponseReturnValue:
    """Closes an account at once, or opens it again."""
    staff = find_staff(session(), staff_id)
    set_active(session(), staff, request.form.get("active") == "1", actor=actor(), now=now())
    return redirect(url_for("team.show"), 303)


@pages.post("/<int:staff_id>/password")
@allow(managers)
def renew(staff_id: int) -> ResponseReturnValue:
    """Gives a new one-time password, shown this once."""
    return _page(new=renew_password(session(), find_staff(session(), staff_id), actor=actor(), now=now()))


def _page(
    new: NewStaff | None = None, form: Account | None = None, problems: Mapping[str, str] | None = None
) -> str:
    return render_template(
        "team.html",
        team=list_staff(session()),
        roles=ROLES,
        resting=resting(session()),
        new=new,
        typed=form.typed if form else {},
        problems=problems or {},
    )
