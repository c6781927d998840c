"""What a centre says of the facts of the list: that one is right, or another value, which is a proposal to the sponsor.

The list's value stays in use until the sponsor accepts a proposal (proposals.py); nothing here overrides it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.cohort.patients import list_facts
from app.collection.changes import Outcome, Step, apply_cells
from app.collection.documents import Document
from app.collection.errors import UnknownQuestion
from app.collection.facts import facts_checked, is_fact, listed_value, values_of
from app.collection.identities import complete_identity
from app.collection.models import FactCheck, Response
from app.collection.parsing import Parsed
from app.collection.responses import Writer
from app.kernel.tables import random_key
from forms.answers import EMPTY, Address, Cell
from forms.definition import Question, Questionnaire
from forms.refusals import AnswerRefused

Given = tuple[Question, Cell, int | None]
ACTIONS = {"confirmed": "fact.confirmed", "proposed": "fact.proposed", None: "fact.withdrawn"}
MEANWHILE = {
    "fr": "Un collègue a proposé autre chose entre-temps. Rechargez la page pour le voir.",
    "en": "A colleague has proposed something else meanwhile. Reload the page to see it.",
}


def take_facts(
    writer: Writer,
    questionnaire: Questionnaire,
    response: Response,
    document: Document,
    parsed: Parsed,
    confirmed: Sequence[str],
    revision: int,
    outcome: Outcome,
) -> None:
    """Stores what was said of facts of the list, and leaves in `parsed.cells` what is an answer like any other."""
    given, others = _sorted_out(questionnaire, parsed)
    parsed.cells[:] = others
    if not given and not confirmed:
        return
    book = _Book(writer, response, document, revision, outcome)
    for question, cell, base in given:
        book.take(question, cell, base, parsed)
    for name in confirmed:
        book.confirm_listed(questionnaire.questions.get(name), name)


def _sorted_out(
    questionnaire: Questionnaire, parsed: Parsed
) -> tuple[list[Given], list[tuple[Address, Cell, int | None]]]:
    given, others = list(parsed.identities), []
    for address, cell, base in parsed.cells:
        question = questionnaire.questions[address.name]
        if is_fact(question):
            given.append((question, cell, base))
        else:
            others.append((address, cell, base))
    return given, others


@dataclass
class _Book:
    """The facts of one patient's list while a save takes what was said of them."""

    writer: Writer
    response: Response
    document: Document
    revision: int
    outcome: Outcome

    def __post_init__(self) -> None:
        self.facts = list_facts(self.writer.session, self.writer.vault, self.writer.patient)

    def take(self, question: Question, cell: Cell, base: int | None, parsed: Parsed) -> None:
        """What was typed under one fact."""
        known = listed_value(question, self.facts)
        if known is None or self.writer.patient.enrolled or not is_fact(question):
            self._complete(question, cell, base, parsed)
        elif cell.value is None:
            self._say(question, known, None, None, base, parsed)
        elif _same(known, cell.value):
            self._say(question, known, None, "confirmed", base, parsed)
        else:
            self._say(question, known, cell, "proposed", base, parsed)

    def confirm_listed(self, question: Question | None, name: str) -> None:
        """The list is right. Raises UnknownQuestion where it says nothing."""
        known = listed_value(question, self.facts) if question is not None and is_fact(question) else None
        if question is None or known is None or self.writer.patient.enrolled:
            raise UnknownQuestion(name=name)
        self._say(question, known, None, "confirmed", None, Parsed())

    def _complete(self, question: Question, cell: Cell, base: int | None, parsed: Parsed) -> None:
        """Where no list says anything the centre's word is the fact."""
        writer, name = self.writer, question.name
        if not question.identity:
            apply_cells(self.document, [(Address(name), cell, base)], self.revision, self.outcome)
            if writer.patient.enrolled and question.from_list == "sex" and name in self.outcome.written:
                writer.patient.sex = cell.value
            return
        try:
            changed = complete_identity(writer.session, writer.vault, writer.patient, question, cell)
        except AnswerRefused as refused:
            parsed.refused[name] = {"fr": refused.fr, "en": refused.en}
            return
        self.outcome.written.append(name)
        if changed:
            self.outcome.steps.append(Step("identity.completed", name, None, None))

    def _say(
        self,
        question: Question,
        known: Any,
        cell: Cell | None,
        said: str | None,
        base: int | None,
        parsed: Parsed,
    ) -> None:
        name, before = question.name, self.document.said_of(question.name)
        check = facts_checked(self.writer.session, self.response).get(name)
        held = values_of(self.writer.vault, check) if check is not None and before else (None, None)
        wanted = (known, cell.value if cell else None)
        # The same page sent again does not put a settled question anew.
        settled = before in ("accepted", "refused") and said == "proposed" and held[1] == wanted[1]
        if settled or (before == said and (said is None or held == wanted)):
            self.outcome.written.append(name)
            return
        if not self._write(question, cell or EMPTY, base, parsed):
            return
        self.document.say(name, said, self.revision, self.writer.actor.call)
        self._keep(check, question, said or "withdrawn", wanted)
        shown = not question.identity
        old, new = (_text(known) if shown else None), (_text(wanted[1]) if shown else None)
        self.outcome.steps.append(Step(ACTIONS[said], name, old, new))

    def _write(self, question: Question, cell: Cell, base: int | None, parsed: Parsed) -> bool:
        """Writes the centre's value among its answers, unless it is an identity; False when it is stale."""
        name = question.name
        if not question.identity:
            apply_cells(self.document, [(Address(name), cell, base)], self.revision, self.outcome)
            return name in self.outcome.written
        if base is not None and self.document.revision_of(name) > base:
            parsed.refused[name] = dict(MEANWHILE)
            return False
        self.outcome.written.append(name)
        return True

    def _keep(self, check: FactCheck | None, question: Question, state: str, values: tuple[Any, Any]) -> None:
        session, writer = self.writer.session, self.writer
        if check is None:
            session.flush()  # the response first
            check = FactCheck(id=random_key(), study_id=self.response.study_id, response_id=self.response.id,
                              name=question.name, fact=question.from_list)  # fmt: skip
            session.add(check)
        check.state, check.revision, check.said_at = state, self.revision, writer.now
        check.sealed = writer.vault.seal("fact_check", check.id, "sealed", orjson.dumps(values).decode())
        actor = writer.actor
        check.said_by = ", ".join(part for part in (actor.name, actor.role, actor.organisation) if part)
        check.decided_at = check.decided_by = check.reason = None
        session.flush()


def _same(listed: Any, said: Any) -> bool:
    """Whether the centre says what the list says: the month of a full date is the same date, less precisely."""
    both = isinstance(listed, str) and isinstance(said, str)
    return bool(listed == said or (both and said[:4].isdigit() and listed.startswith(f"{said}-")))


def _text(value: Any) -> str | None:
    return None if value is None else orjson.dumps({"v": value}).decode()
