"""The figures of a year: what is verified, by whom it is owed, and how it stands against the pace.

Read from roll-ups alone; `check_consistency` proves these equal to the entries. Verified, in training, enrolled and
pending are four different figures and stand apart. 人次 and 人 are never on one line.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Q, Sum

from courses.models import Completion, CountEntry, District, HeadCount, Line, PersonCount, TrainingClass
from courses.tally.integrity import Integrity, last_check
from courses.tally.pace import Pace, State, days_gone, days_in, expected_of, pace_of, state_of
from courses.tally.settings import is_inside, meets, met_by
from courses.tally.targets import targets_of

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
CITY = "city"
WEEKS = 8


@dataclass(frozen=True)
class Scope:
    """The whole city, or one district by its key."""

    district: str | None = None

    @property
    def heads(self) -> str:
        return self.district or CITY


@dataclass(frozen=True)
class LineTally:
    """`monthly` are 人次 by month of counting, `cumulative` their sums; `people` are 人."""

    line: Line
    target: int | None
    verified: int
    people: int
    expected_today: int | None
    pace: Pace | None
    monthly: tuple[int, ...]
    last_year: tuple[int, ...]
    weekly: tuple[int, ...]

    @property
    def lead(self) -> int:
        """How many 人次 ahead of the pace; negative behind it."""
        return self.verified - (self.expected_today or 0)

    @property
    def state(self) -> State:
        return self.pace.state if self.pace else State.NO_TARGET


@dataclass(frozen=True)
class DistrictLine:
    target: int | None
    verified: int
    expected: int
    state: State
    monthly: tuple[int, ...]

    @property
    def part(self) -> Fraction:
        """Share of the own target, unrounded: what the league is ranked by."""
        return Fraction(self.verified, self.target) if self.target else Fraction(-1)

    @property
    def tenths(self) -> int:
        """Share of the own target in thousandths, rounded down."""
        return self.verified * 1000 // self.target if self.target else 0


@dataclass(frozen=True)
class DistrictRow:
    rank: int
    district: District
    lines: dict[Line, DistrictLine]
    pending: int
    weekly: tuple[int, ...]


@dataclass(frozen=True)
class YearTally:
    """`enrolled`, `in_training` and `pending` are figures of now: None for a day that is past."""

    year: int
    as_of: date
    share: int
    lines: dict[Line, LineTally]
    districts: tuple[DistrictRow, ...]
    enrolled: int | None
    in_training: int | None
    pending: int | None
    integrity: Integrity


@dataclass(frozen=True)
class Cells:
    """人次 by (line, district): `months` of a year, and `weeks`, the last eight by day of posting, the latest last."""

    months: dict[tuple[str, str, int], list[int]]
    weeks: dict[tuple[str, str], list[int]]

    def year_of(self, line: str, year: int) -> tuple[int, ...]:
        """The months of all districts together."""
        return _sum(told for (of, _district, y), told in self.months.items() if (of, y) == (line, year))

    def district_of(self, line: str, district: str, year: int) -> tuple[int, ...]:
        return tuple(self.months.get((line, district, year), [0] * 12))

    def weeks_of(self, *, lines: Container[str] = LINES, district: str | None = None) -> tuple[int, ...]:
        return _sum(
            (told for (of, where), told in self.weeks.items() if of in lines and district in (None, where)), WEEKS
        )


def _sum(rows: Iterable[list[int]], length: int = 12) -> tuple[int, ...]:
    found = [0] * length
    for row in rows:
        found = [one + other for one, other in zip(found, row, strict=True)]
    return tuple(found)


def for_year(*, year: int, scope: Scope, as_of: date | None, today: date) -> YearTally:
    """The tally of a year as of the end of a day (by default today). Nine queries, whatever the ledger holds.

    Only 人 of a past day is read from the entries themselves, as heads do not add up over days.
    """
    day = min(as_of or today, today)
    inside = is_inside(year=year, day=day)
    cells = _cells(year, scope, day, is_dated=as_of is not None, inside=inside)
    targets = targets_of(year=year, as_of=as_of)
    gone = days_gone(year=year, today=day)
    now = _figures_of_now(scope) if as_of is None or as_of >= today else None
    people = _people(year, scope, as_of if as_of and as_of < today else None, inside=inside)
    pending = now.pending if now else {}
    return YearTally(
        year=year,
        as_of=day,
        share=gone * 1000 // days_in(year),
        lines={line: _line(line, year, scope, day, cells, targets, people) for line in LINES},
        districts=_districts(year, scope, cells, targets, gone, pending),
        enrolled=now.enrolled if now else None,
        in_training=now.in_training if now else None,
        pending=sum(pending.values()) if now else None,
        integrity=last_check(),
    )


def _cells(year: int, scope: Scope, day: date, *, is_dated: bool, inside: bool) -> Cells:
    """Months of this year and the year before, and the last eight weeks of this one: two looks at the roll-up.

    The first is the least that a tally can ask; the second reads eight weeks by the index on the day of posting.
    """
    months, where = "SELECT line, district, year, month, SUM(count) FROM courses_dailytotal WHERE year IN (%s, %s)", ""
    values: list[Any] = [year - 1, year]
    if scope.district:
        where, values = " AND district = %s", [*values, scope.district]
    if is_dated:
        where, values = f"{where} AND (year < %s OR posted_on <= %s)", [*values, year, day]
    found = Cells(defaultdict(lambda: [0] * 12), defaultdict(lambda: [0] * WEEKS))
    with connection.cursor() as cursor:
        cursor.execute(f"{months}{where} GROUP BY year, line, district, month", values)
        for line, district, of_year, month, told in cursor.fetchall():
            for target in meets(line=line, inside=inside):
                found.months[target, district, of_year][month - 1] += int(told)
        _add_weeks(cursor, found, year, scope, day, inside=inside)
    return found


def _add_weeks(cursor: CursorWrapper, found: Cells, year: int, scope: Scope, day: date, *, inside: bool) -> None:
    first = day - timedelta(days=7 * WEEKS - 1)
    whens = "".join(f" WHEN posted_on < %s THEN {number}" for number in range(WEEKS - 1))
    values: list[Any] = [first + timedelta(days=7 * number) for number in range(1, WEEKS)] + [first, day, year]
    where = ""
    if scope.district:
        where, values = " AND district = %s", [*values, scope.district]
    cursor.execute(
        f"SELECT line, district, CASE{whens} ELSE {WEEKS - 1} END AS week, SUM(count) "  # noqa: S608
        f"FROM courses_dailytotal WHERE posted_on BETWEEN %s AND %s AND year = %s{where} GROUP BY line, district, week",
        values,
    )
    for line, district, week, told in cursor.fetchall():
        for target in meets(line=line, inside=inside):
            found.weeks[target, district][week] += int(told)


def _people(year: int, scope: Scope, posted_by: date | None, *, inside: bool) -> dict[str, int]:
    """人 by line: the roll-up now; for a past day counted from the entries, as heads do not add up; nor do they over
    lines, where two meet one target."""
    if posted_by is None and inside:
        counted = PersonCount.objects.filter(year=year, scope=scope.heads, count__gt=0)
        return {
            line: counted.filter(line__in=met_by(line=line, inside=inside)).values("person").distinct().count()
            for line in LINES
        }
    if posted_by is None:
        rows = HeadCount.objects.filter(year=year, scope=scope.heads)
        return dict(rows.values_list("line", "people"))
    entries = CountEntry.objects.filter(year=year, posted_on__lte=posted_by)
    if scope.district:
        entries = entries.filter(district=scope.district)
    standing = entries.values("person").annotate(told=Sum("amount")).filter(told__gt=0).order_by()
    return {line: standing.filter(line__in=met_by(line=line, inside=inside)).count() for line in LINES}


@dataclass(frozen=True)
class OfNow:
    enrolled: int
    in_training: int
    pending: dict[str, int]


def _figures_of_now(scope: Scope) -> OfNow:
    """Those who hold a seat in a class to come, those in a class that runs, and completions on their way."""
    classes = TrainingClass.objects.all()
    waiting = Completion.objects.filter(status__in=(Completion.Status.PROPOSED, Completion.Status.SUBMITTED))
    if scope.district:
        classes = classes.filter(district__key=scope.district)
        waiting = waiting.filter(enrolment__training_class__district__key=scope.district)
    seats = classes.aggregate(
        enrolled=Sum("taken", filter=Q(status=TrainingClass.Status.ENROLLING), default=0),
        in_training=Sum(
            "taken", filter=Q(status__in=(TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING)), default=0
        ),
    )
    pending = waiting.values_list("enrolment__training_class__district__key").annotate(told=Count("pk")).order_by()
    return OfNow(seats["enrolled"], seats["in_training"], dict(pending))


def _line(
    line: Line,
    year: int,
    scope: Scope,
    day: date,
    cells: Cells,
    targets: dict[tuple[str, str], int],
    people: dict[str, int],
) -> LineTally:
    monthly, weekly = cells.year_of(line, year), cells.weeks_of(lines=(line,))
    verified = sum(monthly)
    target = targets.get((line, scope.district or ""))
    pace = pace_of(year=year, today=day, verified=verified, target=target, recent=weekly) if target else None
    return LineTally(
        line=line,
        target=target,
        verified=verified,
        people=people.get(line, 0),
        expected_today=pace.expected if pace else None,
        pace=pace,
        monthly=monthly,
        last_year=cells.year_of(line, year - 1),
        weekly=weekly,
    )


def _districts(
    year: int,
    scope: Scope,
    cells: Cells,
    targets: dict[tuple[str, str], int],
    gone: int,
    pending: dict[str, int],
) -> tuple[DistrictRow, ...]:
    """The league: by share of the own skills target, then of the entrepreneurship target, then by the list's order."""
    rows = District.objects.filter(key=scope.district) if scope.district else District.objects.all()
    found = []
    for district in rows:
        lines = {
            line: _district_line(cells, line, year, district.key, targets.get((line, district.key)), gone)
            for line in LINES
        }
        found.append((district, lines, pending.get(district.key, 0), cells.weeks_of(district=district.key)))
    found.sort(key=lambda row: tuple(-row[1][line].part for line in LINES))
    return tuple(DistrictRow(rank, *row) for rank, row in enumerate(found, start=1))


def _district_line(cells: Cells, line: Line, year: int, district: str, target: int | None, gone: int) -> DistrictLine:
    monthly = cells.district_of(line, district, year)
    verified = sum(monthly)
    return DistrictLine(
        target=target,
        verified=verified,
        expected=expected_of(target=target, gone=gone, length=days_in(year)),
        state=state_of(verified=verified, target=target, gone=gone, length=days_in(year)),
        monthly=monthly,
    )


def as_json(tally: YearTally) -> dict[str, Any]:
    """The same figures as plain values, for the command and the API."""
    return {
        "year": tally.year,
        "as_of": tally.as_of,
        "enrolled": tally.enrolled,
        "in_training": tally.in_training,
        "pending": tally.pending,
        "integrity": {"checked_at": tally.integrity.checked_at, "differences": tally.integrity.differences},
        "lines": [
            {
                "line": str(line),
                "target": row.target,
                "verified": row.verified,
                "people": row.people,
                "expected_today": row.expected_today,
            }
            for line, row in tally.lines.items()
        ],
        "districts": [
            {
                "district": row.district.key,
                "name": row.district.name,
                "line": str(line),
                "target": figures.target,
                "verified": figures.verified,
                "state": str(figures.state),
            }
            for row in tally.districts
            for line, figures in row.lines.items()
        ],
    }
