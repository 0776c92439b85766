"""Totals kept beside the entries, in the same transaction; each can be proved by counting the entries anew.

DailyTotal      人次 by posting day, year, month, line, district, institution, kind, brand
DailyBreakdown  人次 by posting day, year, line, district and one further dimension
PersonCount     how often one person is counted in a year and line, within a district and in the city
HeadCount       人: how many persons that makes
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from courses.ledger import locks
from courses.models import CountEntry, DailyBreakdown, DailyTotal, HeadCount, PersonCount

CITY = "city"
# Each further dimension, and its value as the database reads it off an entry.
DIMENSIONS = {
    "category": "category",
    "sex": "sex",
    "age_band": "age_band",
    "education": "education",
    "occupation": "occupation",
    "level": "level",
    "project": "project",
    "proof": "proof",
    "online": "CASE WHEN online_share = 0 THEN 'offline' WHEN online_share >= 100 THEN 'online' ELSE 'blended' END",
}
TOTAL_KEY = ("year", "line", "district", "month", "institution", "kind", "brand", "posted_on")
BREAKDOWN_KEY = ("year", "line", "district", "dimension", "value", "posted_on")


def add(entry: CountEntry) -> None:
    """Bring every roll-up up to one entry, always in the same order, so that two posts cannot wait for each other."""
    _upsert("courses_dailytotal", TOTAL_KEY, [getattr(entry, name) for name in TOTAL_KEY], "count", entry.amount)
    for dimension in DIMENSIONS:
        key = [entry.year, entry.line, entry.district, dimension, _value(entry, dimension), entry.posted_on]
        _upsert("courses_dailybreakdown", BREAKDOWN_KEY, key, "count", entry.amount)
    for scope in (CITY, entry.district):
        _count_person(entry, scope)


def _value(entry: CountEntry, dimension: str) -> str:
    if dimension != "online":
        return str(getattr(entry, dimension))
    return "offline" if entry.online_share == 0 else "online" if entry.online_share >= 100 else "blended"


def _upsert(table: str, key: Sequence[str], values: Sequence[Any], counter: str, amount: int) -> int:
    """One statement: insert the cell or add to it; gives the cell's new figure."""
    marks = ", ".join(["%s"] * (len(key) + 1))
    statement = (
        f"INSERT INTO {table} ({', '.join(key)}, {counter}) VALUES ({marks}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {counter} = {table}.{counter} + excluded.{counter} "
        f"RETURNING {counter}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, amount])
        return int(cursor.fetchone()[0])


def _count_person(entry: CountEntry, scope: str) -> None:
    """Only the step between none and one changes the number of people."""
    person = PersonCount._meta.get_field("person").get_db_prep_save(entry.person, connection)
    key = ("year", "line", "scope", "person")
    now = _upsert("courses_personcount", key, [entry.year, entry.line, scope, person], "count", entry.amount)
    step = 1 if (now, entry.amount) == (1, 1) else -1 if (now, entry.amount) == (0, -1) else 0
    if step:
        _upsert("courses_headcount", ("year", "line", "scope"), [entry.year, entry.line, scope], "people", step)


def rebuild_rollups() -> None:
    """Count every roll-up anew from the entries; after a load in bulk, or to repair after a difference was
    understood."""
    with transaction.atomic():
        locks.exclude()
        for model in (DailyTotal, DailyBreakdown, PersonCount, HeadCount):
            model.objects.all().delete()
        with connection.cursor() as cursor:
            for statement in rebuild_statements():
                cursor.execute(statement)


def rebuild_statements() -> list[str]:
    totals = ", ".join(TOTAL_KEY)
    entries = "courses_countentry"
    statements = [
        (
            f"INSERT INTO courses_dailytotal ({totals}, count) "  # noqa: S608
            f"SELECT {totals}, SUM(amount) FROM {entries} GROUP BY {totals}"
        ),
    ]
    statements += [
        f"INSERT INTO courses_dailybreakdown (year, line, district, dimension, value, posted_on, count) "  # noqa: S608
        f"SELECT year, line, district, '{dimension}', {value}, posted_on, SUM(amount) FROM {entries} "
        f"GROUP BY year, line, district, {value}, posted_on"
        for dimension, value in DIMENSIONS.items()
    ]
    statements += [
        f"INSERT INTO courses_personcount (year, line, scope, person, count) "  # noqa: S608
        f"SELECT year, line, {scope}, person, SUM(amount) FROM {entries} GROUP BY {group}"
        for scope, group in ((f"'{CITY}'", "year, line, person"), ("district", "year, line, district, person"))
    ]
    statements.append(
        "INSERT INTO courses_headcount (year, line, scope, people) SELECT year, line, scope, COUNT(*) "
        "FROM courses_personcount WHERE count > 0 GROUP BY year, line, scope"
    )
    return statements
