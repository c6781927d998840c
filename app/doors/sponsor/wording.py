"""How dates, numbers, roles and fates are said on the screens, and the words every page shares."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, gettext, ngettext

from app.cohort.questions import percent_of
from app.cohort.reasons import FLAGS, flag_text, reason_text
from app.cohort.reasons import REASONS as ROW_REASONS
from app.doors.request import language, passing
from app.doors.sponsor.signed_in import Person
from app.doors.sponsor.tabs import tabs
from app.doors.sponsor.waiting import waiting_at
from app.doors.sponsor.wording_journal import say_action, say_subject
from app.kernel.clock import PARIS
from app.outreach.calls import TELEPHONE
from app.outreach.chase import STATUSES, STEPS
from app.outreach.conditions import REASONS

DASH = "–"


def start_wording(app: Flask) -> None:
    """Gives the templates their filters and their globals."""
    for name, said in _FILTERS.items():
        app.add_template_filter(said, name)
    app.context_processor(_shared)


def say_date(value: date | None) -> str:
    """A day: 20 nov. 2026."""
    return format_date(value, "medium") if value else DASH


def say_time(value: datetime | None) -> str:
    """An instant, in Paris: 20 nov. 2026, 10:30."""
    return format_datetime(value.astimezone(PARIS), "d MMM yyyy, HH:mm", rebase=False) if value else DASH


def say_count(value: int | None) -> str:
    """A count with its thousands apart."""
    if value is None:
        return DASH
    return f"{value:,}" if language() == "en" else f"{value:,}".replace(",", "\u202f")


def say_rate(value: float | None) -> str:
    """A share: 46,4 %."""
    if value is None:
        return DASH
    return f"{value:.1%}" if language() == "en" else f"{100 * value:.1f}\u202f%".replace(".", ",")


def say_chance(probability: float) -> str:
    """How likely two records are one patient: 94 %."""
    return f"{percent_of(probability)}%" if language() == "en" else f"{percent_of(probability)}\u202f%"


def say_role(role: str) -> str:
    """A role of staff."""
    roles = {
        "manager": gettext("Gestionnaire"),
        "statistician": gettext("Statisticien"),
        "reader": gettext("Lecteur"),
        "operator": gettext("Opérateur"),
    }
    staff, heard, function = role.partition(TELEPHONE)
    said = str(roles.get(staff, staff))
    return gettext("%(role)s, au téléphone : %(function)s", role=said, function=function) if heard else said


def say_author(author: str) -> str:
    """Name, role and organisation as a signature keeps them; the role of who typed on the telephone in words."""
    typed, heard, function = author.partition(TELEPHONE)
    name, comma, role = typed.rpartition(", ")
    return f"{name}{comma}{say_role(role + heard + function)}" if heard else author


def say_fate(fate: str) -> str:
    """What became of a row of a list."""
    fates = {
        "kept": gettext("Retenue"),
        "duplicate": gettext("Doublon"),
        "refused": gettext("Refusée, annulée ou en attente"),
        "other_product": gettext("Autre produit"),
        "other_indication": gettext("Autre indication"),
        "outside_window": gettext("Hors période"),
        "review": gettext("À revoir"),
    }
    return str(fates.get(fate, fate))


def say_row_reason(code: str) -> str:
    """Why a row of a list has its fate."""
    return reason_text(code, language()) if code in ROW_REASONS else code


def say_flag(code: str) -> str:
    """What was noticed on a row."""
    return flag_text(code, language()) if code in FLAGS else code


def say_mail_reason(reason: str) -> str:
    """Why a mail does not go."""
    return _either(REASONS, reason)


def say_mail_state(state: str, mails: int = 1) -> str:
    """The state of so many mails of the outbox."""
    states = {
        "planned": gettext("en file"),
        "suppressed": ngettext("écarté", "écartés", mails),
        "leased": gettext("en cours d’envoi"),
        "started": gettext("en train de partir"),
        "sent": ngettext("parti", "partis", mails),
        "uncertain": ngettext("incertain", "incertains", mails),
        "failed": ngettext("échoué", "échoués", mails),
        "bounced": ngettext("revenu", "revenus", mails),
    }
    return str(states.get(state, state))


def say_mail_kind(kind: str) -> str:
    """Which message a mail is."""
    kinds = {
        "announcement": gettext("Annonce"),
        "invitation": gettext("Invitation"),
        "reminder_nothing": gettext("Relance (rien reçu)"),
        "reminder_partial": gettext("Relance (commencé)"),
        "reminder_query": gettext("Relance (question)"),
        "colleague": gettext("Collègue"),
        "newcomer": gettext("Nouvelle personne"),
    }
    return str(kinds.get(kind, kind))


def say_stop_reason(reason: str) -> str:
    """Why nobody writes to a respondent any more."""
    reasons = {
        "unsubscribed": gettext("Désinscrit"),
        "left": gettext("N’est plus concerné"),
        "wrong_address": gettext("Mauvaise adresse"),
        "handed_over": gettext("A passé la main"),
        "bounced": gettext("Adresse refusée"),
        "opposed": gettext("Opposé"),
        "by_hand": gettext("Arrêté à la main"),
        "not_accepted": gettext("N’a pas accepté à temps"),
    }
    return str(reasons.get(reason, reason))


def say_respondent_state(state: str) -> str:
    """Whether mails may go to a respondent."""
    states = {
        "active": gettext("Actif"),
        "bounced": gettext("Adresse refusée"),
        "stopped": gettext("Arrêté"),
    }
    return str(states.get(state, state))


def say_export_format(name: str) -> str:
    """A format of exports, as people call it."""
    formats = {
        "xlsx": gettext("Classeur (.xlsx)"),
        "csv": gettext("CSV (.zip)"),
        "sav": "SPSS (.sav)",
        "dta": "Stata (.dta)",
        "xpt": "SAS (.xpt)",
    }
    return str(formats.get(name, name))


def say_chase_step(step: str) -> str:
    """The next best step with a centre."""
    return _either(STEPS, step)


def say_chase_status(status: str) -> str:
    """Where the telephone desk stands with a centre."""
    return _either(STATUSES, status)


def say_decision(action: str) -> str:
    """What was decided at the review desk."""
    actions = {
        "accept": gettext("Accepté"),
        "reject": gettext("Refusé"),
        "assign": gettext("Rattaché à un centre"),
        "new": gettext("Nouveau centre"),
        "correct": gettext("Corrigé"),
        "set_aside": gettext("Écarté"),
        "keep_both": gettext("Les deux gardées"),
        "keep_this": gettext("Celle-ci gardée"),
        "keep_other": gettext("L’autre gardée"),
        "merge": gettext("Réunis"),
        "split": gettext("Séparés"),
        "move": gettext("Rattaché à un autre centre"),
    }
    return str(actions.get(action, action))


def say_alias_origin(origin: str) -> str:
    """How a spelling of a centre was recognised."""
    origins = {
        "list": gettext("par la liste"),
        "typo": gettext("à une faute près"),
        "decided": gettext("à la main"),
        "given": gettext("par les correspondants"),
    }
    return str(origins.get(origin, origin))


def say_weight(fact: str) -> str:
    """A fact that speaks for or against two records being one patient."""
    facts = {
        "birth": gettext("naissance"),
        "initials": gettext("initiales"),
        "sex": gettext("sexe"),
        "centre": gettext("centre"),
        "continuity": gettext("suite de l’autorisation"),
    }
    return str(facts.get(fact, fact))


def say_standing(standing: str) -> str:
    """Where a patient's questionnaire stands."""
    standings = {
        "untouched": gettext("Sans nouvelles"),
        "draft": gettext("Commencé"),
        "disposed": gettext("Sans réponse"),
        "submitted": gettext("Remis"),
        "corrected": gettext("Remis, corrigé"),
    }
    return str(standings.get(standing, standing))


def say_disposition(kind: str) -> str:
    """Why there is no answer for a patient."""
    kinds = {
        "not_our_patient": gettext("pas un patient du centre"),
        "never_treated": gettext("jamais traité"),
        "chart_not_found": gettext("dossier introuvable"),
        "moved": gettext("suivi ailleurs"),
        "opposed": gettext("opposition du patient"),
    }
    return str(kinds.get(kind, kind))


def say_outcome(outcome: str) -> str:
    """How a call went."""
    outcomes = {
        "reached": gettext("Joint"),
        "no_answer": gettext("Pas de réponse"),
        "call_back": gettext("À rappeler"),
        "wrong_person": gettext("Pas la bonne personne"),
        "promised": gettext("Réponse promise"),
        "refused": gettext("Refus"),
        "note": gettext("Note"),
    }
    return str(outcomes.get(outcome, outcome))


def say_plan_label(name: str) -> str:
    """A value of the calendar or the budget."""
    labels = {
        "announced_on": gettext("Annonce"),
        "invited_on": gettext("Invitation"),
        "first_reminder_on": gettext("Première relance"),
        "return_by": gettext("Retour demandé avant le"),
        "closes_on": gettext("Clôture"),
        "reminder_days": gettext("Jours entre deux relances"),
        "quiet_days": gettext("Jours de silence après une activité du centre"),
        "cap_nothing": gettext("Relances quand rien n’est venu"),
        "cap_partial": gettext("Relances quand c’est commencé"),
        "cap_query": gettext("Relances pour une correction demandée"),
        "monthly_ceiling": gettext("Courriels par mois, toutes études réunies"),
    }
    return str(labels.get(name, name))


def _either(words: Mapping[str, tuple[str, str]], key: str) -> str:
    known = words.get(key)
    return known[1 if language() == "en" else 0] if known else key


def reflowed(text: str) -> str:
    """A mail's text without the line ends that only keep it under 76 characters."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def _shared() -> dict[str, Any]:
    passed = passing.get()
    person = passed.facts.get("person") if passed else None
    study = passed.facts.get("headed") if passed else None
    return {
        "person": person,
        "study": study,
        "language": "en" if language() == "en" else "fr",
        "waiting_at": waiting_at,
        "tabs": tabs(person.role) if isinstance(person, Person) and person.settled and study else [],
    }


_FILTERS: dict[str, Callable[..., Any]] = {
    "day": say_date,
    "instant": say_time,
    "count_of": say_count,
    "share": say_rate,
    "chance": say_chance,
    "role": say_role,
    "author": say_author,
    "staff_role": lambda role: say_role(role.partition(TELEPHONE)[0]),
    "fate": say_fate,
    "row_reason": say_row_reason,
    "flag": say_flag,
    "mail_reason": say_mail_reason,
    "mail_state": say_mail_state,
    "mail_kind": say_mail_kind,
    "stop_reason": say_stop_reason,
    "respondent_state": say_respondent_state,
    "export_format": say_export_format,
    "reflowed": reflowed,
    "chase_step": say_chase_step,
    "chase_status": say_chase_status,
    "outcome": say_outcome,
    "standing": say_standing,
    "disposition": say_disposition,
    "decision": say_decision,
    "weight": say_weight,
    "alias_origin": say_alias_origin,
    "journal_action": say_action,
    "journal_subject": say_subject,
    "plan_label": say_plan_label,
}
