"""The two gauges of the home page: verified 人次 of the year against its targets, with the moment they were read."""

from dataclasses import dataclass
from datetime import datetime

from cms.memory import remembered
from courses import tally
from courses.models import Line
from courses.policy import local_date


@dataclass(frozen=True)
class Tide:
    """人次 all; without a target there is a figure but no gauge. `in_time`: not so far behind that the policy calls it
    slow, as the desk says it."""

    line: Line
    tone: str
    verified: int
    target: int
    expected: int
    in_time: bool

    @property
    def label(self) -> str:
        return str(self.line.label)

    @property
    def lead(self) -> int:
        return self.verified - self.expected

    @property
    def behind(self) -> int:
        return max(0, -self.lead)


@dataclass(frozen=True)
class Tides:
    """Without gauges while the last check of the books found a difference: then no figure is told."""

    at: datetime
    gauges: tuple[Tide, ...]
    is_checking: bool = False


LINES = ((Line.SKILLS, "tide"), (Line.ENTREPRENEURSHIP, "bohai"))


def tides(*, now: datetime) -> Tides:
    """The figures of this minute; the page says when they were read."""
    return remembered("tides", lambda: _read(now))


def _read(now: datetime) -> Tides:
    today = local_date(now)
    year = tally.for_year(year=today.year, scope=tally.Scope(), as_of=None, today=today)
    if not year.integrity.clean:
        return Tides(now, (), is_checking=True)
    figures = [(line, tone, year.lines[line]) for line, tone in LINES]
    gauges = (
        Tide(line, tone, row.verified, row.target or 0, row.expected_today or 0, row.state == tally.State.OK)
        for line, tone, row in figures
    )
    return Tides(now, tuple(gauges))
