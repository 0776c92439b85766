"""What is left to do about lessons that are over: rows that wait for whoever asks, and who did not scan out."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from courses import policy as policies
from courses.attendance.derive import Missing
from courses.models import Attendance, Evidence, Lesson, TrainingClass, User

Strength = Evidence.Strength


@dataclass(frozen=True)
class Left:
    """How many learners wait for this person's word, and how many did not scan out while that may still be marked."""

    asking: int = 0
    stayed: int = 0


def left_to_do(*, lessons: Collection[Lesson], by: User, now: datetime) -> dict[int, Left]:
    """By the id of each lesson of which something is left for this person; wants the classes at hand. Two queries.

    What one recorded oneself, or what is about oneself, is left to others and so not counted here.
    """
    asking = _asking(lessons, by)
    stayed = _stayed([lesson for lesson in lessons if _may_be_marked(lesson, now)])
    return {pk: Left(asking.get(pk, 0), stayed.get(pk, 0)) for pk in asking.keys() | stayed.keys()}


def undecided_lessons(*, training_class: TrainingClass) -> dict[int, list[Lesson]]:
    """By learner, the lessons whose attendance waits for somebody, in the order of the class. One query."""
    rows = (
        Attendance.objects.filter(lesson__training_class=training_class, status=Attendance.Status.AWAITING)
        .exclude(lesson__status=Lesson.Status.CANCELLED)
        .select_related("lesson")
        .order_by("lesson__starts_at", "lesson__number")
    )
    found: dict[int, list[Lesson]] = {}
    for row in rows:
        found.setdefault(row.learner_id, []).append(row.lesson)
    return found


def _asking(lessons: Collection[Lesson], by: User) -> dict[int, int]:
    waits = Evidence.objects.filter(lesson__in=lessons, strength=Strength.AWAITING, superseded_by__isnull=True)
    own = Q(learner__user=by.pk)
    handled = Q(by=by.pk) | Q(supersedes__by=by.pk) | Q(kit_entry__by=by.pk) | Q(supersedes__kit_entry__by=by.pk)
    theirs = waits.exclude(own).exclude(Q(kind__in=Evidence.FOR_ANOTHER) & handled)
    return _counted(theirs.order_by().values_list("lesson", "learner").distinct())


def _stayed(lessons: Collection[Lesson]) -> dict[int, int]:
    rows = Attendance.objects.filter(lesson__in=lessons, status=Attendance.Status.AWAITING)
    told = rows.values_list("lesson", "learner", "missing")
    codes = ((lesson, learner, {code for code, _minutes in missing}) for lesson, learner, missing in told)
    return _counted(
        (lesson, learner)
        for lesson, learner, why in codes
        if Missing.NO_CHECKOUT in why and Missing.OUT_AWAITS not in why
    )


def _counted(places: Iterable[tuple[int, int]]) -> dict[int, int]:
    return dict(Counter(lesson for lesson, _learner in places))


def _may_be_marked(lesson: Lesson, now: datetime) -> bool:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    closes = lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)
    return closes < now <= lesson.ends_at + timedelta(hours=policy.late_addition_hours)
