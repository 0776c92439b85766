"""What learners are told of their own lessons: a status and why, what may be done about it, where it is heard again."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import attendance, policy
from courses.attendance import Account, LessonAccount
from courses.models import Completion, Dispute, Enrolment, Learner, Lesson, TrainingClass
from tests.courses.attendance.conftest import Room, leave, scan
from tests.factories import people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
DAY = 1440


def told(room: Room, learner: Learner, minutes: float) -> Account:
    own = Enrolment.objects.select_related("training_class").get(learner=learner, training_class=room.a_class)
    return attendance.account(enrolment=own, now=room.at(minutes))


def first(room: Room, learner: Learner, minutes: float) -> LessonAccount:
    return told(room, learner, minutes).lessons[0]


def test_a_lesson_has_its_minutes_and_a_reason_for_each_that_is_missing(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 30)
    leave(room, learner, 100)
    seen = told(room, learner, 200)
    assert [(row.row.status, row.row.minutes, row.row.missing) for row in seen.lessons] == [
        ("left_early", 70, (("late", 30), ("left_early", 80))),
        ("unmarked", 0, (("unmarked", 180),)),
    ]
    assert (seen.progress.missing, seen.progress.lessons_needed) == (288 - 70, None)


def test_a_lesson_may_be_contested_once_within_its_term_until_completion(room: Room) -> None:
    learner = room.learner()
    until = room.lesson.ends_at + timedelta(days=7)
    assert first(room, learner, 100).contest_until is None
    assert first(room, learner, 181).contest_until == until
    assert first(room, learner, 181 + 7 * DAY).contest_until is None
    own = learner.enrolments.select_related("training_class", "learner").get()
    row = attendance.raise_dispute(
        enrolment=own, lesson=room.lesson, text="我在", content=None, by=None, now=room.at(200)
    )
    assert (first(room, learner, 201).dispute, first(room, learner, 201).contest_until) == (row, None)
    Dispute.objects.update(status=Dispute.Status.WITHDRAWN)
    assert first(room, learner, 202).contest_until == until
    Completion.objects.create(
        number="Z1", proposed_reasoning={},
        enrolment=own, status="approved", proposed_by=room.trainer, proposed_at=room.at(190),
        submitted_by=people.user(), submitted_at=room.at(191), approved_by=people.user(), approved_at=room.at(192),
    )  # fmt: skip
    assert first(room, learner, 203).contest_until is None


def elsewhere(room: Room, **changes: Any) -> TrainingClass:
    return training_class(
        now=room.at(-20000), first=room.at(3 * DAY), course=room.a_class.course, **{"lessons": 2, **changes}
    )


def suggested(room: Room, learner: Learner, minutes: float = 200) -> list[str]:
    return [lesson.training_class.number for lesson in first(room, learner, minutes).elsewhere]


def test_a_missed_lesson_is_suggested_where_it_is_still_ahead_and_has_room(room: Room) -> None:
    learner = room.learner()
    open_ = elsewhere(room)
    full = elsewhere(room, seats=1, taken=1)
    elsewhere(room, status=TrainingClass.Status.SUSPENDED)
    training_class(now=room.at(-20000), first=room.at(3 * DAY))
    assert suggested(room, learner) == [open_.number]
    TrainingClass.objects.filter(pk=full.pk).update(taken=0)
    assert suggested(room, learner) == [open_.number, full.number]
    assert suggested(room, learner, 4 * DAY) == []


def test_the_same_topic_goes_before_the_same_place_in_the_order(room: Room) -> None:
    learner = room.learner()
    by_place, by_topic = elsewhere(room), elsewhere(room)
    Lesson.objects.filter(training_class=by_place).update(title="别的内容")
    Lesson.objects.filter(training_class=by_topic, number=2).update(title=room.lesson.title)
    Lesson.objects.filter(training_class=by_topic, number=1).update(title="绪论")
    assert suggested(room, learner) == [by_topic.number]


def test_nothing_is_suggested_for_what_was_attended_or_still_waits(room: Room) -> None:
    learner, other = room.learner(), room.learner("李梅")
    elsewhere(room)
    scan(room, learner, 0)
    leave(room, learner, 180)
    scan(room, other, 0)
    assert (suggested(room, learner), suggested(room, other)) == ([], [])


def test_the_page_costs_eight_queries_however_many_lessons_there_are(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    learner = room.learner()
    elsewhere(room, lessons=6)
    own = Enrolment.objects.select_related("training_class").get(learner=learner)
    policy.of_class(training_class=room.a_class, on=policy.local_date(room.at(0)))
    with django_assert_num_queries(8):
        attendance.account(enrolment=own, now=room.at(10 * DAY))
