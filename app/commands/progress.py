"""A progress bar for long work; silent unless a person watches the terminal."""

import sys

WIDTH = 30


class Progress:
    """Draws one line on stderr while stdout is a terminal, so that piped results stay clean."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._watched = sys.stdout.isatty()
        self._drawn = -1

    def __call__(self, done: int, total: int) -> None:
        """Draws the state when it has changed by a visible amount."""
        filled = WIDTH * done // max(total, 1)
        if not self._watched or (filled == self._drawn and done < total):
            return
        self._drawn = filled
        end = "\n" if done >= total else ""
        bar = "█" * filled + "·" * (WIDTH - filled)
        print(f"\r{self._label} {bar} {done}/{total}", end=end, file=sys.stderr, flush=True)
