"""The sheet ``lisez_moi``: what a stranger needs to know of the file before using a number of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.collection.models import DISPOSITIONS
from app.extraction.anchoring import Anchor
from app.extraction.dispositions import DISPOSITION_CHOICES
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


@dataclass(frozen=True)
class Cited:
    """What lisez_moi says of the reading itself."""

    reading: Reading
    anchor: Anchor
    data_sha256: str
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
    yield ("données", "Filtre", "Filter", "remis seulement / submitted only"
           if cited.reading.filters.submitted_only else "aucun : brouillons compris / none: drafts included")
    if census.simulated:
        yield ("données", "Questionnaires simulés", "Simulated questionnaires", str(census.simulated))
    yield ("preuve", "Empreinte des données lues (sha256)", "Fingerprint of the data read (sha256)", cited.data_sha256)
    yield ("preuve", "Journal : entrée de tête", "Journal: head entry", str(cited.anchor.entries))
    yield ("preuve", "Journal : empreinte de tête", "Journal: head hash", cited.anchor.head)
    yield ("preuve", "Logiciel", "Software", software())


def _controls(cited: Cited, written: Written) -> Iterator[Row]:
    census = cited.reading.census
    for sheet, rows in written.sheets.items():
        yield ("contrôle", f"Lignes de la feuille {sheet}", f"Rows of sheet {sheet}", str(rows))
    for status in ("not_started", "draft", "submitted", "corrected"):
        yield ("contrôle", f"Patients au statut {status}", f"Patients with status {status}", str(census.statuses[status]))
        if census.set_apart[status]:
            yield ("contrôle", f"dont écartés avec un motif ({status})", f"of these set apart with a reason ({status})",
                   str(census.set_apart[status]))
    for kind, choice in zip(DISPOSITIONS, DISPOSITION_CHOICES, strict=True):
        yield ("contrôle", f"Patients : {choice.fr}", f"Patients: {choice.en}", str(census.dispositions[kind]))


def _conventions(cited: Cited, written: Written) -> Iterator[Row]:
    for fr, en, value in _CONVENTIONS:
        yield ("conventions", fr, en, value)
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


_CONVENTIONS = (
    ("Cellule vide", "Empty cell", "pas de valeur ; la raison est dans la feuille etats, et dans <variable>_mq s’il y en a "
     "une : NSP inconnu, NF non fait, SO sans objet / no value; the reason stands in etats and in <variable>_mq"),
    ("Codes", "Codes", "nombres ; libellés dans la feuille modalites ; oui = 1, non = 0 / numbers; labels in modalites"),
    ("Choix multiples", "Multiple choices", "une colonne 0/1 par code (nom___code), vide si la question n’a pas eu de réponse / "
     "one 0/1 column a code, blank when the question was not answered"),
    ("Dates", "Dates", "dates réelles ; une date qui peut être partielle est un texte ISO (2016, 2016-02, 2016-02-29), jamais "
     "complétée ; une date estimée a sa propre variable / real dates; possibly partial ones are ISO text, never imputed"),
    ("Heures", "Times", "UTC, et une seconde colonne _paris / UTC, and a second column _paris"),
    ("Textes", "Texts", "jamais modifiés ; au-delà de 32 767 signes, suite dans <variable>__2 / "
     "never altered; continued in <variable>__2"),
    ("Identité", "Identity", "aucune : ni nom, ni initiales, ni date de naissance, ni numéro d’autorisation, "
     "ni courriel / none"),
    ("Patients opposés", "Opposed patients", "leur ligne reste, sans réponse / their row stays, without answers"),
    ("Questions masquées", "Hidden questions", "une réponse dont la question n’est plus posée n’est pas exportée ; "
     "etats : not_asked / an answer whose question is no longer asked is not exported"),
)
