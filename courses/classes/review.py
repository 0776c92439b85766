"""The time that a review may take, and the fact that it took longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from courses import audit
from courses import policy as policies
from courses.models import ReviewEscalation, TrainingClass


@dataclass(frozen=True)
class Deadline:
    """The last working day for a decision, and how many working days are left; negative when it is past."""

    due_on: date
    days_left: int


def deadline_after(*, handed_in_on: date, days: int, today: date, calendar: dict[date, str]) -> Deadline:
    """The one rule of what waits for a review: `days` working days after it was handed in."""
    due = policies.working_days_after(start=handed_in_on, days=days, calendar=calendar)
    return Deadline(due, policies.working_days_between(start=today, end=due, calendar=calendar))


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
    waiting = list(TrainingClass.objects.filter(status=TrainingClass.Status.SUBMITTED, submitted_at__isnull=False))
    deadlines = review_deadlines(training_classes=waiting, now=now)
    today = policies.local_date(now)
    late = [row for row in waiting if deadlines[row.pk].due_on < today]
    with transaction.atomic():
        return sum(_escalate(row, deadlines[row.pk].due_on, now) for row in late)


def _escalate(training_class: TrainingClass, due_on: date, now: datetime) -> bool:
    assert training_class.submitted_at is not None
    _fact, created = ReviewEscalation.objects.get_or_create(
        training_class=training_class,
        submitted_at=training_class.submitted_at,
        defaults={"due_on": due_on, "at": now},
    )
    if created:
        audit.record(by=None, verb="review_overdue", target=training_class, now=now, detail={"due_on": str(due_on)})
    return created
