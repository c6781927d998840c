"""Holding back the cyclic garbage collector while a list is read: every full collection would walk a million small
objects that are all in use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic collection inside the block; reference counting frees as always.

    What the block made is then left out of collections until `collector_resumed`.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def collector_resumed() -> None:
    """Collections see again what a paused block made."""
    gc.unfreeze()
