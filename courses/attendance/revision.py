"""Whether anything about lessons changed that a screen would show: one statement in place of their pictures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from courses import policy as policies
from courses.attendance.state import moment_of, phase_at
from courses.models import DoorRequest


class Revision(NamedTuple):
    """What the lesson itself says, and what its books hold."""

    lesson: tuple[object, ...]
    books: tuple[object, ...]


# By hand: put together from query sets it takes ten times as long, and hundreds of screens ask. Books that only grow
# are counted, not asked for their newest row: of two that are written at once the later number may be there first.
FACTS = """
SELECT l.code, l.status, l.starts_at, l.ends_at, l.wall_paused, l.counting_until, l.room,
       c.status AS class_status, c.policy_id AS policy_version, c.taken, c.arrivals,
       (SELECT COUNT(*) FROM courses_evidence e WHERE e.lesson_id = l.id) AS evidence_rows,
       (SELECT COUNT(*) FROM courses_doorrequest d WHERE d.lesson_id = l.id) AS asked,
       (SELECT COUNT(*) FROM courses_doorrequest d WHERE d.lesson_id = l.id AND d.status = %s) AS asking,
       (SELECT COUNT(*) FROM courses_rollcall r WHERE r.lesson_id = l.id) AS calls,
       EXISTS (SELECT 1 FROM courses_rollcall r WHERE r.lesson_id = l.id AND r.ends_at > %s) AS calling
  FROM courses_lesson l
  JOIN courses_trainingclass c ON c.id = l.training_class_id
 WHERE l.code IN ({places})
"""


class _Lesson(NamedTuple):
    status: str
    starts_at: datetime
    ends_at: datetime
    wall_paused: bool
    counting_until: datetime | None
    room: str


def revisions(*, codes: Sequence[int], now: datetime) -> dict[int, Revision]:
    """By the code of the lesson. Two of one lesson are equal when nothing was appended, decided or begun in between.

    What only the clock changes is in it by the minute, the phase of the lesson and a running roll-call to the second.
    """
    at = connection.ops.adapt_datetimefield_value(now)
    asked = FACTS.format(places=", ".join(["%s"] * len(codes)))
    with connection.cursor() as cursor:
        cursor.execute(asked, [DoorRequest.Status.OPEN, at, *codes])
        return {row[0]: _told(row[1:], now) for row in cursor.fetchall()}


def _told(row: tuple[Any, ...], now: datetime) -> Revision:
    status, starts_at, ends_at, paused, counting_until, room, class_status, pinned, *books = row
    counting_until = moment_of(counting_until)
    held = _Lesson(status, moment_of(starts_at), moment_of(ends_at), bool(paused), counting_until, room)
    policy = policies.current(on=policies.local_date(now)) if pinned is None else policies.of_pinned(version_id=pinned)
    phase = phase_at(lesson=held, class_status=class_status, policy=policy, now=now)
    counting = counting_until is not None and now < counting_until
    minute = int(now.timestamp()) // 60
    return Revision((str(phase), counting, *held, class_status, pinned, minute), tuple(books))
