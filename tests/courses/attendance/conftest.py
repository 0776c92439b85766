"""A lesson on Monday, 14 September 2026, nine to twelve, and the ways in which people come to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from courses import attendance
from courses.attendance import Receipt, Ticket, Who
from courses.attendance.tickets import new_ticket
from courses.models import Direction, Learner, Lesson, PolicyVersion, TrainingClass, User
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

Scan = Callable[..., Receipt]


@dataclass(frozen=True)
class Room:
    """One lesson with its trainer; `at` tells a time of it in minutes after its start."""

    lesson: Lesson
    trainer: User

    @property
    def a_class(self) -> TrainingClass:
        return self.lesson.training_class

    def at(self, minutes: float) -> datetime:
        return self.lesson.starts_at + timedelta(minutes=minutes)

    def learner(self, name: str = "王小强") -> Learner:
        return enrolled(training_class=self.a_class, now=self.at(-10000), name=name).learner


def open_room(*, now: datetime, policy: PolicyVersion | None = None, first: datetime | None = None) -> Room:
    trainer = people.user(name="王老师")
    made = training_class(
        now=now - timedelta(days=20), first=first or now, minutes=180, trainers=[trainer], policy=policy
    )
    return Room(first_lesson(made), trainer)


@pytest.fixture
def room(now: datetime, db: None) -> Room:
    """Check-out is required, as by default."""
    return open_room(now=now)


@pytest.fixture
def easy_room(now: datetime, db: None) -> Room:
    """Check-out is optional."""
    return open_room(now=now, policy=catalogue.policy("optional", checkout_required=False))


def ticket(room: Room, at: datetime, *, direction: Direction = Direction.IN, device: str = "") -> Ticket:
    return new_ticket(lesson_code=room.lesson.code, direction=direction, device=device, now=at)


def scan(
    room: Room, learner: Learner, minutes: float, *, direction: Direction = Direction.IN, device: str = ""
) -> Receipt:
    """Scan and redeem within the same second."""
    at = room.at(minutes)
    made = ticket(room, at, direction=direction, device=device)
    return attendance.check_in(ticket=made, who=Who(user_id=learner.user_id), now=at)


def leave(room: Room, learner: Learner, minutes: float, *, device: str = "") -> Receipt:
    return scan(room, learner, minutes, direction=Direction.OUT, device=device)


def teaches(room: Room, learner: Learner) -> Learner:
    """The trainer of the room attends the class as this learner."""
    Learner.objects.filter(pk=learner.pk).update(user=room.trainer)
    learner.refresh_from_db()
    return learner
