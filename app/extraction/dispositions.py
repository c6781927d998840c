"""The words of the sheets for how a patient stands: status of the questionnaire, and why there is no answer."""

from exports.tables import Choice

STATUS_CHOICES = (
    Choice("not_started", "non commencé", "not started"),
    Choice("draft", "brouillon", "draft"),
    Choice("submitted", "remis", "submitted"),
    Choice("corrected", "corrigé après la remise", "corrected after submission"),
)
DISPOSITION_CHOICES = (
    Choice("not_our_patient", "pas un patient du centre", "not our patient"),
    Choice("never_treated", "jamais traité", "never treated"),
    Choice("chart_not_found", "dossier introuvable", "chart not found"),
    Choice("moved", "suivi dans un autre centre", "moved to another centre"),
    Choice("opposed", "patient opposé", "patient opposed"),
)
