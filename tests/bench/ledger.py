"""The ledger that is measured, and what is done at it; runs in the crowd."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import chain
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection

from courses import completion, exports, ledger
from courses.ledger import NEEDED
from courses.models import Completion
from courses.policy import local_date
from tests import lines
from tests.drill import chains
from tests.drill import ledger as drill
from tests.factories import people

# The month lies before the three years that the other lines are spread over.
YEARS_AGO, MONTH = lines.YEARS + 1, 3


def month() -> date:
    return date(local_date(datetime.now(UTC)).year - YEARS_AGO, MONTH, 1)


def load(*, rows: int, month_rows: int) -> float:
    """Three years of classes, and one full month before them; the seconds that it took."""
    now = datetime.now(UTC)
    full = (month() + timedelta(days=number % 28) for number in range(month_rows))
    both = chain(lines.of_classes(rows, today=local_date(now)), lines.of_days(full))
    return lines.enter(both, total=rows + month_rows, now=now)


def plant(*, approvals: int) -> list[int]:
    """So many completions, handed in and not approved, with the scans that they rest on; their ids."""
    call_command("load_reference", stdout=StringIO())
    # Of ten learners one lacks a scan.
    whole = chains.waiting(chains=-(-approvals // 45) * chains.SIZE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return whole[:approvals]


def approve(*, ids: list[int]) -> float:
    """Milliseconds of one approval with its line, its roll-ups and its claim: the median of these."""
    by, now = people.user(), datetime.now(UTC)
    took = []
    for row in Completion.objects.filter(pk__in=ids).select_related(*NEEDED).order_by("pk"):
        took.append(_ms(lambda row=row: completion.approve(by=by, completion=row, now=now)))
        if row.not_counted:
            raise RuntimeError(f"an approval did not count: {row.not_counted}")
    return median(took)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def close() -> dict[str, Any]:
    """The full month by two people, its files twice, after the night has sealed the days."""
    now = datetime.now(UTC)
    ledger.seal_through(day=local_date(now) - timedelta(days=1), now=now)
    return drill.close(month=month(), now=now)


def ask() -> str:
    """The full month's lines in line as a workbook; its number."""
    now = datetime.now(UTC)
    by = people.staff(role="city", now=now - timedelta(days=300))
    wanted = exports.Wanted("entries", "xlsx", {"year": month().year})
    return str(exports.take(by=by, wanted=wanted, now=now).export.number)
