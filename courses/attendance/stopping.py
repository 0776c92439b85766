"""What suspending or cancelling a class would do, for whoever is about to: read before the button is pressed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from courses import classes, seating
from courses.attendance.makeup import guests_told
from courses.classes import ClassRefused
from courses.models import Completion, Lesson, TrainingClass
from courses.seating import Concerned


@dataclass(frozen=True)
class Held:
    """A lesson of which something is recorded, and how many came."""

    lesson: Lesson
    came: int


@dataclass(frozen=True)
class Stop:
    """`refusal` is why a class cannot be cancelled; `ahead` are its lessons still to come, `completions` those that
    stand, by status."""

    refusal: ClassRefused | None
    concerned: Concerned
    guests: int
    held: list[Held]
    ahead: int
    completions: dict[str, int]


def foresee_stop(*, training_class: TrainingClass, to: TrainingClass.Status, now: datetime) -> Stop:
    """What `advance` to suspended or cancelled would do at this moment. Reads only, in a number of statements that does
    not depend on how many are concerned."""
    cancels = to == TrainingClass.Status.CANCELLED
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
    stand = Completion.objects.filter(enrolment__training_class=training_class).exclude(status__in=Completion.UNDONE)
    return Stop(
        refusal=classes.against_cancelling(training_class=training_class) if cancels else None,
        concerned=seating.concerned(training_class=training_class, to=to),
        guests=len(guests_told(training_class=training_class, to=to, now=now)),
        held=_held(training_class),
        ahead=planned.filter(starts_at__gt=now).count(),
        completions=dict(stand.order_by().values_list("status").annotate(many=Count("pk"))),
    )


def _held(training_class: TrainingClass) -> list[Held]:
    recorded = Count("attendance", filter=~Q(attendance__status__in=classes.NOT_HELD))
    came = Count("attendance", filter=Q(attendance__in_at__isnull=False))
    rows = training_class.lessons.annotate(recorded=recorded, came=came).filter(recorded__gt=0)
    return [Held(row, row.came) for row in rows.order_by("starts_at")]
