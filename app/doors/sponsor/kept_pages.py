"""Pages kept as they were drawn until what they show changes: a dashboard is drawn once, not at every look.

A kept page holds nobody's token: the one of the browser that asks is put in when it is served.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from secrets import token_hex
from threading import Lock

from flask import current_app
from flask_wtf.csrf import generate_csrf

KEPT = 64
_PLACE = f"csrf-{token_hex(16)}"


class KeptPages:
    """The latest pages of one application, by everything that they depend on."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def serve(self, key: Hashable, draw: Callable[[], str]) -> str:
        """The page of `key`, drawn now when it is not kept, with this browser's own token in its forms."""
        token = generate_csrf()
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
        if page is None:
            page = draw().replace(token, _PLACE)
            self._keep(key, page)
        return page.replace(_PLACE, token)

    def _keep(self, key: Hashable, page: str) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)


def kept_pages() -> KeptPages:
    """Those of the application that answers."""
    pages: KeptPages = current_app.extensions.setdefault("kept_pages", KeptPages())
    return pages
