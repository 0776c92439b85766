"""The ledger at the size of many years: every planted alteration is found, and a month closes in time.

Each alteration has a day of its own, so that one check tells of each whether it was found: the days that the seals name
must be exactly the days that were touched.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import chain
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection

from courses import ledger, tally
from courses.models import CountEntry, LedgerSeal
from tests import lines
from tests.append_only import lift, restore
from tests.factories import catalogue, people
from tests.races import Arena, Figures

THIS = "tests.drill.ledger"
ROWS, ALTERATIONS, MONTH_ROWS = 5_000_000, 200, 50_000
CHECK_SECONDS, CLOSE_SECONDS = 60, 60
# What the check may take is promised for a million rows.
CHECK_ROWS = 1_000_000
FIRST = date(2024, 1, 1)
MONTH = date(2025, 3, 1)
NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
COLUMNS = ("district", "institution", "kind", "category", "sex", "education", "claim_key", "reason", "class_number")


def run(arena: Arena, *, rows: int = ROWS, alterations: int = ALTERATIONS, month_rows: int = MONTH_ROWS) -> Figures:
    figures, crowd, database = Figures("ledger"), arena.crowd, arena.ground.name
    took = crowd.call(database, f"{THIS}:plant", rows=rows, alterations=alterations, month_rows=month_rows)
    figures.add(rows=rows + month_rows, load_s=took["load"], seal_s=took["seal"])
    closed = crowd.call(database, f"{THIS}:close")
    figures.add(month_entries=month_rows, close_s=closed["seconds"])
    figures.faults += closed["faults"]
    found = crowd.call(database, f"{THIS}:alter", alterations=alterations)
    figures.add(altered=alterations, found=found["found"], check_s=found["seconds"])
    figures.faults += found["faults"]
    if closed["seconds"] > CLOSE_SECONDS:
        figures.faults.append(f"a month of {month_rows} entries closed in {closed['seconds']} s")
    if found["seconds"] > CHECK_SECONDS * max(1, (rows + month_rows) / CHECK_ROWS):
        figures.faults.append(f"the seals were checked in {found['seconds']} s")
    return figures


def plant(*, rows: int, alterations: int, month_rows: int) -> dict[str, float]:
    """`rows` spread evenly over one day more than will be altered, then a full month, then every seal."""
    catalogue.policy()
    catalogue.district()
    began = time.monotonic()
    spread = (FIRST + timedelta(days=number % (alterations + 1)) for number in range(rows))
    month = (MONTH + timedelta(days=number % 28) for number in range(month_rows))
    lines.enter(lines.of_days(chain(spread, month)), total=rows + month_rows, now=NOW)
    loaded = time.monotonic()
    ledger.seal_through(day=date(2026, 5, 31), now=NOW)
    return {"load": round(loaded - began, 1), "seal": round(time.monotonic() - loaded, 1)}


def close(*, month: date = MONTH, now: datetime = NOW) -> dict[str, Any]:
    """Propose and confirm a full month; its files twice, its figures against the entries."""
    began = time.monotonic()
    first, second = people.user(), people.user()
    made = tally.propose_close(by=first, year=month.year, month=month.month, now=now)
    tally.confirm_close(by=second, close=made, seen=made.root, now=now)
    files = [{kind: file.sha256 for kind, file in tally.close_files(close=made).items()} for _ in range(2)]
    seconds = round(time.monotonic() - began, 2)
    told = {row[0]: row[2] for row in made.snapshot["figures"]["line"]}
    own = CountEntry.objects.filter(year=month.year, month=month.month)
    counted = {line: own.filter(line=line).count() for line in told}
    faults = [] if told == counted else [f"the close says {told}, the entries {counted}"]
    faults += [] if files[0] == files[1] else ["the files of one close differ"]
    return {"seconds": seconds, "faults": faults}


def alter(*, alterations: int) -> dict[str, Any]:
    """One deed a day, as somebody would who may do anything in the database; then one check."""
    touched = set()
    lift(connection)
    with connection.cursor() as cursor:
        for number in range(alterations):
            day = FIRST + timedelta(days=number)
            DEEDS[number % len(DEEDS)](cursor, day, number)
            touched.add(f"seal of ledger {day}")
    restore(connection)
    began = time.monotonic()
    named = {name for name, _what in ledger.verify_seals(book=LedgerSeal.Book.LEDGER)}
    seconds = round(time.monotonic() - began, 1)
    faults = [f"{name} was altered and not found" for name in sorted(touched - named)]
    faults += [f"{name} was named and not altered" for name in sorted(named - touched)]
    said = _commanded()
    faults += [f"{name} was altered and check_consistency says nothing" for name in sorted(touched) if name not in said]
    return {"found": len(touched & named), "seconds": seconds, "faults": faults}


def _commanded() -> str:
    """What the nightly command names; nothing where it ends as though no row differed."""
    said = StringIO()
    try:
        call_command("check_consistency", stdout=StringIO(), stderr=said)
    except CommandError:
        return said.getvalue()
    return ""


def _two_of(cursor: Any, day: date) -> list[int]:
    cursor.execute("SELECT id FROM courses_countentry WHERE posted_on = %s ORDER BY id LIMIT 2", [day])
    return [row[0] for row in cursor.fetchall()]


def _change(cursor: Any, day: date, number: int) -> None:
    column = COLUMNS[number // len(DEEDS) % len(COLUMNS)]
    statement = f"UPDATE courses_countentry SET {column} = 'x' WHERE id = %s"
    cursor.execute(statement, _two_of(cursor, day)[:1])


def _drop(cursor: Any, day: date, number: int) -> None:
    (gone, *_rest) = _two_of(cursor, day)
    cursor.execute("DELETE FROM courses_countclaim WHERE entry_id = %s", [gone])
    cursor.execute("DELETE FROM courses_countentry WHERE id = %s", [gone])


def _insert(cursor: Any, day: date, number: int) -> None:
    """A copy of a line, slipped into its day."""
    columns = [field.column for field in CountEntry._meta.concrete_fields if field.column not in ("id", "code")]
    names = ", ".join(columns)
    cursor.execute(
        f"INSERT INTO courses_countentry (code, {names}) SELECT %s, {names} FROM courses_countentry WHERE id = %s",
        [f"LX{number:08d}", _two_of(cursor, day)[0]],
    )


def _reorder(cursor: Any, day: date, number: int) -> None:
    """Two lines change places, everything else as it was."""
    one, other = _two_of(cursor, day)
    columns = [field.column for field in CountEntry._meta.concrete_fields if field.column != "id"]
    cursor.execute(
        f"SELECT {', '.join(columns)} FROM courses_countentry WHERE id IN (%s, %s) ORDER BY id", [one, other]
    )
    first, second = cursor.fetchall()
    cursor.execute("UPDATE courses_countentry SET code = 'moving' WHERE id = %s", [one])
    sets = ", ".join(f"{column} = %s" for column in columns)
    cursor.execute(f"UPDATE courses_countentry SET {sets} WHERE id = %s", [*first, other])
    cursor.execute(f"UPDATE courses_countentry SET {sets} WHERE id = %s", [*second, one])


DEEDS: tuple[Callable[[Any, date, int], None], ...] = (_change, _drop, _insert, _reorder)
