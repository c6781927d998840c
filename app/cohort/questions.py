"""The questions of the review desk and their likelihood, in words."""

from app.cohort.reasons import REASONS

KINDS = {
    "patient": {
        "fr": "Ces lignes sont-elles le patient proposé ?",
        "en": "Are these rows the proposed patient?",
    },
    "several": {
        "fr": "Plusieurs patients conviennent à ces lignes : lequel est-ce ?",
        "en": "Several patients fit these rows: which one is it?",
    },
    "nameless": {
        "fr": "Ces lignes n’ont ni initiales ni naissance : qui est-ce ?",
        "en": "These rows have neither initials nor birth: who is it?",
    },
    "century": {
        "fr": "L’année de naissance a deux lectures : est-ce un nouveau patient ?",
        "en": "The birth year has two readings: is this a new patient?",
    },
    "centre": {"fr": "Quel est cet établissement ?", "en": "Which hospital is this?"},
    "row": {"fr": "Cette ligne entre-t-elle dans l’étude ?", "en": "Does this row belong to the study?"},
    "number": {
        "fr": "Deux lignes portent le même numéro : laquelle est juste ?",
        "en": "Two rows carry the same number: which one is right?",
    },
    "changed": {
        "fr": "Cette ligne corrige une ligne déjà connue : la remplace-t-elle ?",
        "en": "This row corrects a known one: does it replace it?",
    },
    "withdrawn": {
        "fr": "Cette autorisation n’est plus dans la liste : est-elle retirée ?",
        "en": "This authorisation left the list: is it withdrawn?",
    },
}
LIKELIHOODS = (
    (0.99, "presque certain", "almost certain"),
    (0.9, "très probable", "very likely"),
    (0.6, "probable", "likely"),
    (0.4, "incertain", "uncertain"),
    (0.1, "peu probable", "unlikely"),
    (0.0, "très peu probable", "very unlikely"),
)


def question(kind: str, why: str) -> dict[str, str]:
    """The question that a case asks, French and English; a row's own doubt is said after it."""
    asked = KINDS.get(why, KINDS[kind]) if kind == "patient" else KINDS[kind]
    doubt = REASONS.get(why) if kind == "row" else None
    if doubt is None:
        return asked
    return {language: f"{asked[language]} ({doubt[language]})" for language in ("fr", "en")}


def likelihood(probability: float | None) -> dict[str, str]:
    """A probability in words with its rounded percentage; empty when there is none."""
    if probability is None:
        return {"fr": "", "en": ""}
    fr, en = next((fr, en) for least, fr, en in LIKELIHOODS if probability >= least)
    percent = percent_of(probability)
    return {"fr": f"{fr} (environ {percent}\u202f%)", "en": f"{en} (about {percent}%)"}


def percent_of(probability: float) -> int:
    """A probability as people are told it: never 0 % nor 100 %, the model is not that sure of anything."""
    return min(99, max(1, round(probability * 100)))
