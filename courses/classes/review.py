"""The time that a review may take, and the fact that it took longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from courses import audit, notices
from courses import policy as policies
from courses.models import Post, ReviewEscalation, TrainingClass, User


@dataclass(frozen=True)
class Deadline:
    """The last working day for a decision, and how many working days are left (`working_days_left`)."""

    due_on: date
    days_left: int


def deadline_after(*, handed_in_on: date, days: int, today: date, calendar: dict[date, str]) -> Deadline:
    """The one rule of what waits for a review: `days` working days after it was handed in."""
    due = policies.working_days_after(start=handed_in_on, days=days, calendar=calendar)
    return Deadline(due, policies.working_days_left(today=today, due=due, calendar=calendar))


def review_deadlines(*, training_classes: Sequence[TrainingClass], now: datetime) -> dict[int, Deadline]:
    """`review_days` working days after each submission, by class; classes that were not handed in are left out."""
    handed_in = {
        row.pk: policies.local_date(row.submitted_at)
        for row in training_classes
        if row.submitted_at and row.status == TrainingClass.Status.SUBMITTED
    }
    if not handed_in:
        return {}
    today = policies.local_date(now)
    days = policies.current(on=today).review_days
    calendar = policies.calendar_between(start=min(handed_in.values()), end=today + timedelta(days=days * 3 + 30))
    return {
        pk: deadline_after(handed_in_on=start, days=days, today=today, calendar=calendar)
        for pk, start in handed_in.items()
    }


def escalate_overdue(*, now: datetime) -> int:
    """Write the fact for each submitted class whose review is overdue, once a submission; returns how many are new."""
    waiting = list(
        TrainingClass.objects.filter(status=TrainingClass.Status.SUBMITTED, submitted_at__isnull=False).select_related(
            "course", "district"
        )
    )
    deadlines = review_deadlines(training_classes=waiting, now=now)
    today = policies.local_date(now)
    late = [row for row in waiting if deadlines[row.pk].due_on < today]
    with transaction.atomic():
        return sum(_escalate(row, deadlines[row.pk].due_on, now) for row in late)


def _tell_city(training_class: TrainingClass, due_on: date, now: datetime) -> None:
    """Whoever holds a post of the city reads it at the desk."""
    held = Post.objects.filter(Q(until__isnull=True) | Q(until__gt=now), role=Post.Role.CITY, since__lte=now)
    params = {
        "course": training_class.course.name,
        "class": training_class.number,
        "district": training_class.district.name,
        "due": due_on.isoformat(),
    }
    for officer in User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"):
        notices.queue(kind="review_overdue", channel="site", user=officer, params=params, now=now)


def _escalate(training_class: TrainingClass, due_on: date, now: datetime) -> bool:
    assert training_class.submitted_at is not None
    _fact, created = ReviewEscalation.objects.get_or_create(
        training_class=training_class,
        submitted_at=training_class.submitted_at,
        defaults={"due_on": due_on, "at": now},
    )
    if created:
        _tell_city(training_class, due_on, now)
        audit.record(by=None, verb="review_overdue", target=training_class, now=now, detail={"due_on": str(due_on)})
    return created
