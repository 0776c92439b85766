"""Whether the clock of this machine still goes on from where this process last saw it.

Set back, it would take again what the wall showed an hour ago (trust-and-ux T11). Nobody scans the wall's code until
the clock has been put right or has come again to where it stood; teachers mark by hand meanwhile, and scan those who
stand before them.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

logger = logging.getLogger(__name__)
# Servers that differ by two seconds are borne by every window; beyond this a clock is wrong.
OFF_LIMIT = timedelta(seconds=5)


@dataclass(frozen=True)
class Seen:
    """The clock at the last look. `ticks`: seconds of a clock that nobody sets; `until`: where it stood when it was set
    back, and still has to come to."""

    wall: datetime
    ticks: float
    until: datetime | None = None


_seen: Seen | None = None


def begin(*, now: datetime, ticks: float) -> None:
    """Called once by what serves; where nobody has called, no clock is judged."""
    global _seen  # noqa: PLW0603  one clock for each process
    _seen = Seen(now, ticks)


def is_set_back(*, now: datetime, ticks: float) -> bool:
    """Whether what was made before may be taken for new: told in the log when it begins."""
    global _seen  # noqa: PLW0603
    if _seen is None:
        return False
    expected = _seen.wall + timedelta(seconds=ticks - _seen.ticks)
    until = _seen.until
    if expected - now > OFF_LIMIT:
        until = max(expected, until or expected)
        logger.error("clock set back", extra={"seconds": round((expected - now).total_seconds())})
    if until is not None and now >= until:
        until = None
    _seen = Seen(now, ticks, until)
    return until is not None
