"""Which lesson is on in a room: for a scanner or kiosk that stands there and knows no timetable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from courses import policy as policies
from courses.models import Attendance, Enrolment, Learner, Lesson, TrainingClass

# Wider than any window of policy; the class's own numbers decide among what is found.
AROUND = timedelta(hours=6)


@dataclass(frozen=True)
class Place:
    """An institution, and within it the venue and room where the scanner is fixed; empty ones are anywhere."""

    institution_id: int
    venue_id: int | None = None
    room: str = ""


def lesson_here(*, place: Place, learner: Learner, now: datetime) -> Lesson | None:
    """The learner's own lesson whose windows are open; without one any that is on, so that the refusal can say why.

    Of two that follow each other the first that the learner has not left yet.
    """
    open_now = [lesson for lesson in _around(place, now) if _is_open(lesson, now)]
    own = _own(open_now, learner)
    if not own:
        return open_now[0] if open_now else None
    left = set(
        Attendance.objects.filter(lesson__in=own, learner=learner, out_at__isnull=False).values_list(
            "lesson", flat=True
        )
    )
    return next((lesson for lesson in own if lesson.pk not in left), own[-1])


def _around(place: Place, now: datetime) -> list[Lesson]:
    rows = (
        Lesson.objects.filter(
            training_class__institution=place.institution_id,
            status=Lesson.Status.PLANNED,
            starts_at__lte=now + AROUND,
            ends_at__gte=now - AROUND,
        )
        .exclude(training_class__status__in=(*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED))
        .select_related("training_class__course")
        .order_by("starts_at", "pk")
    )
    if place.venue_id:
        here = Q(venue__isnull=True, training_class__venue=place.venue_id)
        rows = rows.filter(here | Q(venue=place.venue_id))
    if place.room:
        rows = rows.filter(Q(room=place.room) | Q(room="", training_class__room=place.room))
    return list(rows)


def _is_open(lesson: Lesson, now: datetime) -> bool:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    return opens <= now <= lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)


def _own(lessons: list[Lesson], learner: Learner) -> list[Lesson]:
    classes = set(
        Enrolment.objects.filter(
            learner=learner,
            status=Enrolment.Status.ADMITTED,
            training_class__in=[lesson.training_class_id for lesson in lessons],
        ).values_list("training_class", flat=True)
    )
    return [lesson for lesson in lessons if lesson.training_class_id in classes]
