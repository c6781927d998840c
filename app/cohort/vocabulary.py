"""The words of a list read into codes: request type, status, kind of authorisation, duration, sex, strength."""

import re
from functools import lru_cache

from app.cohort.names import bare

DAYS = {"J": 1.0, "D": 1.0, "S": 7.0, "W": 7.0, "M": 30.44, "A": 365.0, "Y": 365.0}
# No authorisation is this short: a smaller number without a unit is more likely months, so it is read only with one.
FEWEST_BARE_DAYS, MOST_DAYS = 15, 1100
_UNITS = "JOURS?|J|DAYS?|D|SEMAINES?|SEM|S|WEEKS?|W|MOIS|M|MONTHS?|ANS?|ANNEES?|A|YEARS?|Y"
SEXES = {
    **dict.fromkeys(("M", "H", "1", "MR", "MONSIEUR", "HOMME", "MASCULIN", "MALE", "MAN", "G"), 1),
    **dict.fromkeys(("F", "2", "MME", "MLLE", "MADAME", "FEMME", "FEMININ", "FEMALE", "WOMAN", "W"), 2),
}
INITIAL = ("INIT", "1ERE", "1RE", "PREMIERE", "NOUVELLE", "FIRST", "NEW")
RENEWAL = ("REN", "PROLONG", "PROROG", "SUITE", "EXTENSION")
STATUSES = (
    ("refused", ("REFUS", "DEFAVORABLE", "REJET", "DENIED", "REJECT")),
    ("cancelled", ("ANNUL", "CANCEL", "RETIR", "ABANDON")),
    ("pending", ("ATTENTE", "EN COURS", "COMPLEMENT", "PENDING", "INSTRUCTION")),
    ("granted", ("OCTROY", "ACCORD", "FAVORABLE", "ACCEPT", "GRANT", "APPROV", "DELIVR", "OK")),
)
STATUS_CODES = {"1": "granted", "2": "refused", "3": "cancelled", "4": "pending"}
KINDS = (
    ("atu_cohorte", ("COHORTE", "COHORT", "ATUC")),
    ("aac", ("AAC", "COMPASSIONNEL", "COMPASSIONATE")),
    ("aap", ("AAP", "PRECOCE", "EARLY ACCESS")),
    ("rtu", ("RTU", "CPC", "PRESCRIPTION COMPASSIONNELLE")),
    ("atu_nominative", ("NOMINATIV", "ATUN", "ATU")),
)
KIND_CODES = {"1": "atu_nominative", "2": "atu_cohorte", "3": "aac", "4": "aap", "5": "rtu"}
_DURATION = re.compile(rf"(\d+(?: \d+)?) ?({_UNITS})")
_BARE_DURATION = re.compile(r"\d{1,4}(?: \d{1,2})?")
_UNIT = re.compile(_UNITS)
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?%")
_GRAMS = re.compile(r"(\d+(?:[.,]\d+)?) ?G ?/ ?100 ?ML")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?) ?(MG|G|UI|ML)\b")


@lru_cache(maxsize=4096)
def read_request_type(raw: str) -> str | None:
    """`initial`, `renewal`, or None when blank or not understood."""
    text = bare(raw)
    if text in ("I", "1", "N") or text.startswith(INITIAL):
        return "initial"
    if text in ("R", "2") or text.startswith(RENEWAL) or re.fullmatch(r"R ?\d+", text):
        return "renewal"
    return None


@lru_cache(maxsize=4096)
def read_status(raw: str) -> str | None:
    """`granted`, `refused`, `cancelled`, `pending`; blank counts as granted; None when not understood."""
    text = bare(raw)
    if not text:
        return "granted"
    if text in STATUS_CODES:
        return STATUS_CODES[text]
    return next((status for status, words in STATUSES if any(word in text for word in words)), None)


@lru_cache(maxsize=4096)
def read_kind(raw: str, default: str) -> str:
    """The kind of authorisation; clinicians keep the old word «ATU», so anything else is the study's default."""
    text = bare(raw)
    if text in KIND_CODES:
        return KIND_CODES[text]
    return next((kind for kind, words in KINDS if any(word in text for word in words)), default)


@lru_cache(maxsize=4096)
def read_duration(raw: str, unit: str = "") -> int | None:
    """Days of a duration: «3 mois», «90 J», «12 semaines», «1 an», «3M»; a month is 30.44 days, a year 365.

    A bare number is in the `unit` of its column (a letter of DAYS), else in days where it is plausible as days.
    """
    text = bare(raw)
    if text == "UN AN":
        return 365
    found = _DURATION.fullmatch(text)
    if found is not None:
        return round(float(found[1].replace(" ", ".")) * DAYS[found[2][0]])
    if not is_bare_number(raw) or not (unit or text.isdecimal()):
        return None
    number = float(text.replace(" ", "."))
    days = round(number * DAYS[unit or "D"])
    return days if (0 if unit else FEWEST_BARE_DAYS - 1) < days <= MOST_DAYS else None


def is_bare_number(raw: str) -> bool:
    """Whether a duration is a number without a unit."""
    return _BARE_DURATION.fullmatch(bare(raw)) is not None


def unit_of(header: str) -> str:
    """The unit that a bare header names, as a letter of DAYS: «DUREE MOIS», «DURATION DAYS»; empty for none or two."""
    units = {word[0] for word in header.split() if _UNIT.fullmatch(word)}
    return units.pop() if len(units) == 1 else ""


def without_unit(header: str) -> str:
    """A bare header without the words of its unit: «DUREE EN MOIS» is «DUREE»."""
    return " ".join(w for w in header.split() if w not in ("EN", "IN") and not _UNIT.fullmatch(w))


@lru_cache(maxsize=256)
def read_sex(raw: str) -> int | None:
    """1 for a man, 2 for a woman, None when blank or not understood."""
    return SEXES.get(bare(raw))


@lru_cache(maxsize=4096)
def read_strength(*raws: str) -> str | None:
    """The strength named by the first text that has one, as «25%» or «24 mg»."""
    for raw in raws:
        text = raw.upper().replace("\u00a0", " ")
        found = _PERCENT.search(text) or _GRAMS.search(text)
        if found:
            return found[1].replace(",", ".") + "%"
        amount = _AMOUNT.search(text)
        if amount:
            return f"{amount[1].replace(',', '.')} {amount[2].lower()}"
    return None
