"""序时进度: a number against the straight line of the year, and where this year's average speed leads."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


@dataclass(frozen=True)
class Marks:
    """Percent of the line of the year below which a target is 偏慢 and 滞后: `Policy.pace_yellow` and `pace_red`.

    By default those of domain §8.8-65, 90 and 80. The designer's report (look 07) calls slow whatever is below the line
    and late what is ten points of the target below it; a bureau that wants its own turns sets 100 and 85, which give
    that picture line by line.
    """

    yellow: int
    red: int


class State(StrEnum):
    """正常 at `Marks.yellow` and above, 偏慢 below it, 滞后 below `Marks.red`."""

    OK = "ok"
    SLOW = "slow"
    LATE = "late"
    NO_TARGET = "none"


@dataclass(frozen=True)
class Pace:
    """人次 throughout. `share` is the part of the year gone in thousandths; `per_week` what the gap would need more."""

    share: int
    expected: int
    state: State
    year_end: int
    low: int
    high: int
    reached_on: date | None
    gap: int
    per_week: int


def days_in(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def days_gone(*, year: int, today: date) -> int:
    """Days of the year that are over or running: 0 before it, all of them after it."""
    if today.year != year:
        return days_in(year) if today.year > year else 0
    return today.timetuple().tm_yday


def expected_of(*, target: int | None, gone: int, length: int, percent: int = 100) -> int:
    """人次 that the straight line, or a share of it, asks for at the end of the day: whole ones, as nobody is counted in
    parts."""
    return (target or 0) * gone * percent // (length * 100)


def state_of(*, verified: int, target: int | None, gone: int, length: int, marks: Marks) -> State:
    if not target:
        return State.NO_TARGET
    yellow, red = (
        expected_of(target=target, gone=gone, length=length, percent=mark) for mark in (marks.yellow, marks.red)
    )
    if verified >= yellow:
        return State.OK
    return State.SLOW if verified >= red else State.LATE


def pace_of(*, year: int, today: date, verified: int, target: int, recent: Sequence[int], marks: Marks) -> Pace:
    """Where a line stands. `recent` are the 人次 of the last eight weeks; their slowest and fastest half give the
    range."""
    gone, length = days_gone(year=year, today=today), days_in(year)
    share = gone * 1000 // length
    year_end = _year_end(verified=verified, target=target, gone=gone, length=length)
    low, high = _range(verified=verified, left=length - gone, recent=recent, middle=year_end)
    return Pace(
        share=share,
        expected=expected_of(target=target, gone=gone, length=length),
        state=state_of(verified=verified, target=target, gone=gone, length=length, marks=marks),
        year_end=year_end,
        low=low,
        high=high,
        reached_on=_reached(year=year, verified=verified, target=target, gone=gone),
        gap=max(0, target - year_end),
        per_week=_per_week(gap=max(0, target - year_end), left=length - gone),
    )


def _year_end(*, verified: int, target: int, gone: int, length: int) -> int:
    """Where the average speed leads, rounded; rounding alone never reaches a target."""
    if not gone:
        return 0
    rounded = (2 * verified * length + gone) // (2 * gone)
    return min(rounded, target - 1) if verified * length < target * gone else rounded


def _range(*, verified: int, left: int, recent: Sequence[int], middle: int) -> tuple[int, int]:
    weeks = sorted(recent)
    if not weeks or not left:
        return middle, middle
    half = max(1, len(weeks) // 2)
    slow, fast = sum(weeks[:half]) / half, sum(weeks[-half:]) / half
    low, high = verified + int(slow * left / 7), verified + int(fast * left / 7)
    return min(low, middle), max(high, middle)


def _reached(*, year: int, verified: int, target: int, gone: int) -> date | None:
    """The day on which this year's average speed reaches the target, if it is one of this year's."""
    if not verified or not gone:
        return None
    needed = -(-target * gone // verified)
    return date(year, 1, 1) + timedelta(days=needed - 1) if needed <= days_in(year) else None


def _per_week(*, gap: int, left: int) -> int:
    return -(-gap * 7 // left) if gap and left else 0
