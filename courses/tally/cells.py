"""What the roll-ups hold of a year: 人次 by line, district and month, of its last weeks, by what they rest on, and 人.
One statement."""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from courses.models import CountEntry, Line
from courses.tally.settings import meets

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
WEEKS = 8


@dataclass(frozen=True)
class Proofs:
    """人次 of both lines by what the presence behind them rests on, as frozen on each line of the ledger."""

    scan: int
    all: int

    @property
    def tenths(self) -> int | None:
        """The share that rests on scans alone, in thousandths rounded down; None where nothing is counted."""
        return self.scan * 1000 // self.all if self.all > 0 else None

    def __add__(self, other: "Proofs") -> "Proofs":
        return Proofs(self.scan + other.scan, self.all + other.all)


@dataclass(frozen=True)
class Cells:
    """人次 by line and what else a name says: `months` of two years with their sums over all districts in `years`, and
    the last eight weeks by day of posting, the latest last, by line in `weeks` and by district in `district_weeks`.

    `then` is by line what was posted by the same day of the year before, `proofs` is by district, `people` are 人 of
    now by line of the ledger. Another line is that of a target: where two lines meet one target, the person-times of
    both stand under it, and `own` says what nothing counts twice.
    """

    inside: bool
    months: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(_year))
    years: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(_year))
    weeks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(_eight))
    district_weeks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(_eight))
    then: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    proofs: dict[str, Proofs] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    @property
    def own(self) -> tuple[Line, ...]:
        return (Line.SKILLS,) if self.inside else LINES

    def year_of(self, line: str, year: int) -> tuple[int, ...]:
        """The months of all districts together."""
        return tuple(self.years[line, year])

    def district_of(self, line: str, district: str, year: int) -> tuple[int, ...]:
        return tuple(self.months[line, district, year])


def _year() -> list[int]:
    return [0] * 12


def _eight() -> list[int]:
    return [0] * WEEKS


@dataclass(frozen=True)
class Asked:
    """Whose cells of which year, as they stood at the end of `day`; `is_dated` where that is not simply now."""

    year: int
    place: str | None
    scope: str
    day: date
    is_dated: bool

    @property
    def where(self) -> tuple[str, list[Any]]:
        return (" AND district = %s", [self.place]) if self.place else ("", [])

    @property
    def is_late(self) -> bool:
        """Whether less of last year was posted after the day than by it."""
        return self.day.month > 6


Part = tuple[str, list[Any]]
# What a row of the statement tells, beside the months, which bear their year.
WEEK, THEN, PROOF, PEOPLE = 1, 2, 3, 4


def read_cells(asked: Asked, *, inside: bool) -> Cells:
    """Months of this year and the year before, the last eight weeks of this one, proofs and heads: what the roll-ups
    are asked in one statement, as each that is put together costs more than most of its parts do."""
    parts = [_months(asked), _weeks(asked), _then(asked), _proofs(asked), _people(asked)]
    found = Cells(inside)
    met = {line.value: meets(line=line, inside=inside) for line in Line}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _values in parts), [one for _sql, own in parts for one in own])
        rows = cursor.fetchall()
    for what, line, key, number, told in rows:
        if what == PEOPLE:
            found.people[line] = told
        elif what == PROOF:
            of_scans = told if line == CountEntry.Proof.SCAN else 0
            found.proofs[key] = found.proofs.get(key, Proofs(0, 0)) + Proofs(of_scans, told)
        else:
            for target in met[line]:
                if what > PEOPLE:
                    found.months[target, key, what][number - 1] += told
                else:
                    _add(found, what, target, key, number, told)
    _sum_up(found, asked)
    return found


def _add(found: Cells, what: int, line: str, district: str, number: int, told: int) -> None:
    if what == THEN:
        found.then[line] += told
        return
    found.weeks[line][number] += told
    if line in found.own:
        found.district_weeks[district][number] += told


def _sum_up(found: Cells, asked: Asked) -> None:
    for (line, _district, year), months in found.months.items():
        whole = found.years[line, year]
        found.years[line, year] = [one + other for one, other in zip(whole, months, strict=True)]
        if year < asked.year and asked.is_late:
            found.then[line] += sum(months)


def _months(asked: Asked) -> Part:
    """The least that a tally can ask, and all that grows with the years."""
    where, places = asked.where
    dated, days = (" AND (year < %s OR posted_on <= %s)", [asked.year, asked.day]) if asked.is_dated else ("", [])
    sql = (
        "SELECT year AS what, line, district, month, SUM(count) AS told FROM courses_dailytotal "  # noqa: S608
        f"WHERE year IN (%s, %s){where}{dated} GROUP BY year, line, district, month"
    )
    return sql, [asked.year - 1, asked.year, *places, *days]


def _weeks(asked: Asked) -> Part:
    """By the index on the day of posting, which holds all that is asked: summed day by day in its order first, so that
    the weeks are told of days and not of every cell. PostgreSQL adds up sums as decimals, hence the cast."""
    where, places = asked.where
    first = asked.day - timedelta(days=7 * WEEKS - 1)
    whens = "".join(f" WHEN posted_on < %s THEN {number}" for number in range(WEEKS - 1))
    ends = [first + timedelta(days=7 * number) for number in range(1, WEEKS)]
    sql = (
        f"SELECT {WEEK}, line, district, CASE{whens} ELSE {WEEKS - 1} END AS week, "  # noqa: S608
        "CAST(SUM(told) AS bigint) FROM ("
        "SELECT posted_on, line, district, SUM(count) AS told FROM courses_dailytotal "
        f"WHERE year = %s AND posted_on BETWEEN %s AND %s{where} GROUP BY posted_on, line, district"
        ") days GROUP BY line, district, week"
    )
    return sql, [*ends, asked.year, first, asked.day, *places]


def _then(asked: Asked) -> Part:
    """What was posted of last year by the same day of it; late in the year, what was posted since, to be taken off."""
    where, places = asked.where
    sum_of, when = ("-SUM(told)", ">") if asked.is_late else ("SUM(told)", "<=")
    sql = (
        f"SELECT {THEN}, line, '', 0, CAST({sum_of} AS bigint) FROM ("  # noqa: S608
        "SELECT posted_on, line, SUM(count) AS told FROM courses_dailytotal "
        f"WHERE year = %s AND posted_on {when} %s{where} GROUP BY posted_on, line"
        ") days GROUP BY line"
    )
    return sql, [asked.year - 1, _year_before(asked.day), *places]


def _proofs(asked: Asked) -> Part:
    """Of the two lines that have targets, in the order of the index, which adds up as it goes."""
    where, places = asked.where
    dated, days = (" AND posted_on <= %s", [asked.day]) if asked.is_dated else ("", [])
    sql = (
        f"SELECT {PROOF}, value, district, 0, SUM(count) FROM courses_dailybreakdown "  # noqa: S608
        f"WHERE year = %s AND dimension = 'proof' AND line IN (%s, %s){where}{dated} GROUP BY value, district"
    )
    return sql, [asked.year, *(line.value for line in LINES), *places, *days]


def _people(asked: Asked) -> Part:
    sql = f"SELECT {PEOPLE}, line, '', 0, people FROM courses_headcount WHERE year = %s AND scope = %s"  # noqa: S608
    return sql, [asked.year, asked.scope]


def _year_before(day: date) -> date:
    """The same day of the year before; of a leap day the one before it."""
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
