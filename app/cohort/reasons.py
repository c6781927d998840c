"""Why a row has its fate, and what was noticed on it: stable codes with a sentence in both languages."""

from app.kernel.language import Language, pick

REASONS: dict[str, dict[str, str]] = {
    "first": {"fr": "retenue : première ligne de ce patient", "en": "kept: first row of this patient"},
    "a": {
        "fr": "retenue : même date de naissance, sexe et initiales compatibles (règle a)",
        "en": "kept: same birth date, compatible sex and initials (rule a)",
    },
    "b": {
        "fr": "retenue : même centre, naissance partielle, sexe et initiales compatibles (règle b)",
        "en": "kept: same centre, compatible partial birth, sex and initials (rule b)",
    },
    "c": {
        "fr": "retenue : même centre, mêmes initiales, suite de la validité précédente (règle c)",
        "en": "kept: same centre, same initials, continues the previous validity (rule c)",
    },
    "d": {
        "fr": "retenue : un seul patient possible, trop rare dans la liste pour un homonyme (règle d)",
        "en": "kept: one possible patient only, too rare in the list for a namesake (rule d)",
    },
    "decided": {"fr": "retenue : tranché à la main", "en": "kept: decided by hand"},
    "twin": {"fr": "double exact d’une autre ligne", "en": "exact twin of another row"},
    "replaced": {"fr": "remplacée par une ligne corrigée", "en": "replaced by a corrected row"},
    "same_patient": {"fr": "double d’une autre ligne, tranché à la main", "en": "double, decided by hand"},
    "other_product": {"fr": "autre spécialité", "en": "another product"},
    "other_indication": {"fr": "autre usage du produit", "en": "another use of the product"},
    "refused": {"fr": "demande refusée", "en": "request refused"},
    "cancelled": {"fr": "demande annulée", "en": "request cancelled"},
    "pending": {"fr": "demande en attente", "en": "request pending"},
    "withdrawn": {"fr": "autorisation retirée de la liste", "en": "authorisation withdrawn from the list"},
    "set_aside": {"fr": "écartée à la main", "en": "set aside by hand"},
    "outside_window": {
        "fr": "octroi hors de la fenêtre de l’étude",
        "en": "granted outside the study window",
    },
    "date_unreadable": {"fr": "date d’octroi illisible", "en": "unreadable grant date"},
    "date_missing": {"fr": "date d’octroi absente", "en": "missing grant date"},
    "status_unclear": {"fr": "statut non compris", "en": "status not understood"},
    "product_unclear": {"fr": "produit absent ou proche", "en": "product missing or nearly named"},
    "indication_unclear": {"fr": "indication à préciser", "en": "unclear indication"},
    "indication_missing": {
        "fr": "indication absente et rien à reprendre du patient",
        "en": "no indication, and none of the patient's to inherit",
    },
    "centre_unknown": {"fr": "établissement absent ou inconnu", "en": "hospital missing or unknown"},
    "centre_doubtful": {"fr": "établissement à reconnaître", "en": "hospital to be recognised"},
    "patient_several": {"fr": "plusieurs patients possibles", "en": "several patients possible"},
    "patient_doubtful": {"fr": "peut-être un patient déjà connu", "en": "perhaps a known patient"},
    "patient_nameless": {"fr": "ni initiales ni naissance", "en": "neither initials nor birth"},
    "patient_century": {"fr": "année de naissance à deux lectures", "en": "birth year with two readings"},
    "number_conflict": {
        "fr": "même numéro, autre contenu, autre patient",
        "en": "same number, other content, other patient",
    },
    "changed": {"fr": "correction d’une ligne déjà connue", "en": "correction of a known row"},
}
FLAGS: dict[str, dict[str, str]] = {
    "idem": {"fr": "indication reprise du patient", "en": "indication inherited from the patient"},
    "type_inferred": {"fr": "nature déduite de l’ordre", "en": "request type inferred from the order"},
    "second_course": {"fr": "nouvelle cure probable", "en": "probably a new course"},
    "number_twice": {"fr": "même numéro, autre contenu", "en": "same number, other content"},
    "sex_minority": {"fr": "sexe différent des autres lignes", "en": "sex differs from the other rows"},
    "sex_unread": {"fr": "sexe non compris", "en": "sex not understood"},
    "name_in_full": {"fr": "nom en clair : masqué", "en": "name in full: masked"},
    "validity_reversed": {"fr": "fin avant le début", "en": "ends before it starts"},
    "validity_too_long": {"fr": "durée supérieure à un an", "en": "longer than one year"},
    "duration_unit": {
        "fr": "durée en jours ou en mois ? Non lue (le dire dans l’en-tête : « Durée (mois) »)",
        "en": "duration in days or months? Not read (say it in the header: “Duration (months)”)",
    },
    "granted_before_request": {"fr": "octroi avant la demande", "en": "granted before the request"},
    "weight_implausible": {"fr": "poids impossible", "en": "implausible weight"},
    "weight_letter": {"fr": "poids avec la lettre O", "en": "weight with the letter O"},
    "weight_unread": {"fr": "poids non compris", "en": "weight not understood"},
    "finess_padded": {"fr": "FINESS complété d’un zéro", "en": "FINESS padded with a zero"},
    "finess_unreadable": {"fr": "FINESS illisible", "en": "unreadable FINESS"},
    "finess_check": {"fr": "clé du FINESS fausse", "en": "FINESS check digit wrong"},
    "birth_unreadable": {"fr": "naissance illisible", "en": "unreadable birth"},
    "birth_implausible": {"fr": "naissance impossible", "en": "implausible birth"},
    "birth_century": {"fr": "siècle de naissance incertain", "en": "birth century uncertain"},
    "birth_placeholder": {"fr": "naissance 01/01/1900 : absente", "en": "birth 01/01/1900: missing"},
    "birth_first_january": {"fr": "1er janvier : année seule", "en": "1 January: year only"},
    "birth_mid_month": {"fr": "naissance un 15 du mois", "en": "birth on a 15th"},
    "birth_from_age": {"fr": "naissance déduite de l’âge", "en": "birth from the age"},
    "grant_unreadable": {"fr": "date d’octroi illisible", "en": "unreadable grant date"},
    "grant_blank": {"fr": "date d’octroi absente", "en": "missing grant date"},
    "product_blank": {"fr": "produit absent", "en": "product missing"},
    "centre_typo": {
        "fr": "établissement reconnu à une faute près",
        "en": "hospital recognised but for one typo",
    },
}


def reason_text(code: str, language: Language) -> str:
    """The sentence of a reason code."""
    return pick(REASONS[code], language)


def flag_text(code: str, language: Language) -> str:
    """The sentence of a flag."""
    return pick(FLAGS[code], language)
