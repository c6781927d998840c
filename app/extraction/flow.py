"""The flow diagram's numbers, from rows of the list to patients whose outcome is known: each step, what joins and leaves it."""

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Authorisation, ListRow, Study
from app.extraction.centres import settled, tally
from app.extraction.listed import FATES
from app.extraction.outcomes import OutcomeSteps
from exports.flow_chart import Aside, Step
from exports.tables import Column, Row, Table

COLUMNS = (
    Column("ordre", "integer", "Rang", "Rank"),
    Column("etape", "text", "Étape (code)", "Step (code)"),
    Column("sorti_de", "text", "Pour une sortie : l’étape quittée", "For an exit: the step it leaves"),
    Column("entre_dans", "text", "Pour une entrée : l’étape rejointe", "For an entry: the step it joins"),
    Column("unite", "text", "Ce qui est compté", "What is counted"),
    Column("libelle_fr", "text", "Libellé français", "French label"),
    Column("label_en", "text", "Libellé anglais", "English label"),
    Column("n", "integer", "Effectif : une étape moins ses sorties donne l’étape suivante de la même unité",
           "Number: a step less its exits is the next step of the same unit"),
    Column("n_questionnaire", "integer", "Dont par un questionnaire remis", "Of these by a questionnaire handed in"),
    Column("n_motif", "integer", "Dont par un motif d’absence (patients.disposition)",
           "Of these by a reason for no answer (patients.disposition)"),
)


def flow_steps(session: Session, study: Study, outcomes: OutcomeSteps) -> list[Step]:
    """The steps in order, each with its exits: a step less its exits is the next step of the same unit."""
    centres = [one.counts for one in tally(session, study).values()]
    total: Counter[str] = sum(centres, Counter())
    listed, steps = _list_steps(session, study)
    return [
        *steps,
        Step("patients", "patients", "Patients", "Patients", total["asked"], _silent(total),
             entries=_enrolled(total["asked"] - listed) if steps else ()),
        *_centre_steps(centres),
        *outcomes.steps(total),
    ]


def _list_steps(session: Session, study: Study) -> tuple[int, list[Step]]:
    """Patients with a kept row, and the steps above them; none for a study without list."""
    fates = dict(session.execute(
        select(ListRow.fate, func.count()).where(ListRow.study_id == study.id).group_by(ListRow.fate)).all())
    if not fates:
        return 0, []
    kept = fates.get("kept", 0)
    with_patient = select(func.count(), func.count(Authorisation.patient_id.distinct())).join(
        ListRow, ListRow.id == Authorisation.id).where(
        ListRow.study_id == study.id, ListRow.fate == "kept", Authorisation.patient_id.is_not(None))
    rows, listed = session.execute(with_patient).one()
    out = tuple(Aside(str(f.code), f.fr, f.en, fates[str(f.code)]) for f in FATES if f.code != "kept" and f.code in fates)
    further = [Aside("further", "autres autorisations d’un patient déjà compté",
                     "further authorisations of a patient already counted", rows - listed),
               Aside("unlinked", "sans patient", "without a patient", kept - rows)]
    return listed, [
        Step("rows_read", "lignes", "Lignes lues", "Rows read", sum(fates.values()), out),
        Step("authorisations", "autorisations", "Autorisations retenues", "Authorisations kept", kept,
             tuple(aside for aside in further if aside.count)),
    ]


def _enrolled(count: int) -> tuple[Aside, ...]:
    words = "ajoutés par un centre, hors de la liste", "added by a centre, not on the list"
    return (Aside("enrolled", *words, count),) if count else ()


def _centre_steps(centres: list[Counter[str]]) -> list[Step]:
    asked = [count for count in centres if count["asked"]]
    # Who answered was reached in some way, even when nobody noted how.
    reached = [count for count in asked if count["mails"] + count["calls"] or settled(count)]
    answered = sum(1 for count in reached if settled(count))
    return [
        Step("centres", "centres", "Centres concernés", "Centres concerned", len(asked),
             _left("not_contacted", "non contactés", "not contacted", len(asked) - len(reached))),
        Step("centres_contacted", "centres", "Centres contactés", "Centres contacted", len(reached),
             _left("silent", "aucun patient réglé", "no patient settled", len(reached) - answered)),
        Step("centres_answered", "centres", "Centres ayant réglé au moins un patient",
             "Centres that settled a patient", answered),
    ]


def _left(key: str, fr: str, en: str, count: int) -> tuple[Aside, ...]:
    return (Aside(key, fr, en, count),) if count else ()


def _silent(total: Counter[str]) -> tuple[Aside, ...]:
    waiting = total["asked"] - settled(total) - total["draft"]
    return (Aside("draft", "questionnaires commencés, pas remis", "questionnaires begun, not handed in", total["draft"]),
            Aside("untouched", "sans nouvelles", "nothing yet", waiting))


def flow_table(steps: Callable[[], list[Step]]) -> Table:
    """The sheet ``flux``: the steps, each after what enters it and before its exits. ``steps`` is called for rows."""
    def rows() -> Iterator[Row]:
        for place, row in enumerate((row for step in steps() for row in _rows(step)), 1):
            yield (place, *row)
    return Table("flux", COLUMNS, rows, "Diagramme de flux", "Flow diagram", frozen=2,
                 key=("etape", "sorti_de"))


def _rows(step: Step) -> Iterator[Row]:
    for aside in step.entries:
        yield (aside.key, None, step.key, step.unit, aside.fr, aside.en, aside.count, None, None)
    yield (step.key, None, None, step.unit, step.fr, step.en, step.count, *_routes(step))
    for aside in step.asides:
        yield (aside.key, step.key, None, step.unit, aside.fr, aside.en, aside.count, *_routes(aside))


def _routes(part: Step | Aside) -> tuple[int | None, int | None]:
    return (None, None) if part.explained is None else (part.count - part.explained, part.explained)
