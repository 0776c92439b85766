"""A change that nobody decided in time ends by itself, and what was stays as it was."""

from datetime import datetime, timedelta

import pytest

from courses import classes, enrolment, seating
from courses.classes import ChangeRefusal, ChangeRefused
from courses.models import AuditEvent, ChangeRequest, Lesson, TrainingClass
from tests.factories import people
from tests.factories.classes import first_lesson, training_class

pytestmark = pytest.mark.django_db
Of = TrainingClass.Status
DAY = timedelta(days=1)


def moved(lesson: Lesson, now: datetime, *, by: timedelta = timedelta()) -> ChangeRequest:
    return classes.ask_change(
        by=people.user(), lesson=lesson, starts_at=lesson.starts_at + by, ends_at=lesson.ends_at + by, room="305 教室",
        trainer=None, reason="教室检修", now=now,
    )  # fmt: skip


def cancelled(lesson: Lesson, now: datetime) -> ChangeRequest:
    return classes.ask_cancel(by=people.user(), lesson=lesson, reason="教师生病", now=now)


def resized(made: TrainingClass, now: datetime) -> ChangeRequest:
    return enrolment.ask_seats(by=people.user(), training_class=made, seats=20, reason="报名的人多", now=now)


def states() -> dict[str, str]:
    return dict(ChangeRequest.objects.values_list("number", "status"))


def test_a_change_of_a_lesson_that_has_begun_ends_and_one_of_a_lesson_ahead_waits_on(now: datetime) -> None:
    made = training_class(now=now, first=now + DAY)
    begun, ahead = moved(first_lesson(made), now), moved(made.lessons.get(number=2), now)
    lesson = first_lesson(made)
    assert enrolment.end_outlived(now=lesson.starts_at - timedelta(seconds=1)) == 0
    assert enrolment.end_outlived(now=lesson.starts_at) == 1
    assert states() == {begun.number: "ended", ahead.number: "asked"}
    begun.refresh_from_db()
    assert (begun.decided_by, begun.decided_at) == (None, lesson.starts_at)
    assert AuditEvent.objects.filter(verb="change_ended", target=begun.number, by_id=None).count() == 1
    with pytest.raises(ChangeRefused) as refused:
        classes.decide_change(by=people.user(), request=begun, grant=True, answer="", now=lesson.starts_at)
    assert refused.value.code == ChangeRefusal.ALREADY_DECIDED
    lesson.refresh_from_db()
    assert lesson.room == "203 教室"


def test_a_time_that_is_asked_for_and_past_ends_its_change(now: datetime) -> None:
    made = training_class(now=now, first=now + 3 * DAY)
    earlier = moved(first_lesson(made), now, by=-DAY)
    assert enrolment.end_outlived(now=now + 2 * DAY) == 1
    assert states() == {earlier.number: "ended"}


def test_a_lesson_that_was_not_held_may_still_be_cancelled_afterwards(now: datetime) -> None:
    made = training_class(now=now, first=now + DAY)
    request = cancelled(first_lesson(made), now)
    assert enrolment.end_outlived(now=now + 2 * DAY) == 0
    assert states() == {request.number: "asked"}


@pytest.mark.parametrize(("steps", "left"), [
    ([Of.SUSPENDED], {"lesson": "asked", "cancel": "asked", "seats": "asked"}),
    ([Of.RUNNING], {"lesson": "asked", "cancel": "asked", "seats": "ended"}),
    ([Of.RUNNING, Of.ASSESSING], {"lesson": "ended", "cancel": "ended", "seats": "ended"}),
    ([Of.RUNNING, Of.CLOSED], {"lesson": "ended", "cancel": "ended", "seats": "ended"}),
    ([Of.CANCELLED], {"lesson": "ended", "cancel": "ended", "seats": "ended"}),
])  # fmt: skip
def test_a_class_that_is_over_leaves_no_request_that_waits(
    steps: list[Of], left: dict[str, str], now: datetime
) -> None:
    """In the moment of the change of status, not at the next sweep."""
    made = training_class(now=now, first=now + timedelta(hours=2), lessons=3)
    of = {
        "lesson": moved(made.lessons.get(number=2), now),
        "cancel": cancelled(made.lessons.get(number=3), now),
        "seats": resized(made, now),
    }
    for step in steps:
        seating.advance(by=people.user(), training_class=made, to=step, now=now, reason="停办")
    assert states() == {of[name].number: status for name, status in left.items()}
    assert enrolment.end_outlived(now=now) == 0


def test_of_another_class_nothing_ends_when_one_is_cancelled(now: datetime) -> None:
    mine, other = (training_class(now=now, first=now + DAY) for _ in range(2))
    kept = moved(first_lesson(other), now)
    moved(first_lesson(mine), now)
    seating.advance(by=people.user(), training_class=mine, to=Of.CANCELLED, now=now, reason="停办")
    assert states()[kept.number] == "asked"
