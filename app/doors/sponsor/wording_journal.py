"""The kinds of the journal's entries and what they are about, in words."""

from flask_babel import lazy_gettext

ACTIONS = {
    "answer.corrected": lazy_gettext("Réponse corrigée"),
    "answer.saved": lazy_gettext("Réponse enregistrée"),
    "call.begun": lazy_gettext("Réponses au téléphone : appel commencé"),
    "call.ended": lazy_gettext("Réponses au téléphone : appel terminé"),
    "call.resumed": lazy_gettext("Réponses au téléphone : appel repris"),
    "campaign.changed": lazy_gettext("Calendrier changé"),
    "campaign.paused": lazy_gettext("Envois arrêtés"),
    "campaign.resumed": lazy_gettext("Envois repris"),
    "centre.made": lazy_gettext("Centre créé"),
    "chase.moved": lazy_gettext("Téléphone : état changé"),
    "chase.noted": lazy_gettext("Téléphone : appel noté"),
    "cut.frozen": lazy_gettext("Coupe gelée"),
    "disposition.set": lazy_gettext("Absence de réponse expliquée"),
    "disposition.withdrawn": lazy_gettext("Explication retirée"),
    "export.asked": lazy_gettext("Export demandé"),
    "export.made": lazy_gettext("Export fait"),
    "fact.accepted": lazy_gettext("Correction de la liste acceptée"),
    "fact.confirmed": lazy_gettext("Fait de la liste confirmé"),
    "fact.proposed": lazy_gettext("Correction de la liste proposée"),
    "fact.refused": lazy_gettext("Correction de la liste refusée"),
    "fact.withdrawn": lazy_gettext("Correction de la liste retirée"),
    "identities.exported": lazy_gettext("Identités exportées"),
    "identities.shown": lazy_gettext("Identités affichées"),
    "identity.completed": lazy_gettext("Identité complétée"),
    "line.added": lazy_gettext("Ligne de réponse ajoutée"),
    "line.removed": lazy_gettext("Ligne de réponse retirée"),
    "link.entered": lazy_gettext("Entrée par un lien"),
    "link.reissued": lazy_gettext("Lien renouvelé"),
    "link.revoked": lazy_gettext("Lien révoqué"),
    "links.listed": lazy_gettext("Liens listés"),
    "list.imported": lazy_gettext("Liste importée"),
    "list_rules.changed": lazy_gettext("Règle de lecture des listes changée"),
    "list.mapping_saved": lazy_gettext("Correspondance des colonnes gardée"),
    "mail.resolved": lazy_gettext("Courriel incertain réglé"),
    "mailbox.bounced": lazy_gettext("Adresse refusée"),
    "mandate.ended": lazy_gettext("Relances par le calendrier : fin"),
    "mandate.given": lazy_gettext("Relances confiées au calendrier"),
    "message.changed": lazy_gettext("Message changé"),
    "patient.enrolled": lazy_gettext("Patient inscrit"),
    "patient.incident_decided": lazy_gettext("Premier traitement tranché"),
    "query.answered": lazy_gettext("Correction : réponse du centre"),
    "query.asked": lazy_gettext("Correction demandée"),
    "query.closed": lazy_gettext("Correction close"),
    "questionnaire.published": lazy_gettext("Questionnaire publié"),
    "respondent.added": lazy_gettext("Correspondant ajouté"),
    "respondent.changed": lazy_gettext("Correspondant modifié"),
    "respondent.restarted": lazy_gettext("Correspondant repris"),
    "respondent.stopped": lazy_gettext("Correspondant arrêté"),
    "response.moved": lazy_gettext("Questionnaire rattaché à un autre patient"),
    "response.set_aside": lazy_gettext("Questionnaire mis de côté : le patient en a un autre"),
    "response.submitted": lazy_gettext("Questionnaire remis"),
    "review.decided": lazy_gettext("Décision"),
    "review.undone": lazy_gettext("Décision annulée"),
    "staff.added": lazy_gettext("Compte créé"),
    "staff.disabled": lazy_gettext("Compte fermé"),
    "staff.enabled": lazy_gettext("Compte rouvert"),
    "staff.password_changed": lazy_gettext("Mot de passe changé"),
    "staff.password_renewed": lazy_gettext("Mot de passe renouvelé"),
    "staff.role_changed": lazy_gettext("Rôle changé"),
    "staff.signed_in": lazy_gettext("Connexion"),
    "study.opened": lazy_gettext("Étude ouverte"),
    "wave.moved": lazy_gettext("Envoi déplacé à un autre jour"),
    "wave.queued": lazy_gettext("Envoi mis en file"),
    "wave.withdrawn": lazy_gettext("Envoi retiré de la file"),
}
SUBJECTS = {
    "call": lazy_gettext("Appel"),
    "centre": lazy_gettext("Centre"),
    "decision": lazy_gettext("Décision"),
    "disposition": lazy_gettext("Absence de réponse"),
    "export": lazy_gettext("Export"),
    "link": lazy_gettext("Lien"),
    "list_import": lazy_gettext("Liste"),
    "list_mapping": lazy_gettext("Correspondance des colonnes"),
    "mail": lazy_gettext("Courriel"),
    "message": lazy_gettext("Message"),
    "patient": lazy_gettext("Patient"),
    "respondent": lazy_gettext("Correspondant"),
    "response": lazy_gettext("Questionnaire"),
    "staff": lazy_gettext("Compte"),
    "study": lazy_gettext("Étude"),
    "wave": lazy_gettext("Envoi"),
}


def natures() -> list[tuple[str, str]]:
    """The kinds that a study's journal may hold with their words, in alphabetical order; accounts belong to no study."""
    found = [(action, str(words)) for action, words in ACTIONS.items() if not action.startswith("staff.")]
    return sorted(found, key=lambda one: one[1].casefold())


def say_action(action: str) -> str:
    """What happened, in words; a kind from elsewhere stays as it is."""
    return str(ACTIONS.get(action, action))


def say_subject(subject_type: str) -> str:
    """What an entry is about, in words."""
    return str(SUBJECTS.get(subject_type, subject_type))
