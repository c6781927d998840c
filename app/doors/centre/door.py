"""The centre door's own error pages: whatever happens, what a person typed is shown again and can be sent again."""

from collections.abc import Callable
from typing import Any, cast

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.doors.door import Door
from app.outreach.calls import Heard
from app.outreach.links import Entered

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
GIVEN_BACK = (400, 403, 404, 409, 422, 500)


class CentreDoor(Door):
    """A door whose refusals give typed text back.

    `admission` says who passes, or refuses; `by_telephone`: staff who type what they hear, and not the centre itself.
    """

    admission: Callable[[], Entered | Heard]
    by_telephone: bool

    @classmethod
    def current(cls) -> "CentreDoor":
        """The door of this request."""
        return cast(CentreDoor, cast(Any, current_app)._get_current_object())

    def error_page(self, status: int, message: str, reference: str | None = None) -> ResponseReturnValue:
        """The error page, with what was posted where a form was refused for a lost session or token."""
        typed = _typed() if status in GIVEN_BACK and request.method == "POST" else []
        if typed:
            page = render_template(
                "resend.html", status=status, message=message, reference=reference, typed=typed
            )
            return page, status
        return super().error_page(status, message, reference)


def _typed() -> list[tuple[str, str]]:
    # Another site's page gets nothing to show here, or it could have its values sent with one click.
    if request.mimetype not in FORMS or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
