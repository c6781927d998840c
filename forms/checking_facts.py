"""What a question filled from the list may be: a fact of the list has one type, and a sex or a scheme has one coding."""

import re
import unicodedata
from collections.abc import Iterator

from forms.definition import Choice, Question
from forms.faults import Fault, fault, nearest

# What may ask for each fact of the list: the type that holds whatever the list may say (a birth may be a year).
TYPES_OF_FACTS: dict[str, tuple[str, ...]] = {
    "patient_code": ("text",),
    "initials": ("text",),
    "birth": ("partial_date",),
    "sex": ("single",),
    "first_grant_on": ("date", "partial_date"),
    "last_grant_on": ("date", "partial_date"),
    "authorisations": ("integer", "decimal"),
    "cover_days": ("integer", "decimal"),
    "atu_first": ("text",),
    "auth_kind": ("single",),
}
# What a code of the list means, and the words by which a choice may say so, whatever its case and accents.
_MEN = ["masculin", "homme", "hommes", "h", "m", "male", "males", "man", "men", "garcon", "boy", "monsieur", "mr"]
_WOMEN = ["feminin", "feminine", "femme", "femmes", "f", "female", "females", "woman", "women", "w", "fille", "girl",
          "madame", "mme"]  # fmt: skip
_SEXES = {1: ("homme", "man", frozenset(_MEN)), 2: ("femme", "woman", frozenset(_WOMEN))}
_KINDS = {
    1: ("nominative", "named", frozenset(["nominative", "named", "atun"])),
    2: ("cohorte", "cohort", frozenset(["cohorte", "cohort", "atuc"])),
    3: ("AAC", "AAC", frozenset(["aac"])),
    4: ("AAP", "AAP", frozenset(["aap"])),
    5: ("RTU", "RTU", frozenset(["rtu", "cpc"])),
}
_CODED: dict[str, dict[int, tuple[str, str, frozenset[str]]]] = {"sex": _SEXES, "auth_kind": _KINDS}


def check_fact(question: Question) -> Iterator[Fault]:
    """Every fault of the `from_list` of a question."""
    fact = question.from_list
    if not fact:
        return
    if fact not in TYPES_OF_FACTS:
        yield fault(question.place, "unknown_fact", name=fact, **nearest(fact, TYPES_OF_FACTS))
    elif question.type not in TYPES_OF_FACTS[fact]:
        known = ", ".join(TYPES_OF_FACTS[fact])
        yield fault(
            question.place, "fact_type", name=question.name, fact=fact, type=question.type, known=known
        )
    elif fact in _CODED and question.choices:
        yield from _codes(question, _CODED[fact])


def _codes(question: Question, meanings: dict[int, tuple[str, str, frozenset[str]]]) -> Iterator[Fault]:
    for code, (fr, en, wanted) in meanings.items():
        others = frozenset().union(*(words for other, (_, _, words) in meanings.items() if other != code))
        choice = question.by_code.get(code)
        if choice is None or not _means(choice, wanted, others):
            label = f"{choice.label.fr} / {choice.label.en}" if choice else "–"
            place = choice.place if choice else question.place
            yield fault(
                place, "fact_codes", name=question.name, fact=question.from_list, value=code, word_fr=fr, word=en,
                label=label,
            )  # fmt: skip


def _means(choice: Choice, wanted: frozenset[str], others: frozenset[str]) -> bool:
    said = [_words(text) for text in (choice.label.fr, choice.label.en) if text]
    return all(words & wanted and not words & others for words in said)


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z]+", plain))
