"""One lesson of bound phones, for the threats."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from courses import attendance
from courses.attendance import Receipt, Who
from courses.models import Direction, Learner, Lesson, TrainingClass, User
from courses.policy import Policy
from tests.factories import classes, crowds

BEGAN = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Room:
    lesson: Lesson
    learners: list[Learner]
    trainer: User

    @property
    def a_class(self) -> TrainingClass:
        return self.lesson.training_class

    def minute(self, minutes: float) -> datetime:
        return self.lesson.starts_at + timedelta(minutes=minutes)

    def ticket(self, at: datetime, browser: str, direction: Direction = Direction.IN) -> attendance.Ticket:
        code = attendance.issue(lesson=self.lesson, direction=direction, policy=Policy(), now=at).text
        return attendance.scan(text=code, browser=browser, now=at)

    def scan(
        self, learner: Learner, *, browser: str, at: datetime | None = None, direction: Direction = Direction.IN
    ) -> Receipt:
        """In the first minute, unless told otherwise."""
        at = at or self.minute(1)
        ticket = self.ticket(at, browser, direction)
        return attendance.check_in(ticket=ticket, who=Who(user_id=learner.user_id), now=at)


def room(*, people: int) -> Room:
    """A lesson that began a minute ago, everybody with a bound phone."""
    learners = crowds.learners(count=people, now=BEGAN)
    crowds.devices(people=learners, now=BEGAN)
    a_class = crowds.class_of(people=learners, now=BEGAN - timedelta(days=20), first=BEGAN)
    lesson = classes.first_lesson(a_class)
    return Room(lesson, learners, a_class.trainers.get())


def code_of_now(room: Room) -> str:
    now = datetime.now(UTC)
    return attendance.issue(lesson=room.lesson, direction=Direction.IN, policy=Policy(), now=now).text
