"""The sheet ``lisez_moi``: what a stranger needs to know of the file before using a number of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.collection.models import DISPOSITIONS, HANDED_IN
from app.extraction.anchoring import Anchor
from app.extraction.conventions import convention_rows, formula_rows, sheet_rows
from app.extraction.dispositions import DISPOSITION_CHOICES, STATUS_CHOICES
from app.extraction.feeding import Reading
from app.extraction.software import software
from app.extraction.times import said
from app.kernel.clock import day_of
from exports.limits import ROWS, measured
from exports.tables import Column, Row, Table, Written

COLUMNS = (
    Column("rubrique", "text", "Rubrique", "Heading"),
    Column("fait", "text", "Fait", "Fact (French)"),
    Column("fact", "text", "Fait (anglais)", "Fact (English)"),
    Column("valeur", "text", "Valeur", "Value"),
)
SIMULATED_FR = "SIMULÉ : ces réponses sont fictives, produites par un programme. Aucun chiffre n’est un résultat d’étude."
SIMULATED_EN = "SIMULATED: these answers are fictitious, made by a program. No figure is a study result."


_SUBMITTED = (
    "remis seulement : les feuilles de réponses, etats, requetes et propositions ; autorisations, centres et flux comptent tout "
    "/ submitted only: the sheets of answers, etats, requetes and propositions; autorisations, centres and flux count all")
_LEFT_OUT = "hors du filtre, pas zéro : voir la feuille centres / filtered out, not zero: see the sheet centres"


@dataclass(frozen=True)
class Cited:
    """What lisez_moi says of the reading itself."""

    reading: Reading
    anchor: Anchor
    data_sha256: str
    tables: Sequence[Table]
    cut: str | None = None
    since: str | None = None


def opening_table(cited: Cited, written: Written) -> Table:
    """The sheet, once it is known what was written."""
    rows = list(_rows(cited, written))
    return measured(Table("lisez_moi", COLUMNS, lambda: rows, "Lisez-moi", "Read me", described=False))


def _rows(cited: Cited, written: Written) -> Iterator[Row]:
    if cited.reading.census.simulated:
        simulated = cited.reading.census.simulated
        yield ("avertissement", SIMULATED_FR, SIMULATED_EN, f"{simulated} questionnaires simulés / simulated questionnaires")
    yield from _study(cited)
    yield from _controls(cited, written)
    yield from _conventions(cited, written)
    yield from formula_rows(cited.tables, cited.reading.layout.union)


def _study(cited: Cited) -> Iterator[Row]:
    study, union = cited.reading.study, cited.reading.layout.union
    census = cited.reading.census
    numbers = ", ".join(str(number) for number, _ in sorted(cited.reading.versions.values(), key=lambda v: v[0]))
    yield ("étude", "Code", "Code", study.code)
    yield ("étude", "Titre", "Title", study.title_fr)
    yield ("étude", "Titre anglais", "English title", study.title_en)
    if union.registration:
        yield ("étude", "Enregistrement", "Registration", union.registration)
    yield ("données", "Arrêtées à (dernier changement)", "As of (last change)", said(cited.anchor.at))
    if cited.cut:
        yield ("données", "Coupe figée", "Frozen cut", cited.cut)
    if cited.since:
        yield ("données", "Changements comptés depuis la coupe", "Changes counted since cut", cited.since)
    yield ("données", "Versions du questionnaire", "Questionnaire versions", numbers)
    yield ("données", "Empreinte du questionnaire (sha256)", "Questionnaire fingerprint (sha256)", union.sha256)
    yield ("données", "Filtre", "Filter", _SUBMITTED
           if cited.reading.filters.submitted_only else "aucun : brouillons compris / none: drafts included")
    if census.simulated:
        yield ("données", "Questionnaires simulés", "Simulated questionnaires", str(census.simulated))
    yield ("preuve", "Empreinte des données lues (sha256)", "Fingerprint of the data read (sha256)", cited.data_sha256)
    yield ("preuve", "Journal : entrée de tête", "Journal: head entry", str(cited.anchor.entries))
    yield ("preuve", "Journal : empreinte de tête", "Journal: head hash", cited.anchor.head)
    yield ("preuve", "Logiciel", "Software", software())


def _controls(cited: Cited, written: Written) -> Iterator[Row]:
    census, only = cited.reading.census, cited.reading.filters.submitted_only
    yield from sheet_rows(written.sheets, cited.tables, cited.reading.layout.union)
    for sheet, rows in written.sheets.items():
        yield ("contrôle", f"Lignes de la feuille {sheet}", f"Rows of sheet {sheet}", str(rows))
    for status in STATUS_CHOICES:
        fr, en, code = f"Patients, questionnaire {status.fr}", f"Patients, questionnaire {status.en}", str(status.code)
        count = _LEFT_OUT if only and code not in HANDED_IN else str(census.statuses[code])
        yield ("contrôle", f"{fr} (statut = {code})", f"{en} (statut = {code})", count)
        if apart := census.set_apart[code]:
            yield ("contrôle", f"{fr} : dont écartés avec un motif", f"{en}: of these set apart with a reason", str(apart))
    for kind, choice in zip(DISPOSITIONS, DISPOSITION_CHOICES, strict=True):
        yield ("contrôle", f"Patients, motif d’absence : {choice.fr}", f"Patients, reason for no answer: {choice.en}",
               _LEFT_OUT if only and not census.dispositions[kind] else str(census.dispositions[kind]))


def _conventions(cited: Cited, written: Written) -> Iterator[Row]:
    yield from convention_rows(cited.reading.layout.union)
    for name, parts in sorted(cited.reading.census.learned.parts.items()):
        yield ("conventions", f"Texte continué : {name}", f"Continued text: {name}",
               f"{parts} cellules : {name}, " + ", ".join(f"{name}__{part}" for part in range(2, parts + 1)))
    for sheet in _continued(written):
        yield ("conventions", f"Feuille continuée : {sheet}", f"Continued sheet: {sheet}",
               f"plus de {ROWS - 1} lignes ; la suite est dans {sheet} / more rows than a sheet holds")
    code = cited.reading.study.code
    at = day_of(cited.anchor.at).isoformat()
    yield ("citer", "Citer une variable", "Citing a variable",
           f"étude {code}, données au {at}, feuille.variable (ex. patients.statut), "
           f"sha256 des données {cited.data_sha256[:12]}…")


def _continued(written: Written) -> Sequence[str]:
    return [name for name in written.sheets
            if name.rpartition("_")[2].isdigit() and name.rpartition("_")[0] in written.sheets]
