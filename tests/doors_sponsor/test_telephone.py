"""Answers taken on the telephone: from the desk into the centre's own pages, and who said them known ever after."""

from __future__ import annotations

import re
from dataclasses import dataclass

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.cohort.models import Patient
from app.collection.models import Disposition, FactCheck, Submission
from app.doors.centre import create_app as create_centre
from app.doors.door import Door
from app.doors.mounting import Desk as Mounted
from app.doors.sponsor import create_app as create_sponsor
from app.doors.telephone import create_app as create_telephone
from app.extraction.exporting import export
from app.extraction.freezing import freeze, make_again
from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach import chase
from app.outreach.conditions import centre_reason
from app.outreach.models import Call, Chase, Query, Respondent
from app.outreach.queries import ask
from app.tracking.breakdown import breakdown_as_json
from forms.answers import Address
from tests.architecture.dumping import dump
from tests.doors_centre.builders import CODE, Visitor, busy_centres, page, text_of, token_for, visitor
from tests.doors_sponsor.desk import Desk, another_browser, desk_for
from tests.extraction.builders import repeated_keys
from tests.fixtures.studies import Opened

CALL = re.compile(r"/appel/([0-9a-f]{32})/")
STUDY = "/studies/calci_sts"
SAID = "manager@example.org au téléphone avec Dr Durand, Pharmacien"


@dataclass
class OnThePhone:
    """A member of staff in a call: the centre's pages, at the call's address."""

    desk: Desk
    mount: str

    @property
    def pages(self) -> Visitor:
        """The pages as a browser without scripts."""
        return Visitor(self.desk.client, "")

    @property
    def codes(self) -> list[str]:
        """The patients of the call."""
        return sorted(set(CODE.findall(self.pages.get(self.mount + "/").text)))

    def fill(self, path: str, **answers: str) -> TestResponse:
        """Sends the form of a page of the call."""
        return self.pages.send(self.mount + path, **answers)

    def live(self, code: str, address: str, typed: str, base: int = 0) -> TestResponse:
        """One answer as the live page sends it."""
        form = self.pages.form(self.mount + page(code, "terrain"))
        body = {"mutation": f"{address}-{typed}-{base}", "address": address, "typed": typed, "base": base,
                "section": "terrain", "visit": ""}  # fmt: skip
        headers = {"X-CSRFToken": form["csrf_token"], "Accept": "application/json"}
        return self.desk.client.post(f"{self.mount}/patients/{code}/reponses", json=body, headers=headers)


def exported(opened: Opened) -> dict[str, list[dict[str, object]]]:
    """The rows of the workbook's sheets as they are read back."""
    path, here = opened.installation.settings.home / "out.xlsx", opened.installation
    export(here, opened.code, path, actor=Actor.command("tests"), now=here.clock())
    book = openpyxl.load_workbook(path, read_only=True)
    found = {}
    for sheet in book.sheetnames:
        head, *rows = book[sheet].iter_rows(values_only=True)
        found[sheet] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    assert repeated_keys(found) == {}
    return found


def staff_app(installation: Installation) -> Door:
    """The sponsor's door with its calls under it, as it is served."""
    app = create_sponsor(installation)
    app.wsgi_app = Mounted(app.wsgi_app, create_telephone(installation))  # type: ignore[method-assign]  # Flask's way
    return app


@pytest.fixture
def desk(opened: Opened) -> Desk:
    """A manager, signed in, at the telephone."""
    return desk_for(staff_app(opened.installation), "manager")


def ring(desk: Desk, centre: int, **who: str) -> TestResponse:
    """Begins a call with somebody of a centre."""
    return desk.post(f"{STUDY}/chase/{centre}/call", {"who": "", "name": "Dr Durand", "function": "Pharmacien", **who})


def on_the_phone(desk: Desk, centre: int) -> OnThePhone:
    """In a call with Dr Durand."""
    found = CALL.fullmatch(ring(desk, centre).headers["Location"])
    assert found
    return OnThePhone(desk, f"/appel/{found[1]}")


def test_what_is_typed_on_the_telephone_keeps_who_said_it_and_the_centre_may_correct_it(
    desk: Desk, opened: Opened
) -> None:
    centre = busy_centres(opened)[0]
    call = on_the_phone(desk, centre)
    code = call.codes[0]
    assert call.fill(page(code, "terrain"), weight_kg="70", do="stay").status_code == 303
    assert re.search(rf"{code} commencé, \d+ réponses attendues, A. ", text_of(desk.get(f"{STUDY}/chase/{centre}")))
    assert call.live(code, "height_cm", "170").get_json()["stored"] == {"height_cm": 2}
    before = dump(opened.installation.database)
    for path in ("/", f"/patients/{code}", page(code, "terrain"), f"/patients/{code}/demandes", f"/patients/{code}/imprimer"):
        assert desk.get(call.mount + path).status_code in (200, 302)
    assert dump(opened.installation.database) == before, "reading in a call changes nothing"
    there = visitor(opened).enter()
    shown = there.get(page(code, "terrain"))
    assert text_of(shown).count(f"Saisi par {SAID}") == 2
    assert f"{code} commencé saisi au téléphone" in text_of(there.get("/"))
    assert there.send(page(code, "terrain"), weight_kg="72", do="stay").status_code == 303
    assert text_of(there.get(page(code, "terrain"))).count(f"Saisi par {SAID}") == 1
    stale = call.live(code, "weight_kg", "71", base=1)
    assert (stale.status_code, stale.get_json()["clashes"][0]["who"]) == (409, "Dr MARTIN")
    with opened.installation.database.reading() as session:
        told = session.scalars(select(Call)).one()
        query = select(JournalEntry).where(JournalEntry.action == "answer.saved").order_by(JournalEntry.seq)
        first, *_, last = session.scalars(query)
        assert (first.actor_kind, first.actor_name, first.actor_ref) == ("staff", "manager@example.org", told.id)
        assert first.actor_role == "manager, telephone: Pharmacien"
        assert (last.actor_kind, last.actor_name) == ("respondent", "Dr MARTIN")




def test_a_questionnaire_handed_in_on_the_telephone_says_so_on_its_receipt(desk: Desk, opened: Opened) -> None:
    centre = busy_centres(opened)[0]
    call = on_the_phone(desk, centre)
    code = call.codes[0]
    call.fill(page(code, "terrain"), weight_kg="70", do="stay")
    handed_in = call.fill(f"/patients/{code}/relecture", because="le reste est au dossier papier")
    assert handed_in.headers["Location"] == f"{call.mount}/patients/{code}/recu"
    there = visitor(opened).enter()
    assert SAID in text_of(there.get(f"/patients/{code}/recu"))
    assert f"par {SAID}, le" in text_of(there.get(f"/patients/{code}/relecture")).partition("Voir le reçu")[0]
    assert f"1 réponse saisie par {SAID}" in text_of(there.get(f"/patients/{code}/relecture"))
    assert "dites par Pharmacien" in text_of(desk.get(f"{STUDY}/chase/{centre}")).replace("Dr Durand, ", "")
    for path in ("", "rates"):
        assert "1 remis au téléphone" in text_of(desk.get(f"{STUDY}/{path}")).replace("dont 1 au", "1 remis au")
    book = exported(opened)
    rows = {row["patient_id"]: row for row in book["patients"]}
    frozen = freeze(opened.installation, opened.code, actor=Actor.command("tests"), now=opened.installation.clock())
    assert make_again(opened.installation, opened.code, frozen.number).same_bytes
    told = [row[name] for row in (rows[code],) for name in ("submitted_by_telephone", "answers_by_telephone")]
    assert told == [1, 1]
    assert {row["answers_by_telephone"] for name, row in rows.items() if name != code} == {None}
    said = [(row["patient_id"], row["variable"]) for row in book["etats"] if row["etat"] == "telephone"]
    assert said == [(code, "weight_kg")], "the function given for the call is no answer: nobody said it"
    with opened.installation.database.reading() as session:
        call_id = session.scalars(select(Call.id)).one()
        assert session.scalars(select(Submission.call_id)).all() == [call_id]
        told_rates = breakdown_as_json(session, opened.study(session))
        assert told_rates["by_telephone"] == 1
        assert [one["first_by_telephone"] for one in told_rates["after_mails"]] == [1]


def test_the_centre_is_left_in_peace_after_a_call(desk: Desk, opened: Opened) -> None:
    centre = busy_centres(opened)[0]
    token_for(opened.installation, opened.code, centre)
    call = on_the_phone(desk, centre)
    call.fill(page(call.codes[0], "terrain"), weight_kg="70", do="stay")
    with opened.installation.database.reading() as session:
        study, now = opened.study(session), opened.installation.clock()
        (line,) = [one for one in chase.desk(session, study, now) if one.centre.id == centre]
        assert (line.step, line.status, line.standing.begun) == ("wait", "called", 1)
        assert centre_reason(line.standing, 10, "reminder_partial", now) == "quiet"
    assert "après l’appel du" in text_of(desk.get(f"{STUDY}/chase"))


def test_only_the_manager_who_rang_types_and_only_until_hanging_up(desk: Desk, opened: Opened) -> None:
    first, second, *_ = busy_centres(opened)
    call = on_the_phone(desk, first)
    here, code = f"{call.mount}/", call.codes[0]
    elsewhere = on_the_phone(desk, second).codes[0]
    assert desk.get(f"{call.mount}/patients/{elsewhere}/relecture").status_code == 404
    assert desk.app.test_client().get(here).status_code == 403
    assert desk_for(desk.app, "manager", email="other@example.org").get(here).status_code == 403
    for role in ("statistician", "reader"):
        assert ring(desk_for(desk.app, role), first).status_code == 403
    assert create_centre(opened.installation).test_client().get(here).status_code == 404
    again = another_browser(desk)  # the same person, who has not asked for identities in this session
    assert again.get(here).status_code == 403
    assert again.post(f"{STUDY}/chase/{first}/calls/{here.split('/')[2]}").headers["Location"] == here
    assert again.get(here).status_code == 200
    typed = call.pages.form(call.mount + page(code, "terrain"))
    back = desk.post(f"{call.mount}/raccrocher").headers["Location"]
    assert back == f"{STUDY}/chase/{first}?ended={here.split('/')[2]}"
    assert re.search(r"Appel terminé\. 0 réponses en vigueur, 0 dossiers remis\. Il reste \d+ dossiers", text_of(desk.get(back)))
    refused = desk.client.post(call.mount + page(code, "terrain"), data={**typed, "weight_kg": "70"})
    assert (refused.status_code, "70" in refused.text) == (403, True)
    call_id = here.split("/")[2]
    assert "Reprendre la saisie" in desk.text(back)
    desk.post(f"{STUDY}/chase/{first}/calls/{call_id}")
    assert desk.client.post(call.mount + page(code, "terrain"), data={**typed, "weight_kg": "70"}).status_code == 303
    for path in (f"{second}/calls/{call_id}", f"{first}/calls/{'0' * 32}"):
        assert desk.post(f"{STUDY}/chase/{path}").status_code == 404
    other = desk_for(desk.app, "manager", email="third@example.org")
    assert other.post(f"{STUDY}/chase/{first}/calls/{call_id}").status_code == 403


def test_who_is_on_the_line_must_be_known(desk: Desk, opened: Opened) -> None:
    centre = busy_centres(opened)[0]
    for nobody, field in (({"name": ""}, "name"), ({"function": " "}, "function"), ({"name": "x" * 201}, "name")):
        answer = ring(desk, centre, **nobody)
        assert answer.status_code == 422, nobody
        assert f'<a href="#{field}">' in answer.text
        assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', answer.text)
    assert ring(desk, centre, name="a\x00b").status_code == 422
    assert "Indiquez le nom et la fonction de la personne qui parle" in ring(desk, centre, function="").text
    assert 'href="#who">Choisissez qui parle' in ring(desk, centre, name="", function="").text
    token_for(opened.installation, opened.code, centre)
    shown = desk.get(f"{STUDY}/chase/{centre}").text
    assert re.search(r'id="who" name="who"><option value="">Choisir…</option><option value="\d+">', shown)
    with opened.installation.database.reading() as session:
        who = str(session.scalars(select(Respondent.id)).one())
    assert ring(desk, centre, who=who, name="", function="").status_code == 303
    with opened.installation.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.person_name, call.person_function) == ("Dr MARTIN", "néphrologue")
        assert (call.contact.outcome, call.contact.respondent_id) == ("reached", int(who))
        assert session.get_one(Chase, centre).status == "called"


def test_a_name_that_is_typed_is_somebody_else_than_the_respondent_chosen(desk: Desk, opened: Opened) -> None:
    centre = busy_centres(opened)[0]
    token_for(opened.installation, opened.code, centre)
    with opened.installation.database.reading() as session:
        who = str(session.scalars(select(Respondent.id)).one())
    assert ring(desk, centre, who=who, function="").status_code == 422
    assert ring(desk, centre, who=who).status_code == 303
    with opened.installation.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.person_name, call.contact.respondent_id) == ("Dr Durand", None)
    revealed = desk.post(f"{STUDY}/identities", {"centre": str(centre)}).headers["Location"]
    assert "Dr MARTIN" in desk.text(revealed)


def test_facts_dispositions_and_replies_said_on_the_telephone_say_so_too(desk: Desk, opened: Opened) -> None:
    centre, at = busy_centres(opened)[0], opened.installation.clock()
    call = on_the_phone(desk, centre)
    code, gone = call.codes[:2]
    assert call.fill(page(code, "dossier"), do="confirm:*").status_code == 303
    there = visitor(opened).enter()
    assert f"Saisi par {SAID}" in text_of(there.get(page(code, "dossier")))
    assert call.fill(f"/patients/{gone}/sans-reponse", kind="never_treated").status_code == 303
    call.fill(page(code, "terrain"), weight_kg="70", do="stay")
    call.fill(f"/patients/{code}/relecture", because="le reste est au dossier papier")
    with opened.installation.database.writing() as session:
        study = opened.study(session)
        patient = session.scalars(select(Patient).where(Patient.code == code)).one()
        asked = {"session": session, "study": study, "patient": patient}
        ask(**asked, address=Address("weight_kg"), question="70 kg ?", actor=Actor.command("tests"), now=at)
    assert call.fill(f"/patients/{code}/demandes", weight_kg="75", reply="erreur de lecture").status_code == 303
    with opened.installation.database.reading() as session:
        said = [*session.scalars(select(FactCheck.said_by)), *session.scalars(select(Query.answered_by))]
        assert said, "facts were confirmed and the question answered"
        assert {one.partition(", telephone: Pharmacien")[0] for one in said} == {"manager@example.org, manager"}
        call_id = session.scalars(select(Call.id)).one()
        assert session.scalars(select(Disposition.call_id)).all() == [call_id]
        assert breakdown_as_json(session, opened.study(session))["disposed_by_telephone"] == 1
    assert f"par {SAID}" in text_of(there.get(f"/patients/{gone}/sans-reponse"))
    shown = text_of(desk.get(f"{STUDY}/patients/{gone}"))
    assert [part in shown for part in ("Sans réponse", "jamais traité", "au téléphone, dit par Pharmacien")] == [True] * 3
    assert "(dont 1 au téléphone)" in text_of(desk.get(f"{STUDY}/rates"))
    book = exported(opened)
    told = {row["patient_id"]: row["disposed_by_telephone"] for row in book["patients"]}
    assert (told[gone], told[code]) == (1, None)
    frozen = freeze(opened.installation, opened.code, actor=Actor.command("tests"), now=at)
    assert make_again(opened.installation, opened.code, frozen.number).same_bytes
    journal = desk.get(f"{STUDY}/journal?centre={centre}").text
    assert [part in journal for part in ("Dr Durand, Pharmacien", f"/chase/{centre}#call-{call_id}")] == [True, True]
    assert "telephone:" not in journal + desk.get(f"{STUDY}/propositions").text
    states = [row["etat"] for row in book["etats"] if row["variable"] == "weight_kg"]
    assert sorted(map(str, states)) == ["corrected", "telephone"]


def test_a_manager_who_decides_on_what_they_typed_is_warned_and_the_workbook_says_so(desk: Desk, opened: Opened) -> None:
    centre = busy_centres(opened)[0]
    call = on_the_phone(desk, centre)
    with opened.installation.database.reading() as session:
        sex = session.scalars(select(Patient.sex).where(Patient.code == call.codes[0])).one() or 1
    assert call.fill(page(call.codes[0], "dossier"), sex=str(3 - sex), do="stay").status_code == 303
    proposals = f"{STUDY}/propositions"
    found = re.search(rf'action="({proposals}/[^"]+)".*?name="seen" value="(\d+)"', desk.text(proposals), re.S)
    assert found
    assert "Vous l’avez saisie vous-même" in text_of(desk.get(proposals))
    (row,) = exported(opened)["propositions"]
    assert (row["proposed_by_telephone"], row["decided_by_typist"]) == (1, None)
    assert desk.post(found[1], {"seen": found[2], "accept": "1", "reason": ""}).status_code == 303
    (row,) = exported(opened)["propositions"]
    assert (row["proposed_by_telephone"], row["decided_by_typist"], row["pourquoi"]) == (1, 1, None)
