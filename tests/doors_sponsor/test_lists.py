"""A list at the desk: held, tried out, imported once, traced, reviewed; columns mapped; respondents likewise."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models import HeldFile
from app.cohort.imports import check_list
from app.cohort.models import Centre, ListImport, ListMapping, Patient, ReviewCase
from app.cohort.review import find_case, list_cases, progress
from app.doors.door import Door
from app.doors.sponsor import create_app, lists
from app.journal.models import JournalEntry
from app.kernel.installation import Installation
from tests.doors_sponsor.desk import TOKEN, Desk, another_browser, desk_for
from tests.fixtures.studies import Opened

LISTS = "/studies/calci_sts/lists"
ODD = (
    "Dossier;Nature;Décidée le;Produit demandé;Motif;Qui;Né le;Lieu;Commune\n"
    "101;Initiale;03/04/2014;natriumthiosulfat 25%;calciphylaxie;DUP MA;12/03/1940;CHU DE LILLE;Lille\n"
)
FIELDS = {
    "Dossier": "atu_num",
    "Décidée le": "grant_d",
    "Produit demandé": "product_raw",
    "Qui": "pt_ini",
    "Né le": "birth_raw",
    "Lieu": "site_raw",
}


@pytest.fixture
def app(opened: Opened) -> Door:
    """The staff application of a study with liste_propre imported."""
    return create_app(opened.installation)


@pytest.fixture
def boss(app: Door) -> Desk:
    """A manager, signed in."""
    return desk_for(app, "manager")


def upload(desk: Desk, path: str, name: str, content: bytes) -> str:
    """Uploads a file; where the page of its dry run is."""
    response = desk.post(path, {"file": (BytesIO(content), name)}, content_type="multipart/form-data")
    assert response.status_code == 303, response.get_data(as_text=True)
    return response.headers["Location"]


def count(installation: Installation, model: type) -> int:
    """How many rows a table has."""
    with installation.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_dry_run_writes_nothing_and_the_import_writes_once(boss: Desk, opened: Opened, data: Path) -> None:
    installation = opened.installation
    before = count(installation, Patient), count(installation, ListImport)
    trial = upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes())
    page = boss.text(trial)
    assert "golden.csv" in page
    assert "13</strong> lignes lues" in page
    assert (count(installation, Patient), count(installation, ListImport)) == before
    done = boss.post(f"{trial}/import")
    assert done.status_code == 303
    assert re.search(
        r'href="/studies/calci_sts/review">\d+ questions? à trancher', boss.text(done.headers["Location"])
    )
    assert boss.get(trial).headers["Location"] == f"{LISTS}/{before[1] + 1}"
    assert count(installation, Patient) > before[0]
    assert count(installation, ListImport) == before[1] + 1
    assert count(installation, HeldFile) == 0
    assert list((installation.settings.home / "held").iterdir()) == []
    assert boss.post(f"{trial}/import").status_code == 404
    again = boss.text(upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes()))
    assert re.search(r'figure__value">13</span><span class="figure__label">lignes lues', again)


def test_the_pages_of_a_dry_run_are_kept_sealed_until_the_study_changes(
    boss: Desk, opened: Opened, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[int] = []
    monkeypatch.setattr(lists, "check_list", lambda *a, **k: planned.append(1) or check_list(*a, **k))
    trial = upload(boss, LISTS, "liste_a.csv", (data / "liste_a.csv").read_bytes())
    addresses = ("", "?page=3", "?fate=review") * 2
    pages = [re.sub(TOKEN, "", boss.text(trial + address)) for address in addresses]
    assert pages[:3] == pages[3:]
    assert len(planned) == 1
    beside = [path.read_bytes() for path in (opened.installation.settings.home / "held").glob("*.fr")]
    number = (data / "liste_a.csv").read_bytes().splitlines()[1].split(b";")[0]
    assert [number in one for one in beside] == [False]
    assert boss.post(f"{upload(boss, LISTS, 'g.csv', (data / 'golden.csv').read_bytes())}/import").status_code == 303
    assert "13</strong> lignes lues" not in boss.text(trial)
    assert len(planned) == 2


def test_held_file_is_out_of_reach_for_others_and_other_sessions(app: Door, boss: Desk, data: Path) -> None:
    trial = upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes())
    for stranger in (another_browser(boss), desk_for(app, "manager", email="other@example.org")):
        assert stranger.get(trial).status_code == 404
        assert stranger.post(f"{trial}/import").status_code == 404
        assert stranger.post(f"{trial}/drop").status_code == 404
    assert boss.post(f"{trial}/drop").status_code == 303
    assert boss.get(trial).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("liste.xlsx", b"PK\x03\x04 not really"),
        ("liste.csv", b""),
        ("liste.pdf", b"%PDF"),
        ("x.csv", b"a;b\n1;2\n"),
    ],
)
def test_file_that_is_no_list_gets_one_clear_sentence(boss: Desk, name: str, content: bytes) -> None:
    response = boss.post(LISTS, {"file": (BytesIO(content), name)}, content_type="multipart/form-data")
    if response.status_code == 303:
        response = boss.get(response.headers["Location"])
    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert 'role="alert"' in response.get_data(as_text=True)


@pytest.mark.parametrize("page", [LISTS, "/studies/calci_sts/respondents"])
@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\0", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0old"]
)
def test_image_under_a_workbooks_name_is_refused_at_upload(boss: Desk, page: str, content: bytes) -> None:
    sent = {"file": (BytesIO(content), "photo.xlsx")}
    response = boss.post(page, sent, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "ni un classeur .xlsx ni un fichier .csv" in response.get_data(as_text=True)


def test_list_saved_as_utf_16_is_taken(boss: Desk) -> None:
    trial = upload(boss, LISTS, "x.csv", ODD.replace("DUP", "D’Œ").encode("utf-16"))
    assert boss.get(trial).status_code == 302


def test_hostile_names_are_shown_inert(boss: Desk) -> None:
    cell = "<script>alert(1)</script>"
    csv = (
        "NUM_ATU;INITIALES;DDN;ETABLISSEMENT;DATE_OCTROI;SPECIALITE;INDICATION\n"
        f"1;AB;1940;{cell};01/02/2014;thiosulfate de sodium;calciphylaxie\n"
    )
    trial = upload(boss, LISTS, "<script>x.csv", csv.encode())
    page = boss.text(trial)
    assert "<script>alert" not in page
    assert "<script>x" not in page
    assert "&lt;script&gt;x.csv" in page


def test_unknown_headers_are_mapped_once_and_remembered(boss: Desk, opened: Opened) -> None:
    trial = upload(boss, LISTS, "bizarre.csv", ODD.encode())
    asked = boss.get(trial)
    assert asked.status_code == 302
    page = boss.text(asked.headers["Location"])
    assert "non reconnu" in page
    assert "DUP MA" not in page
    columns = dict(re.findall(r'id="head-(\d+)">([^<]+)', page))
    assert "99/99/9999" in page
    assert "AAA AA" in page
    assert "DUP MA" not in page
    form = {f"column-{index}": FIELDS.get(text.strip(), "") for index, text in columns.items()}
    saved = boss.post(asked.headers["Location"], form)
    assert saved.headers["Location"] == trial
    assert "1</strong> lignes lues" in boss.text(trial)
    assert count(opened.installation, ListMapping) == 1
    second = upload(boss, LISTS, "bizarre2.csv", ODD.replace("101;", "102;").encode())
    assert boss.get(second).status_code == 200


def test_trace_shows_what_became_of_each_row_without_identities(boss: Desk) -> None:
    page = boss.text(f"{LISTS}/1")
    assert "Retenue" in page
    assert "CAL-" in page
    assert "ATU" not in re.sub(r"<title>.*?</title>", "", page).replace("ATU nominatives", "")


def test_review_decides_once_undoes_and_says_who_was_first(
    app: Door, boss: Desk, opened: Opened, data: Path
) -> None:
    trial = upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes())
    boss.post(f"{trial}/import")
    other = desk_for(app, "manager", email="other@example.org")
    page = boss.text("/studies/calci_sts/review")
    form = re.search(
        r'action="(/studies/calci_sts/review/\d+)">.*?name="mutation" value="([^"]+)".*?name="action" value="set_aside"',
        page,
        re.S,
    )
    path = re.search(r'action="(/studies/calci_sts/review/\d+)"', page)
    assert form
    assert path
    with opened.installation.database.reading() as session:
        before = progress(session, opened.study(session)).open
    sent = {"action": "set_aside", "mutation": "once"}
    first = boss.post(path.group(1), sent)
    assert first.status_code == 303
    assert boss.post(path.group(1), sent).headers["Location"] == first.headers["Location"]
    late = other.post(path.group(1), {"action": "set_aside", "mutation": "late"})
    assert late.status_code == 409
    assert "manager@example.org" in late.get_data(as_text=True)
    done = first.headers["Location"].rsplit("=", 1)[1]
    assert boss.post(f"/studies/calci_sts/decisions/{done}/undo").status_code == 303
    with opened.installation.database.reading() as session:
        assert progress(session, opened.study(session)).open == before
    with opened.installation.database.reading() as session:
        vault, found = opened.installation.vault, int(path.group(1).rsplit("/", 1)[1])
        case = find_case(session, vault, opened.study(session), found)
    decisions = boss.text("/studies/calci_sts/decisions")
    assert "annulée par" in decisions
    assert case.fr in decisions
    assert set(re.findall(r"<code>(\S+)</code>", decisions)) >= {one.code for one in case.candidates}
    assert re.search(r"golden\.csv · ligne \d+", decisions)


def test_decisions_say_where_each_put_its_rows_whatever_came_after(boss: Desk, opened: Opened, data: Path) -> None:
    trial = upload(boss, LISTS, "liste_a.csv", (data / "liste_a.csv").read_bytes())
    boss.post(f"{trial}/import")
    with opened.installation.database.reading() as session:
        cases = list_cases(session, opened.installation.vault, opened.study(session), limit=50)
        case = next(one for one in cases if one.kind == "centre")
        first, second = session.scalars(select(Centre).order_by(Centre.id).limit(2)).all()
    for number, centre in enumerate((first, second)):
        sent = {"action": "assign", "target": str(centre.id), "mutation": f"put-{number}"}
        done = boss.post(f"/studies/calci_sts/review/{case.id}", sent).headers["Location"].rsplit("done=", 1)[1]
        assert boss.post(f"/studies/calci_sts/decisions/{done.partition('&')[0]}/undo").status_code == 303
    told = re.findall(r"<strong>→ (\d+)", boss.text("/studies/calci_sts/decisions"))
    assert sorted(told) == [first.code, second.code]


def test_identities_at_the_review_desk_are_asked_for_and_journalled_once(
    boss: Desk, opened: Opened, data: Path
) -> None:
    trial = upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes())
    boss.post(f"{trial}/import")
    assert "Naissance ou âge" not in boss.text("/studies/calci_sts/review")
    for _ in range(2):
        shown = boss.post("/studies/calci_sts/identities", {"page": "reviewing.show"})
        assert shown.headers["Location"] == "/studies/calci_sts/review"
    assert "Naissance ou âge" in boss.text("/studies/calci_sts/review")
    with opened.installation.database.reading() as session:
        query = select(func.count()).where(JournalEntry.action == "identities.shown")
        assert session.scalar(query) == 1


def test_question_put_off_stays_put_off_when_another_one_is_decided(boss: Desk, data: Path) -> None:
    trial = upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes())
    boss.post(f"{trial}/import")
    first = asked_now(page := boss.text("/studies/calci_sts/review"))
    later = re.search(r'data-key="s" href="([^"]+)"', page)
    assert later
    path, second = re.findall(r'action="(/studies/calci_sts/review/(\d+)[^"]*)"', boss.text(later.group(1)))[
        0
    ]
    assert second != first
    answered = boss.post(path.replace("&amp;", "&"), {"action": "set_aside", "mutation": "m"})
    assert answered.status_code == 303
    assert asked_now(boss.text(answered.headers["Location"])) not in (first, second)


def test_unreadable_grant_date_is_corrected_first_and_never_just_accepted(boss: Desk, opened: Opened) -> None:
    csv = (
        "NUM_ATU;INITIALES;DDN;ETABLISSEMENT;DATE_OCTROI;SPECIALITE;INDICATION\n"
        "1;AB;1940;CHU DE LILLE;bientôt;thiosulfate de sodium;calciphylaxie\n"
    )
    boss.post(f"{upload(boss, LISTS, 'x.csv', csv.encode())}/import")
    with opened.installation.database.reading() as session:
        case = session.scalars(select(ReviewCase).order_by(ReviewCase.id.desc()).limit(1)).one()
        assert case.kind == "row"
    page = boss.text(f"/studies/calci_sts/review/{case.id}")
    assert re.findall(r'name="action" value="(\w+)"', page) == ["correct", "set_aside"]


def asked_now(page: str) -> str:
    """The question that a page of the review desk puts first."""
    found = re.search(r'action="/studies/calci_sts/review/(\d+)', page)
    assert found
    return found.group(1)


def test_columns_that_were_not_found_come_before_the_import(boss: Desk, data: Path) -> None:
    odd = "NUM;INITIALES;Décidée le;SPECIALITE;SEXE;ETAB;Notes <b>;DDN;INDICATION\n7;DUP MA;03/04/2014;natrium;F;CHU;x;;\n"
    trial = upload(boss, LISTS, "odd.csv", odd.encode())
    page = boss.text(trial)
    notice, mapping, importing = (
        page.index("Colonnes introuvables : date d’octroi<"),
        page.index(f'<a class="button" href="{trial}/columns"'),
        page.index('<button class="button button--quiet">Importer cette liste'),
    )
    assert notice < page.index("En-têtes non compris : Décidée le, Notes &lt;b&gt;.") < mapping < importing
    good = boss.text(upload(boss, LISTS, "golden.csv", (data / "golden.csv").read_bytes()))
    assert "introuvable" not in good
    assert '<button class="button">Importer cette liste' in good
