"""The dashboard of a study: how many were asked, how many answered, where and when."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import language, now, session
from app.doors.sponsor.charts import draw_curve
from app.doors.sponsor.kept_pages import kept_pages
from app.doors.sponsor.paging import Order, asked_number, asked_order, asked_page
from app.doors.sponsor.rights import everybody, heading, someone, study
from app.doors.sponsor.waiting import work, work_list
from app.kernel.clock import day_of
from app.tracking.breakdown import by_telephone
from app.tracking.rates import SORTS, centre_total, centres_sorted, over_time, overall, stamp

pages = Blueprint("dashboard", __name__)
CENTRES_A_PAGE = 50


@pages.get("/studies/<code>/")
@allow(everybody)
def show(code: str) -> ResponseReturnValue:
    """Response rates overall, over time and by centre."""
    order = asked_order(SORTS, "code")
    shown = (heading().id, stamp(session(), heading().id), day_of(now()), order, asked_number())
    reader = (someone().email, someone().role, language(), work())
    return kept_pages().serve((shown, reader), lambda: _draw(order))


def _draw(order: Order) -> str:
    whole, days = overall(session(), study()), over_time(session(), study())
    opened, today = day_of(study().opened_at), day_of(now())
    page = asked_page(centre_total(session(), study()), CENTRES_A_PAGE)
    centres = centres_sorted(
        session(), study(), order.by, descending=order.descending, limit=page.size, offset=page.offset
    )
    curves = [draw_curve(days, opened=opened, today=today, narrow=narrow) for narrow in (False, True)]
    return render_template(
        "dashboard.html",
        whole=whole,
        days=days,
        curves=curves,
        centres=centres,
        order=order,
        page=page,
        heard=by_telephone(session(), study()),
        waiting=work_list(study().code),
    )
