"""Two revisions of a lesson are equal as long as no screen would show anything else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance, policy
from courses.attendance import Revision
from courses.models import Direction, Evidence, Lesson
from tests.courses.attendance.conftest import Room, scan

pytestmark = pytest.mark.django_db


def at(room: Room, minutes: float) -> Revision | None:
    return seen(room, room.at(minutes))


def seen(room: Room, now: datetime) -> Revision | None:
    return attendance.revisions(codes=[room.lesson.code], now=now).get(room.lesson.code)


def confirm(room: Room) -> None:
    scan(room, room.learner("王一"), 1, device="a")
    receipt = scan(room, room.learner("王二"), 1, device="a").number
    before = at(room, 60)
    attendance.confirm(by=room.trainer, receipt=receipt, lesson=room.lesson, now=room.at(60))
    assert at(room, 60) != before


def undo(room: Room) -> None:
    learner = room.learner("王一")
    told = scan(room, learner, 59.5)
    before = at(room, 60)
    attendance.undo(learner_id=learner.pk, receipt=told.number, nonce=told.ticket, now=room.at(60))
    assert at(room, 60) != before


def start_roll_call(room: Room) -> None:
    attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60))


def pause(room: Room) -> None:
    attendance.pause_wall(by=room.trainer, lesson=room.lesson, paused=True, now=room.at(60))


def count(room: Room) -> None:
    Lesson.objects.filter(pk=room.lesson.pk).update(counting_until=room.at(65))


def cancel(room: Room) -> None:
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)


@pytest.mark.parametrize(
    "deed",
    [
        lambda room: scan(room, room.learner(), 59.9),
        lambda room: room.learner(),
        confirm,
        undo,
        start_roll_call,
        pause,
        count,
        cancel,
    ],
)
def test_whatever_a_screen_shows_changes_it(room: Room, deed: Callable[[Room], object]) -> None:
    before = at(room, 60)
    deed(room)
    assert at(room, 60) != before


def test_of_two_arrivals_at_once_the_one_with_the_lower_number_may_be_there_last(room: Room) -> None:
    """On PostgreSQL numbers are given before the row is to be seen."""
    one, other = room.learner("王一"), room.learner("王二")
    scan(room, one, 0)
    first = Evidence.objects.get()
    before = at(room, 60)
    row = Evidence(
        pk=first.pk - 1,
        receipt="R0",
        lesson=room.lesson,
        learner=other,
        kind=Evidence.Kind.WALL,
        direction=Direction.IN,
        strength=Evidence.Strength.PROVED,
        origin=Evidence.Origin.WALL,
        happened_at=room.at(0),
        received_at=room.at(0),
    )
    row.save(force_insert=True)
    assert at(room, 60) != before


def test_where_nothing_happens_it_stays_for_its_minute(room: Room) -> None:
    scan(room, room.learner(), 0)
    assert at(room, 60) == at(room, 60.9)
    assert at(room, 60) != at(room, 61)


@pytest.mark.parametrize("minutes", [-30, 10, 15, 165, 210])
def test_the_phases_change_it_to_the_second(room: Room, minutes: int) -> None:
    second = timedelta(seconds=1)
    told = [seen(room, room.at(minutes) + step) for step in (-second, second)]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].lesson[0] != told[1].lesson[0]


def test_a_roll_call_that_ends_changes_it(room: Room) -> None:
    attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60.2))
    assert at(room, 63.1) != at(room, 63.3)


def test_it_is_one_query_for_all_and_without_a_lesson_none_is_told(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    policy.of_class(training_class=room.a_class, on=policy.local_date(room.at(0)))
    with django_assert_num_queries(1):
        told = attendance.revisions(codes=[room.lesson.code, room.lesson.code ^ 1], now=room.at(60))
    assert told == {room.lesson.code: at(room, 60)}
