"""Holding back the cyclic garbage collector while a list is read and stored: every full collection would walk a
million small objects that are all in use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic collection inside the block; reference counting frees as always."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What was made meanwhile would count as young and be walked three times over: it goes to the oldest at once.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
