"""What a question filled from the list may be: a fact of the list has one type, and a sex has one coding."""

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
}
# The list codes a man 1 and a woman 2; these words tell what a choice means, whatever its case and accents.
MEN = frozenset(
    [
        "masculin",
        "homme",
        "hommes",
        "h",
        "m",
        "male",
        "males",
        "man",
        "men",
        "garcon",
        "boy",
        "monsieur",
        "mr",
    ]
)
WOMEN = frozenset(
    [
        "feminin",
        "feminine",
        "femme",
        "femmes",
        "f",
        "female",
        "females",
        "woman",
        "women",
        "w",
        "fille",
        "girl",
        "madame",
        "mme",
    ]
)
_SEXES = ((1, "homme", "man", MEN, WOMEN), (2, "femme", "woman", WOMEN, MEN))


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
    elif fact == "sex" and question.choices:
        yield from _sexes(question)


def _sexes(question: Question) -> Iterator[Fault]:
    for code, fr, en, wanted, other in _SEXES:
        choice = question.by_code.get(code)
        if choice is None or not _means(choice, wanted, other):
            label = f"{choice.label.fr} / {choice.label.en}" if choice else "–"
            place = choice.place if choice else question.place
            yield fault(place, "sex_codes", name=question.name, value=code, word_fr=fr, word=en, label=label)


def _means(choice: Choice, wanted: frozenset[str], other: frozenset[str]) -> bool:
    said = [_words(text) for text in (choice.label.fr, choice.label.en) if text]
    return all(words & wanted and not words & other for words in said)


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z]+", plain))
