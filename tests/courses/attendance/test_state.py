from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance, classes, policy
from courses.attendance import Mark, Phase
from courses.models import Attendance, Direction, Lesson, TrainingClass
from courses.policy import Policy
from tests.courses.attendance.conftest import Room, leave, scan

pytestmark = pytest.mark.django_db


def phase(room: Room, minutes: float) -> Phase:
    return attendance.phase_of(lesson=room.lesson, policy=Policy(), now=room.at(minutes))


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (-31, Phase.BEFORE),
        (-30, Phase.OPEN),
        (10, Phase.OPEN),
        (10.1, Phase.CLOSING),
        (15, Phase.CLOSING),
        (15.1, Phase.LATE),
        (164.9, Phase.LATE),
        (165, Phase.OUT),
        (209.9, Phase.OUT),
        (210, Phase.ENDED),
    ],
)
def test_the_wall_has_its_faces_in_turn(room: Room, minutes: float, shown: Phase) -> None:
    assert phase(room, minutes) == shown


def test_a_paused_wall_shows_so_while_it_would_show_a_code(room: Room) -> None:
    room.lesson.wall_paused = True
    assert [phase(room, minutes) for minutes in (-40, 0, 100, 170, 220)] == [
        Phase.BEFORE,
        Phase.PAUSED,
        Phase.PAUSED,
        Phase.PAUSED,
        Phase.ENDED,
    ]


def test_a_cancelled_lesson_and_a_stopped_class_show_so_at_any_time(room: Room, easy_room: Room) -> None:
    room.lesson.status = Lesson.Status.CANCELLED
    classes.advance(
        by=None,
        training_class=easy_room.a_class,
        to=TrainingClass.Status.SUSPENDED,
        reason="教室漏水",
        now=easy_room.at(-99),
    )
    assert {phase(room, 0), phase(room, 300), phase(easy_room, 0)} == {Phase.CANCELLED}


def test_the_wall_counts_and_masks(room: Room) -> None:
    one, other, third = room.learner("王小强"), room.learner("李梅"), room.learner("阿依古丽")
    scan(room, one, 0, device="browser")
    scan(room, other, 1, device="browser")
    state = attendance.wall_state(lesson=room.lesson, now=room.at(2))
    assert (state.phase, state.direction, state.here, state.awaiting, state.due) == (Phase.OPEN, Direction.IN, 1, 1, 3)
    assert [(row.name, row.awaits) for row in state.latest] == [("李*", True), ("王*强", False)]
    assert [(row.number, row.name, row.here) for row in state.roll] == [
        (1, "王*强", True),
        (2, "李*", False),
        (3, "阿*丽", False),
    ]
    assert third.name not in repr(state)


def test_towards_the_end_the_wall_counts_who_has_left(room: Room) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    scan(room, one, 0)
    scan(room, other, 1)
    leave(room, one, 170)
    state = attendance.wall_state(lesson=room.lesson, now=room.at(171))
    assert (state.direction, state.here, state.gone) == (Direction.OUT, 2, 1)
    assert [(row.name, row.awaits) for row in state.latest] == [("王*强", False)]


def test_the_wall_and_the_roster_are_two_queries(room: Room, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for name in ("王小强", "李梅", "于海"):
        scan(room, room.learner(name), 0)
    policy.of_class(training_class=room.a_class, on=policy.local_date(room.at(0)))
    with django_assert_num_queries(2):
        attendance.wall_state(lesson=room.lesson, now=room.at(1))
    with django_assert_num_queries(2):
        attendance.roster(lesson=room.lesson)


def test_the_roster_puts_first_who_needs_the_trainer_then_who_is_missing(room: Room) -> None:
    first, second, third, fourth = (room.learner(name) for name in ("王一", "王二", "王三", "王四"))
    scan(room, first, 0, device="a")
    scan(room, fourth, 1, device="a")
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=third, as_=Mark.PRESENT, reason="no_phone", now=room.at(2)
    )
    rows = attendance.roster(lesson=room.lesson)
    assert [(row.name, row.needs_me, row.status, row.by_hand) for row in rows] == [
        ("王四", True, Attendance.Status.AWAITING, False),
        ("王二", False, Attendance.Status.UNMARKED, False),
        ("王一", False, Attendance.Status.AWAITING, False),
        ("王三", False, Attendance.Status.AWAITING, True),
    ]
    assert (len(rows[0].pairing), rows[0].why) == (2, "shared_device")
    assert second.number == rows[1].learner_number


def test_who_left_the_class_is_on_no_list(room: Room, easy_room: Room) -> None:
    room.learner()
    assert len(attendance.roster(lesson=room.lesson)) == 1
    assert attendance.roster(lesson=easy_room.lesson) == []
    assert attendance.wall_state(lesson=easy_room.lesson, now=easy_room.at(0) + timedelta(minutes=1)).due == 0
