"""What the list says is confirmed, or corrected as a proposal: it counts once the sponsor has accepted it, not before."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.patients import identity_of
from app.collection.changes import Confirmation
from app.collection.documents import Document
from app.collection.errors import (
    AnswersRefused,
    CorrectionContradicts,
    ProposalChanged,
    RefusalNeedsReason,
    UnknownQuestion,
)
from app.collection.evaluating import evaluate_document
from app.collection.models import FactCheck, Response
from app.collection.proposals import Proposal, decide, proposals_of
from app.collection.questionnaires import questionnaire_of
from app.collection.submitting import submit
from app.kernel.actor import Actor
from forms.answers import Address
from tests.collection.builders import COLLEAGUE, DOCTOR, NOW, Chart, change, chart
from tests.fixtures.studies import Opened

DESK = Actor("staff", "Ana Gestion", "manager", "Promoteur")


def proposals(opened: Opened, session: Session) -> list[Proposal]:
    """What the sponsor sees."""
    study = opened.study(session)
    questions = questionnaire_of(session, study).questions
    return list(proposals_of(session, opened.installation.vault, study, questions))


def settle(opened: Opened, *, accept: bool, reason: str = "vérifié", seen: int | None = None) -> None:
    """The sponsor decides the only proposal."""
    with opened.installation.database.writing() as session:
        (one,) = proposals(opened, session)
        decide(
            session, opened.installation.vault, one.check, accept=accept, reason=reason,
            seen=one.check.revision if seen is None else seen, actor=DESK, now=NOW,
        )  # fmt: skip


def used(mine: Chart, name: str) -> object:
    """The value that counts: evaluated anew, and as it is kept for the export."""
    with mine.installation.database.reading() as session:
        patient = mine.patient(session)
        response = session.scalars(select(Response).where(Response.patient_id == patient.id)).one()
        whole = questionnaire_of(session, mine_study(session, patient.study_id))
        document = Document.loads(response.document)
        found, _ = evaluate_document(session, mine.installation.vault, patient, whole, document, NOW)
        address = Address(name)
        return found.derived[address] if address in found.derived else found.value(address)


def mine_study(session: Session, study_id: int):  # type: ignore[no-untyped-def]  # the study of a patient
    """The study of that id."""
    from app.cohort.models import Study

    return session.get_one(Study, study_id)


def other_sex(mine: Chart) -> tuple[int, int]:
    """The list's sex and the other one."""
    with mine.installation.database.reading() as session:
        sex = mine.patient(session).sex
    assert sex is not None
    return sex, 3 - sex


def said(mine: Chart, name: str = "sex") -> list[tuple[str, str | None, str | None, str, str | None]]:
    """The journal's entries about a fact: action, old, new, who, why."""
    return [
        (action, old, new, who, why)
        for action, field, old, new, who, why in mine.journal()
        if field == name and action.startswith("fact.")
    ]


def test_a_fact_confirmed_is_journalled_once_and_starts_the_questionnaire(opened: Opened) -> None:
    mine, (sex, _) = chart(opened), other_sex(chart(opened))
    reply = mine.save(Confirmation("sex"))
    assert (reply.revision, reply.stored) == (1, {"sex": 1})
    mine.save(Confirmation("sex"))
    mine.save(sex=str(sex))
    assert said(mine) == [("fact.confirmed", f'{{"v":{sex}}}', None, "Dr MARTIN", None)]
    assert used(mine, "sex") == sex
    with opened.installation.database.reading() as session:
        assert proposals(opened, session) == []


@pytest.mark.parametrize("name", ["weight_kg", "pt_code", "nothing"])
def test_only_what_the_list_says_can_be_confirmed(opened: Opened, name: str) -> None:
    with pytest.raises(UnknownQuestion):
        chart(opened).save(Confirmation(name))


def test_a_correction_counts_once_it_is_accepted_and_a_new_decision_reverses_it(opened: Opened) -> None:
    mine = chart(opened)
    listed, typed = other_sex(mine)
    mine.save(sex=str(typed))
    assert used(mine, "sex") == listed
    with opened.installation.database.reading() as session:
        (one,) = proposals(opened, session)
        assert (one.listed, one.proposed, one.check.state) == (listed, typed, "proposed")
        assert one.check.said_by == "Dr MARTIN, néphrologue, CHU de Toulouse"
    settle(opened, accept=True)
    assert used(mine, "sex") == typed
    mine.save(sex=str(typed))  # an old page sent again does not put it anew
    with pytest.raises(RefusalNeedsReason):
        settle(opened, accept=False, reason=" ")
    settle(opened, accept=False, reason="le dossier dit le contraire")
    assert used(mine, "sex") == listed
    assert [(action, who, why) for action, _, _, who, why in said(mine)] == [
        ("fact.proposed", "Dr MARTIN", None),
        ("fact.accepted", "Ana Gestion", "vérifié"),
        ("fact.refused", "Ana Gestion", "le dossier dit le contraire"),
    ]


def test_an_accepted_birth_changes_the_age_and_is_sealed_wherever_it_lies(opened: Opened) -> None:
    mine = chart(opened)
    with opened.installation.database.reading() as session:
        birth = identity_of(session, opened.installation.vault, mine.patient(session)).birth
    assert birth is not None
    mine.save(sts_given="1", sts_start_d="12/03/2013")
    before = used(mine, "age_j0")
    year = int(birth[:4]) - 10
    mine.save(change("birth_my", f"01/{year}", 5))
    assert used(mine, "age_j0") == before
    settle(opened, accept=True)
    assert abs(int(str(used(mine, "age_j0"))) - int(str(before)) - 10) <= 1
    with opened.installation.database.reading() as session:
        assert identity_of(session, opened.installation.vault, mine.patient(session)).birth == birth
        document = session.scalars(select(Response.document)).one()
        assert f"{year}-01" not in document
        assert f"{year}".encode() not in session.scalars(select(FactCheck.sealed)).one()
    assert {(old, new) for action, old, new, _, _ in said(mine, "birth_my") if action == "fact.proposed"} == {
        (None, None)
    }


def test_the_same_month_confirms_a_full_date_and_emptying_takes_a_proposal_back(opened: Opened) -> None:
    mine = chart(opened)
    with opened.installation.database.reading() as session:
        birth = identity_of(session, opened.installation.vault, mine.patient(session)).birth or ""
    mine.save(birth_my="1921")
    mine.save(birth_my="")
    mine.save(birth_my=f"{birth[5:7]}/{birth[:4]}")
    assert [action for action, *_ in said(mine, "birth_my")] == [
        "fact.proposed",
        "fact.withdrawn",
        "fact.confirmed",
    ]


def test_a_colleagues_other_proposal_is_not_overwritten_unseen(opened: Opened) -> None:
    mine = chart(opened)
    mine.save(birth_my="1921")
    with pytest.raises(AnswersRefused, match="colleague"):
        mine.save(change("birth_my", "1922", 0), actor=COLLEAGUE)


def test_a_decision_on_something_else_than_was_read_is_refused(opened: Opened) -> None:
    mine = chart(opened)
    mine.save(sex=str(other_sex(mine)[1]))
    with pytest.raises(ProposalChanged):
        settle(opened, accept=True, seen=99)


def test_accepting_may_not_contradict_what_was_submitted_and_confirming_needs_no_reason(
    opened: Opened,
) -> None:
    mine = chart(opened)
    mine.save(onset_d="2013", birth_my="2014")
    with opened.installation.database.writing() as session:
        submit(
            session, opened.installation.vault, patient=mine.patient(session), mutation_id="handed-in",
            actor=DOCTOR, now=NOW, left_out_because="essai",
        )  # fmt: skip
    with pytest.raises(CorrectionContradicts):
        settle(opened, accept=True)
    mine.save(Confirmation("sex"))
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Response.status)).one() == "submitted"
