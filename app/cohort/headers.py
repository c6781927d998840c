"""Which column is which: headers found by their synonyms, French and English, or by a mapping given by a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.cohort.names import bare
from app.cohort.vocabulary import unit_of, without_unit
from app.kernel.language import Language

SYNONYMS: dict[str, tuple[str, ...]] = {
    "atu_num": (
        "NUM ATU",
        "N ATU",
        "NO ATU",
        "NUMERO ATU",
        "NUM",
        "NUMERO",
        "NUMERO AUTORISATION",
        "NUM AUTORISATION",
        "N AUTORISATION",
        "NUMERO D AUTORISATION",
        "N AAC",
        "NUM AAC",
        "NUMERO AAC",
        "ATU NUMBER",
        "ATU NO",
        "AUTHORISATION NUMBER",
        "AUTHORIZATION NUMBER",
        "REF ATU",
        "REFERENCE ATU",
        "ID ATU",
    ),
    "atu_prev": ("ATU PREC", "N ATU PRECEDENTE", "ATU PRECEDENTE", "NUM ATU PREC", "PREVIOUS ATU"),
    "auth_kind": ("TYPE ATU", "REGIME", "TYPE D ATU", "TYPE AUTORISATION", "SCHEME", "ACCESS SCHEME"),
    "req_type": (
        "TYPE DEMANDE",
        "TYPE DE DEMANDE",
        "TYPE",
        "NATURE",
        "NATURE DEMANDE",
        "NATURE DE LA DEMANDE",
        "REQUEST TYPE",
    ),
    "req_status": ("STATUT", "DECISION", "ETAT", "STATUS", "STATUT DEMANDE"),
    "req_d": ("DATE DEMANDE", "DATE DE DEMANDE", "DATE RECEPTION", "DATE DE RECEPTION", "REQUEST DATE"),
    "grant_d": (
        "DATE OCTROI",
        "DATE D OCTROI",
        "OCTROI",
        "DATE DECISION",
        "DATE AUTORISATION",
        "DATE ATU",
        "GRANT DATE",
        "DATE GRANTED",
        "GRANTED ON",
    ),
    "valid_from": ("DATE DEBUT", "DATE DE DEBUT", "DEBUT", "DEBUT VALIDITE", "VALID FROM", "START DATE"),
    "valid_to": (
        "DATE FIN",
        "DATE DE FIN",
        "FIN",
        "ECHEANCE",
        "FIN VALIDITE",
        "VALID TO",
        "END DATE",
        "EXPIRY",
    ),
    "dur_raw": ("DUREE", "DUREE ATU", "DUREE AUTORISATION", "DURATION"),
    "product_raw": (
        "SPECIALITE",
        "PRODUIT",
        "MEDICAMENT",
        "PRODUCT",
        "DRUG",
        "NOM COMMERCIAL",
        "DENOMINATION",
    ),
    "inn": ("DCI", "SUBSTANCE", "SUBSTANCE ACTIVE", "INN"),
    "strength": ("DOSAGE", "STRENGTH", "CONCENTRATION"),
    "form": ("FORME", "FORME PHARMACEUTIQUE", "FORM"),
    "lab": ("LABO", "LABORATOIRE", "FABRICANT", "LABORATORY", "MANUFACTURER"),
    "qty": ("QTE", "QUANTITE", "QUANTITY"),
    "posology_raw": ("POSOLOGIE", "POSOLOGY", "DOSE"),
    "indic_raw": ("INDICATION", "INDICATIONS", "PATHOLOGIE", "DIAGNOSTIC", "DIAGNOSIS", "MOTIF"),
    "icd10": ("CIM10", "CIM 10", "CODE CIM10", "ICD10", "ICD 10"),
    "pt_ini": ("INITIALES", "INIT", "INITIALES PATIENT", "INITIALS", "PATIENT", "PATIENT INITIALS"),
    "pt_ini_sur": ("NOM3", "NOM 3", "NOM", "INITIALES NOM", "INITIALE NOM", "SURNAME", "LAST NAME"),
    "pt_ini_first": ("PRENOM2", "PRENOM 2", "PRENOM", "INITIALES PRENOM", "INITIALE PRENOM", "FIRST NAME"),
    "birth_raw": (
        "DDN",
        "DATE NAISS",
        "DATE NAISSANCE",
        "DATE DE NAISSANCE",
        "NAISSANCE",
        "AGE",
        "NE LE",
        "BIRTH",
        "BIRTH DATE",
        "DATE OF BIRTH",
        "DOB",
    ),
    "sex": ("SEXE", "SEX", "GENRE", "GENDER"),
    "weight_kg": ("POIDS", "POIDS KG", "WEIGHT"),
    "presc_name": (
        "MEDECIN",
        "PRESCRIPTEUR",
        "NOM PRESCRIPTEUR",
        "MEDECIN PRESCRIPTEUR",
        "PRESCRIBER",
        "PHYSICIAN",
    ),
    "presc_spec": ("SERVICE", "SPECIALITE PRESCRIPTEUR", "SPECIALITE MEDICALE", "DEPARTMENT", "WARD"),
    "presc_contact": ("TEL", "TELEPHONE", "FAX", "MAIL", "EMAIL", "COURRIEL", "PHONE"),
    "site_raw": (
        "ETABLISSEMENT",
        "ETAB",
        "HOPITAL",
        "CENTRE",
        "NOM ETABLISSEMENT",
        "ETABLISSEMENT DE SANTE",
        "HOSPITAL",
        "SITE",
        "CENTER",
    ),
    "finess": ("FINESS", "NOFINESSET", "NOFINESSEJ", "NOFINESS", "N FINESS", "NUM FINESS", "CODE FINESS"),
    "zip": ("CP", "CODE POSTAL", "CODEPOSTAL", "ZIP", "POSTCODE", "POSTAL CODE", "ZIP CODE"),
    "city": ("VILLE", "COMMUNE", "LOCALITE", "CITY", "TOWN"),
    "pharm_name": ("PHARMACIEN", "PUI", "PHARMACIE", "PHARMACIST"),
    "efficacy_txt": ("EFFICACITE", "EFFICACY"),
    "tol_txt": ("TOLERANCE", "TOLERABILITY", "SAFETY"),
    "comment": ("COMMENTAIRE", "COMMENTAIRES", "OBSERVATIONS", "REMARQUES", "COMMENT", "COMMENTS"),
}
FIELDS = frozenset(SYNONYMS)
_BY_HEADER = {header: field for field, headers in SYNONYMS.items() for header in headers}
DURATION = "dur_raw"
NEEDED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("NUM_ATU", ("atu_num",)),
    ("INITIALES / DDN", ("pt_ini", "pt_ini_sur", "birth_raw")),
)
# What else a row is read by, each as people say it: without it rows go to review, or to the wrong patient.
AWAITED: tuple[tuple[dict[Language, str], tuple[str, ...]], ...] = (
    ({"fr": "date d’octroi", "en": "grant date"}, ("grant_d",)),
    ({"fr": "produit", "en": "product"}, ("product_raw", "inn")),
    ({"fr": "indication", "en": "indication"}, ("indic_raw",)),
    ({"fr": "initiales", "en": "initials"}, ("pt_ini", "pt_ini_sur")),
    ({"fr": "naissance", "en": "birth"}, ("birth_raw",)),
    ({"fr": "sexe", "en": "sex"}, ("sex",)),
    ({"fr": "établissement", "en": "hospital"}, ("site_raw", "finess")),
)


@dataclass(frozen=True)
class Misread:
    """What the headers of a list leave open: those that are no field, and what was looked for in vain."""

    unknown: list[str]
    missing: list[dict[Language, str]]


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a sheet (`field → index`), the headers that are no field, the unit of durations.

    `left_out` are those of the unknown that a person said to leave out.
    """

    fields: dict[str, int]
    unknown: dict[str, int]
    duration_unit: str = ""
    left_out: frozenset[str] = frozenset()

    @cached_property
    def kept(self) -> tuple[tuple[str, int], ...]:
        """Every column under the name its raw cells are kept by."""
        return (*self.fields.items(), *((f"other:{header}", index) for header, index in self.unknown.items()))


def read_headers(cells: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """The columns named by one header row; `mapping` (bare header → field, or empty to leave out) goes first."""
    fields: dict[str, int] = {}
    unknown: dict[str, int] = {}
    unit = ""
    for index, cell in enumerate(cells):
        header = bare(cell)
        field = mapping[header] if header in mapping else _field_of(header)
        if field and field not in fields:
            fields[field] = index
            unit = unit_of(header) if field == DURATION else unit
        elif header:
            unknown[" ".join(cell.split())] = index
    left_out = frozenset(header for header in unknown if mapping.get(bare(header)) == "")
    return Columns(fields, unknown, unit, left_out)


def _field_of(header: str) -> str:
    """The field of a bare header; that of durations may name its unit."""
    known = _BY_HEADER.get(header, "")
    return known or (DURATION if _BY_HEADER.get(without_unit(header)) == DURATION else "")


def missing_keys(columns: Columns) -> list[str]:
    """The indispensable columns that were not found, by the name that people know them under."""
    return [name for name, fields in NEEDED if not any(field in columns.fields for field in fields)]


def misread(sheets: Iterable[Columns]) -> Misread:
    """The headers that no sheet understood, and what at least one sheet lacks."""
    read = list(sheets)
    unknown = dict.fromkeys(header for columns in read for header in columns.unknown if header not in columns.left_out)
    missing = [
        name for name, fields in AWAITED if any(columns.fields.keys().isdisjoint(fields) for columns in read)
    ]
    return Misread(list(unknown), missing)


def looks_like_headers(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a later row repeats the headers (D24): most of the known columns hold their own header."""
    if not columns.fields:
        return False
    same = sum(
        1
        for index in columns.fields.values()
        if index < len(cells) and cells[index] and bare(cells[index]) in _BY_HEADER
    )
    return same * 2 > len(columns.fields)
