"""Deny by default: a view says who may use it, and one guard asks before the view runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import request
from werkzeug.exceptions import Forbidden

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """Who may use a view. `admit` raises (Forbidden, NotFound, a Refusal) or lets pass.

    `name` is what the tests of rights list; `csrf` is False only where another proof of intent
    (a signed one-click token) stands in for the page's own token; `stores` is False where no
    transaction is needed at all.
    """

    name: str
    admit: Callable[[], None]
    csrf: bool = True
    stores: bool = True


def _anybody() -> None:
    return None


public = Policy("public", _anybody)
public_asset = Policy("public", _anybody, stores=False)


def allow(policy: Policy, *, waits: bool = False) -> Callable[[View], View]:
    """Declares the policy of a view. Put it nearest to the function, under the routes.

    A view that `waits` for something slow (a mail server, a password's hash) passes in a snapshot, so that
    nobody waits with it; what it writes, it writes in a transaction that it opens when the wait is over.
    """

    def declare(view: View) -> View:
        cast(Any, view).policy = policy
        cast(Any, view).waits = waits
        return view

    return declare


def policy_of(view: Callable[..., Any] | None) -> Policy | None:
    """The declared policy, or None: such a view is refused to everybody."""
    return cast("Policy | None", getattr(view, "policy", None))


def waits_of(view: Callable[..., Any] | None) -> bool:
    """Whether the view opens its own writing transaction, after something slow."""
    return bool(getattr(view, "waits", False))


def refuse_foreign_pages() -> None:
    """Refuses an unsafe request that another site's page made the browser send.

    Browsers that know Fetch Metadata tell it outright; older ones send an Origin with a POST.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden
    origin = request.headers.get("Origin")
    if site is None and origin is not None and origin != request.host_url.rstrip("/"):
        raise Forbidden
