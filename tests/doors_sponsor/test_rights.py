"""Every route of the sponsor's door against every role and nobody: deny by default, tokens, and foreign studies."""

import pytest
from werkzeug.routing import Rule

from app.accounts.roles import Role
from app.doors.door import Door
from app.doors.guard import policy_of
from tests.doors_sponsor.desk import Desk, desk_for
from tests.tracking.builders import Asked

# The least role that opens each page. A new page must be entered here, with its reason to be open to that role.
LEAST: dict[str, str] = {
    "static": "public",
    "entering.login": "public",
    "entering.do_login": "public",
    "entering.choose_language": "public",
    "entering.logout": "oneself",
    "entering.password": "oneself",
    "entering.change_own_password": "oneself",
    "studies.home": "everybody",
    "studies.open_one": "managers",
    "dashboard.show": "everybody",
    "breakdown.show": "everybody",
    "lists.show": "managers",
    "lists.upload": "managers",
    "lists.try_out": "managers",
    "lists.confirm": "managers",
    "lists.give_up": "managers",
    "lists.show_import": "managers",
    "mapping.show": "managers",
    "mapping.save": "managers",
    "reviewing.show": "managers",
    "reviewing.show_case": "managers",
    "reviewing.answer": "managers",
    "reviewing.show_decisions": "managers",
    "reviewing.take_back": "managers",
    "patients.show": "managers",
    "patients.show_one": "managers",
    "patients.put_question": "managers",
    "patients.set_beginning": "managers",
    "patients.show_corrections": "managers",
    "patients.finish": "managers",
    "proposals.show": "managers",
    "proposals.settle": "managers",
    "respondents.show": "managers",
    "respondents.upload": "managers",
    "respondents.try_out": "managers",
    "respondents.confirm": "managers",
    "respondents.give_up": "managers",
    "respondents.reveal": "managers",
    "respondents.take_contacts": "managers",
    "respondent.ask": "managers",
    "respondent.add": "managers",
    "respondent.show": "managers",
    "respondent.put_right": "managers",
    "respondent.stop": "managers",
    "respondent.restart": "managers",
    "respondent.revoke": "managers",
    "respondent.reissue": "managers",
    "inviting.plan_announcing": "managers",
    "inviting.announce": "managers",
    "inviting.entrust": "managers",
    "inviting.plan": "managers",
    "inviting.send": "managers",
    "inviting.plan_reminding": "managers",
    "inviting.send_reminders": "managers",
    "outbox.show": "managers",
    "outbox.read": "managers",
    "outbox.settle": "managers",
    "campaigning.show": "managers",
    "campaigning.change": "managers",
    "campaigning.hold": "managers",
    "campaigning.retire": "managers",
    "wording_mails.show": "managers",
    "wording_mails.edit": "managers",
    "wording_mails.save": "managers",
    "wording_mails.reset": "managers",
    "wording_mails.try_out": "managers",
    "centres.show": "managers",
    "centres.show_one": "managers",
    "centres.merge": "managers",
    "centres.do_merge": "managers",
    "centres.split": "managers",
    "centres.do_split": "managers",
    "regrouping.merge": "managers",
    "regrouping.do_merge": "managers",
    "regrouping.split": "managers",
    "regrouping.do_split": "managers",
    "regrouping.move": "managers",
    "regrouping.do_move": "managers",
    "chasing.show": "managers",
    "chasing.download": "managers",
    "chasing.take": "managers",
    "chasing.call": "managers",
    "chasing.keep_note": "managers",
    "chasing.move": "managers",
    "telephoning.begin": "managers",
    "telephoning.go_on": "managers",
    "exporting.show": "statisticians",
    "exporting.ask": "statisticians",
    "exporting.download": "statisticians",
    "exporting.take_cut": "statisticians",
    "completing.show_flow": "statisticians",
    "completing.show_completeness": "statisticians",
    "versions.show": "everybody",
    "versions.publish": "managers",
    "versions.blank": "everybody",
    "journal.show": "statisticians",
    "journal.check": "statisticians",
    "team.show": "managers",
    "team.add": "managers",
    "team.give_role": "managers",
    "team.switch": "managers",
    "team.renew": "managers",
}
MAY: dict[str, set[str]] = {
    "public": {"manager", "statistician", "reader", "nobody"},
    "oneself": {"manager", "statistician", "reader"},
    "everybody": {"manager", "statistician", "reader"},
    "statisticians": {"manager", "statistician"},
    "managers": {"manager"},
}
ROLES: tuple[Role, ...] = ("manager", "statistician", "reader")
FILLED = {
    "code": "calci_sts",
    "held_id": "0" * 32,
    "job_id": "0" * 32,
    "filename": "base.css",
    "mail_id": "0" * 32,
    "kind": "invitation",
    "spoken": "fr",
    "number": "1",
    "format": "html",
    "patient_code": "CAL-001-001",
}


def routes(app: Door) -> list[tuple[str, str, Rule]]:
    """Endpoint, method and rule of everything that can be asked."""
    return [
        (rule.endpoint, method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    ]


def path_of(rule: Rule, **other: str) -> str:
    """The rule's path, its parts filled in."""
    values = {
        name: {**FILLED, **other}.get(name, 1 if name.endswith("_id") else "x") for name in rule.arguments
    }
    built = rule.build(values)
    assert built
    return built[1]


def ask(desk: Desk, method: str, path: str) -> int:
    """The status of a request, its form carrying the token of this browser."""
    response = desk.get(path, buffered=True) if method == "GET" else desk.post(path)
    return response.status_code


def test_every_route_declares_a_policy_and_stands_in_the_table(app: Door) -> None:
    declared = {
        endpoint: getattr(policy_of(app.view_functions[endpoint]), "name", None)
        for endpoint, _, _ in routes(app)
    }
    assert declared == LEAST


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_role_opens_what_is_its_own_and_nothing_else(app: Door, role: str) -> None:
    wrong = []
    for endpoint, method, rule in routes(app):
        # Each route has a fresh browser: signing out must not close the door for the next one.
        email = f"{endpoint}.{method}.{role}@example.org".lower()
        desk = Desk(app) if role == "nobody" else desk_for(app, role, email=email)
        status = ask(desk, method, path_of(rule))
        refused = status in (401, 403)
        if refused == (role in MAY[LEAST[endpoint]]) and endpoint != "entering.do_login":
            wrong.append((endpoint, method, status))
        if status >= 500:
            wrong.append((endpoint, method, status))
    assert wrong == []


def test_unsafe_route_without_its_token_or_from_another_site_is_refused(app: Door, manager: Desk) -> None:
    unsafe = [(endpoint, path_of(rule)) for endpoint, method, rule in routes(app) if method != "GET"]
    assert len(unsafe) > 10
    for endpoint, path in unsafe:
        assert manager.client.post(path).status_code == 400, endpoint
        foreign = manager.post(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403, endpoint


def test_unknown_study_is_not_found_everywhere(app: Door, manager: Desk) -> None:
    for endpoint, method, rule in routes(app):
        if "code" in rule.arguments:
            assert ask(manager, method, path_of(rule, code="no_such_study")) == 404, endpoint


def test_somebody_elses_thing_looks_like_a_missing_one(app: Door, manager: Desk, asked: Asked) -> None:
    for path in (
        "/studies/calci_sts/lists/held/" + "f" * 32,
        "/studies/calci_sts/lists/999",
        "/studies/calci_sts/respondents/held/" + "f" * 32,
        "/studies/calci_sts/respondents/999",
        "/studies/calci_sts/exports/" + "f" * 32,
    ):
        assert manager.get(path).status_code == 404, path


def test_every_part_of_an_address_with_a_number_takes_only_numbers(app: Door) -> None:
    for endpoint, _, rule in routes(app):
        for name in rule.arguments & {"import_id", "staff_id", "case_id", "respondent_id", "cut_number"}:
            assert rule._converters[name].__class__.__name__ == "BoundedNumber", (endpoint, name)
