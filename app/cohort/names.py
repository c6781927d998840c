"""What a hospital's spelling says once its writing habits are taken away: kind, proper name, city, department.

Pure text: no knowledge of which centres exist.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

KINDS: dict[str, tuple[str, ...]] = {
    "CHRU": (
        "CENTREHOSPITALIERREGIONALETUNIVERSITAIRE",
        "CENTREHOSPITALIERREGIONALUNIVERSITAIRE",
        "CHRU",
    ),
    "CHU": ("CENTREHOSPITALIERUNIVERSITAIRE", "CHU"),
    "CHR": ("CENTREHOSPITALIERREGIONAL", "CHR"),
    "CHI": ("CENTREHOSPITALIERINTERCOMMUNAL", "CHI"),
    "CH": ("CENTREHOSPITALIERGENERAL", "CENTREHOSPITALIER", "CTREHOSPITALIER", "CENTREHOSP", "CHG", "CH"),
    "HIA": ("HOPITALDINSTRUCTIONDESARMEES", "HIA"),
    "HOPITAL": ("HOPITAL", "HOSPITAL", "HOP", "HPTL"),
    "GH": ("GROUPEHOSPITALIER", "GPEHOSPITALIER", "GH"),
    "POLYCLINIQUE": ("POLYCLINIQUE", "POLYCLIN"),
    "CLINIQUE": ("CLINIQUE", "CLIN", "CLQ"),
    "DIALYSE": ("CENTREDEDIALYSE", "CENTREDIALYSE", "UNITEDEDIALYSE", "CTREDEDIALYSE", "CTREDIALYSE"),
}
PUBLIC = frozenset({"CHRU", "CHU", "CHR", "CHI", "CH", "HIA", "HOPITAL", "GH"})
LEGAL_BODIES: dict[str, tuple[str, ...]] = {
    "AP-HP": ("ASSISTANCEPUBLIQUEHOPITAUXDEPARIS", "ASSISTANCEPUBLIQUEDEPARIS", "APHP"),
    "AP-HM": ("ASSISTANCEPUBLIQUEHOPITAUXDEMARSEILLE", "APHM"),
    "HCL": ("HOSPICESCIVILSDELYON", "HCL"),
}
CONNECTORS = ("DELA", "DES", "DE", "DU", "D")
REGIONS = {
    "REUNION": "974",
    "GUADELOUPE": "971",
    "MARTINIQUE": "972",
    "GUYANE": "973",
    "MAYOTTE": "976",
    "CORSE": "20",
}
# Towns of the mainland and overseas that share a name and have hospitals: alone it does not say which (D10).
HOMONYMS = frozenset(
    f"SAINT {saint}" for saint in ("DENIS", "PIERRE", "PAUL", "LOUIS", "JOSEPH", "ANDRE", "BENOIT", "MARTIN")
)
_KINDS = {prefix: kind for kind, prefixes in KINDS.items() for prefix in prefixes}
_BODIES = {prefix: body for body, prefixes in LEGAL_BODIES.items() for prefix in prefixes}
_PREFIXES = sorted(_KINDS.items(), key=lambda pair: -len(pair[0]))
_NOT_LETTER = re.compile(r"[^A-Z0-9]+")
_SAINT = re.compile(r"\bST\b")
_SAINTE = re.compile(r"\bSTE\b")
_POSTCODE = re.compile(r"\d{5}|\d{4}|2[AB]\d{3}")


class Place(NamedTuple):
    """Where a row says it comes from, as typed."""

    name: str
    city: str = ""
    postcode: str = ""
    finess: str = ""


class Spelling(NamedTuple):
    """One spelling, read: `squash` without spaces, `kind` of house, possible proper names (`cores`)."""

    squash: str
    kind: str
    cores: frozenset[str]
    legal_body: str


class Where(NamedTuple):
    """City key, 5-character postcode, department (2 or 3 characters) and whether the postcode is exact."""

    city: str
    postcode: str
    department: str
    exact: bool


@lru_cache(maxsize=16384)
def bare(text: str) -> str:
    """`text` in capitals without accents or punctuation, single spaces."""
    upper = text.upper().replace("Œ", "OE").replace("Æ", "AE")
    letters = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    return _NOT_LETTER.sub(" ", letters).strip()


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """`bare`, with ST and STE written out: for places only, since «DUP ST» is nobody's saint."""
    return _SAINT.sub("SAINT", _SAINTE.sub("SAINTE", bare(text)))


def squash(text: str) -> str:
    """`plain` without its spaces."""
    return plain(text).replace(" ", "")


@lru_cache(maxsize=16384)
def spelling(name: str, city: str) -> Spelling:
    """Reads a hospital's name; `city` is its city key (`where`), taken out of the proper name when inside."""
    body, rest = _legal_body(plain(name))
    kind, core = _kind(rest)
    cores = {core} | {core[len(c) :] for c in CONNECTORS if core.startswith(c) and len(core) > len(c) + 1}
    town = city.replace(" ", "")
    if town and town in core:
        # «DE SAINT-DENIS» is no «DES» with an «AINT-DENIS»: a connector never ends inside the town.
        cores = {c for c in cores if town in c}
    if town:
        # «CHU TOULOUSE RANGUEIL» in Toulouse is Rangueil; «CHU DE TOULOUSE» stays Toulouse.
        cores |= {c.replace(town, "") for c in cores if town in c and len(c) - len(town) >= 4}
    return Spelling(rest.replace(" ", ""), kind, frozenset(c for c in cores if c), body)


def _legal_body(words: str) -> tuple[str, str]:
    """The legal body that the words start with, and the words after it."""
    body, rest = _longest_start(words, _BODIES)
    return body, rest if body else words


def _kind(words: str) -> tuple[str, str]:
    """Kind of house and squashed proper name: by whole words first, then by letters (a typo may sit on a space)."""
    kind, rest = _longest_start(words, _KINDS)
    if kind and rest:
        return kind, rest.replace(" ", "")
    whole = words.replace(" ", "")
    for prefix, kind in _PREFIXES:
        if whole.startswith(prefix) and len(whole) > len(prefix) + 2:
            return kind, whole[len(prefix) :]
    return "", whole


def _longest_start(words: str, known: dict[str, str]) -> tuple[str, str]:
    parts = words.split()
    for length in range(min(6, len(parts)), 0, -1):
        start = "".join(parts[:length])
        if start in known:
            return known[start], " ".join(parts[length:])
    return "", words


@lru_cache(maxsize=16384)
def variants(name: str) -> frozenset[str]:
    """Every squashed way in which the same words are usually written; a typo is one edit from one of them."""
    _, rest = _legal_body(plain(name))
    kind, core = _kind(rest)
    cores = {core, "DE" + core} | {
        core[len(c) :] for c in ("DE", "D") if core.startswith(c) and len(core) > 4
    }
    written = {prefix + c for prefix in KINDS.get(kind, ("",)) for c in cores} | {rest.replace(" ", "")}
    return frozenset(written | {w.replace("SAINTE", "STE").replace("SAINT", "ST") for w in written})


@lru_cache(maxsize=16384)
def where(city: str, postcode: str, finess: str) -> Where:
    """City key, postcode and department of what was typed; the FINESS gives the department when nothing else does."""
    words = plain(city).split()
    cedex = "CEDEX" in words
    region = next((REGIONS[word] for word in words if word in REGIONS), "")
    kept = [w for w in words if w not in REGIONS and w not in ("CEDEX", "LA") and not w.isdigit()]
    # «LA» is dropped only before a region («SAINT-DENIS LA REUNION»), never from «LA ROCHELLE».
    if not region and "LA" in words:
        kept = [w for w in words if w != "CEDEX" and not w.isdigit()]
    code = postcode_of(postcode)
    department = _department(code) or region or _finess_department(finess)
    return Where(" ".join(kept), code, department, bool(code) and not cedex and not _cedex_like(code))


def postcode_of(text: str) -> str:
    """The 5-character postcode in `text`, its lost leading zero put back, or empty."""
    found = _POSTCODE.fullmatch(text.replace(" ", "").replace("\u00a0", "").removesuffix(".0").upper())
    return found.group().rjust(5, "0") if found else ""


def _department(code: str) -> str:
    if not code:
        return ""
    if code[:2] in ("2A", "2B"):
        return "20"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _finess_department(finess: str) -> str:
    if len(finess) != 9:
        return ""
    return "20" if finess[:2] in ("2A", "2B") else finess[:2]


def _cedex_like(code: str) -> bool:
    # A CEDEX number stands for a mail room: it differs from the town's own postcode without meaning another
    # town. The arrondissements of the three great cities are real postcodes that do not end in 0.
    if code.endswith("0"):
        return False
    return not (code.startswith(("750", "751", "690", "130")) and int(code[3:]) <= 20)


def departments_differ(one: str, other: str) -> bool:
    """Whether two departments contradict each other; `97` from a FINESS agrees with any overseas one."""
    return bool(one and other) and not (one.startswith(other) or other.startswith(one))


def spelling_key(place: Place) -> str:
    """What the alias table remembers: the same key is the same spelling, whatever its case or punctuation."""
    town = where(place.city, place.postcode, place.finess)
    return f"{squash(place.name)}|{town.city}|{town.postcode}|{place.finess}"
