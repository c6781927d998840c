"""`rates`: how many were asked, how many answered."""

from collections.abc import Mapping
from typing import Any

from app.commands.call import Answer, Call, Commands


def declare(commands: Commands) -> None:
    """Declares the command."""
    commands.add("rates", rates, "les taux de réponse", "the response rates", study=True)


def rates(call: Call) -> Answer:
    """Response rates: overall, by centre, over time, by region, after each mail."""
    from app.cohort.studies import find_study
    from app.tracking.breakdown import breakdown_as_json
    from app.tracking.rates import rates as rates_of

    with call.installation.database.reading() as session:
        study = find_study(session, call.study)
        found = rates_of(session, study)
        data = found.as_json() | breakdown_as_json(session, study)
    names = {one.code: one.name for one in found.centres}
    return Answer(data, describe(call, data, names))


def describe(call: Call, data: dict[str, Any], names: Mapping[str, str]) -> str:
    """The rates as a person reads them: the whole, then a line a centre, by its code and its name."""
    whole = data["overall"]
    head = call.say(
        f"Réponses : {whole['answered']} sur {whole['asked']} ({_percent(whole['rate'])}).",
        f"Answers: {whole['answered']} of {whole['asked']} ({_percent(whole['rate'])}).",
    )
    lines = [
        f"{one['answered']:>5} / {one['asked']:<5} {_percent(one['rate']):>6}  {one['centre']}  {names[one['centre']]}"
        for one in data["centres"]
    ]
    return "\n".join([head, *lines])


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f} %"
