"""Person-times that have no evidence here: the years before the service began, and measuring runs.

They are lines of an `OpeningBatch` and say so wherever a number is followed down.
"""

import calendar
import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from tempfile import TemporaryFile
from uuid import UUID

from django.db import connection
from django.db.models import Max, Sum

from cms.demo.chance import dice
from cms.demo.files import facts, table
from cms.demo.people import CATEGORIES, EDUCATION
from courses import ledger
from courses.models import CountEntry, LedgerSeal, Line, OpeningBatch, ProgrammeKind, Target, User
from courses.policy import local_date

BEFORE = "启用前台账（演示数据，按区市目标随机生成）"
MEASURE = "测量用（随机生成，不是真实人次）"
LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
AGE_BANDS = {"16-20": 3, "21-30": 22, "31-40": 33, "41-50": 25, "51-60": 16, "61+": 1}
AGAIN = 0.14
FIRST_AGAIN = 500
CACHE_KILOBYTES = 400_000
POSTED_AFTER = range(3, 9)
# The bits of a UUID that say that it was drawn.
ANY_UUID = ~(0xF << 76 | 0x3 << 62) & (1 << 128) - 1
UUID_4 = 4 << 76 | 2 << 62


@dataclass(frozen=True)
class Portion:
    """So many person-times of one line in one district, ending on the days from `first` to `last`."""

    line: str
    district: str
    number: int
    first: date
    last: date


def load_years_before(*, by: User, now: datetime, share: float) -> None:
    """Last year whole, and this year what the districts' pace of the picture leaves above the real completions."""
    today = local_date(now)
    for year in (today.year - 1, today.year):
        last = min(today, date(year, 12, 31))
        portions = _portions(year=year, last=last, is_past=year < today.year, share=share)
        _load(portions, source=f"{year} 年{BEFORE}", by=by, now=now, throw=dice("before", year))


def load_scale(*, number: int, by: User | None, now: datetime) -> OpeningBatch:
    """`number` person-times of this year, in one batch, spread like the year before."""
    today = local_date(now)
    shares = _targets(year=today.year)
    portions = []
    left, rest = number, sum(shares.values())
    for (line, district), share in shares.items():
        part = left * share // rest
        portions.append(Portion(line, district, part, date(today.year, 1, 1), today))
        left, rest = left - part, rest - share
    _widen_cache()
    return _load(portions, source=MEASURE, by=by, now=now, throw=dice("scale", OpeningBatch.objects.count(), number))


def _widen_cache() -> None:
    """A million random keys go through indexes larger than SQLite's usual two megabytes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")


def _portions(*, year: int, last: date, is_past: bool, share: float) -> list[Portion]:
    first = date(year, 1, 1)
    elapsed = ((last - first).days + 1) / (366 if calendar.isleap(year) else 365)
    tide = facts("tide")
    told = CountEntry.objects.filter(year=year).values_list("line", "district").annotate(told=Sum("amount"))
    real = {(line, district): number for line, district, number in told}
    portions = []
    for (line, district), amount in _targets(year=year).items():
        percent = tide["last_year"][line] if is_past else tide["pace"][line].get(district, 100)
        number = int(amount * percent * elapsed * share / 100) - real.get((line, district), 0)
        portions.append(Portion(line, district, max(0, number), first, last))
    return portions


def _targets(*, year: int) -> dict[tuple[str, str], int]:
    """人次 by line and district; a year without targets takes those of the latest year that has them."""
    known = Target.objects.filter(district__isnull=False, institution=None, brand=None, project=None)
    latest = known.filter(year__lte=year).aggregate(latest=Max("year"))["latest"] or year
    rows = known.filter(year=latest).order_by("version").values_list("line", "district__key", "amount")
    return {(line, district): amount for line, district, amount in rows}


def _load(portions: list[Portion], *, source: str, by: User | None, now: datetime, throw: Random) -> OpeningBatch:
    """Write the file, then enter it: its hash is that of its bytes."""
    today = local_date(now)
    sealed = LedgerSeal.objects.filter(book=LedgerSeal.Book.LEDGER).aggregate(day=Max("day"))["day"]
    sheet = Sheet(today=today, open_from=sealed + timedelta(days=1) if sealed else date.min)
    digest, total = hashlib.sha256(), 0
    with TemporaryFile("w+", encoding="utf-8", newline="") as file:
        for line in sheet.lines(portions, throw):
            file.write(line)
            digest.update(line.encode())
            total += 1
        file.seek(0)
        return ledger.load_opening_batch(
            rows=map(_row, file), source=source, total=total, file_hash=digest.hexdigest(), by=by, now=now
        )


_day = cache(date.fromisoformat)


def _row(line: str) -> ledger.BatchRow:
    cells = line.rstrip("\n").split(",")
    counted_on, posted_on, target, district, hall, kind, brand, key, occupation, level, share = cells[:11]
    person, category, sex, age_band, education = cells[11:]
    return ledger.BatchRow(
        counted_on=_day(counted_on),
        posted_on=_day(posted_on),
        line=target,
        district=district,
        institution=hall,
        kind=kind,
        brand=brand,
        claim_key=key,
        occupation=occupation,
        level=level,
        online_share=int(share),
        person=UUID(hex=person),
        category=category,
        sex=sex,
        age_band=age_band,
        education=education,
    )


@dataclass(frozen=True)
class Subject:
    """What a line says about its course: `cells` is kind, brand, claim key, occupation, level, online share."""

    claim_key: str
    cells: str


class Sheet:
    """Draws the lines of a batch's file. Some people come a second time, for something else."""

    def __init__(self, *, today: date, open_from: date) -> None:
        self.today, self.open_from = today, open_from
        self.institutions: dict[str, list[str]] = {}
        for row in table("institutions"):
            self.institutions.setdefault(row["district"], []).append(row["number"])
        self.subjects = {line: _subjects(line) for line in LINES}

    def lines(self, portions: list[Portion], throw: Random) -> Iterator[str]:
        categories, education, ages = (_weighted(known) for known in (CATEGORIES, EDUCATION, AGE_BANDS))
        sexes = ["1"] * 53 + ["2"] * 47
        seen: deque[tuple[str, str]] = deque()
        for portion in portions:
            days, weights = _days(portion)
            posted = {day: self._posted_on(day) for day in days}
            subjects, likely = self.subjects[Line(portion.line)]
            halls = self.institutions.get(portion.district, ["J001"])
            ends = throw.choices(days, cum_weights=weights, k=portion.number)
            for day, subject in zip(ends, throw.choices(subjects, cum_weights=likely, k=len(ends)), strict=True):
                person = _person(seen, subject.claim_key, throw)
                yield (
                    f"{day},{_one(posted[day], throw)},{portion.line},{portion.district},{_one(halls, throw)},"
                    f"{subject.cells},{person},{_one(categories, throw)},{_one(sexes, throw)},{_one(ages, throw)},"
                    f"{_one(education, throw)}\n"
                )

    def _posted_on(self, counted_on: date) -> list[str]:
        """Days later, never on a day whose books are closed, never after yesterday: a month that is over can be closed
        on the day on which the city is built."""
        after = (counted_on + timedelta(days=days) for days in POSTED_AFTER)
        last = self.today if counted_on == self.today else self.today - timedelta(days=1)
        return [max(min(day, last), self.open_from).isoformat() for day in after]


def _person(seen: deque[tuple[str, str]], key: str, throw: Random) -> str:
    """A new person, or one who was counted once for something else and is not asked a third time."""
    chance = throw.random()
    if chance < AGAIN and len(seen) > FIRST_AGAIN and seen[0][1] != key:
        return seen.popleft()[0]
    person = f"{throw.getrandbits(128) & ANY_UUID | UUID_4:032x}"
    if chance > 1 - AGAIN * 1.1:
        seen.append((person, key))
    return person


def _subjects(line: str) -> tuple[list[Subject], list[float]]:
    """Courses of the demo by how often their kind is held, with cumulative weights."""
    kinds = {row.key: row for row in ProgrammeKind.objects.all()}
    shares = facts("tide")["kinds"][line]
    rows = [row for row in table("courses") if row["kind"] in shares]
    weights = [shares[row["kind"]] / sum(other["kind"] == row["kind"] for other in rows) for row in rows]
    return [_subject(row, kinds[row["kind"]]) for row in rows], list(accumulate(weights))


def _subject(row: dict[str, str], kind: ProgrammeKind) -> Subject:
    if kind.module:
        key = f"module:{kind.module}"
    elif row["occupation"] and row["level"]:
        key = f"occupation:{row['occupation']}:{row['level']}"
    else:
        key = f"course:{row['number']}"
    hours = {name: int(row[f"hours_{name}"]) for name in ("theory", "practice", "online")}
    share = hours["online"] * 100 // sum(hours.values())
    return Subject(key, f"{kind.key},{row['brand']},{key},{row['occupation']},{row['level']},{share}")


def _days(portion: Portion) -> tuple[list[date], list[float]]:
    """Days on which classes end, by the depth of their month; seldom at a weekend."""
    months = facts("tide")["months"][portion.line]
    days = [portion.first + timedelta(days=step) for step in range((portion.last - portion.first).days + 1)]
    waves = dice("waves", portion.district, portion.line)
    swell = [waves.uniform(0.75, 1.3) for _month in range(12)]
    weights = [months[day.month - 1] * swell[day.month - 1] * (0.3 if day.weekday() > 4 else 1) for day in days]
    return days, list(accumulate(weights))


def _weighted(known: dict[str, int]) -> list[str]:
    return [key for key, number in known.items() for _each in range(number)]


def _one(pool: list[str], throw: Random) -> str:
    return pool[int(throw.random() * len(pool))]
