"""The dashboard of 1,000 centres against a Flask view that says hello, both over HTTP from the same server.

Beside them the page of rates by region and by mail: its first look after a change reads every submission.
"""

import http.client
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert
from waitress import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.accounts.sessions import open_session
from app.accounts.staff import add_staff
from app.cohort.models import Centre, Patient
from app.cohort.studies import register_study
from app.collection.models import QuestionnaireVersion, Response
from app.doors.sponsor import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.settings import Settings

CENTRES = 1_000
SIZES = (1_000, 10_000, 100_000)
ROUNDS, WARMING = 400, 40
GOAL = 3.0
DASHBOARD = "/sponsor/studies/calci_sts/"
RATES = f"{DASHBOARD}rates"
LOOKS = 40


def run(json: bool = False, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Milliseconds of hello and of the dashboard by number of patients, and their ratio (goal: 3 at the largest)."""
    table = [_measure(size) for size in sizes]
    return {
        "centres": CENTRES,
        "patients": table,
        "ratio": table[-1]["ratio"],
        "goal": GOAL,
        "reached": table[-1]["ratio"] <= GOAL,
        "flat": round(table[-1]["dashboard_ms"] / table[0]["dashboard_ms"], 2),
    }


def _measure(patients: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        installation = _installation(Path(folder))
        cookie = _fill(installation, patients)
        installation.database.dispose()
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, theirs))
        server.start()
        try:
            hello, dashboard, first, again = _time_pair(ours.recv(), cookie)
        finally:
            server.terminate()
            server.join()
    return {
        "patients": patients,
        "hello_ms": round(hello, 3),
        "dashboard_ms": round(dashboard, 3),
        "ratio": round(dashboard / hello, 2),
        "rates_first_ms": round(first, 1),
        "rates_ms": round(again, 3),
        "rates_ratio": round(again / hello, 2),
    }


def _installation(home: Path) -> Installation:
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'bench.db'}",
        public_url="http://localhost",
        smtp_url=None,
        mail_from="Recueil <recueil@example.org>",
        language="fr",
    )
    return Installation.open(settings)


def _fill(installation: Installation, patients: int) -> str:
    """A study of `CENTRES` centres and `patients` patients, two of three answered; a manager's signed cookie."""
    installation.initialise()
    now, actor = datetime.now(UTC), Actor.command("bench")
    with installation.database.writing() as session:
        study = register_study(
            session,
            code="calci_sts",
            title_fr="Étude",
            title_en="Study",
            code_prefix="CAL",
            now=now,
            actor=actor,
        )
        version = QuestionnaireVersion(
            study_id=study.id,
            number=1,
            sha256="0" * 64,
            body="{}",
            changes="{}",
            published_at=now,
            published_by="x",
        )
        session.add(version)
        session.flush()
        session.execute(insert(Centre), [_centre(study.id, number, now) for number in range(1, CENTRES + 1)])
        session.execute(insert(Patient), [_patient(study.id, rank, now) for rank in range(patients)])
        answered = [_response(study.id, version.id, rank, now) for rank in range(patients) if rank % 3]
        session.execute(insert(Response), answered)
        staff = add_staff(session, email="bench@example.org", role="manager", actor=actor, now=now).staff
        staff.must_change_password = False
        token = open_session(session, staff, now).token
    app = create_app(installation)
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    value = signer.dumps({"_user_id": token, "seen": int(now.timestamp())})
    return f"{app.config['SESSION_COOKIE_NAME']}={value!s}"


def _centre(study_id: int, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "study_id": study_id,
        "number": number,
        "code": f"{number:03d}",
        "name": f"Centre hospitalier {number}",
        "patients_coded": 0,
        "created_at": now,
    }


def _patient(study_id: int, rank: int, now: datetime) -> dict[str, Any]:
    centre = rank % CENTRES + 1
    code = f"CAL-{centre:03d}-{rank // CENTRES + 1:03d}"
    return {
        "id": f"{rank:032x}",
        "study_id": study_id,
        "centre_id": centre,
        "code": code,
        "enrolled": False,
        "created_at": now,
    }


def _response(study_id: int, version_id: int, rank: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"{rank:032x}",
        "patient_id": f"{rank:032x}",
        "study_id": study_id,
        "version_id": version_id,
        "document": "{}",
        "revision": 1,
        "status": "submitted",
        "submitted_at": now - timedelta(days=rank % 70),
        "required_total": 1,
        "required_left": 0,
        "blocking": 0,
        "warnings": 0,
        "situation": "{}",
        "simulated": True,
    }


def _serve(folder: str, pipe: Any) -> None:
    hello = Flask("hello")
    hello.add_url_rule("/", view_func=lambda: "hello")
    both = DispatcherMiddleware(hello, {"/sponsor": create_app(_installation(Path(folder)))})
    server = create_server(both, host="127.0.0.1", port=0, threads=4)
    pipe.send(server.effective_port)
    server.run()


def _time_pair(port: int, cookie: str) -> tuple[float, float, float, float]:
    """The medians of hello and the dashboard, asked in turn over one kept connection; then the rates, at first and again."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        _wait(connection)
        # The first look gives the cookie that a browser would send from then on.
        connection.request("GET", DASHBOARD, headers={"Cookie": cookie})
        first = connection.getresponse()
        first.read()
        cookie = first.headers["Set-Cookie"].split(";")[0]
        hello: Callable[[], float] = lambda: _time(connection, "/", "")  # noqa: E731  # the pair reads best side by side
        dashboard: Callable[[], float] = lambda: _time(connection, DASHBOARD, cookie)  # noqa: E731
        for _ in range(WARMING):
            hello(), dashboard()
        times = [(hello(), dashboard()) for _ in range(ROUNDS)]
        rates_first = _time(connection, RATES, cookie)
        rates = [_time(connection, RATES, cookie) for _ in range(LOOKS)]
    medians = statistics.median(one for one, _ in times), statistics.median(two for _, two in times)
    return *medians, rates_first, statistics.median(rates)


def _wait(connection: http.client.HTTPConnection) -> None:
    for _ in range(100):
        try:
            _time(connection, "/", "")
            return
        except OSError:
            connection.close()
            time.sleep(0.1)
    raise TimeoutError("the server of the benchmark did not come up")


def _time(connection: http.client.HTTPConnection, path: str, cookie: str) -> float:
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    response.read()
    spent = (time.perf_counter() - started) * 1000
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return spent
