"""Ledgers of any size, entered the way a city enters its earlier years: the one loader of the bench and the drills.

`of_classes` are lines as classes bring them, `of_days` so many for every day; both are the same each time.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from courses import ledger
from courses.ledger import BatchRow
from courses.models import District, Institution, ProgrammeKind
from courses.policy import local_date

CLASS_SIZE, YEARS = 30, 3
CATEGORIES = ("", "farmer", "grad", "student", "employee", "owner", "unemployed", "veteran", "disabled")
AGE_BANDS = ("16-20", "21-30", "31-40", "41-50", "51-60", "61+")
EDUCATION = ("", "10", "20", "30", "40", "60", "70")
OCCUPATIONS = ("", *(f"trade-{number}" for number in range(40)))
DISTRICTS = ("zhifu", "laishan", "fushan")


def enter(rows: Iterable[BatchRow], *, total: int, now: datetime) -> float:
    """As one opening batch; the seconds that it took."""
    began = time.perf_counter()
    digest = hashlib.sha256(str(total).encode()).hexdigest()
    ledger.load_opening_batch(rows=rows, source="measuring", total=total, file_hash=digest, by=None, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - began


def load(*, rows: int) -> float:
    """The last three years' lines of the districts, institutions and kinds that there are; the seconds it took."""
    now = datetime.now(UTC)
    return enter(of_classes(rows, today=local_date(now)), total=rows, now=now)


def of_classes(rows: int, *, today: date) -> Iterator[BatchRow]:
    """Classes of 30 over the last three years, as classes end: many lines of one day, district, institution and
    kind, of people of every sort. What there is of these is read before the first line is drawn."""
    districts = list(District.objects.values_list("key", flat=True)) or ["zhifu"]
    institutions = list(Institution.objects.values_list("number", flat=True)) or ["J001"]
    kinds = list(ProgrammeKind.objects.values_list("key", "line"))
    return _drawn(rows, today, districts, institutions, kinds)


def _drawn(
    rows: int, today: date, districts: list[str], institutions: list[str], kinds: list[tuple[str, str]]
) -> Iterator[BatchRow]:
    random = Random(7)  # the same lines each time
    own: dict[str, Any] = {}
    for number in range(rows):
        if number % CLASS_SIZE == 0:
            ended = today - timedelta(days=random.randrange(365 * YEARS))
            kind, line = random.choice(kinds)
            own = {
                "counted_on": ended,
                "posted_on": min(today, ended + timedelta(days=random.randrange(20))),
                "line": line,
                "district": random.choice(districts),
                "institution": random.choice(institutions),
                "kind": kind,
                "claim_key": f"measuring:{kind}",
                "brand": random.choice(("", "", "lucai", "haigong")),
                "occupation": random.choice(OCCUPATIONS),
                "level": random.choice(("", "3", "4", "5")),
                "online_share": random.choice((0, 0, 0, 40, 100)),
            }
        yield BatchRow(
            **own,
            person=UUID(int=random.getrandbits(128), version=4),
            category=random.choice(CATEGORIES),
            sex=random.choice("12"),
            age_band=random.choice(AGE_BANDS),
            education=random.choice(EDUCATION),
        )


def of_days(days: Iterable[date]) -> Iterator[BatchRow]:
    """One line for each day that is given, every second of somebody who has one already."""
    for number, day in enumerate(days):
        yield BatchRow(
            counted_on=day,
            posted_on=day,
            line="entrepreneurship" if number % 4 == 0 else "skills",
            district=DISTRICTS[number % 3],
            institution=f"J{number % 60:03d}",
            kind="skill",
            person=UUID(int=number // 2 + 1),
            claim_key=f"module:{number}",
            category=("rural", "employee")[number % 2],
            sex=str(number % 2 + 1),
            education=str(number % 9),
        )
