"""A full page of questions, signed in and from the database, against a bare Flask view on the same server.

Both are served by waitress in one process of their own and asked over HTTP by turns, so that the load of
the machine weighs on both alike. The goal is at most 2.5 times the bare view.
"""

from __future__ import annotations

import statistics
import sys
from typing import Any

from bench._serving import HELLO, Client, served

ROUNDS = 60
EACH = 10
GOAL = 2.5


def run(json: bool = False, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians of paired rounds in milliseconds a request, their ratio, and whether the goal is met."""
    with served() as town:
        client = Client(town.url)
        code = client.enter(town.token)
        path = f"/patients/{code}/questions/terrain"
        client.answer(code)
        pairs = [(client.pace(HELLO, EACH), client.pace(path, EACH)) for _ in range(rounds)]
        size = len(client.get(path))
    hello, page = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ours / floor for floor, ours in pairs)
    if not json:
        print(f"page: {ratio:.2f} × hello (goal ≤ {GOAL}), {size} bytes", file=sys.stderr)
    return {
        "hello_ms": round(hello * 1000, 3),
        "page_ms": round(page * 1000, 3),
        "bytes": size,
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }
