"""Substring search over one normalised column, filters, and what publishing a page does to its course."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict

from django.db import connection

from courses.catalogue.openings import Seats, open_query
from courses.models import Course, TrainingClass
from courses.policy import local_date

WORDS_MAX = 8
WORD_LENGTH_MAX = 40


class Filters(TypedDict, total=False):
    """What a reader asked for; keys of the editable lists, `month` as YYYY-MM. An empty value does not filter."""

    text: str
    district: str
    kind: str
    brand: str
    month: str
    has_seats: bool


def normalise(text: str) -> str:
    """One form for column and question: full-width to half-width, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(text: str) -> list[str]:
    words = unicodedata.normalize("NFKC", text).split()
    return [normalise(word[:WORD_LENGTH_MAX]) for word in words[:WORDS_MAX]]


@dataclass(frozen=True, slots=True)
class Soonest:
    """The open class that a listed course starts with next."""

    district_id: int
    starts_on: date
    venue_name: str
    seats: Seats


@dataclass(frozen=True, slots=True)
class Listed:
    """A found course: its names, 学时 in all, its soonest open class that fits and how many fit."""

    pk: int
    number: str
    name: str
    name_en: str
    kind_id: int
    brand_id: int | None
    hours: int
    openings: int
    soonest: Soonest | None


@dataclass(frozen=True)
class Found:
    """One page of the courses in order, and how many there are in all."""

    courses: list[Listed]
    total: int


# Classes that are open (the condition of `open_query`), each course's soonest first, and the courses in that order.
# One statement by hand: putting five queries together took longer than all else on the city's most visited page.
LISTED = """
WITH opening AS (
    SELECT k.course_id, k.district_id, k.starts_on, k.number, k.seats, k.taken, k.waiting, k.mode, v.name AS venue,
           ROW_NUMBER() OVER (PARTITION BY k.course_id ORDER BY k.starts_on, k.number) AS place,
           COUNT(*) OVER (PARTITION BY k.course_id) AS openings
    FROM courses_trainingclass k LEFT JOIN courses_venue v ON v.id = k.venue_id
    WHERE {classes}
)
SELECT c.id, c.number, c.name, c.name_en, c.kind_id, c.brand_id, c.hours_theory + c.hours_practice + c.hours_online,
       COALESCE(o.openings, 0), o.district_id, o.starts_on, o.venue, o.seats, o.taken, o.waiting, o.mode,
       COUNT(*) OVER ()
FROM courses_course c {join} opening o ON o.course_id = c.id AND o.place = 1
WHERE {courses}
ORDER BY o.starts_on IS NULL, o.starts_on, o.number, c.number
LIMIT %s OFFSET %s
"""
OPEN = "k.status = %s AND (k.enrol_until >= %s OR (k.enrol_until IS NULL AND k.starts_on >= %s))"


@dataclass
class Conditions:
    """Parts of a WHERE with their values, in order."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, part: str, *values: Any) -> None:
        self.parts.append(part)
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(self.parts)


def search(
    *,
    now: datetime,
    text: str = "",
    district: str = "",
    kind: str = "",
    brand: str = "",
    month: str = "",
    has_seats: bool = False,
    first: int = 0,
    limit: int = 1000,
) -> Found:
    """Published courses that hold every word of `text` anywhere and, if classes are filtered, one open class that fits.

    `month` is the month in which that class starts. Soonest start first, courses without an open class last; `limit`
    of them from place `first`, in one query. A page beyond the end is empty and still tells the total.
    """
    classes = _fitting(now=now, district=district, month=month, has_seats=has_seats)
    courses = _matching(text=text, kind=kind, brand=brand)
    join = "JOIN" if district or month or has_seats else "LEFT JOIN"
    # Only our own words go into the statement; what a reader asked for is a parameter.
    statement = LISTED.format(classes=classes, courses=courses, join=join)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*classes.values, *courses.values, limit, first])
        rows = cursor.fetchall()
        if not rows and first:
            cursor.execute(statement, [*classes.values, *courses.values, 1, 0])
            beyond = cursor.fetchall()
            return Found([], beyond[0][-1] if beyond else 0)
    return Found([_listed(row) for row in rows], rows[0][-1] if rows else 0)


def _matching(*, text: str, kind: str, brand: str) -> Conditions:
    matching = Conditions()
    matching.add("c.published_at IS NOT NULL")
    for word in words_of(text):
        matching.add("c.search_text LIKE %s ESCAPE '\\'", f"%{connection.ops.prep_for_like_query(word)}%")
    if kind:
        matching.add("c.kind_id = (SELECT id FROM courses_programmekind WHERE key = %s)", kind)
    if brand:
        matching.add("c.brand_id = (SELECT id FROM courses_brand WHERE key = %s)", brand)
    return matching


def _fitting(*, now: datetime, district: str, month: str, has_seats: bool) -> Conditions:
    day = connection.ops.adapt_datefield_value
    today = local_date(now)
    fitting = Conditions()
    moment = connection.ops.adapt_datetimefield_value(now)
    fitting.add(OPEN, TrainingClass.Status.ENROLLING.value, moment, day(today))
    if district:
        fitting.add("k.district_id = (SELECT id FROM courses_district WHERE key = %s)", district)
    if month:
        start, after = _span(month, today=today)
        fitting.add("k.starts_on >= %s AND k.starts_on < %s", day(start), day(after))
    if has_seats:
        fitting.add("k.taken < k.seats AND k.waiting = 0")
    return fitting


def _listed(row: tuple[Any, ...]) -> Listed:
    pk, number, name, name_en, kind, brand, hours, openings, *opening = row
    return Listed(pk, number, name, name_en, kind, brand, hours, openings, _soonest(*opening))


def _soonest(
    district: int | None,
    starts_on: date | str,
    venue: str | None,
    total: int,
    taken: int,
    waiting: int,
    mode: str,
    _all: int,
) -> Soonest | None:
    if district is None:
        return None
    # SQLite keeps a date as its text.
    starts = date.fromisoformat(starts_on) if isinstance(starts_on, str) else starts_on
    return Soonest(district, starts, venue or "", Seats.counted(total, taken, waiting, mode))


def loosened(*, now: datetime, filters: Filters) -> list[tuple[str, int]]:
    """For an empty result: each filter that, left out, finds something, with how many courses; most first."""
    counts = []
    for name in filters:
        rest = {key: value for key, value in filters.items() if key != name}
        counts.append((name, search(now=now, limit=1, **rest).total))  # type: ignore[arg-type]
    return sorted(((name, count) for name, count in counts if count), key=lambda pair: -pair[1])


def months(*, now: datetime) -> list[date]:
    """First days of the months in which a class that is open now starts."""
    starts = open_query(now=now).filter(course__published_at__isnull=False).order_by("starts_on")
    return sorted({day.replace(day=1) for day in starts.values_list("starts_on", flat=True).distinct()})


def mark_published(*, course: Course, now: datetime, extra: str = "") -> None:
    """The course has a live page: it is found, with the page's own words (`extra`) searchable. Keeps the first date."""
    if course.published_at is None:
        course.published_at = now
        course.save(update_fields=["published_at"])
    refresh_search_text(course=course, extra=extra)


def mark_unpublished(*, course: Course) -> None:
    """The page was taken down: the course is no longer found. Its classes and enrolments go on."""
    course.published_at = None
    course.save(update_fields=["published_at"])


def refresh_search_text(*, course: Course, extra: str = "") -> None:
    """Write the column anew from the course, its lists and its page; no word is found across two parts."""
    text = "\n".join(filter(None, (normalise(part) for part in (*_parts(course), extra))))
    if text != course.search_text:
        course.search_text = text
        course.save(update_fields=["search_text"])


def _parts(course: Course) -> Iterable[str]:
    yield from (course.number, course.name, course.name_en, course.audience, course.certificate)
    for entry in (course.kind, course.brand, course.occupation, course.level):
        if entry is not None:
            yield from (entry.name, entry.name_en)
    if course.occupation is not None:
        yield course.occupation.job


def _span(month: str, *, today: date) -> tuple[date, date]:
    """First day of the month and of the next. What is no month holds no day."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return today, today
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
