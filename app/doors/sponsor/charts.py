"""Charts computed here and drawn by templates as SVG, with presentation attributes only, at two widths."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date

from app.tracking.rates import DayTotal

TICKS_WIDE, TICKS_NARROW = 6, 3
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it stands and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Questionnaires handed in over time, as a staircase inside a drawing of `width` by `height` units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    line: str
    area: str
    end_x: float
    end_y: float
    days: list[Tick]
    counts: list[Tick]
    last: int


@dataclass(frozen=True)
class _Frame:
    width: int
    height: int
    first: date
    last: date
    highest: int
    left: int = 44
    right: int = 16
    top: int = 16
    bottom: int = 30

    def x(self, day: date) -> float:
        span = max(1, (self.last - self.first).days)
        return round(self.left + (self.width - self.left - self.right) * (day - self.first).days / span, 1)

    def y(self, count: int) -> float:
        tall = self.height - self.top - self.bottom
        return round(self.height - self.bottom - tall * count / self.highest, 1)


def draw_curve(totals: list[DayTotal], *, opened: date, today: date, narrow: bool) -> Curve:
    """The staircase from the day before the first answer (or the opening) to today."""
    step = nice_step(totals[-1].answered if totals else 1)
    highest = step * max(1, -(-(totals[-1].answered if totals else 1) // step))
    before_first = totals[0].day - timedelta(days=1) if totals else opened
    frame = _Frame(
        360 if narrow else 860, 230 if narrow else 260, min(opened, before_first), max(today, opened), highest
    )
    line, area = _staircase(totals, frame)
    last = totals[-1].answered if totals else 0
    return Curve(
        frame.width,
        frame.height,
        frame.left,
        frame.right,
        frame.top,
        frame.bottom,
        line,
        area,
        frame.x(frame.last),
        frame.y(last),
        _day_ticks(frame, TICKS_NARROW if narrow else TICKS_WIDE),
        [Tick(frame.y(count), str(count)) for count in range(0, highest + 1, step)],
        last,
    )


def nice_step(highest: int) -> int:
    """A round distance between ticks that makes about four of them."""
    power = 1
    while True:
        for unit in STEPS:
            if unit * power * 5 >= highest:
                return unit * power
        power *= 10


def _staircase(totals: list[DayTotal], frame: _Frame) -> tuple[str, str]:
    level = frame.y(0)
    parts = [f"M{frame.x(frame.first)} {level}"]
    for total in totals:
        level = frame.y(total.answered)
        parts.append(f"H{frame.x(total.day)}V{level}")
    parts.append(f"H{frame.x(frame.last)}")
    line = "".join(parts)
    return line, f"{line}V{frame.y(0)}Z"


def _day_ticks(frame: _Frame, wanted: int) -> list[Tick]:
    span = (frame.last - frame.first).days
    days = sorted({frame.first + timedelta(days=span * rank // (wanted - 1)) for rank in range(wanted)})
    pattern = "d MMM" if span < 300 else "MMM yyyy"
    return [Tick(frame.x(day), format_date(day, pattern)) for day in days]
