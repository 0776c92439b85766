"""Whose lesson it is, by date: the same answer on the wall, the roster, the register and the learner's own page."""

from datetime import datetime, timedelta

import pytest

from courses import attendance, enrolment, policy
from courses.attendance import Mark, MarkRefusal, MarkRefused
from courses.models import Enrolment, Learner, TrainingClass
from tests.courses.attendance.conftest import Room, leave, open_room, scan
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(room: Room) -> TrainingClass:
    """Another class of the course, which starts in a week."""
    return training_class(now=room.at(-20000), first=room.at(7 * 1440), course=room.a_class.course)


def transfer(room: Room, learner: Learner, there: TrainingClass, minutes: float) -> Enrolment:
    row = Enrolment.objects.select_related("learner__user", "training_class__course", "category").get(
        learner=learner, training_class=room.a_class
    )
    there.refresh_from_db()
    return enrolment.transfer(by=people.user(), enrolment=row, to=there, reason="上班冲突", now=room.at(minutes))


def counted(room: Room, minutes: float) -> tuple[int, int, list[str], list[str]]:
    """(here, due, the roll, the roster)"""
    wall = attendance.wall_state(lesson=room.lesson, now=room.at(minutes))
    roster = attendance.roster(lesson=room.lesson)
    return wall.here, wall.due, [row.name for row in wall.roll], sorted(row.name for row in roster)


def test_who_was_transferred_after_the_lesson_began_is_here_and_due(room: Room, there: TrainingClass) -> None:
    learner = room.learner("王小强")
    scan(room, learner, 0)
    transfer(room, learner, there, 60)
    assert counted(room, 61) == (1, 1, ["王*强"], ["王小强"])


def test_who_came_before_the_start_and_was_transferred_then_stays_on_the_list(room: Room, there: TrainingClass) -> None:
    learner = room.learner("王小强")
    scan(room, learner, -20)
    transfer(room, learner, there, -10)
    assert counted(room, 1) == (1, 1, ["王*强"], ["王小强"])


def test_who_was_transferred_before_the_start_and_never_came_is_not_due(room: Room, there: TrainingClass) -> None:
    transfer(room, room.learner("王小强"), there, -10)
    assert counted(room, 1) == (0, 0, [], [])


def test_the_past_stays_where_it_was_and_the_rest_is_of_the_new_class(room: Room, there: TrainingClass) -> None:
    learner = room.learner("王小强")
    scan(room, learner, 0)
    made = transfer(room, learner, there, 300)
    old = Enrolment.objects.get(training_class=room.a_class)
    now = room.at(301)
    seen = attendance.of_enrolments(enrolments=[old, made], now=now)
    assert [row.theirs for row in seen[old.pk].lessons] == [True, False]
    assert [row.theirs for row in seen[made.pk].lessons] == [True, True]
    register = attendance.register(training_class=room.a_class)
    assert [(row.lesson_number, row.name) for row in register] == [(1, "王小强")]


def test_lessons_before_joining_are_not_ones_own_and_not_absence(room: Room) -> None:
    late = enrolled(training_class=room.a_class, now=room.at(-9000)).learner
    Enrolment.objects.filter(learner=late).update(admitted_at=room.at(200))
    row = Enrolment.objects.select_related("training_class").get(learner=late)
    seen = attendance.progress(enrolment=row, now=room.at(300))
    assert [lesson.theirs for lesson in seen.lessons] == [False, True]
    assert (seen.undecided, seen.scheduled) == (0, 360)
    assert attendance.roster(lesson=room.lesson) == []
    with pytest.raises(MarkRefused) as refused:
        attendance.mark(
            by=room.trainer, lesson=room.lesson, learner=late, as_=Mark.PRESENT, reason="no_phone", now=room.at(300)
        )
    assert refused.value.code == MarkRefusal.NOT_ENROLLED


def test_who_joins_during_a_lesson_has_it(room: Room) -> None:
    learner = enrolled(training_class=room.a_class, now=room.at(-9000)).learner
    Enrolment.objects.filter(learner=learner).update(admitted_at=room.at(20))
    assert len(attendance.roster(lesson=room.lesson)) == 1


def test_who_left_and_came_back_stands_once_by_the_seat_that_lives(room: Room) -> None:
    learner = room.learner("王小强")
    scan(room, learner, 0)
    row = Enrolment.objects.get(learner=learner)
    Enrolment.objects.filter(pk=row.pk).update(status=Enrolment.Status.WITHDRAWN, decided_at=room.at(30))
    again = Enrolment.objects.create(
        number="BAGAIN", learner=learner, training_class=room.a_class, status=Enrolment.Status.ADMITTED,
        arrival_no=row.arrival_no + 1, applied_at=room.at(40), admitted_at=room.at(40), decided_at=room.at(40),
    )  # fmt: skip
    assert [row.arrival_no for row in attendance.roster(lesson=room.lesson)] == [again.arrival_no]


def test_a_trainer_still_marks_who_left_in_the_middle(room: Room, there: TrainingClass) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    transfer(room, learner, there, 60)
    marked = attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.OUT, reason="scan_trouble", now=room.at(70)
    )
    assert marked.derived.minutes == 70


def test_check_in_windows_lie_across_midnight(now: datetime) -> None:
    night = open_room(now=now, first=now + timedelta(hours=15, minutes=10))
    learner = night.learner()
    came, left = scan(night, learner, -25), leave(night, learner, 200)
    days = [policy.local_date(at) for at in (came.happened_at, night.lesson.starts_at, left.happened_at)]
    assert days[0] < days[1] == days[2]
    assert left.minutes == 180
