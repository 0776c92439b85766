"""人次 of a year by line, district and month, and of its last weeks: two looks at the roll-up, and no more."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from courses.models import Line
from courses.tally.settings import meets

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
WEEKS = 8


@dataclass(frozen=True)
class Cells:
    """人次 by (line, district): `months` of a year, and `weeks`, the last eight by day of posting, the latest last.

    `then` is by line what was posted by the same day of the year before. A line is that of a target: where two lines
    meet one target, the person-times of both stand under it, and `own` says what nothing counts twice.
    """

    months: dict[tuple[str, str, int], list[int]]
    then: dict[str, int]
    weeks: dict[tuple[str, str], list[int]]
    inside: bool = False

    @property
    def own(self) -> tuple[Line, ...]:
        return (Line.SKILLS,) if self.inside else LINES

    def year_of(self, line: str, year: int) -> tuple[int, ...]:
        """The months of all districts together."""
        return _sum(told for (of, _district, y), told in self.months.items() if (of, y) == (line, year))

    def district_of(self, line: str, district: str, year: int) -> tuple[int, ...]:
        return tuple(self.months.get((line, district, year), [0] * 12))

    def weeks_of(self, *, lines: Container[str] | None = None, district: str | None = None) -> tuple[int, ...]:
        wanted = self.own if lines is None else lines
        return _sum(
            (told for (of, where), told in self.weeks.items() if of in wanted and district in (None, where)), WEEKS
        )


def _sum(rows: Iterable[list[int]], length: int = 12) -> tuple[int, ...]:
    found = [0] * length
    for row in rows:
        found = [one + other for one, other in zip(found, row, strict=True)]
    return tuple(found)


def read_cells(*, year: int, place: str | None, day: date, is_dated: bool, inside: bool) -> Cells:
    """Months of this year and the year before, and the last eight weeks of this one: two looks at the roll-up.

    The first is the least that a tally can ask; the second reads by the index on the day of posting: eight weeks, and
    what of last year was posted after the same day of it. Taken off the year this gives `then`, without a look at the
    day of every cell.
    """
    where, dated = "", ""
    places: list[Any] = []
    days: list[Any] = []
    if place:
        where, places = " AND district = %s", [place]
    if is_dated:
        dated, days = " AND (year < %s OR posted_on <= %s)", [year, day]
    found = Cells(defaultdict(lambda: [0] * 12), defaultdict(int), defaultdict(lambda: [0] * WEEKS), inside)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line, district, year, month, SUM(count) FROM courses_dailytotal "  # noqa: S608
            f"WHERE year IN (%s, %s){where}{dated} GROUP BY year, line, district, month",
            [year - 1, year, *places, *days],
        )
        for line, district, of_year, month, told in cursor.fetchall():
            for target in meets(line=line, inside=inside):
                found.months[target, district, of_year][month - 1] += int(told)
                found.then[target] += int(told) if of_year < year else 0
        _add_weeks(cursor, found, year, where, places, day)
    return found


def _year_before(day: date) -> date:
    """The same day of the year before; of a leap day the one before it."""
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))


def _add_weeks(cursor: CursorWrapper, found: Cells, year: int, where: str, places: list[Any], day: date) -> None:
    first = day - timedelta(days=7 * WEEKS - 1)
    whens = "".join(f" WHEN posted_on < %s THEN {number}" for number in range(WEEKS - 1))
    ends = [first + timedelta(days=7 * number) for number in range(1, WEEKS)]
    cursor.execute(
        f"SELECT line, district, CASE{whens} ELSE {WEEKS - 1} END AS week, SUM(count) "  # noqa: S608
        f"FROM courses_dailytotal WHERE year = %s AND posted_on BETWEEN %s AND %s{where} GROUP BY line, district, week "
        f"UNION ALL SELECT line, '', {WEEKS}, SUM(count) "
        f"FROM courses_dailytotal WHERE year = %s AND posted_on BETWEEN %s AND %s{where} GROUP BY line",
        [*ends, year, first, day, *places, year - 1, _year_before(day) + timedelta(days=1), date.max, *places],
    )
    for line, district, week, told in cursor.fetchall():
        for target in meets(line=line, inside=found.inside):
            if week == WEEKS:
                found.then[target] -= int(told)
            else:
                found.weeks[target, district][week] += int(told)
