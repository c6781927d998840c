"""A question of the sponsor reaches the centre on the very answer, and comes back with its reply."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.cohort.patients import patient_by_code
from app.collection.documents import Document
from app.collection.models import Response
from app.journal.models import JournalEntry, JournalValue
from app.kernel.actor import Actor
from app.outreach.models import Query
from app.outreach.queries import ask, close
from forms.answers import Address
from tests.doors_centre.builders import NOW, Visitor, page, text_of, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened

DESK = Actor("staff", "Ana Gestion", "manager", "Promoteur")
WEIGHT = "70 kg ou 170 kg ?"


@dataclass
class Asked:
    """Somebody at a centre, one of whose submitted patients the sponsor asks about."""

    opened: Opened
    person: Visitor
    code: str

    @property
    def path(self) -> str:
        """The page of the questions."""
        return f"/patients/{self.code}/demandes"

    def ask(self, address: str = "weight_kg", words: str = WEIGHT) -> int:
        """The sponsor asks."""
        with self.opened.installation.database.writing() as session:
            study = self.opened.study(session)
            patient = patient_by_code(session, study, self.code)
            return ask(session, study, patient, Address.parse(address), words, actor=DESK, now=NOW).id

    def query(self, key: int) -> Query:
        """The question as it stands."""
        with self.opened.installation.database.reading() as session:
            return session.get_one(Query, key)

    def stored(self, address: str = "weight_kg") -> object:
        """The answer as it stands."""
        with self.opened.installation.database.reading() as session:
            return Document.loads(session.scalars(select(Response.document)).one()).answers[address]["v"]

    def reasons(self) -> list[tuple[str, str | None]]:
        """Action and reason of every journalled correction."""
        read = select(JournalEntry.action, JournalValue.reason).join(
            JournalValue, JournalValue.seq == JournalEntry.seq
        )
        with self.opened.installation.database.reading() as session:
            found = session.execute(read.where(JournalEntry.action == "answer.corrected")).all()
        return [(action, reason) for action, reason in found]


@pytest.fixture
def asked(opened: Opened) -> Asked:
    """A submitted questionnaire."""
    person = visitor(opened).enter()
    code = person.codes[0]
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    person.send(page(code, "terrain"), weight_kg="170", comorb=["dm"], do="next")
    assert person.send(f"/patients/{code}/relecture", because="dossier incomplet").status_code == 303
    return Asked(opened, person, code)


def test_the_question_is_seen_on_the_worklist_on_its_page_and_beside_its_field(asked: Asked) -> None:
    assert "du promoteur" not in text_of(asked.person.get("/"))
    asked.ask()
    assert "1 question du promoteur" in text_of(asked.person.get("/"))
    assert f'href="{asked.path}">Revoir ou corriger' in asked.person.get("/").text
    shown = text_of(asked.person.get(asked.path))
    assert WEIGHT in shown
    assert "Poids" in shown
    assert "170" in shown
    beside = asked.person.get(page(asked.code, "terrain")).text.partition('id="q-weight_kg"')[2]
    assert WEIGHT in beside.partition('id="q-height_cm"')[0]
    asked.ask(words="Et encore ?")
    assert "2 questions du promoteur" in text_of(asked.person.get("/"))
    assert asked.person.get(asked.path).text.count('id="i-weight_kg"') == 1


def test_a_corrected_answer_is_stored_with_its_reply_as_the_reason(asked: Asked) -> None:
    key = asked.ask()
    sent = asked.person.send(asked.path, weight_kg="70,5", reply="Faute de frappe")
    assert sent.headers["Location"] == f"{asked.path}?garde=1"
    assert asked.stored() == 70.5
    assert (asked.query(key).reply, asked.query(key).corrected) == ("Faute de frappe", True)
    assert ("answer.corrected", "Faute de frappe") in asked.reasons()
    assert "du promoteur" not in text_of(asked.person.get("/"))
    assert "à clore" in text_of(asked.person.get(asked.path))


def test_an_answer_that_was_right_is_kept_with_its_explanation(asked: Asked) -> None:
    key = asked.ask()
    assert asked.person.send(asked.path, reply="Vérifié dans le dossier").status_code == 303
    assert asked.stored() == 170
    assert (asked.query(key).reply, asked.query(key).corrected) == ("Vérifié dans le dossier", False)
    assert asked.reasons() == []


def test_without_a_reply_nothing_is_stored_and_the_typed_value_stays(asked: Asked) -> None:
    asked.ask()
    before = dump(asked.opened.installation)
    answer = asked.person.send(asked.path, weight_kg="70,5", reply=" ")
    assert answer.status_code == 422
    assert 'value="70,5"' in answer.text
    assert dump(asked.opened.installation) == before


def test_a_value_that_cannot_be_read_is_refused_beside_its_field_and_the_reply_stays(asked: Asked) -> None:
    asked.ask()
    before = dump(asked.opened.installation)
    answer = asked.person.send(asked.path, weight_kg="soixante-dix", reply="Faute de frappe")
    assert answer.status_code == 422
    assert 'value="soixante-dix"' in answer.text
    assert "Faute de frappe</textarea>" in answer.text
    assert "field__error" in answer.text
    assert dump(asked.opened.installation) == before


def test_an_answer_changed_meanwhile_is_not_overwritten(asked: Asked) -> None:
    asked.ask()
    form = asked.person.form(asked.path)
    asked.person.send(page(asked.code, "terrain"), weight_kg="71", reason="relu", do="stay")
    answer = asked.person.send(asked.path, form, weight_kg="70", reply="Faute de frappe")
    assert answer.status_code == 409
    assert "71" in text_of(answer)
    assert asked.stored() == 71


def test_a_reply_sent_twice_counts_once_and_a_colleagues_later_reply_is_given_back(asked: Asked) -> None:
    key = asked.ask()
    form = asked.person.form(asked.path)
    for _ in range(2):
        assert asked.person.send(asked.path, form, weight_kg="70", reply="Relu").status_code == 303
    late = asked.person.send(asked.path, form, weight_kg="72", reply="Moi aussi")
    assert late.status_code == 409
    assert "Moi aussi" in late.text
    assert asked.query(key).reply == "Relu"
    assert asked.stored() == 70


def test_ticks_are_corrected_as_well(asked: Asked) -> None:
    asked.ask("comorb", "Pas d’hypertension ?")
    assert asked.person.send(asked.path, comorb=["dm", "hta"], reply="Oubli").status_code == 303
    assert asked.stored("comorb") == ["dm", "hta"]


def test_what_the_list_says_is_the_current_answer_until_it_is_corrected(asked: Asked) -> None:
    asked.ask("sex", "Est-ce bien cela ?")
    assert re.search("Réponse actuelle.: (Masculin|Féminin)", text_of(asked.person.get(asked.path)))
    form = asked.person.form(asked.path)
    assert asked.person.send(asked.path, form, sex="2", reply="Erreur de la liste").status_code == 303
    assert asked.stored("sex") == 2


def test_a_question_about_what_is_no_question_can_be_replied_to(asked: Asked) -> None:
    key = asked.ask("no_such", "Que veut dire ceci ?")
    assert asked.person.get(asked.path).status_code == 200
    assert asked.person.send(asked.path, reply="Rien").status_code == 303
    assert asked.query(key).reply == "Rien"


def test_a_closed_question_and_another_patients_are_as_unknown_as_one_that_does_not_exist(
    asked: Asked,
) -> None:
    key = asked.ask()
    form = asked.person.form(asked.path)
    elsewhere = next(code for code in asked.person.codes if code != asked.code)
    there = asked.person.client.post(
        f"/patients/{elsewhere}/demandes", data={**form.to_dict(), "reply": "Relu"}
    )
    with asked.opened.installation.database.writing() as session:
        close(session, session.get_one(Query, key), actor=DESK, now=NOW)
    assert there.status_code == 404
    assert asked.person.send(asked.path, form, reply="Relu").status_code == 404
    form["query"] = "999999"
    assert asked.person.send(asked.path, form, reply="Relu").status_code == 404


def test_another_centre_sees_nothing_of_it(asked: Asked) -> None:
    asked.ask()
    stranger = visitor(asked.opened, 1).enter()
    assert stranger.get(asked.path).status_code == 404
    assert "du promoteur" not in text_of(stranger.get("/"))
