"""From the centre's word to analysable patients: who leaves at each gate, and by which of two routes it was said.

« Chart not found » may be said by a disposition or inside a questionnaire: it is one fact, counted at one gate, once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.extraction.dispositions import DISPOSITION_CHOICES
from exports.flow_chart import Aside, Step
from forms.definition import Questionnaire

Values = Mapping[str, Any]
Words = tuple[str, str]
_SAID: dict[str, Words] = {str(choice.code): (choice.fr, choice.en) for choice in DISPOSITION_CHOICES}
_SETTLED = ("Patients réglés : questionnaire remis, ou motif", "Patients settled: questionnaire, or a reason")


@dataclass(frozen=True)
class Gate:
    """A step of patients. ``leaves`` names the exit of a questionnaire that does not reach it, None for one that does.

    An exit that bears the name of a disposition says the same as it; dispositions that no gate names leave at the first.
    """

    key: str
    variable: str
    words: Words
    leaves: Callable[[Values], str | None]
    exits: Mapping[str, Words]


def _found(values: Values) -> str | None:
    exits = {1: None, 2: "chart_not_found", 3: "not_our_patient", 4: "duplicate_patient"}
    return exits.get(values.get("chart_found", 0), "chart_unknown")


def _by_flag(name: str, no: str, unknown: str) -> Callable[[Values], str | None]:
    exits = {1: None, 0: no}
    return lambda values: exits.get(values.get(name, 9), unknown)


_FOUND = Gate("chart_found", "chart_found", ("Dossier retrouvé", "Chart found"), _found, {
    "not_our_patient": _SAID["not_our_patient"], "chart_not_found": _SAID["chart_not_found"],
    "duplicate_patient": ("doublon d’un autre patient", "duplicate of another patient"),
    "chart_unknown": ("dossier retrouvé ou non : pas dit", "chart found or not: not said"),
})  # fmt: skip
_TREATED = Gate("treated", "treated", ("Traités", "Treated"), _by_flag("treated", "never_treated", "treated_unknown"), {
    "never_treated": _SAID["never_treated"],
    "treated_unknown": ("traité ou non : pas dit", "treated or not: not said"),
})  # fmt: skip
_INCIDENT = Gate(
    "incident", "incident_ctr", ("Cas incidents", "Incident cases"),
    _by_flag("incident_ctr", "not_incident", "incident_unknown"), {
        "not_incident": ("cas non incidents selon le centre", "not incident according to the centre"),
        "incident_unknown": ("incident ou non : pas dit", "incident or not: not said"),
    })  # fmt: skip
_HANDED_IN = Gate("answered", "", ("Questionnaires remis", "Questionnaires handed in"), lambda values: None, {})
_OUTCOME = Gate(
    "outcome_known", "vs_1y", ("Statut vital à 1 an connu", "Vital status at 1 year known"),
    lambda values: None if values.get("vs_1y") in (1, 2) else "outcome_unknown",
    {"outcome_unknown": ("statut vital à 1 an indéterminé", "vital status at 1 year unknown")},
)  # fmt: skip


@dataclass
class OutcomeSteps:
    """Counts, over handed-in questionnaires, who reaches each gate and who leaves before it."""

    gates: list[Gate]
    reached: Counter[str] = field(default_factory=Counter)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)

    def clear(self) -> None:
        """Forget what was counted: a new reading begins."""
        self.reached.clear()
        self.left.clear()

    def take(self, values: Values | None) -> None:
        """One handed-in questionnaire: values by address, derived ones too; None when the patient opposed since."""
        for gate in self.gates:
            leaves = gate.leaves(values) if values is not None else "opposed"
            if leaves is not None:
                self.left[gate.key, leaves] += 1
                return
            self.reached[gate.key] += 1

    def steps(self, disposed: Mapping[str, int]) -> Iterator[Step]:
        """The settled patients and every gate. ``disposed``: how many patients have no answer, by disposition."""
        asides = [self._asides(gate, place, disposed) for place, gate in enumerate(self.gates)]
        count = sum(aside.count for one in asides for aside in one) + self.reached[self.gates[-1].key]
        explained = sum(aside.explained or 0 for one in asides for aside in one)
        key, words = "settled", _SETTLED
        for gate, out in zip(self.gates, asides, strict=True):
            yield Step(key, "patients", *words, count, out, explained)
            key, words = gate.key, gate.words
            count -= sum(aside.count for aside in out)
            explained -= sum(aside.explained or 0 for aside in out)
        yield Step(key, "patients", *words, count, (), explained)

    def _asides(self, gate: Gate, place: int, disposed: Mapping[str, int]) -> tuple[Aside, ...]:
        named = {kind for one in self.gates for kind in one.exits}
        words = dict(gate.exits)
        if place == 0:
            words |= {kind: said for kind, said in _SAID.items() if kind not in named}
        found = []
        for key, (fr, en) in words.items():
            explained = disposed.get(key, 0) if key in _SAID else 0
            count = explained + self.left[gate.key, key]
            if count:
                found.append(Aside(key, fr, en, count, explained))
        return tuple(found)


def outcome_steps(union: Questionnaire) -> OutcomeSteps:
    """The gates that this study's variables allow: chart found, treated, incident, outcome known."""
    known = {**union.questions, **union.derived}
    gates = [gate for gate in (_FOUND, _TREATED, _INCIDENT, _OUTCOME) if gate.variable in known]
    return OutcomeSteps(gates if _FOUND in gates else [_HANDED_IN, *gates])
