"""When the signals of a lesson are found anew: once it is over, and whenever something was written since."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from courses import policy as policies
from courses.completion.freshness import Run, runs
from courses.ledger import NotCounted
from courses.models import Completion, Lesson, TrainingClass
from courses.supervision.signals import compute

LOG = logging.getLogger(__name__)
LOOKS_BACK = timedelta(days=7)
BATCH = 200


def compute_due(*, now: datetime) -> int:
    """Once a lesson is over, once more when late additions are, and whenever evidence or a granted change of the
    timetable is newer than what was found; gives the number of lessons that were looked through.

    A class that is over for long is looked at while one of its completions may still come to count.
    """
    late = timedelta(hours=policies.current(on=policies.local_date(now)).late_addition_hours)
    due = [run.lesson for run in runs(lessons=_over(now)) if _is_due(run, late, now)][:BATCH]
    lessons = Lesson.objects.filter(pk__in=due).select_related("training_class").order_by("ends_at", "pk")
    return sum(_looked_through(lesson, now) for lesson in lessons)


def _looked_through(lesson: Lesson, now: datetime) -> bool:
    """Approvals all over the city wait for the lessons behind one that cannot be computed."""
    try:
        compute(lesson=lesson, now=now)
    except Exception as error:  # noqa: BLE001 (whatever it is, the next lesson is another's)
        LOG.error("signals not computed", extra={"row": lesson.pk, "why": type(error).__name__})  # noqa: TRY400
        return False
    return True


def _over(now: datetime) -> QuerySet[Lesson]:
    open_ = Q(status__in=(Completion.Status.PROPOSED, Completion.Status.SUBMITTED)) | Q(not_counted=NotCounted.FREED)
    waiting = Completion.objects.filter(open_).values("enrolment__training_class")
    return Lesson.objects.filter(
        Q(ends_at__gt=now - LOOKS_BACK) | Q(training_class__in=waiting),
        status=Lesson.Status.PLANNED,
        ends_at__lte=now,
    ).exclude(training_class__status__in=(*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED))


def _is_due(run: Run, late: timedelta, now: datetime) -> bool:
    if run.closes_at > now:
        return False
    return run.is_behind or (run.ran is not None and run.ran < run.ends_at + late <= now)
