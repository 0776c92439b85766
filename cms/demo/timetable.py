"""When the demo's classes meet: lessons of a pattern that add up to a course's hours in the classroom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cms.demo.files import course_texts
from courses.classes import LessonPlan
from courses.models import Course, Lesson
from courses.policy import CITY_TIME

HOUR = 45
OPENS, SHUTS = 9, 18
SHORTEST = 45
# How a part is called that no lesson holds; a week to count lessons in, as every week of a pattern has the same.
ONLINE = "线上"
MONDAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Pattern:
    """Weekdays (Monday is 0) and the meetings of such a day: when they begin, how many minutes they last."""

    weekdays: frozenset[int]
    meetings: tuple[tuple[time, int], ...]


WHOLE_DAY = ((time(8, 30), 180), (time(13, 30), 180))
PATTERNS = {
    "mornings": Pattern(frozenset({0, 2, 4}), ((time(8, 30), 180),)),
    "afternoons": Pattern(frozenset({1, 3}), ((time(14, 0), 180),)),
    "evenings": Pattern(frozenset({0, 2, 4}), ((time(18, 30), 150),)),
    "days": Pattern(frozenset(range(5)), WHOLE_DAY),
    "weekends": Pattern(frozenset({5, 6}), WHOLE_DAY),
}


def office_hours(at: datetime) -> datetime:
    """The same moment, or the next one at which somebody sits in the office."""
    there = at.astimezone(CITY_TIME)
    if there.hour >= SHUTS:
        there += timedelta(days=1)
    return there if OPENS <= there.hour < SHUTS else there.replace(hour=OPENS)


def last_office_hours(at: datetime) -> datetime:
    """The same moment, or the last one before it at which somebody sat in the office."""
    there = at.astimezone(CITY_TIME)
    if there.hour < OPENS:
        there -= timedelta(days=1)
    return there if OPENS <= there.hour < SHUTS else there.replace(hour=SHUTS - 1)


def lessons_from(*, course: Course, pattern: str, start: date) -> list[LessonPlan]:
    """From the first fitting day on or after `start`."""
    return _titled(course, list(_meetings(PATTERNS[pattern], start, course)))


def lessons_until(*, course: Course, pattern: str, end: date) -> list[LessonPlan]:
    """The latest run that is over by the evening of `end`."""
    start = end
    while True:
        lessons = lessons_from(course=course, pattern=pattern, start=start)
        if lessons[-1].ends_at.astimezone(CITY_TIME).date() <= end:
            return lessons
        start -= timedelta(days=1)


def lessons_around(*, course: Course, pattern: str, start: date, now: datetime) -> list[LessonPlan]:
    """A run whose meeting of today began at the last full half hour, so that a wall and a roster are alive."""
    lessons = lessons_from(course=course, pattern=pattern, start=start)
    today = now.astimezone(CITY_TIME).date()
    begun = now.astimezone(CITY_TIME).replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    others = [plan for plan in lessons if plan.starts_at.astimezone(CITY_TIME).date() != today]
    before = [plan for plan in others if plan.starts_at < begun]
    live = LessonPlan(title="", starts_at=begun, ends_at=begun + timedelta(minutes=180))
    after = [plan for plan in others if plan.starts_at > begun][: len(lessons) - len(before) - 1]
    return _titled(course, [(plan.starts_at, plan.ends_at) for plan in (*before, live, *after)])


def in_lessons(*, course: Course, pattern: str) -> list[str]:
    """Of each part of the course, in which lessons of a class it begins or goes on: 1–3, 4; 线上 for what is learnt at
    home. A lesson belongs to the part that it begins in, as its title says."""
    meetings = _meetings(PATTERNS[pattern], MONDAY, course)
    lengths = [int((ends_at - starts_at).total_seconds() // 60) for starts_at, ends_at in meetings]
    begins = [sum(lengths[:place]) for place in range(len(lengths))]
    rows, since = [], 0
    for text, hours in _plan_of(course):
        if text.startswith(ONLINE):
            rows.append(ONLINE)
            continue
        until = since + hours * HOUR
        own = [number for number, at in enumerate(begins, 1) if since <= at < until]
        first, last = (own[0], own[-1]) if own else (sum(at <= since for at in begins),) * 2
        rows.append(f"{first}–{last}" if last > first else f"{first}")
        since = until
    return rows


def _meetings(pattern: Pattern, start: date, course: Course) -> Iterator[tuple[datetime, datetime]]:
    """Theory first, then practice; no meeting holds something of both."""
    slots = _slots(pattern, start)
    for hours in (course.hours_theory, course.hours_practice):
        left = hours * HOUR
        while left > 0:
            starts_at, longest = next(slots)
            length = left if left < longest + SHORTEST and left <= 180 else min(longest, left)
            yield starts_at, starts_at + timedelta(minutes=length)
            left -= length


def _slots(pattern: Pattern, day: date) -> Iterator[tuple[datetime, int]]:
    while True:
        for begins, longest in pattern.meetings if day.weekday() in pattern.weekdays else ():
            yield datetime.combine(day, begins, CITY_TIME), longest
        day += timedelta(days=1)


def _titled(course: Course, meetings: list[tuple[datetime, datetime]]) -> list[LessonPlan]:
    """Each meeting is named for the part of the course that it falls into; theory comes first."""
    parts = _parts(course)
    plans, spent = [], 0
    for number, (starts_at, ends_at) in enumerate(meetings, start=1):
        title = next((text for until, text in parts if spent < until), f"第 {number} 次课")
        part = Lesson.Part.THEORY if spent < course.hours_theory * HOUR else Lesson.Part.PRACTICE
        plans.append(LessonPlan(title=title[:60], starts_at=starts_at, ends_at=ends_at, part=part))
        spent += int((ends_at - starts_at).total_seconds() // 60)
    return plans


def _parts(course: Course) -> list[tuple[int, str]]:
    """(minutes in the classroom from the beginning at which a part ends, its short name)."""
    found, until = [], 0
    for text, hours in _plan_of(course):
        if not text.startswith(ONLINE):
            until += hours * HOUR
            found.append((until, text.partition("：")[0]))
    return found


def _plan_of(course: Course) -> list[tuple[str, int]]:
    return [(text, hours) for text, hours in course_texts().get(course.number, {}).get("plan", [])]
