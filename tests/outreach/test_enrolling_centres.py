"""A study without a list invites its centres although they have no patient yet: they come in to enrol."""

from pathlib import Path

from app.cohort.studies import find_study
from app.collection.opening import open_study
from app.kernel.actor import Actor
from app.kernel.clock import utc_now
from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.respondents import import_respondents

DESK = Actor.command("desk")
PEOPLE = """centre;finess;ville;courriel;nom;fonction;telephone;langue
HOPITAL PITIE-SALPETRIERE;;PARIS;medecin@example.org;Dr Test;infectiologue;;fr
"""


def _invited(installation: Installation, code: str, folder: Path) -> tuple[int, int]:
    now = utc_now()
    file = folder / "people.csv"
    file.write_text(PEOPLE, "utf-8")
    with installation.database.writing() as session:
        open_study(session, code, actor=DESK, now=now)
        study = find_study(session, code)
        import_respondents(session, installation, study, file, actor=DESK, now=now)
        going = len(invite(session, installation, study, actor=DESK, now=now).going)
    return going, deliver_due(installation, utc_now).sent


def test_the_centre_of_a_study_without_a_list_is_invited(installation: Installation, tmp_path: Path) -> None:
    assert _invited(installation, "hiv_fos", tmp_path) == (1, 1)


def test_a_centre_without_patients_of_a_listed_study_is_not(
    installation: Installation, tmp_path: Path
) -> None:
    assert _invited(installation, "calci_sts", tmp_path) == (0, 0)
