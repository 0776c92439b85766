"""The year's tally over a ledger of a million lines against the bare look-up of the roll-up; runs in the crowd."""

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

from django.db import connection

from courses import ledger, tally
from courses.models import District, Institution, ProgrammeKind
from courses.policy import local_date

CLASS_SIZE = 30
YEARS = 3
TIMES = 9
CATEGORIES = ("", "farmer", "grad", "student", "employee", "owner", "unemployed", "veteran", "disabled")
AGE_BANDS = ("16-20", "21-30", "31-40", "41-50", "51-60", "61+")
EDUCATION = ("", "10", "20", "30", "40", "60", "70")
OCCUPATIONS = ("", *(f"trade-{number}" for number in range(40)))
LOOK_UP = """
SELECT year, line, district, month, SUM(count) FROM courses_dailytotal
 WHERE year IN (%s, %s) GROUP BY year, line, district, month
"""


def load(*, rows: int) -> float:
    """Enter the lines as an opening batch; the seconds that it took."""
    began, now = time.perf_counter(), datetime.now(UTC)
    ledger.load_opening_batch(
        rows=lines(rows, today=local_date(now)),
        source="measuring",
        total=rows,
        file_hash=hashlib.sha256(str(rows).encode()).hexdigest(),
        by=None,
        now=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - began


def lines(rows: int, *, today: date) -> Iterator[ledger.BatchRow]:
    """Classes of 30 over the last three years, as classes end: many lines of one day, district, institution and
    kind, of people of every sort."""
    random = Random(7)  # the same lines each time
    districts = list(District.objects.values_list("key", flat=True)) or ["zhifu"]
    institutions = list(Institution.objects.values_list("number", flat=True)) or ["J001"]
    kinds = list(ProgrammeKind.objects.values_list("key", "line"))
    for number in range(rows):
        if number % CLASS_SIZE == 0:
            ended = today - timedelta(days=random.randrange(365 * YEARS))
            posted = min(today, ended + timedelta(days=random.randrange(20)))
            district, institution = random.choice(districts), random.choice(institutions)
            kind, line = random.choice(kinds)
            brand, online = random.choice(("", "", "lucai", "haigong")), random.choice((0, 0, 0, 40, 100))
            occupation, level = random.choice(OCCUPATIONS), random.choice(("", "3", "4", "5"))
        yield ledger.BatchRow(
            counted_on=ended,
            posted_on=posted,
            line=line,
            district=district,
            institution=institution,
            kind=kind,
            person=UUID(int=random.getrandbits(128), version=4),
            claim_key=f"measuring:{kind}",
            brand=brand,
            occupation=occupation,
            level=level,
            online_share=online,
            category=random.choice(CATEGORIES),
            sex=random.choice("12"),
            age_band=random.choice(AGE_BANDS),
            education=random.choice(EDUCATION),
        )


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


def _look_up(year: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [year, year - 1])
        return list(cursor.fetchall())


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
