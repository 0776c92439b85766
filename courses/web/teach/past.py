"""上过的课: lessons that are over, newest first, with what is left to do about each."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from courses import access, attendance, policy, supervision
from courses.access import Permission
from courses.attendance import Left
from courses.models import Lesson, TrainingClass, User

# What is older stands in the list of its class.
RECENT = timedelta(days=60)
MOST = 10
AWAY = (*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED, TrainingClass.Status.ARCHIVED)


@dataclass(frozen=True)
class Past:
    """`signals` are those that nobody has said a word about; `until` is how long it is marked by hand, while it is."""

    lesson: Lesson
    name: str
    left: Left
    signals: int
    until: datetime | None

    @property
    def has_work(self) -> bool:
        return bool(self.left.asking or self.left.stayed or self.signals)


def unfinished(*, user: User, now: datetime) -> list[Past]:
    """Lessons of the last weeks of which something is left to do, and those of earlier days that are still marked by
    hand. Four queries, one where there is none."""
    lessons = access.visible_lessons(user=user, now=now, permission=Permission.TEACH)
    recent = lessons.exclude(training_class__status__in=AWAY).filter(ends_at__gt=now - RECENT)
    found = listed(lessons=recent.select_related("training_class__course"), user=user, now=now)
    today = policy.local_date(now)
    kept = [one for one in found if one.has_work or (one.until and policy.local_date(one.lesson.starts_at) < today)]
    return kept[:MOST]


def listed(*, lessons: QuerySet[Lesson], user: User, now: datetime) -> list[Past]:
    """Of these the ones that are over; wants the classes at hand."""
    over = list(
        lessons.filter(ends_at__lte=now).exclude(status=Lesson.Status.CANCELLED).order_by("-starts_at", "-number")
    )
    left = attendance.left_to_do(lessons=over, by=user, now=now)
    unsaid = supervision.latest(access.own_signals(lessons=over), looked_at=False).filter(notes__isnull=True)
    signals = Counter(unsaid.order_by().values_list("lesson", flat=True))
    return [
        Past(one, attendance.lesson_name(one), left.get(one.pk, Left()), signals[one.pk], _until(one, now))
        for one in over
    ]


def _until(lesson: Lesson, now: datetime) -> datetime | None:
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    until = lesson.ends_at + timedelta(hours=pinned.late_addition_hours)
    return until if now <= until else None
