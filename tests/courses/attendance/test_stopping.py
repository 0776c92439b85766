"""What suspending or cancelling a class would do is foreseen as it is then done, and nothing is written meanwhile."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import attendance, enrolment
from courses.attendance import Stop, makeup
from courses.classes import ClassRefusal, ClassRefused
from courses.models import Enrolment, MakeUp, OutboxMessage, TrainingClass
from tests.courses.attendance.conftest import Room, scan
from tests.factories import groups, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db
Of = TrainingClass.Status
Status = Enrolment.Status


def foreseen(a_class: TrainingClass, to: Of, now: datetime) -> Stop:
    return attendance.foresee_stop(training_class=a_class, to=to, now=now)


def stop(a_class: TrainingClass, to: Of, now: datetime) -> None:
    attendance.advance(by=people.user(), training_class=a_class, to=to, now=now, reason="场地停用")


def told() -> dict[str, int]:
    """By the beginning of the kind of message: how many hear of the stop."""
    found = {"class_": 0, "trainer": 0, "group_": 0, "transfer_": 0}
    for kind in OutboxMessage.objects.values_list("kind", flat=True):
        for word in ("group_", "transfer_"):
            found[word] += kind.startswith(word)
        found["trainer"] += kind.endswith("_trainer")
        found["class_"] += kind in ("class_cancelled", "class_suspended")
    return found


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    """One seat with its owner, two who wait, one of them without a phone, an employer, and one who would come over."""
    made = training_class(now=now, seats=1, first=now + timedelta(days=20))
    groups.booking(training_class=made, seats=1, now=now)
    elsewhere = training_class(now=now, seats=3, first=now + timedelta(days=40), course=made.course)
    wisher = enrolled(training_class=elsewhere, now=now)
    assert wisher.learner.user is not None
    enrolment.ask_for_transfer(enrolment=wisher, to=made, reason="离家近", by=wisher.learner.user, now=now)
    for _ in range(2):
        enrolled(training_class=made, now=now)
    enrolled(training_class=made, learner=people.unreachable(now=now), now=now)
    return made


@pytest.mark.parametrize("to", [Of.SUSPENDED, Of.CANCELLED])
def test_whom_it_concerns_is_who_is_told_then(to: Of, a_class: TrainingClass, now: datetime) -> None:
    OutboxMessage.objects.all().delete()
    ahead = foreseen(a_class, to, now)
    one = ahead.concerned
    assert (one.people, one.unreached) == ({Status.ADMITTED: 1, Status.WAITLISTED: 2}, 1)
    assert (one.trainers, one.contacts, one.wishes) == (1, 1, 1 if to == Of.CANCELLED else 0)
    assert (ahead.refusal, ahead.guests, ahead.held, ahead.ahead, ahead.completions) == (None, 0, [], 2, {})
    assert not OutboxMessage.objects.exists()
    stop(a_class, to, now)
    assert told() == {
        "class_": sum(one.people.values()),
        "trainer": one.trainers,
        "group_": one.contacts,
        "transfer_": one.wishes,
    }


@pytest.mark.parametrize(("to", "expected"), [(Of.SUSPENDED, 1), (Of.CANCELLED, 2)])
def test_guests_who_may_come_hear_of_a_stop_and_of_an_end_those_who_asked_too(
    to: Of, expected: int, room: Room
) -> None:
    there = training_class(now=room.at(-20000), first=room.at(4320), course=room.a_class.course)
    for agree in (True, False):
        own = Enrolment.objects.select_related("learner__user", "training_class__course").get(
            learner=room.learner(), training_class=room.a_class
        )
        said = {"missed": 1, "heard": f"{there.number}-1", "by": own.learner.user, "now": room.at(200)}
        row = makeup.ask(enrolment=own, **said)
        if agree:
            makeup.answer(by=people.user(), make_up=row, agree=True, text="", now=room.at(300))
    OutboxMessage.objects.all().delete()
    assert (foreseen(there, to, room.at(400)).guests, MakeUp.objects.count()) == (expected, 2)
    stop(there, to, room.at(400))
    assert OutboxMessage.objects.filter(kind__startswith="make_up_").count() == expected


def test_a_class_in_which_somebody_came_is_foreseen_not_to_be_cancelled_and_lists_the_lesson(room: Room) -> None:
    learner = room.learner()
    room.learner("于桂芳")
    scan(room, learner, 1)
    ahead = foreseen(room.a_class, Of.CANCELLED, room.at(10))
    assert ahead.refusal is not None
    assert (ahead.refusal.code, [(one.lesson, one.came) for one in ahead.held]) == (
        ClassRefusal.WAS_HELD,
        [(room.lesson, 1)],
    )
    with pytest.raises(ClassRefused) as refused:
        stop(room.a_class, Of.CANCELLED, room.at(10))
    assert refused.value.code == ahead.refusal.code
    suspended = foreseen(room.a_class, Of.SUSPENDED, room.at(10))
    assert (suspended.refusal, len(suspended.held)) == (None, 1)


def test_completions_that_stand_are_counted_and_keep_a_class_from_being_cancelled(now: datetime) -> None:
    row, after = submitted(now=now)
    ahead = foreseen(row.enrolment.training_class, Of.CANCELLED, after)
    assert ahead.refusal is not None
    assert (ahead.refusal.code, ahead.completions) == (ClassRefusal.COMPLETIONS_STAND, {"submitted": 1})


@pytest.mark.parametrize("to", [Of.SUSPENDED, Of.CANCELLED])
def test_it_takes_as_many_statements_for_many_as_for_one(to: Of, a_class: TrainingClass, now: datetime) -> None:
    foreseen(a_class, to, now)
    with CaptureQueriesContext(connection) as few:
        foreseen(a_class, to, now)
    for _ in range(5):
        enrolled(training_class=a_class, now=now)
    with CaptureQueriesContext(connection) as many:
        foreseen(a_class, to, now)
    assert len(few) == len(many)
    assert {query["sql"].split()[0] for query in many} == {"SELECT"}
