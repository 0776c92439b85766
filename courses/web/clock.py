"""Whether the clock of this machine still goes on from where it stood when the process began to serve.

Set back, it would take again what the wall showed an hour ago (trust-and-ux T11). Nothing is scanned until it has been
put right or the process begins anew; teachers mark by hand meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Servers that differ by two seconds are borne by every window; beyond this a clock is wrong.
OFF_LIMIT = timedelta(seconds=5)


@dataclass(frozen=True)
class Start:
    """`ticks`: seconds of a clock that nobody sets."""

    wall: datetime
    ticks: float


_start: Start | None = None


def begin(*, now: datetime, ticks: float) -> None:
    """Called once by what serves; where nobody has called, no clock is judged."""
    global _start  # noqa: PLW0603  one clock for each process
    _start = Start(now, ticks)


def set_back(*, now: datetime, ticks: float) -> timedelta:
    """How far `now` lies behind where the clock would be had nobody set it; zero where it goes on or ahead."""
    if _start is None:
        return timedelta()
    return max(timedelta(), _start.wall + timedelta(seconds=ticks - _start.ticks) - now)


def is_set_back(*, now: datetime, ticks: float) -> bool:
    return set_back(now=now, ticks=ticks) > OFF_LIMIT
