"""A centre sees and changes its own patients only; everybody else's look as if they did not exist."""

from __future__ import annotations

from app.doors.centre import create_app
from app.doors.guard import policy_of
from tests.doors_centre.builders import page, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened

ABOUT_A_PATIENT = [
    ("GET", "/patients/{code}"),
    ("GET", "/patients/{code}/relecture"),
    ("GET", "/patients/{code}/recu"),
    ("GET", "/patients/{code}/imprimer"),
    ("GET", "/patients/{code}/reponses.pdf"),
    ("GET", "/patients/{code}/sans-reponse"),
    ("GET", "/patients/{code}/demandes"),
    ("POST", "/patients/{code}/demandes"),
    ("GET", "/patients/{code}/questions/terrain"),
    ("GET", "/patients/{code}/questions/evolution/m12"),
    ("GET", "/patients/{code}/questions/essentiel"),
    ("POST", "/patients/{code}/relecture"),
    ("POST", "/patients/{code}/sans-reponse"),
    ("POST", "/patients/{code}/questions/terrain"),
    ("POST", "/patients/{code}/reponses"),
    ("POST", "/patients/{code}/apercu"),
]


def test_another_centres_patient_is_as_unknown_as_one_that_does_not_exist(opened: Opened) -> None:
    mine, theirs = visitor(opened, 0).enter(), visitor(opened, 1).enter()
    token = mine.form(page(mine.codes[0], "terrain"))["csrf_token"]
    sent = {"csrf_token": token, "weight_kg": "70", "kind": "opposed", "mutation": "m" * 32}
    body = {"mutation": "m" * 32, "address": "weight_kg", "typed": "70", "base": 0, "section": "terrain"}
    before = dump(opened.installation)
    for method, path in ABOUT_A_PATIENT:
        statuses, lengths = set(), set()
        for code in (theirs.codes[0], "CAL-999-999"):
            where = path.format(code=code)
            answer = mine.client.open(where, method=method, data=sent if method == "POST" else None)
            if path.endswith("/reponses"):
                answer = mine.client.post(where, json=body, headers={"X-CSRFToken": token})
            statuses.add(answer.status_code)
            lengths.add(len(answer.data) - answer.text.count(code) * len(code))
        assert (statuses, len(lengths)) == ({404}, 1), (method, path)
        assert dump(opened.installation) == before, (method, path)


def test_the_worklists_of_two_centres_share_nobody(opened: Opened) -> None:
    assert not set(visitor(opened, 0).enter().codes) & set(visitor(opened, 1).enter().codes)


def test_every_view_of_the_door_declares_who_may_use_it(opened: Opened) -> None:
    door = create_app(opened.installation)
    undeclared = [
        rule.endpoint
        for rule in door.url_map.iter_rules()
        if policy_of(door.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def test_every_path_about_a_patient_is_in_the_matrix_above(opened: Opened) -> None:
    door = create_app(opened.installation)
    known = {
        (method, path.partition("/questions")[0] if "questions" in path else path)
        for method, path in ABOUT_A_PATIENT
    }
    for rule in door.url_map.iter_rules():
        if "code" not in rule.arguments:
            continue
        path = rule.rule.replace("<code>", "{code}").partition("/questions")[0]
        for method in rule.methods or ():
            assert method in ("HEAD", "OPTIONS") or (method, path) in known, rule


def test_every_change_needs_the_pages_own_token(opened: Opened) -> None:
    person = visitor(opened).enter()
    code = person.codes[0]
    before = dump(opened.installation)
    for rule in person.client.application.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint not in ("stopping.stop_mails",):
            path = (
                rule.rule.replace("<code>", code)
                .replace("<section>", "terrain")
                .replace("<token>", person.token)
            )
            path = path.replace("/<visit>", "")
            assert person.client.post(path, data={"weight_kg": "70"}).status_code == 400, rule
    assert dump(opened.installation) == before


def test_another_sites_page_cannot_have_a_form_sent(opened: Opened) -> None:
    person = visitor(opened).enter()
    where = page(person.codes[0], "terrain")
    form = person.form(where)
    form["weight_kg"] = "70"
    answer = person.client.post(where, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "70" not in answer.text.partition("<main")[2]


def test_looking_at_every_page_changes_nothing(opened: Opened) -> None:
    person = visitor(opened).enter()
    code = person.codes[0]
    person.send(page(code, "terrain"), weight_kg="70", do="next")
    before = dump(opened.installation)
    seen, waiting = set(), ["/", "/entrer", "/au-revoir", f"/patients/{code}/imprimer"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith("/"):
            continue
        seen.add(path)
        answer = person.get(path)
        assert answer.status_code in (200, 302, 404), path
        assert person.client.head(path).status_code == answer.status_code
        if answer.mimetype != "text/html":
            continue
        links = [part.partition('"')[0] for part in answer.text.split('href="')[1:]]
        waiting.extend(link.partition("#")[0] for link in links if code in link)
    assert len(seen) > 20
    assert dump(opened.installation) == before
