"""The fate of every row: before linking by what the row says, after linking by who and where. Pure."""

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from app.cohort.names import Place, bare
from app.cohort.persons import Member
from app.cohort.records import Record
from app.cohort.resolving import Resolution
from app.cohort.rules import ListRules

# A product named with a typo is neither this product nor another one: a person looks at it.
NEARLY = 85


def fate_before_linking(record: Record, rules: ListRules) -> None:
    """Sets the fates that need no other row; leaves `fate` empty on rows that may be kept."""
    if record.product is None:
        nearly = "product_blank" in record.flags or nearly_named(record.raw(), rules)
        _set(record, *(("review", "product_unclear") if nearly else ("other_product", "other_product")))
    elif record.indication == "other":
        _set(record, "other_indication", "other_indication")
    elif record.status in ("refused", "cancelled", "pending"):
        _set(record, "refused", str(record.status))
    elif record.status is None:
        _set(record, "review", "status_unclear")
    elif record.granted_on is None:
        _set(record, "review", "date_missing" if "grant_blank" in record.flags else "date_unreadable")
    elif not record.in_window:
        _set(record, "outside_window", "outside_window")
    elif record.indication == "unclear":
        _set(record, "review", "indication_unclear")


def _set(record: Record, fate: str, reason: str) -> None:
    record.fate, record.reason = fate, reason


def nearly_named(raw: Mapping[str, str], rules: ListRules) -> bool:
    """Whether these cells name no product, or this one but for a typo."""
    named = bare(raw.get("product_raw", "") + " " + raw.get("inn", "")).replace(" ", "")
    return any(fuzz.partial_ratio(f, named) >= NEARLY for f in rules.product_words.fragments if len(f) >= 8)


def is_linked(record: Record) -> bool:
    """Whether a row takes part in linking at all: this product, for this or a yet unknown indication."""
    return record.fate != "duplicate" and record.product is not None and record.indication != "other"


def is_weak(record: Record) -> bool:
    """Whether a row may join a patient but never make one: refused, undated, or itself unclear."""
    return record.fate in ("refused", "review")


def fate_after_linking(
    records: Iterable[Record], members: Mapping[int, Member], places: Mapping[Place, Resolution]
) -> None:
    """Sets the fate of every row still open: kept, or in review for its centre, its patient or its indication."""
    for record in records:
        if record.fate:
            continue
        member = members[record.source_row]
        resolution = places[record.place]
        person = member.person
        if resolution.entry is None:
            unknown = resolution.how == "unknown"
            _set(record, "review", "centre_unknown" if unknown else "centre_doubtful")
        elif person is None or person.why:
            _set(record, "review", "patient_" + (person.why if person is not None else "doubtful"))
        else:
            _set(record, "kept", member.rule)


def inherit_indications(records: Iterable[Record], members: Mapping[int, Member], known: set[int]) -> None:
    """«idem» or a blank takes the patient's indication (D19), flagged; with nothing to take it goes to review.

    A person still doubtful is decided first: the rows then follow.

    `known` holds the ids of persons whose earlier rows already have the indication.
    """
    rows = [(record, members[record.source_row].person) for record in records if record.source_row in members]
    told = {id(person) for record, person in rows if person is not None and record.indication == "in"} | known
    for record, person in rows:
        if person is not None and person.why:
            continue
        if record.indication != "inherit" or record.fate not in ("", "outside_window"):
            continue
        if person is not None and id(person) in told:
            record.flags.append("idem")
        elif record.fate == "":
            _set(record, "review", "indication_missing")
