"""The sheet ``autorisations``: every row of the list that was ever imported, its reading and its fate, no identity."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cohort.models import Authorisation, ListImport, ListRow, Patient, Study
from app.cohort.reasons import REASONS
from app.extraction.reading import centre_codes, merged_patients, opposed_patients
from exports.tables import Choice, Column, Row, Table

FATES = (
    Choice("kept", "retenue", "kept"),
    Choice("duplicate", "doublon exact", "exact duplicate"),
    Choice("refused", "refusée, annulée ou en attente", "refused, cancelled or pending"),
    Choice("other_product", "autre spécialité", "another product"),
    Choice("other_indication", "autre indication", "another indication"),
    Choice("outside_window", "hors de la période d’inclusion", "outside the window"),
    Choice("review", "à revoir par une personne", "to be reviewed by a person"),
)
KINDS = (
    Choice("atu_nominative", "ATU nominative", "named-patient authorisation"),
    Choice("atu_cohorte", "ATU de cohorte", "cohort authorisation"),
    Choice("aac", "accès compassionnel (AAC)", "compassionate access"),
    Choice("aap", "accès précoce (AAP)", "early access"),
    Choice("rtu", "RTU ou cadre compassionnel", "temporary recommendation for use"),
)
REQUESTS = (Choice("initial", "initiale", "initial"), Choice("renewal", "renouvellement", "renewal"))
DECISIONS = (
    Choice("granted", "octroyée", "granted"), Choice("refused", "refusée", "refused"),
    Choice("cancelled", "annulée", "cancelled"), Choice("pending", "en attente", "pending"),
)
RULES = (
    Choice("first", "première autorisation du patient", "first authorisation of the patient"),
    Choice("a", "même naissance complète (règle a)", "same full birth date (rule a)"),
    Choice("b", "même centre, naissance partielle compatible (règle b)", "same centre, compatible birth (rule b)"),
    Choice("c", "renouvellement qui continue (règle c)", "renewal that continues (rule c)"),
    Choice("d", "seul patient possible, trop rare pour un homonyme (règle d)",
           "one possible patient, too rare for a namesake (rule d)"),
    Choice("decided", "décidé par une personne", "decided by a person"),
)
YES_NO = (Choice(1, "Oui", "Yes"), Choice(0, "Non", "No"))

COLUMNS = (
    Column("import_no", "integer", "Rang de l’import dans l’étude", "Rank of the import in the study"),
    Column("source_file", "text", "Fichier de la liste", "File of the list"),
    Column("source_sheet", "text", "Feuille de ce fichier", "Sheet of that file"),
    Column("source_row", "integer", "Rang de la ligne dans le fichier (1 = première donnée)",
           "Rank of the row in the file (1 = first data row)"),
    Column("sheet_row", "integer", "Numéro de la ligne dans sa feuille, tel que le tableur l’affiche",
           "Number of the row in its sheet, as the spreadsheet shows it"),
    Column("centre_id", "text", "Centre de la ligne", "Centre of the row"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("course_no", "integer", "Rang de la cure du patient", "Rank of the patient's course"),
    Column("auth_kind", "code", "Régime d’accès", "Access scheme", choices=KINDS),
    Column("request_type", "code", "Nature de la demande", "Kind of request", choices=REQUESTS),
    Column("request_type_inferred", "flag", "Nature déduite de l’ordre des demandes", "Kind inferred from the order",
           choices=YES_NO),
    Column("decision", "code", "Décision de l’agence", "Decision of the agency", choices=DECISIONS),
    Column("granted_on", "date", "Date d’octroi", "Granted on"),
    Column("valid_from", "date", "Début de validité", "Valid from"),
    Column("valid_to", "date", "Fin de validité", "Valid to"),
    Column("duration_days", "integer", "Durée, premier et dernier jour compris (valid_to − valid_from + 1)",
           "Duration, first and last day included (valid_to − valid_from + 1)", unit="jours"),
    Column("product", "text", "Substance", "Substance"),
    Column("strength", "text", "Dosage", "Strength"),
    Column("in_window", "flag", "Octroyée dans la période d’inclusion", "Granted inside the window", choices=YES_NO),
    Column("link_rule", "code", "Règle de rattachement au patient", "Rule that linked it to the patient", choices=RULES),
    Column("fate", "code", "Devenir de la ligne", "Fate of the row", choices=FATES),
    Column("reason", "code", "Motif du devenir", "Reason of the fate",
           choices=tuple(Choice(code, words["fr"], words["en"]) for code, words in REASONS.items())),
)


def authorisations_table(session: Session, study: Study) -> Table:
    """The table, in the order of imports and rows; it streams.

    Of a row of a patient who opposed there is only where it stands and its fate, so that the rows still add up.
    """
    def rows() -> Iterator[Row]:
        centres = centre_codes(session, study)
        merged, opposed = _merged_codes(session, study), opposed_patients(session, study)
        numbers: dict[int, int] = {}
        with session.execute(_query(study).execution_options(yield_per=2_000)) as found:
            for row in found:
                number = numbers.setdefault(row.import_id, len(numbers) + 1)
                yield [number, *(_anonymous(row) if row.patient_id in opposed else _row(tuple(row), centres, merged))]
    return Table("autorisations", COLUMNS, rows, "Autorisations de la liste", "Authorisations of the list", frozen=4,
                 key=("import_no", "source_row"))


def _query(study: Study) -> Select[*tuple[Any, ...]]:
    a = Authorisation
    return (
        select(
            ListImport.file_name, ListRow.sheet, ListRow.source_row, ListRow.sheet_row, a.centre_id,
            a.patient_id, Patient.code, a.course_no, a.auth_kind, a.request_type, a.request_type_inferred,
            a.status, a.granted_on, a.valid_from, a.valid_to,
            a.duration_days, a.product, a.strength, a.in_window, a.link_rule, ListRow.fate, ListRow.reason, ListRow.import_id,
        )
        .join(ListImport, ListImport.id == ListRow.import_id)
        .outerjoin(a, a.id == ListRow.id)
        .outerjoin(Patient, Patient.id == a.patient_id)
        .where(ListRow.study_id == study.id)
        .order_by(ListRow.import_id, ListRow.source_row)
    )  # fmt: skip


def _merged_codes(session: Session, study: Study) -> Mapping[str, str]:
    """Of merged patients, the code of the one who took over."""
    last = merged_patients(session, study)
    if not last:
        return {}
    codes = dict(session.execute(select(Patient.id, Patient.code).where(Patient.id.in_(set(last.values())))).all())
    return {key: codes[kept] for key, kept in last.items()}


def _row(found: tuple[Any, ...], centres: Mapping[int, str], merged: Mapping[str, str]) -> Row:
    file, sheet, source_row, sheet_row, centre, patient, code, *rest, _ = found
    cells = [None if cell == "" else int(cell) if isinstance(cell, bool) else cell for cell in rest]
    return [file, sheet or None, source_row, sheet_row, centres.get(centre), merged.get(patient, code), *cells]


def _anonymous(found: SqlRow[*tuple[Any, ...]]) -> Row:
    place = [found.file_name, found.sheet or None, found.source_row, found.sheet_row]
    return [*place, *[None] * (len(COLUMNS) - len(place) - 3), found.fate, None]
