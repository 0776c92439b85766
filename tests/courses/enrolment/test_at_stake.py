"""A place elsewhere that a seat here would cost: what the rules are told of, and what the learner is shown, are one."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from courses import enrolment
from courses.models import Enrolment, Learner, Lesson, TrainingClass
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
STATUSES = [status for status in Status if status != Status.TRANSFERRED]
# Hours by which the lesson of the other class begins after the one here, of three hours: over, just over, at the same
# time, just after.
BOTH = (Lesson.Status.PLANNED, Lesson.Status.PLANNED)
OVERLAPS = {-4: False, -3: False, -1: True, 0: True, 2: True, 3: False}


def told(learner: Learner, here: TrainingClass, now: datetime) -> str:
    return enrolment.check(learner=learner, training_class=here, now=now).weighed.facts.waits


def shown(learner: Learner, here: TrainingClass) -> list[str]:
    rows = enrolment.places_at_stake(learner=learner, training_class=here)
    return [row.training_class.number for row in rows]


def level(rank: int) -> dict[str, Any]:
    """A content of its own, so that the rules about completions say nothing."""
    return {"course": catalogue.course(level=catalogue.level(str(rank), rank)), "lessons": 1}


def test_both_say_the_same_of_every_place_class_and_lesson(now: datetime) -> None:
    """Each way in which an enrolment, its class and the two lessons may stand, against the rule in plain words."""
    start = now + timedelta(days=5)
    here, there = training_class(now=now, first=start, **level(1)), training_class(now=now, first=start, **level(2))
    learner = people.learner(now=now)
    own = enrolled(training_class=there, now=now, learner=learner)
    Enrolment.objects.filter(pk=own.pk).update(
        decided_at=now, admitted_at=now, offer_until=now + timedelta(days=1), offer_code="0" * 64
    )
    wrong = []
    for status, class_status, hours, lessons in (
        *product(STATUSES, TrainingClass.Status, [0], [BOTH]),
        *product([Status.WAITLISTED], [TrainingClass.Status.ENROLLING], OVERLAPS, product(Lesson.Status, repeat=2)),
    ):
        at = start + timedelta(hours=hours)
        Enrolment.objects.filter(pk=own.pk).update(status=status)
        TrainingClass.objects.filter(pk=there.pk).update(status=class_status)
        here.lessons.update(status=lessons[0])
        there.lessons.update(status=lessons[1], starts_at=at, ends_at=at + timedelta(hours=3))
        waits = status in (Status.WAITLISTED, Status.CANDIDATE) and class_status == TrainingClass.Status.ENROLLING
        at_stake = waits and OVERLAPS[hours] and lessons == BOTH
        expected = [there.number] if at_stake else []
        found = (told(learner, here, now), shown(learner, here))
        if found != ("".join(expected), expected):
            wrong.append((status, class_status, hours, lessons, found))
    assert wrong == []


def test_of_several_places_the_first_is_told_and_each_is_shown_once(now: datetime) -> None:
    start = now + timedelta(days=5)
    here = training_class(now=now, first=start, **(level(1) | {"lessons": 2}))
    learner, other = people.learner(now=now), people.learner(now=now)
    places = []
    for rank in (2, 3):
        full = training_class(now=now, first=start, seats=1, **(level(rank) | {"lessons": 2}))
        enrolled(training_class=full, now=now)
        places += [enrolment.apply(learner=who, training_class=full, now=now, aware=True) for who in (learner, other)]
    numbers = sorted({row.training_class.number for row in places})
    assert (told(learner, here, now), shown(learner, here)) == (numbers[0], numbers)
    assert {row.learner_id for row in enrolment.places_at_stake(learner=learner, training_class=here)} == {learner.pk}
