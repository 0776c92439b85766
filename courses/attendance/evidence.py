"""Appending evidence and bringing the derived attendance up to it, in one transaction.

The database decides: unique constraints say what may stand once, and a row that lost a race is read back, not retried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from courses.attendance.derive import Derived, derive
from courses.models import Attendance, Evidence, Lesson
from courses.people.numbers import fresh
from courses.policy import Policy

COLUMNS = (
    "receipt",
    "lesson_id",
    "learner_id",
    "enrolment_id",
    "kind",
    "direction",
    "strength",
    "origin",
    "round",
    "happened_at",
    "claimed_at",
    "received_at",
    "offset_ms",
    "ticket",
    "device",
    "pairing",
    "by_id",
    "reason",
    "note",
    "supersedes_id",
)
INSERT = (
    f"INSERT INTO courses_evidence ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))}) "  # noqa: S608
    "ON CONFLICT DO NOTHING RETURNING id"
)
FIRST_ATTENDANCE = (
    "INSERT INTO courses_attendance (lesson_id, learner_id, enrolment_id, status, in_at, out_at, minutes, missing, "
    "round, by_hand, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class Appended:
    row: Evidence
    derived: Derived


def append(
    *, row: Evidence, lesson: Lesson, policy: Policy, known: Attendance | None, now: datetime
) -> Appended | None:
    """Insert one row and derive anew; None when a unique constraint says that it stands already.

    `known` is the attendance as read before: without one there was no evidence either, so two statements do. When one
    exists, or a rival wrote it meanwhile, it is locked first and derived from all rows. Whatever can be made ready is
    made ready before the transaction begins: where the database has one writer, others wait for the disk and for
    nothing else. A row that does not say where it was made is of the place that its kind comes from.
    """
    values = _evidence_values(row)
    derived = derive(evidence=[row], lesson=lesson, policy=policy)
    first = _attendance_values(row, derived, now)
    with transaction.atomic(savepoint=False):
        if known is not None:
            lock(lesson_id=row.lesson_id, learner_id=row.learner_id)
        if not _insert(row, values):
            return None
        if known is None:
            if _first_attendance(first):
                return Appended(row, derived)
            lock(lesson_id=row.lesson_id, learner_id=row.learner_id)
        return Appended(row, rederive(lesson=lesson, learner_id=row.learner_id, policy=policy, now=now))


def _evidence_values(row: Evidence) -> list[Any]:
    row.receipt = row.receipt or fresh(prefix="R", length=11)
    row.origin = row.origin or Evidence.ORIGINS.get(row.kind, Evidence.Origin.TRAINER)
    return [_adapted(Evidence, column, getattr(row, column)) for column in COLUMNS]


def _attendance_values(row: Evidence, derived: Derived, now: datetime) -> list[Any]:
    return [
        row.lesson_id,
        row.learner_id,
        row.enrolment_id,
        derived.status,
        _adapted(Attendance, "in_at", derived.in_at),
        _adapted(Attendance, "out_at", derived.out_at),
        derived.minutes,
        _adapted(Attendance, "missing", list(derived.missing)),
        derived.round,
        derived.by_hand,
        _adapted(Attendance, "changed_at", now),
    ]


def _adapted(model: type[Model], column: str, value: object) -> Any:
    field: Any = model._meta.get_field(column)
    return field.get_db_prep_save(value, connection)


def _insert(row: Evidence, values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk = found[0]
    row._state.adding = False
    return True


def _first_attendance(values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(FIRST_ATTENDANCE, values)
        return bool(cursor.rowcount == 1)


def lock(*, lesson_id: int, learner_id: int) -> None:
    """Hold the attendance row until the end of the transaction; SQLite's write transaction is already that lock."""
    list(
        Attendance.objects.select_for_update(of=("self",))
        .filter(lesson_id=lesson_id, learner_id=learner_id)
        .values_list("pk")
    )


def rows_of(*, lesson_id: int, learner_id: int) -> Sequence[Evidence]:
    return list(Evidence.objects.filter(lesson_id=lesson_id, learner_id=learner_id).order_by("pk"))


def rederive(*, lesson: Lesson, learner_id: int, policy: Policy, now: datetime) -> Derived:
    """Derive from every row and store it; the only other writer of `Attendance` is the first insert above."""
    rows = rows_of(lesson_id=lesson.pk, learner_id=learner_id)
    derived = derive(evidence=rows, lesson=lesson, policy=policy)
    Attendance.objects.update_or_create(
        lesson=lesson,
        learner_id=learner_id,
        defaults={
            "enrolment_id": next((row.enrolment_id for row in reversed(rows) if row.enrolment_id), None),
            "status": derived.status,
            "in_at": derived.in_at,
            "out_at": derived.out_at,
            "minutes": derived.minutes,
            "missing": list(derived.missing),
            "round": derived.round,
            "by_hand": derived.by_hand,
            "changed_at": now,
        },
    )
    return derived
