"""Whose lesson it is: membership of a class by date, decided here and nowhere else.

A learner belongs to the lessons that were held while the learner was a member, and to each one that they came to. What
came before joining or after leaving is not theirs, which is not absence.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from django.db.models import QuerySet

from courses.models import Attendance, Enrolment, Lesson, TrainingClass

Status = Enrolment.Status
LISTED = (
    "training_class",
    "status",
    "arrival_no",
    "admitted_at",
    "decided_at",
    "learner__number",
    "learner__name",
    "learner__erased_at",
)


class Seat(Protocol):
    """What of an enrolment decides: a model, or the plain values of a screen."""

    @property
    def learner_id(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def arrival_no(self) -> int: ...
    @property
    def admitted_at(self) -> datetime | None: ...
    @property
    def decided_at(self) -> datetime | None: ...


class State(Protocol):
    @property
    def in_at(self) -> datetime | None: ...


Held = TypeVar("Held", bound=Seat)


def current(*, training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Who is a member of the class now, in the order of arrival."""
    return Enrolment.objects.filter(training_class=training_class, status=Status.ADMITTED).order_by("arrival_no")


def ever_in(*, training_class_id: int) -> list[Enrolment]:
    """Everybody who was let into the class at some time, in the order of arrival, with what a list of names shows.

    One query: nothing that is encrypted is read.
    """
    rows = Enrolment.objects.filter(training_class=training_class_id, admitted_at__isnull=False)
    return list(rows.select_related("learner").only(*LISTED).order_by("arrival_no"))


def is_theirs(*, enrolment: Seat, lesson: Lesson, came: bool) -> bool:
    """Let in before the lesson ended and still there when it began; or seen there, whatever became of the seat."""
    if enrolment.admitted_at is None:
        return False
    left_at = None if enrolment.status == Status.ADMITTED else enrolment.decided_at
    return came or (enrolment.admitted_at < lesson.ends_at and (left_at is None or left_at > lesson.starts_at))


def came(state: State | None) -> bool:
    return state is not None and state.in_at is not None


def members(*, enrolments: Iterable[Held], lesson: Lesson, states: Mapping[int, State]) -> list[Held]:
    """Of those who were ever in the class, whose lesson it was, each learner once; `states` are by learner."""
    found: dict[int, Held] = {}
    for row in enrolments:
        was_there = came(states.get(row.learner_id))
        before = found.get(row.learner_id)
        if is_theirs(enrolment=row, lesson=lesson, came=was_there) and (before is None or _better(row, before)):
            found[row.learner_id] = row
    return sorted(found.values(), key=lambda row: row.arrival_no)


def _better(row: Seat, before: Seat) -> bool:
    """Who left and came back is known by the seat that lives, else by the later one."""
    live = row.status == Status.ADMITTED
    return live or before.status != Status.ADMITTED


def enrolment_at(*, lesson: Lesson, learner_id: int) -> Enrolment | None:
    """The enrolment by which the lesson is this learner's; None where it is not theirs. Two queries."""
    rows = Enrolment.objects.filter(
        training_class=lesson.training_class_id, learner=learner_id, admitted_at__isnull=False
    )
    states = {row.learner_id: row for row in Attendance.objects.filter(lesson=lesson, learner=learner_id)}
    found = members(enrolments=rows.order_by("arrival_no"), lesson=lesson, states=states)
    return found[0] if found else None
