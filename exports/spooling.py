"""Tables kept for a while: one reading of the data fills temporary files, from which each table is read again cheaply.

A statistical file must know the longest text of a column before its first row, so that its writer reads a table twice.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import IO

import orjson

from exports.tables import Pass, Row, Table


@contextmanager
def spooled(passes: Iterable[Pass]) -> Iterator[dict[str, Table]]:
    """The tables of all passes by name, each pass read once; their rows last as long as the block. Memory stays flat."""
    with ExitStack() as stack:
        tables: dict[str, Table] = {}
        for each in passes:
            spools = [stack.enter_context(tempfile.TemporaryFile()) for _ in each.tables]
            for place, rows in each.batches():
                spools[place].write(orjson.dumps(rows, option=orjson.OPT_APPEND_NEWLINE))
            tables |= {one.name: replace(one, rows=_reader(spool))
                       for one, spool in zip(each.tables, spools, strict=True)}
        yield tables


def _reader(spool: IO[bytes]) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        spool.seek(0)
        for batch in spool:
            yield from orjson.loads(batch)
    return rows
