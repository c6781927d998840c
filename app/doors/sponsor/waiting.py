"""The work that waits, where the desk's pages signal it: counted anew only when something may have changed."""

from flask import current_app, url_for
from flask_babel import ngettext

from app.doors.request import connection, passage, passing
from app.tracking.pending import Pending, pending, pending_stamp

NOTHING = Pending()
# Where each kind of work is done.
DONE_AT = {
    "cases": "reviewing.show",
    "proposals": "proposals.show",
    "replies": "patients.show_corrections",
    "uncertain": "outbox.show",
    "bounced": "respondents.show",
    "lost": "chasing.show",
}


def look_for_work(study_id: int) -> None:
    """Counts it for the page to come, also for an error page that is drawn when the transaction is over."""
    kept: dict[int, tuple[tuple[int, ...], Pending]] = current_app.extensions.setdefault("pending_kept", {})
    stamp, known = pending_stamp(connection(), study_id), kept.get(study_id)
    if known is None or known[0] != stamp:
        known = kept[study_id] = (stamp, pending(connection(), study_id))
    passage().facts["pending"] = known[1]


def work() -> Pending:
    """What waits in the study of this page; nothing for whoever cannot do it."""
    here = passing.get()
    found = here.facts.get("pending") if here else None
    return found if isinstance(found, Pending) else NOTHING


def waiting_at(*places: str) -> int:
    """How much waits at these endpoints or blueprints."""
    found = work()
    return sum(getattr(found, kind) for kind, at in DONE_AT.items() if at in places or at.split(".")[0] in places)


def work_list(code: str) -> list[tuple[str, str]]:
    """Each kind of work that there is in words, and the page where it is done."""
    found = work()
    words = {
        "cases": ngettext(
            "%(num)s question sur une liste à trancher",
            "%(num)s questions sur une liste à trancher",
            found.cases,
        ),
        "proposals": ngettext(
            "%(num)s correction proposée à décider",
            "%(num)s corrections proposées à décider",
            found.proposals,
        ),
        "replies": ngettext(
            "%(num)s réponse à une correction à lire",
            "%(num)s réponses à des corrections à lire",
            found.replies,
        ),
        "uncertain": ngettext(
            "%(num)s courriel incertain à vérifier",
            "%(num)s courriels incertains à vérifier",
            found.uncertain,
        ),
        "bounced": ngettext(
            "%(num)s adresse refusée à remplacer",
            "%(num)s adresses refusées à remplacer",
            found.bounced,
        ),
        "lost": ngettext(
            "%(num)s centre attendu sans personne à qui écrire",
            "%(num)s centres attendus sans personne à qui écrire",
            found.lost,
        ),
    }
    at = {kind: url_for(endpoint, code=code) for kind, endpoint in DONE_AT.items()}
    at["bounced"] += "?state=bounced"
    return [(said, at[kind]) for kind, said in words.items() if getattr(found, kind)]
