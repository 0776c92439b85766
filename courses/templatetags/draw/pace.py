"""The pace chart of one measure: this year solid, the pace dashed, last year dotted, the forecast a sector of light.

Curves are drawn in a 1000 × 1000 plane that is stretched to the frame with strokes that keep their width; labels, marks
and grid use percentages and pixels, so type never shrinks.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from courses.templatetags.draw.gauges import divisions
from courses.templatetags.draw.waves import number, points

Series = Sequence[tuple[date, int]]
HEIGHT = 240  # px of the plot
TOP = 12  # px above the highest grid line
LOW = 48  # px above the foot: the word beside a shorter pole would lie on the curve


@dataclass(frozen=True)
class Pace:
    """One measure in one year. Counts are cumulative 人次; `forecast` is (low, middle, high) at 31 December."""

    year: int
    target: int
    today: date | None
    this_year: Series
    last_year: Series = ()
    forecast: tuple[int, int, int] | None = None

    @property
    def ceiling(self) -> int:
        counts = [count for _, count in (*self.this_year, *self.last_year)]
        return max(1, self.target, *counts, *(self.forecast or ()))

    def across(self, day: date) -> float:
        """0 to 1000: the end of that day as a share of the year, whatever the year of `day` is."""
        length = 366 if monthrange(day.year, 2)[1] == 29 else 365
        return 1000 * day.timetuple().tm_yday / length

    def up(self, count: float) -> float:
        """0 to 1000 from above."""
        return 1000 - 1000 * count / self.ceiling

    def pixel(self, count: float) -> float:
        return TOP + HEIGHT * self.up(count) / 1000


@dataclass(frozen=True)
class MonthRow:
    """One line of the table twin: cumulative counts at the end of the month, None where nothing is known yet."""

    month: int
    this_year: int | None
    pace: int
    last_year: int | None


def at_month_end(*, series: Series, month: int, until: date | None) -> int | None:
    """The last known count of that month or before; None after `until` or without any."""
    known = [count for day, count in series if day.month <= month]
    beyond = until is not None and month > until.month
    return None if beyond or not known else known[-1]


def month_rows(*, pace: Pace) -> list[MonthRow]:
    rows = []
    for month in range(1, 13):
        last = date(pace.year, month, monthrange(pace.year, month)[1])
        expected = round(pace.target * pace.across(last) / 1000)
        current = at_month_end(series=pace.this_year, month=month, until=pace.today)
        rows.append(MonthRow(month, current, expected, at_month_end(series=pace.last_year, month=month, until=None)))
    return rows


def steps(*, target: int) -> list[int]:
    parts = divisions(target=target)
    parts = 3 if parts == 6 else parts
    return [target * part // parts for part in range(parts + 1)]


def curve(*, pace: Pace, series: Series) -> str:
    spots = [(0.0, 1000.0), *((pace.across(day), pace.up(count)) for day, count in series)]
    return "M" + "L".join(points(x, y) for x, y in spots)


def plane(*, pace: Pace, tone: str) -> str:
    """Everything that stretches: sector, pace, last year, this year, the middle of the forecast."""
    drawn = []
    now = pace.this_year[-1] if pace.this_year else None
    if now and pace.forecast:
        x, y = pace.across(now[0]), pace.up(now[1])
        low, middle, high = (pace.up(count) for count in pace.forecast)
        drawn.append(f'<path class="sector" d="M{points(x, y)}L{points(1000, high)}L{points(1000, low)}Z"/>')
        drawn.append(f'<path class="line-forecast stroke-{tone}" d="M{points(x, y)}L{points(1000, middle)}"/>')
    drawn.append(f'<path class="line-pace" d="M0 1000L{points(1000, pace.up(pace.target))}"/>')
    if pace.last_year:
        drawn.append(f'<path class="line-last" d="{curve(pace=pace, series=pace.last_year)}"/>')
    if now:
        drawn.append(f'<path class="line-now stroke-{tone}" d="{curve(pace=pace, series=pace.this_year)}"/>')
    box = f'y="{TOP}" width="100%" height="{HEIGHT}" viewBox="0 0 1000 1000" preserveAspectRatio="none"'
    return f'<svg {box} overflow="visible">{"".join(drawn)}</svg>'


def months(*, pace: Pace) -> str:
    foot = TOP + HEIGHT
    drawn = []
    for month in range(1, 13):
        start = (pace.across(date(pace.year, month, 1)) - 1000 / 365) / 10
        middle = pace.across(date(pace.year, month, 15)) / 10
        drawn.append(f'<line class="tick" x1="{start:.1f}%" x2="{start:.1f}%" y1="{foot}" y2="{foot + 5}"/>')
        kind = "" if month % 3 == 1 else ' class="minor"'
        drawn.append(f'<text{kind} x="{middle:.1f}%" y="{foot + 8}" dy="1em" text-anchor="middle">{month}</text>')
    return "".join(drawn)


def today_mark(*, pace: Pace, tone: str, label: str) -> str:
    if not pace.this_year:
        return ""
    day, count = pace.this_year[-1]
    x, y = pace.across(day) / 10, pace.pixel(count)
    foot = TOP + HEIGHT
    side, anchor = (-8, "end") if x > 80 else (8, "start")
    pole = f'<path class="pole" d="M0 {number(y)}V{foot}"/>'
    low = foot - y < LOW
    place = (
        f'y="{number(y - 16)}" text-anchor="middle"' if low else f'x="{side}" y="{foot - 10}" text-anchor="{anchor}"'
    )
    words = f'<text class="mark" {place}>{escape(label)}</text>'
    dot = f'<circle class="now fill-{tone}" cy="{number(y)}" r="7"/>'
    return f'<svg x="{x:.2f}%" overflow="visible">{pole}{words}{dot}</svg>'


def axis(*, pace: Pace) -> str:
    """Labels of the count, in a column of their own left of the plot."""
    labels = (
        f'<text x="100%" y="{number(pace.pixel(step))}" dy=".35em" text-anchor="end">{step:,}</text>'
        for step in steps(target=pace.target)
    )
    return f'<svg class="pace-axis" width="100%" aria-hidden="true">{"".join(labels)}</svg>'


def year_end(*, pace: Pace, label: str) -> str:
    """The forecast's middle beside the end of its line."""
    if not pace.forecast:
        return ""
    y = number(pace.pixel(pace.forecast[1]))
    count = f'<text class="mark" x="8" y="{y}">{pace.forecast[1]:,}</text>'
    words = f'{count}<text x="8" y="{y}" dy="1.35em">{escape(label)}</text>'
    return f'<svg class="pace-end" width="100%" aria-hidden="true">{words}</svg>'


def plot(*, pace: Pace, tone: str, summary: str, today_label: str) -> str:
    lines = "".join(
        f'<line class="grid-line" x1="0" x2="100%" y1="{number(pace.pixel(step))}" y2="{number(pace.pixel(step))}"/>'
        for step in steps(target=pace.target)
    )
    mark = today_mark(pace=pace, tone=tone, label=today_label)
    frame = f'<svg class="pace-plot" width="100%" role="img" aria-label="{escape(summary)}">'
    return f"{frame}{lines}{months(pace=pace)}{plane(pace=pace, tone=tone)}{mark}</svg>"
