"""Which hospital a spelling means (D09–D13)."""

from __future__ import annotations

import pytest

from app.cohort.finess import check_digit_holds, read_finess
from app.cohort.names import Place
from app.cohort.resolving import CentreBook, Entry, Resolution
from tests.cohort.builders import Cohort, row

RANGUEIL = Place("CHU RANGUEIL", "TOULOUSE", "31059", "")
DENIS_93 = Place("CH SAINT-DENIS", "SAINT-DENIS", "93200", "")
DENIS_974 = Place("CH SAINT-DENIS", "SAINT-DENIS", "97400", "")


def book_of(*places: Place) -> CentreBook:
    book = CentreBook()
    for place in places:
        book.learn(book.add(Entry()), place, "given")
    return book


def name_of(found: Resolution) -> str:
    return next(iter(found.entry.names)) if found.entry is not None else found.how


@pytest.mark.parametrize(
    "name",
    [
        "C.H.U. Rangueil",
        "chu rangueil",
        "CHU de Rangueil",
        "HOP. RANGUEIL",
        "CHU TOULOUSE RANGUEIL",
        "C.H.U Rangeuil",
        "CHUR ANGUEIL",
        "CHU RANGUEILL",
        "Centre Hospitalier Universitaire de Rangueil",
    ],
)
def test_d09_usual_spellings_and_one_slip_are_resolved(name: str) -> None:
    assert name_of(book_of(RANGUEIL).resolve(Place(name, "Toulouse"))) == "CHU RANGUEIL"


@pytest.mark.parametrize("name", ["CHU RNAGEUIL", "CHU RANGUL"])
def test_d09_two_slips_are_not_resolved(name: str) -> None:
    assert book_of(RANGUEIL).resolve(Place(name, "Toulouse")).entry is None


def test_d09_a_slip_in_another_town_is_another_centre() -> None:
    assert book_of(RANGUEIL).resolve(Place("CHU RANGEUIL", "LILLE")).how == "new"


def test_d09_a_slip_between_two_centres_is_proposed() -> None:
    book = book_of(Place("HOPITAL MARTIN", "LILLE"), Place("HOPITAL MARTEN", "LILLE"))
    found = book.resolve(Place("HOPITAL MARTON", "LILLE"))
    assert (found.how, len(found.candidates)) == ("proposed", 2)


@pytest.mark.parametrize(
    "place",
    [
        Place("CHU RANGEUIL", "TOULOUSE", "31300", ""),
        Place("CHU RANGEUIL", "TOULOUSE", "31300", "310000002"),
    ],
)
def test_d09_a_slip_with_a_conflicting_postcode_or_finess_is_proposed(place: Place) -> None:
    known = Place("CHU RANGUEIL", "TOULOUSE", "31400", "310000001")
    assert book_of(known).resolve(place).how == "proposed"


def test_d09_a_cedex_is_no_conflict_of_postcodes() -> None:
    known = Place("CHU RANGUEIL", "TOULOUSE", "31400", "")
    assert (
        name_of(book_of(known).resolve(Place("CHU RANGUEIL", "TOULOUSE CEDEX 9", "31059"))) == "CHU RANGUEIL"
    )


def test_d09_a_typo_is_listed_for_undo(cohort: Cohort) -> None:
    from app.cohort.centres import list_centres
    from app.cohort.merging import aliases_of

    cohort.take(row(1), row(2, ETAB="C.H.U Rangeuil", CP="", INIT="ZOE BE"))
    with cohort.installation.database.reading() as session:
        (centre,) = list_centres(session, cohort.desk(session).study)
        aliases = [(alias.name, alias.origin) for alias in aliases_of(session, centre)]
    assert aliases == [("C.H.U Rangeuil", "typo"), ("CHU RANGUEIL", "list")]


def test_d10_homonyms_of_two_departments_are_two_centres(cohort: Cohort) -> None:
    cohort.take(
        row(1, ETAB="CH SAINT-DENIS", CP="93200", VILLE="SAINT DENIS"),
        row(2, ETAB="CHU ST DENIS", CP="97400", VILLE="ST DENIS REUNION", INIT="ZOE BE"),
        row(3, ETAB="CH ST DENIS", CP="97400", VILLE="SAINT-DENIS", INIT="ABE DO"),
    )
    assert [c.department for c in cohort.centres()] == ["93", "974"] or len(cohort.centres()) == 3
    assert len({t.centre for t in cohort.trace()[:2]}) == 2


def test_d10_a_homonym_without_a_postcode_is_left_to_a_person() -> None:
    found = book_of(DENIS_93, DENIS_974).resolve(Place("CH ST DENIS", "SAINT-DENIS"))
    assert (found.how, len(found.candidates)) == ("proposed", 2)


def test_d10_one_known_homonym_is_proposed_to_a_list_and_meant_by_a_person() -> None:
    book, alone = book_of(DENIS_974), Place("CENTRE HOSPITALIER DE SAINT-DENIS", "SAINT-DENIS")
    assert book.resolve(alone).how == "proposed"
    assert name_of(book.resolve_given(alone)) == "CH SAINT-DENIS"


def test_d10_a_connector_is_not_read_into_the_towns_name() -> None:
    book = book_of(Place("CHU DE SENS", "SENS", "89100"))
    assert book.resolve(Place("CENTRE HOSPITALIER DE SENS", "SENS")).how == "proposed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            Place("Hôpital Saint-Joseph", "PARIS", "75014"),
            Place("Hôpital Saint-Joseph", "MARSEILLE", "13008"),
        ),
        (Place("AURAL", "STRASBOURG", "67000"), Place("AURAL", "LYON", "69008")),
        (DENIS_93, Place("CH SAINT-DENIS", "", "", "970000018")),
    ],
)
def test_d10_the_same_name_elsewhere_is_never_merged(one: Place, other: Place) -> None:
    assert book_of(one).resolve(other).entry is None


def test_d11_a_legal_body_alone_names_no_site() -> None:
    assert book_of(RANGUEIL).resolve(Place("AP-HP", "PARIS")).how == "unknown"


def test_d11_the_site_is_read_behind_its_legal_body() -> None:
    book = book_of(Place("HOPITAL TENON", "PARIS", "75020"))
    found = book.resolve(Place("AP-HP Hôpital Tenon", "PARIS", "75020"))
    assert name_of(found) == "HOPITAL TENON"


def test_d11_the_towns_hospital_without_its_site_is_proposed() -> None:
    assert book_of(RANGUEIL).resolve(Place("CHU DE TOULOUSE", "TOULOUSE")).how == "proposed"


@pytest.mark.parametrize("name", ["", "Hôpital inconnu", "?", "NR", "AURAL", "Clinique"])
def test_d12_a_hospital_that_is_not_named_goes_to_review_and_the_row_stays(cohort: Cohort, name: str) -> None:
    cohort.take(row(1, ETAB=name))
    assert cohort.fates() == ["review"]
    assert [case.kind for case in cohort.cases()] == ["centre"]
    assert cohort.trace()[0].centre == ""


@pytest.mark.parametrize(
    ("raw", "postcode", "number", "flag"),
    [
        ("10000024", "01000", "010000024", "finess_padded"),
        ("10000024", "31000", "", "finess_unreadable"),
        ("9,10E+08", "91000", "", "finess_unreadable"),
        ("31 078 1406", "31000", "310781406", ""),
        ("2A0000014", "20000", "2A0000014", "finess_check"),
        ("", "31000", "", ""),
    ],
)
def test_d13_a_finess_is_repaired_only_where_the_department_proves_it(
    raw: str, postcode: str, number: str, flag: str
) -> None:
    found = read_finess(raw, postcode)
    assert (found.number, found.flag) == (number, flag)


def test_d13_the_check_digit_of_real_numbers_holds() -> None:
    assert check_digit_holds("310781406")
    assert not check_digit_holds("310781407")


def test_d13_a_shared_finess_does_not_merge_two_sites() -> None:
    book = book_of(Place("HOPITAL TENON", "PARIS", "75020", "750712184"))
    found = book.resolve(Place("HOPITAL NECKER", "PARIS", "75015", "750712184"))
    assert found.how == "proposed"


def test_d13_the_same_finess_resolves_a_name_two_slips_away() -> None:
    book = book_of(Place("CLINIQUE DES CEDRES POISSY", "POISSY", "78300", "780486189"))
    found = book.resolve(Place("CLINQIUE DES CERDES POISSY", "POISSY", "78300", "780486189"))
    assert name_of(found) == "CLINIQUE DES CEDRES POISSY"


def test_ch_and_chu_of_one_town_are_not_taken_for_a_slip() -> None:
    assert book_of(Place("CH ANGERS", "ANGERS")).resolve(Place("CHU ANGERS", "ANGERS")).how == "proposed"


def test_a_decided_spelling_is_remembered_for_the_next_list(cohort: Cohort) -> None:
    cohort.take(row(1, ETAB="CHU PURPAN RANGUEIL SUD"), row(2, ETAB="", INIT="ZOE BE"))
    (case,) = cohort.cases()
    cohort.decide(case, "assign", cohort.centres()[0].id)
    cohort.take(row(3, ETAB="CHU PURPAN RANGUEIL SUD", INIT="ABE DO"))
    assert [t.centre for t in cohort.trace()] == ["001", "001", "001"]
