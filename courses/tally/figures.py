"""The figures of a year: what is verified, by whom it is owed, and how it stands against the pace.

Read from roll-ups alone; `check_consistency` proves these equal to the entries. Enrolled, in training, verified and
certified are four different figures and stand apart, with what is on its way beside them; each is of the classes that
end in the year. 人次 and 人 are never on one line.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import Sum

from courses.models import CountEntry, District, Line, PersonCount
from courses.tally.cells import LINES, Asked, Cells, Proofs, read_cells
from courses.tally.integrity import Integrity, last_check
from courses.tally.pace import Marks, Pace, State, days_gone, days_in, expected_of, pace_of, state_of
from courses.tally.settings import marks_of, met_by, rules_on
from courses.tally.stages import Stage, Stages, stages_now
from courses.tally.targets import targets_of

CITY = "city"


@dataclass(frozen=True)
class Scope:
    """The whole city, or one district by its key."""

    district: str | None = None

    @property
    def heads(self) -> str:
        return self.district or CITY


@dataclass(frozen=True)
class LineTally:
    """`monthly` are 人次 by month of counting; `then` those of last year that were posted by the same day of it; `people`
    are 人."""

    line: Line
    target: int | None
    verified: int
    people: int
    expected_today: int | None
    pace: Pace | None
    monthly: tuple[int, ...]
    last_year: tuple[int, ...]
    then: int
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
    """The figures of now are those of all its classes; `stages` tells them by line, own lines too."""

    rank: int
    district: District
    lines: dict[Line, DistrictLine]
    enrolled: int
    in_training: int
    pending: int
    rejected: int
    stages: dict[Line, Stage]
    proofs: Proofs
    weekly: tuple[int, ...]


@dataclass(frozen=True)
class YearTally:
    """`enrolled`, `in_training`, `pending`, `rejected` and `certified` are figures of now: None for a day that is
    past. They are of every class, also of kinds beside the targets; `stages` tells them by line, and is empty for a
    past day."""

    year: int
    as_of: date
    share: int
    lines: dict[Line, LineTally]
    districts: tuple[DistrictRow, ...]
    enrolled: int | None
    in_training: int | None
    pending: int | None
    rejected: int | None
    certified: int | None
    stages: dict[Line, Stage]
    proofs: Proofs
    integrity: Integrity
    marks: Marks


def for_year(*, year: int, scope: Scope, as_of: date | None, today: date) -> YearTally:
    """The tally of a year as of the end of a day (by default today). Six queries, whatever the ledger holds.

    Only 人 of a past day looks at entries themselves: those posted since.
    """
    day = min(as_of or today, today)
    rules = rules_on(year=year, day=day)
    asked = Asked(year, scope.district, scope.heads, day, is_dated=as_of is not None)
    cells, marks = read_cells(asked, inside=rules.entrepreneurship_in_skills), marks_of(rules)
    targets = targets_of(year=year, as_of=as_of)
    gone = days_gone(year=year, today=day)
    now = stages_now(year=year, district=scope.district) if as_of is None or as_of >= today else None
    whole = now.of() if now else None
    people = _people(year, scope, cells, as_of if as_of and as_of < today else None)
    return YearTally(
        year=year,
        as_of=day,
        share=gone * 1000 // days_in(year),
        lines={line: _line(line, year, scope, day, cells, targets, people, marks) for line in LINES},
        districts=_districts(year, scope, cells, targets, gone, now, marks),
        enrolled=whole.enrolled if whole else None,
        in_training=whole.in_training if whole else None,
        pending=whole.pending if whole else None,
        rejected=whole.rejected if whole else None,
        certified=whole.certified if whole else None,
        stages={line: now.of(line=line) for line in Line} if now else {},
        proofs=sum(cells.proofs.values(), Proofs(0, 0)),
        integrity=last_check(),
        marks=marks,
    )


def _people(year: int, scope: Scope, cells: Cells, posted_by: date | None) -> dict[str, int]:
    """人 by line: the roll-up; for a past day without those who came to be counted since.

    Heads do not add up over days, so the persons of the lines posted since are looked at one by one: as many as these
    days have brought, not as many as the ledger holds.
    """
    if cells.inside:
        return _people_of_both(year, scope, posted_by)
    if posted_by is None:
        return cells.people
    where = ""
    values: list[Any] = [year, posted_by]
    if scope.district:
        where, values = " AND district = %s", [*values, scope.district]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.line, SUM(CASE WHEN p.count > 0 THEN 1 ELSE 0 END) "  # noqa: S608
            "- SUM(CASE WHEN p.count > since.told THEN 1 ELSE 0 END) FROM "
            "(SELECT line, person, SUM(amount) AS told FROM courses_countentry "
            f"WHERE year = %s AND posted_on > %s{where} GROUP BY line, person) since "
            "JOIN courses_personcount p ON p.year = %s AND p.scope = %s "
            "AND p.line = since.line AND p.person = since.person GROUP BY p.line",
            [*values, year, scope.heads],
        )
        newer = dict(cursor.fetchall())
    return {line: people - int(newer.get(line, 0)) for line, people in cells.people.items()}


def _people_of_both(year: int, scope: Scope, posted_by: date | None) -> dict[str, int]:
    """人 where two lines meet one target: who is in both is one head, so heads of lines do not add up either."""
    if posted_by is None:
        heads = PersonCount.objects.filter(year=year, scope=scope.heads, count__gt=0)
        return {
            line: heads.filter(line__in=met_by(line=line, inside=True)).values("person").distinct().count()
            for line in LINES
        }
    entries = CountEntry.objects.filter(year=year, posted_on__lte=posted_by)
    if scope.district:
        entries = entries.filter(district=scope.district)
    standing = entries.values("person").annotate(told=Sum("amount")).filter(told__gt=0).order_by()
    return {line: standing.filter(line__in=met_by(line=line, inside=True)).count() for line in LINES}


def _line(
    line: Line,
    year: int,
    scope: Scope,
    day: date,
    cells: Cells,
    targets: dict[tuple[str, str], int],
    people: dict[str, int],
    marks: Marks,
) -> LineTally:
    monthly, weekly = cells.year_of(line, year), tuple(cells.weeks[line])
    verified = sum(monthly)
    target = targets.get((line, scope.district or ""))
    pace = None
    if target:
        pace = pace_of(year=year, today=day, verified=verified, target=target, recent=weekly, marks=marks)
    return LineTally(
        line=line,
        target=target,
        verified=verified,
        people=people.get(line, 0),
        expected_today=pace.expected if pace else None,
        pace=pace,
        monthly=monthly,
        last_year=cells.year_of(line, year - 1),
        then=cells.then[line],
        weekly=weekly,
    )


def _districts(
    year: int,
    scope: Scope,
    cells: Cells,
    targets: dict[tuple[str, str], int],
    gone: int,
    now: Stages | None,
    marks: Marks,
) -> tuple[DistrictRow, ...]:
    """The league: by share of the own skills target, then of the entrepreneurship target, then by the list's order."""
    rows = District.objects.filter(key=scope.district) if scope.district else District.objects.all()
    found = []
    for district in rows:
        lines = {
            line: _district_line(cells, line, year, district.key, targets.get((line, district.key)), gone, marks)
            for line in LINES
        }
        found.append((district, lines))
    found.sort(key=lambda row: tuple(-row[1][line].part for line in LINES))
    told = now or Stages()
    of_place = {district.key: told.of(district=district.key) for district, _lines in found}
    return tuple(
        DistrictRow(
            rank=rank,
            district=district,
            lines=lines,
            enrolled=of_place[district.key].enrolled,
            in_training=of_place[district.key].in_training,
            pending=of_place[district.key].pending,
            rejected=of_place[district.key].rejected,
            stages={line: told.of(line=line, district=district.key) for line in Line},
            proofs=cells.proofs.get(district.key, Proofs(0, 0)),
            weekly=tuple(cells.district_weeks[district.key]),
        )
        for rank, (district, lines) in enumerate(found, start=1)
    )


def _district_line(
    cells: Cells, line: Line, year: int, district: str, target: int | None, gone: int, marks: Marks
) -> DistrictLine:
    monthly = cells.district_of(line, district, year)
    verified = sum(monthly)
    return DistrictLine(
        target=target,
        verified=verified,
        expected=expected_of(target=target, gone=gone, length=days_in(year)),
        state=state_of(verified=verified, target=target, gone=gone, length=days_in(year), marks=marks),
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
        "rejected": tally.rejected,
        "certified": tally.certified,
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
        "stages": [{"line": str(line), **vars(stage)} for line, stage in tally.stages.items()],
        "districts": [
            {
                "district": row.district.key,
                "name": row.district.name,
                "line": str(line),
                "target": figures.target,
                "verified": figures.verified,
                "state": str(figures.state),
                "pending": row.stages[line].pending if tally.stages else None,
            }
            for row in tally.districts
            for line, figures in row.lines.items()
        ],
    }
