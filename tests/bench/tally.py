"""The year's tally over a ledger of a million lines against the bare look-up of the roll-up; runs in the crowd."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.db import connection

from courses import tally
from courses.policy import local_date

TIMES = 9
LOOK_UP = """
SELECT year, line, district, month, SUM(count) FROM courses_dailytotal
 WHERE year IN (%s, %s) GROUP BY year, line, district, month
"""


def measure() -> dict[str, Any]:
    """Milliseconds, the median of several, taken in turn."""
    today = local_date(datetime.now(UTC))
    whole: list[float] = []
    bare: list[float] = []
    for _ in range(TIMES):
        bare.append(_timed(lambda: _look_up(today.year)))
        whole.append(_timed(lambda: tally.for_year(year=today.year, scope=tally.Scope(), as_of=None, today=today)))
    return {
        "ms": median(whole),
        "look_up_ms": median(bare),
        "ratio": median(a / b for a, b in zip(whole, bare, strict=True)),
    }


def look_up_ms() -> float:
    """The bare look-up beside something else, the median of several."""
    year = local_date(datetime.now(UTC)).year
    return median(_timed(lambda: _look_up(year)) for _ in range(TIMES))


def _look_up(year: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [year, year - 1])
        return list(cursor.fetchall())


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
