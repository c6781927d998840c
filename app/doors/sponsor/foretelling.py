"""What a decision by hand would move and what it would leave: counts, codes and centres, never an identity."""

from collections.abc import Sequence

from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.expecting import state_of_centres, state_of_patients, state_text
from app.cohort.ledger import keys_where
from app.cohort.models import Authorisation, Centre, CentreAlias, Patient
from app.collection.disposing import disposition_of
from app.collection.models import Response
from app.collection.reading import document_of, response_of
from app.doors.sponsor.by_hand import Preview
from app.doors.sponsor.wording import say_disposition, say_standing
from app.outreach.models import Contact, Query, Respondent


def merge_of_patients(session: Session, gone: Patient, kept: Patient, back: str, other_way: str) -> Preview:
    """`gone` becomes part of `kept`."""
    old, new = response_of(session, gone), response_of(session, kept)
    rows = len(keys_where(session, Authorisation, "patient_id", gone.id))
    moves, both = [_rows(rows)], old is not None and new is not None
    if old is not None and not both:
        moves += [_questionnaire(gone, old), *_corrections(session, gone)]
    stays = [
        gettext("Le code %(gone)s mène désormais à %(kept)s.", gone=gone.code, kept=kept.code),
        gettext("Le centre interrogé est %(centre)s.", centre=_named(session, kept.centre_id)),
    ]
    if gone.centre_id != kept.centre_id:
        house = _named(session, gone.centre_id)
        moves.append(
            gettext("%(code)s quitte la liste de travail de %(centre)s.", code=gone.code, centre=house)
        )
    if new is not None:
        stays.append(_questionnaire(kept, new))
    stays.append(gettext("Les liens des correspondants ne changent pas."))
    return Preview(
        title=gettext("Réunir %(gone)s à %(kept)s", gone=gone.code, kept=kept.code),
        button=gettext("Réunir"),
        moves=moves,
        stays=stays,
        warnings=[*_set_aside(gone, kept, old, new), *_dispositions(session, gone, kept)],
        blocked=gettext("C’est le même patient.") if gone.id == kept.id else "",
        seen=state_text(state_of_patients(session, gone, kept)),
        hidden=[("gone", gone.code), ("kept", kept.code), ("both", str(int(both)))],
        back=back,
        other_way=other_way,
    )


def split_of_patient(session: Session, patient: Patient, rows: Sequence[int], back: str) -> Preview:
    """`rows` become a patient of their own."""
    response, total = (
        response_of(session, patient),
        len(keys_where(session, Authorisation, "patient_id", patient.id)),
    )
    stays = [gettext("%(code)s garde %(rows)s.", code=patient.code, rows=_counted(total - len(rows)))]
    if response is not None:
        stays.append(_questionnaire(patient, response))
    partly = 0 < len(rows) < total
    return Preview(
        title=gettext("Séparer des lignes de %(code)s", code=patient.code),
        button=gettext("Séparer"),
        moves=[
            gettext(
                "%(rows)s : elles deviennent un nouveau patient, avec un nouveau code.",
                rows=_counted(len(rows)),
            ),
            gettext("Le nouveau patient est demandé au centre de sa première ligne, sans réponse encore."),
        ],
        stays=stays,
        warnings=[],
        blocked="" if partly else gettext("Cochez une partie des lignes, pas toutes."),
        seen=state_text(state_of_patients(session, patient)),
        hidden=[("rows", str(row)) for row in rows],
        back=back,
    )


def move_of_patient(session: Session, patient: Patient, centre: Centre, back: str) -> Preview:
    """`centre` is asked about `patient` from now on."""
    response, old = response_of(session, patient), _named(session, patient.centre_id)
    moves = [
        gettext("%(code)s quitte la liste de travail de %(centre)s.", code=patient.code, centre=old),
        gettext(
            "%(code)s entre dans celle de %(centre)s.", code=patient.code, centre=_named(session, centre.id)
        ),
    ]
    if response is not None:
        moves.append(_questionnaire(patient, response))
    people = _count(session, Respondent, Respondent.centre_id == centre.id, Respondent.stopped_at.is_(None))
    nobody = [gettext("Ce centre n’a pas de correspondant : personne ne sera prévenu.")] if not people else []
    same = patient.centre_id == centre.id
    return Preview(
        title=gettext("Rattacher %(code)s à un autre centre", code=patient.code),
        button=gettext("Rattacher"),
        moves=moves,
        stays=[
            gettext("Le code %(code)s ne change pas, ni les lignes de liste.", code=patient.code),
            gettext("Les liens des correspondants ne changent pas."),
        ],
        warnings=[*nobody, *_dispositions(session, patient)],
        blocked=gettext("%(code)s y est déjà.", code=patient.code) if same else "",
        seen=state_text(state_of_patients(session, patient)),
        hidden=[("centre", str(centre.id))],
        back=back,
    )


def merge_of_centres(session: Session, gone: Centre, kept: Centre, back: str, other_way: str) -> Preview:
    """`gone` becomes part of `kept`."""
    people = set(session.scalars(select(Respondent.mailbox).where(Respondent.centre_id == gone.id)))
    both = people & set(session.scalars(select(Respondent.mailbox).where(Respondent.centre_id == kept.id)))
    stays = [
        gettext("Les codes des patients ne changent pas."),
        gettext("Les liens déjà envoyés marchent toujours."),
    ]
    if both:
        stays.append(
            ngettext(
                "%(num)s personne connue des deux garde ses deux liens.",
                "%(num)s personnes connues des deux gardent leurs deux liens.",
                len(both),
            )
        )
    return Preview(
        title=gettext(
            "Réunir %(gone)s à %(kept)s", gone=_named(session, gone.id), kept=_named(session, kept.id)
        ),
        button=gettext("Réunir"),
        moves=_moving_with(session, gone, len(people - both)),
        stays=stays,
        warnings=[],
        blocked=gettext("C’est le même centre.") if gone.id == kept.id else "",
        seen=state_text(state_of_centres(session, gone, kept)),
        hidden=[("gone", str(gone.id)), ("kept", str(kept.id))],
        back=back,
        other_way=other_way,
    )


def _moving_with(session: Session, gone: Centre, people: int) -> list[str]:
    patients = _count(session, Patient, Patient.centre_id == gone.id, Patient.merged_into_id.is_(None))
    calls = _count(session, Contact, Contact.centre_id == gone.id)
    spellings = len(keys_where(session, CentreAlias, "centre_id", gone.id))
    return [
        ngettext(
            "%(num)s patient, avec ses lignes et son questionnaire",
            "%(num)s patients, avec leurs lignes et leurs questionnaires",
            patients,
        ),
        ngettext("%(num)s correspondant, avec son lien", "%(num)s correspondants, avec leurs liens", people),
        ngettext("%(num)s appel noté", "%(num)s appels notés", calls),
        ngettext("%(num)s orthographe", "%(num)s orthographes", spellings),
    ]


def split_of_spelling(session: Session, alias: CentreAlias, back: str) -> Preview:
    """A spelling becomes a centre of its own."""
    centre = session.get_one(Centre, alias.centre_id)
    return Preview(
        title=gettext("« %(name)s » est un autre établissement", name=alias.name),
        button=gettext("En faire un centre"),
        moves=[gettext("Un nouveau centre de ce nom ; les prochaines listes y mèneront.")],
        stays=[gettext("Les lignes déjà importées restent à %(centre)s.", centre=_named(session, centre.id))],
        warnings=[],
        blocked="",
        seen=state_text(state_of_centres(session, centre)),
        hidden=[],
        back=back,
    )


def _rows(count: int) -> str:
    return str(ngettext("%(num)s ligne de liste", "%(num)s lignes de liste", count))


def _counted(count: int) -> str:
    return str(ngettext("%(num)s ligne", "%(num)s lignes", count))


def _questionnaire(patient: Patient, response: Response) -> str:
    count = len(document_of(response).as_answers().cells)
    said = ngettext("%(num)s réponse", "%(num)s réponses", count)
    standing = say_standing(response.status).lower()
    return str(
        gettext(
            "le questionnaire de %(code)s (%(standing)s, %(answers)s)",
            code=patient.code,
            standing=standing,
            answers=said,
        )
    )


def _corrections(session: Session, patient: Patient) -> list[str]:
    count = _count(session, Query, Query.patient_id == patient.id)
    return [ngettext("%(num)s correction demandée", "%(num)s corrections demandées", count)] if count else []


def _dispositions(session: Session, *patients: Patient) -> list[str]:
    found = [(patient, disposition_of(session, patient)) for patient in patients]
    return [
        gettext(
            "%(code)s porte « %(why)s » : cela reste noté sous ce code.",
            code=patient.code,
            why=say_disposition(one.kind),
        )
        for patient, one in found
        if one is not None
    ]


def both_answered(session: Session, one: Patient, other: Patient) -> bool:
    """Whether each of the two has a questionnaire, so that merging sets one aside."""
    return response_of(session, one) is not None and response_of(session, other) is not None


def _set_aside(gone: Patient, kept: Patient, old: Response | None, new: Response | None) -> list[str]:
    if old is None or new is None:
        return []
    return [
        gettext(
            "Les deux ont un questionnaire. Celui de %(kept)s comptera ; %(aside)s sera mis de côté : lisible sur la "
            "page de %(kept)s, ni compté ni exporté, rendu si vous annulez. « Dans l’autre sens » choisit l’autre.",
            kept=kept.code,
            aside=_questionnaire(gone, old),
        )
    ]


def _named(session: Session, centre_id: int) -> str:
    centre = session.get_one(Centre, centre_id)
    return f"{centre.code} {centre.name}"


def _count(session: Session, model: type, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]  # column conditions
