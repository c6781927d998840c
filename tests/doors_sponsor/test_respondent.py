"""One person at a centre, at the desk: added by hand, stopped, written to again, their link closed and made anew."""

from datetime import datetime, timedelta
from email import message_from_string
from email.policy import default
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.cohort.studies import find_study
from app.doors.centre import create_app as create_centre
from app.doors.door import Door
from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.links import token_of
from app.outreach.models import Link, Mailbox, Respondent
from tests.doors_sponsor.desk import Desk, desk_for
from tests.tracking.builders import Asked

NEW = "/studies/calci_sts/respondents/new"
TYPED = {
    "email": "a.martin@chu.example.org",
    "name": "Anne Martin",
    "function": "pharmacienne",
    "language": "fr",
}


@pytest.fixture
def added(manager: Desk, asked: Asked) -> str:
    """The address of the page of somebody added by hand."""
    response = manager.post(NEW, {**TYPED, "centre": str(asked.centres[0])})
    assert response.status_code == 303
    return str(response.location).removeprefix("/sponsor")


def opens(installation: Installation) -> int:
    """What the link of the only respondent answers to a browser."""
    with installation.database.reading() as session:
        link = session.scalars(select(Link)).one()
        token = token_of(installation.keys, link)
    return create_centre(installation).test_client().get(f"/r/{token}").status_code


def only(installation: Installation) -> Respondent:
    """The only respondent."""
    with installation.database.reading() as session:
        return session.scalars(select(Respondent)).one()


def test_somebody_added_by_hand_is_there_with_a_link_and_without_a_name_unasked(
    manager: Desk, added: str, installation: Installation
) -> None:
    assert only(installation).source == "desk"
    assert opens(installation) == 200
    assert "Martin" not in manager.text(added)
    manager.post("/studies/calci_sts/identities", {"respondent": added.rsplit("/", 1)[-1]})
    assert "a.martin@chu.example.org" in manager.text(added)


@pytest.mark.parametrize(
    "change", [{"email": "nobody"}, {"email": ""}, {"centre": "999"}, {"name": "a\x00b"}]
)
def test_what_cannot_be_kept_is_said_beside_what_was_typed(
    manager: Desk, asked: Asked, installation: Installation, change: dict[str, str]
) -> None:
    response = manager.post(NEW, {**TYPED, "centre": str(asked.centres[0]), **change})
    assert response.status_code == 422
    assert "pharmacienne" in response.get_data(as_text=True)
    with installation.database.reading() as session:
        assert session.scalars(select(Respondent)).all() == []


def test_a_forwarded_link_is_closed_at_once_and_a_new_one_given(
    manager: Desk, added: str, installation: Installation
) -> None:
    assert manager.post(f"{added}/revoke").status_code == 303
    assert "Fermé" in manager.text(added)
    assert opens(installation) != 200
    assert manager.post(f"{added}/reissue").status_code == 303
    assert opens(installation) == 200
    with installation.database.reading() as session:
        done = set(session.scalars(select(JournalEntry.action)))
    assert {"respondent.added", "link.revoked", "link.reissued"} <= done


def test_the_wrong_person_is_stopped_with_their_link_and_can_be_taken_back(
    manager: Desk, added: str, installation: Installation
) -> None:
    assert manager.post(f"{added}/stop", {"reason": "unsubscribed"}).status_code == 400
    manager.post(f"{added}/stop", {"reason": "wrong_address"})
    assert only(installation).stop_reason == "wrong_address"
    assert opens(installation) != 200
    manager.post(f"{added}/restart")
    assert only(installation).active
    assert opens(installation) == 200


def test_a_refused_address_is_trusted_again_by_hand(
    app: Door, manager: Desk, added: str, installation: Installation
) -> None:
    with installation.database.writing() as session:
        box = session.scalars(select(Mailbox)).one()
        box.bounced_at, box.bounce_reason = installation.clock() - timedelta(days=1), "5.1.1"
    assert "5.1.1" in manager.text(added)
    manager.post(f"{added}/restart")
    assert "5.1.1" not in manager.text(added)


def test_the_contacts_are_taken_away_by_a_manager_and_the_journal_says_so(
    app: Door, manager: Desk, added: str, installation: Installation
) -> None:
    place = "/studies/calci_sts/respondents/contacts.xlsx"
    assert desk_for(app, "reader").post(place).status_code == 403
    response = manager.post(place)
    _, row = load_workbook(BytesIO(response.data))["contacts"].values
    assert (row[3], row[5]) == ("Anne Martin", "a.martin@chu.example.org")
    with installation.database.reading() as session:
        assert (
            session.scalar(select(JournalEntry.action).order_by(JournalEntry.seq.desc()))
            == "identities.exported"
        )


def amended(manager: Desk, added: str, **change: str) -> int:
    """What the desk answers to the person's page sent back with these words changed."""
    return manager.post(f"{added}/amend", {**TYPED, **change}).status_code


def test_a_person_is_put_right_and_the_journal_says_what_without_the_words(
    manager: Desk, added: str, installation: Installation
) -> None:
    assert amended(manager, added, name="Anne Martin-Roy") == 403
    manager.post("/studies/calci_sts/identities", {"respondent": added.rsplit("/", 1)[-1]})
    assert amended(manager, added, name="Anne Martin-Roy", telephone="01 42 00 00 00", function="interne") == 303
    page = manager.text(added)
    assert all(f'value="{word}"' in page for word in ("Anne Martin-Roy", "01 42 00 00 00", "interne"))
    assert opens(installation) == 200
    journal = manager.text("/studies/calci_sts/journal?action=respondent.changed")
    assert "nom, téléphone, fonction" in journal
    assert "Roy" not in journal
    assert "n’est pas une adresse" in manager.post(f"{added}/amend", {**TYPED, "email": "x"}).get_data(as_text=True)


def test_another_address_gets_what_waits_and_the_old_link_is_closed(
    manager: Desk, added: str, asked: Asked, installation: Installation, now: datetime
) -> None:
    manager.post("/studies/calci_sts/identities", {"respondent": added.rsplit("/", 1)[-1]})
    manager.post(NEW, {**TYPED, "centre": str(asked.centres[0]), "email": "b@chu.example.org"})
    with installation.database.writing() as session:
        study = find_study(session, "calci_sts")
        invite(session, installation, study, actor=Actor.system("test"), now=now)
        old = token_of(installation.keys, session.scalars(select(Link).order_by(Link.made_at)).all()[0])
    assert amended(manager, added, email="b@chu.example.org") == 422  # another person of the same centre
    assert amended(manager, added, email="c@chu.example.org") == 303
    assert "ancien lien est fermé" in manager.text(f"{added}?done=address")
    assert create_centre(installation).test_client().get(f"/r/{old}").status_code != 200
    assert deliver_due(installation, clock=lambda: now).sent == 2
    mails = [path.read_text() for path in (installation.settings.home / "mail").rglob("*.eml")]
    to = [str(message_from_string(mail, policy=default)["To"]) for mail in mails]
    assert sorted(one.partition("@")[0][-1] for one in to) == ["b", "c"], to
    assert not [mail for mail in mails if old in mail]


def test_people_are_found_by_what_is_shown_of_them_by_state_and_by_a_whole_address(manager: Desk, added: str) -> None:
    page = "/studies/calci_sts/respondents"
    for asked_for, found in (("q=pharma", True), ("q=Martin", False), ("q=A.MARTIN@chu.example.org", True),
                             ("state=active", True), ("state=bounced", False)):  # fmt: skip
        assert (added in manager.text(f"{page}?{asked_for}")) is found, asked_for
    manager.post("/studies/calci_sts/identities", {"page": "respondents.show"})
    assert added in manager.text(f"{page}?q=martin")
