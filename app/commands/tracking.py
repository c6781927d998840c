"""`rates`: how many were asked, how many answered."""

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
        data = rates_of(session, study).as_json() | breakdown_as_json(session, study)
    return Answer(data, describe(call, data))


def describe(call: Call, data: dict[str, Any]) -> str:
    """The rates as a person reads them: the whole, then a line a centre."""
    whole = data["overall"]
    head = call.say(
        f"Réponses : {whole['answered']} sur {whole['asked']} ({_percent(whole['rate'])}).",
        f"Answers: {whole['answered']} of {whole['asked']} ({_percent(whole['rate'])}).",
    )
    lines = [
        f"{one['answered']:>5} / {one['asked']:<5} {_percent(one['rate']):>6}  {one['centre']}"
        for one in data["centres"]
    ]
    return "\n".join([head, *lines])


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.0f} %"
