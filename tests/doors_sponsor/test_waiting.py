"""Work that waits is signalled to whoever can do it, on the overview and on the tabs, as soon as it waits."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cohort.models import ReviewCase
from app.doors.door import Door
from app.doors.sponsor import create_app
from app.journal.recording import record
from app.kernel.actor import Actor
from app.outreach.inviting import invite
from app.outreach.models import Mail
from app.outreach.people import respondents_of, stop
from app.outreach.respondents import import_respondents
from tests.doors_sponsor.desk import desk_for
from tests.fixtures.studies import Opened

STUDY = "/studies/calci_sts"


@pytest.fixture
def app(opened: Opened, data: Path, command: Actor) -> Door:
    """The staff application of a study with its respondents, all invited."""
    made, people = opened.installation, data / "liste_propre.respondents.csv"
    with made.database.writing() as session:
        import_respondents(session, made, opened.study(session), people, actor=command, now=made.clock())
        invite(session, made, opened.study(session), actor=command, now=made.clock())
    return create_app(made)


def signalled(page: str) -> list[str]:
    """What the overview says is waiting."""
    part = page.partition('aria-labelledby="waiting"')[2].partition("</section>")[0]
    return [re.sub(r"\s+", " ", one) for one in re.findall(r'<a href="[^"]+">([^<]+)</a>', part)]


def test_work_is_signalled_where_it_is_done_and_to_whoever_does_it(app: Door, opened: Opened, command: Actor) -> None:
    made, now = opened.installation, opened.installation.clock()
    boss = desk_for(app, "manager")
    before = signalled(boss.text(f"{STUDY}/"))
    assert not [one for one in before if "centre" not in one]
    with made.database.writing() as session:
        study = opened.study(session)
        asked = ReviewCase(study_id=study.id, kind="row", state="open", weight=1, facts='{"rows": []}', opened_at=now)
        session.add(asked)
        bounced, gone, *_ = respondents_of(session, study)
        bounced.box.bounced_at, bounced.box.bounce_reason = now, "5.1.1"
        stop(session, gone, "by_hand", actor=command, now=now)
        record(session, actor=command, at=now, action="mailbox.bounced", subject_type="respondent",
               subject_id=str(bounced.id), study=study.code)  # fmt: skip
    page = boss.text(f"{STUDY}/")
    assert signalled(page)[:2] == ["1 question sur une liste à trancher", "1 adresse refusée à remplacer"]
    lost = re.search(r"(\d+) centres? attendus? sans personne", page)
    assert lost
    assert f'Téléphone <span class="badge">{lost[1]}<' in boss.text(f"{STUDY}/lists")
    assert 'Listes <span class="badge">1<' in page
    with made.database.writing() as session:  # the fate of a mail is not journalled
        mail = session.scalars(select(Mail).where(Mail.state == "planned")).first()
        assert mail is not None
        mail.state, mail.started_at = "uncertain", now
    assert "1 courriel incertain à vérifier" in signalled(boss.text(f"{STUDY}/"))
    assert "badge" not in desk_for(app, "statistician").text(f"{STUDY}/")
