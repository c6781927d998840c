"""One answer saved (durable, journalled, conditions and checks evaluated) against a bare view and one durable insert.

All are asked of one server by turns. The goal is at most 3 times (bare view + insert), and 99 saves in 100
under 50 ms with 8 clients.
"""

from __future__ import annotations

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from bench._serving import HELLO, INSERT, Client, served

ROUNDS = 60
EACH = 5
CLIENTS = 8
SAVES = 40
GOAL = 3.0
P99_MS = 50.0


def run(json: bool = False, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians of paired rounds in milliseconds, the ratio, the 99th percentile with 8 clients."""
    with served() as town:
        client = Client(town.url)
        code = client.enter(town.token)
        client.answer(code)
        triples = [
            (client.pace(HELLO, EACH), client.pace(INSERT, EACH), client.pace_of_saves(code, EACH))
            for _ in range(rounds)
        ]
        p99 = _crowd(town.url, town.token)
    ratio = statistics.median(ours / insert for _, insert, ours in triples)
    hello, insert, ours = (statistics.median(side) * 1000 for side in zip(*triples, strict=True))
    if not json:
        print(
            f"save: {ratio:.2f} × (hello + durable insert) (goal ≤ {GOAL}), p99 {p99:.0f} ms", file=sys.stderr
        )
    return {
        "hello_ms": round(hello, 3),
        "hello_and_insert_ms": round(insert, 3),
        "save_ms": round(ours, 3),
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "p99_ms_8_clients": round(p99, 1),
        "met": ratio <= GOAL and p99 < P99_MS,
    }


def _crowd(url: str, token: str) -> float:
    together = Barrier(CLIENTS)

    def person(number: int) -> list[float]:
        client = Client(url)
        client.enter(token)
        code = client.codes()[number]
        client.prepare(code)
        spent = []
        together.wait()
        for _ in range(SAVES):
            begun = time.perf_counter()
            client.save(code)
            spent.append((time.perf_counter() - begun) * 1000)
        return spent

    with ThreadPoolExecutor(CLIENTS) as pool:
        times = sorted(one for spent in pool.map(person, range(CLIENTS)) for one in spent)
    return times[int(len(times) * 0.99)]
