"""A lesson that moves or is cancelled after somebody has come to it."""

from datetime import timedelta

import pytest

from courses import attendance, classes
from courses.attendance import Mark
from courses.models import Attendance, Evidence, Learner, Lesson
from tests.courses.attendance.conftest import Room, leave, scan
from tests.factories import people

pytestmark = pytest.mark.django_db


def move(room: Room, by: timedelta, minutes: float) -> list[attendance.Affected]:
    lesson = room.lesson
    request = classes.ask_change(
        by=people.user(), lesson=lesson, starts_at=lesson.starts_at + by, ends_at=lesson.ends_at + by,
        room=lesson.room, trainer=None, reason="停电", now=room.at(-9000),
    )  # fmt: skip
    return attendance.decide_change(by=people.user(), request=request, grant=True, answer="", now=room.at(minutes))


def state(learner: Learner) -> tuple[str, int]:
    row = Attendance.objects.get(learner=learner)
    return row.status, row.minutes


def test_a_scan_outside_the_new_window_is_kept_and_proves_nothing_and_the_learner_scans_again(room: Room) -> None:
    learner = room.learner()
    first = scan(room, learner, -20)
    [affected] = move(room, timedelta(hours=5), -10)
    assert (affected.learner_id, affected.was, affected.now) == (learner.pk, "awaiting", "unmarked")
    assert affected.scan_again
    assert Evidence.objects.get(receipt=first.number).superseded_by.kind == Evidence.Kind.MOVED
    second = scan(room, learner, 300)
    assert second.number != first.number
    leave(room, learner, 480)
    assert state(learner) == ("present", 180)
    assert list(attendance.differences(now=room.at(500))) == []


def test_a_scan_that_lies_in_the_new_window_too_counts_on(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, -5)
    assert move(room, timedelta(minutes=15), -4) == []
    leave(room, learner, 195)
    assert state(learner) == ("present", 180)


def test_leave_holds_whenever_the_lesson_is(room: Room) -> None:
    learner = room.learner()
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.SICK, reason="sick_leave", now=room.at(-20)
    )
    assert move(room, timedelta(hours=5), -10) == []
    assert state(learner) == ("sick", 0)


def test_minutes_of_a_cancelled_lesson_leave_the_ratio_and_those_who_came_are_named(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    leave(room, learner, 180)
    row = learner.enrolments.select_related("training_class").get()
    assert attendance.progress(enrolment=row, now=room.at(181)).scheduled == 360
    request = classes.ask_cancel(by=people.user(), lesson=room.lesson, reason="教师没有到", now=room.at(200))
    [affected] = attendance.decide_change(by=people.user(), request=request, grant=True, answer="", now=room.at(201))
    assert (affected.learner_id, affected.scan_again) == (learner.pk, False)
    seen = attendance.progress(enrolment=row, now=room.at(202))
    assert (seen.attended, seen.scheduled, seen.needed) == (0, 180, 144)
    assert Lesson.objects.get(pk=room.lesson.pk).status == Lesson.Status.CANCELLED
    assert list(attendance.differences(now=room.at(203))) == []
