"""The names an expression may use in one questionnaire: variables with their scope and codes, repeats, tables,
visits, facts of the list."""

from dataclasses import dataclass

from forms.definition import Code, Derived, Question, Questionnaire, Repeat, Scope, Table, Visit

FACTS = frozenset(
    {
        "first_grant_on", "last_grant_on", "authorisations", "cover_days", "sex", "birth", "atu_first", "initials",
        "patient_code", "auth_kind",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    """One name with a value: a question, the operator of a limit question, or a derived value."""

    name: str
    kind: str
    scope: Scope
    visits: tuple[str, ...] = ()
    repeat: str | None = None
    codes: frozenset[Code] | None = None
    exclusive: Code | None = None
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All names of a questionnaire."""

    variables: dict[str, Variable]
    repeats: dict[str, Repeat]
    tables: dict[str, Table]
    visits: dict[str, Visit]
    anchor: str

    def windows(self) -> dict[str, tuple[str, int, int, int]]:
        """For each visit with a day: its anchor variable, day, days before and after."""
        return {
            visit.code: (visit.anchor or self.anchor, visit.day, visit.before, visit.after)
            for visit in self.visits.values()
            if visit.day is not None and (visit.anchor or self.anchor)
        }


def vocabulary(questionnaire: Questionnaire) -> Vocabulary:
    """The vocabulary of a questionnaire."""
    variables: dict[str, Variable] = {}
    for question in questionnaire.questions.values():
        variables[question.name] = _of_question(question)
        if question.operator:
            variables.setdefault(question.operator, _of_operator(question))
    for derived in questionnaire.derived.values():
        variables.setdefault(derived.name, _of_derived(derived))
    visits = {visit.code: visit for visit in questionnaire.visits}
    return Vocabulary(variables, questionnaire.repeats, questionnaire.tables, visits, questionnaire.anchor)


def _codes(kind: str, codes: frozenset[Code]) -> frozenset[Code] | None:
    if kind == "yes_no":
        return frozenset((0, 1))
    return codes or None if kind in ("single", "multiple") else None


def _of_question(question: Question) -> Variable:
    return Variable(
        question.name,
        question.type,
        question.scope,
        question.visits,
        question.repeat,
        _codes(question.type, frozenset(question.by_code)),
        question.exclusive,
        question.operator,
    )


def _of_operator(question: Question) -> Variable:
    codes: frozenset[Code] = frozenset((1, 2, 3, 4))
    return Variable(question.operator, "single", question.scope, question.visits, question.repeat, codes)


def _of_derived(derived: Derived) -> Variable:
    codes = _codes(derived.type, frozenset(derived.by_code))
    return Variable(derived.name, derived.type, derived.scope, derived.visits, derived.repeat, codes)
