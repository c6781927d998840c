"""The flow diagram's numbers: from rows of the list to patients whose outcome is known; each step within the one before."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import ListRow, Patient, Study
from app.collection.models import DISPOSITIONS
from app.extraction.centres import tally
from app.extraction.dispositions import DISPOSITION_CHOICES
from app.extraction.listed import FATES
from exports.flow_chart import Aside, Step
from exports.tables import Column, Row, Table
from forms.definition import Questionnaire

COLUMNS = (
    Column("ordre", "integer", "Rang", "Rank"),
    Column("etape", "text", "Étape (code)", "Step (code)"),
    Column("sorti_de", "text", "Pour une sortie : l’étape quittée", "For an exit: the step it leaves"),
    Column("unite", "text", "Ce qui est compté", "What is counted"),
    Column("libelle_fr", "text", "Libellé français", "French label"),
    Column("label_en", "text", "Libellé anglais", "English label"),
    Column("n", "integer", "Effectif", "Number"),
)


@dataclass
class OutcomeSteps:
    """Counts, over submitted questionnaires, who passes each clinical step of the study and all steps before it."""

    steps: list[tuple[str, str, str, Callable[[Mapping[str, Any]], bool]]]
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, values: Mapping[str, Any]) -> None:
        """One submitted questionnaire: its values by address, derived ones among them."""
        for key, _, _, passes in self.steps:
            if not passes(values):
                return
            self.counts[key] += 1


def outcome_steps(union: Questionnaire) -> OutcomeSteps:
    """The clinical steps that this study's variables allow (domain.md 4.1): found, treated, incident, outcome known."""
    known = {**union.questions, **union.derived}
    steps: list[tuple[str, str, str, Callable[[Mapping[str, Any]], bool]]] = []
    if "chart_found" in known:
        steps.append(("chart_found", "Dossier retrouvé", "Chart found", lambda v: v.get("chart_found") == 1))
    if "treated" in known:
        steps.append(("treated", "Traités", "Treated", lambda v: v.get("treated") == 1))
    if "incident_ctr" in known:
        steps.append(("incident", "Cas incidents", "Incident cases", lambda v: v.get("incident_ctr") == 1))
    if "vs_1y" in known:
        label = "Statut vital à 1 an connu"
        steps.append(("outcome_known", label, "Vital status at 1 year known", lambda v: v.get("vs_1y") in (1, 2)))
    elif "vs_last" in known:
        steps.append(("outcome_known", "Statut vital connu", "Vital status known", lambda v: "vs_last" in v))
    return OutcomeSteps(steps)


def flow_steps(session: Session, study: Study, outcomes: OutcomeSteps) -> list[Step]:
    """The steps in order, each with the exits below it."""
    fates = dict(session.execute(
        select(ListRow.fate, func.count()).where(ListRow.study_id == study.id).group_by(ListRow.fate)).all())
    centres = [one.counts for one in tally(session, study).values()]
    total: Counter[str] = sum(centres, Counter())
    patients = session.scalar(
        select(func.count()).where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))) or 0
    return [
        *_list_steps(fates),
        Step("patients", "patients", "Patients", "Patients", patients, _unanswered(total)),
        *_centre_steps(centres),
        Step("answered", "patients", "Questionnaires remis", "Questionnaires handed in", total["answered"]),
        *(Step(key, "patients", fr, en, outcomes.counts[key]) for key, fr, en, _ in outcomes.steps),
    ]


def _list_steps(fates: Mapping[str, int]) -> list[Step]:
    if not fates:
        return []
    out = tuple(Aside(str(f.code), f.fr, f.en, fates[str(f.code)]) for f in FATES if f.code != "kept" and f.code in fates)
    return [
        Step("rows_read", "lignes", "Lignes lues", "Rows read", sum(fates.values()), out),
        Step("authorisations", "autorisations", "Autorisations retenues", "Authorisations kept", fates.get("kept", 0)),
    ]


def _centre_steps(centres: list[Counter[str]]) -> list[Step]:
    asked = [count for count in centres if count["asked"]]
    contacted = [count for count in asked if count["mails"] + count["calls"]]
    return [
        Step("centres", "centres", "Centres concernés", "Centres concerned", len(asked)),
        Step("centres_contacted", "centres", "Centres contactés", "Centres contacted", len(contacted)),
        Step("centres_answered", "centres", "Centres ayant répondu", "Centres that answered",
             sum(1 for count in asked if count["answered"])),
    ]


def _unanswered(total: Counter[str]) -> tuple[Aside, ...]:
    out = [Aside(str(c.code), c.fr, c.en, total[str(c.code)]) for c in DISPOSITION_CHOICES if total[str(c.code)]]
    out.append(Aside("draft", "commencés", "begun", total["draft"]))
    waiting = total["asked"] - total["answered"] - total["draft"] - sum(total[kind] for kind in DISPOSITIONS)
    out.append(Aside("untouched", "sans réponse", "no answer yet", waiting))
    return tuple(out)


def flow_table(steps: Callable[[], list[Step]]) -> Table:
    """The sheet ``flux``: the steps, each followed by its exits. ``steps`` is called when rows are wanted."""
    def rows() -> Iterator[Row]:
        place = 0
        for step in steps():
            place += 1
            yield (place, step.key, None, step.unit, step.fr, step.en, step.count)
            for aside in step.asides:
                place += 1
                yield (place, aside.key, step.key, step.unit, aside.fr, aside.en, aside.count)
    return Table("flux", COLUMNS, rows, "Diagramme de flux", "Flow diagram", frozen=2)
