"""A change of a class that nobody decided in time: what can be granted no more waits for nobody."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from courses import audit
from courses.models import ChangeRequest, TrainingClass

Status = TrainingClass.Status
OVER = (Status.ASSESSING, Status.CLOSED, Status.ARCHIVED, Status.CANCELLED)


def end_outlived(*, now: datetime, training_class: TrainingClass | None = None) -> int:
    """End the requests that can no longer be granted, of one class or of all; gives how many.

    Its class is over (for seats and the deadline it has begun), its lesson has begun where that is to move, or the time
    that is asked for is past. A lesson that was not held may be cancelled afterwards, so that such a request stays, and
    a suspended class may go on. What was stays as it was.
    """
    waits = ChangeRequest.objects.filter(_outlived(now), status=ChangeRequest.Status.ASKED)
    if training_class is not None:
        waits = waits.filter(training_class=training_class)
    with transaction.atomic():
        rows = list(waits.select_for_update(of=("self",)).order_by("pk"))
        ended = ChangeRequest.objects.filter(pk__in=[row.pk for row in rows])
        ended.update(status=ChangeRequest.Status.ENDED, decided_at=now)
        audit.record_many(by=None, verb="change_ended", targets=[(row, {}) for row in rows], now=now)
    return len(rows)


def _outlived(now: datetime) -> Q:
    of_class = Q(lesson__isnull=True, training_class__status=Status.RUNNING)
    of_lesson = Q(starts_at__lte=now) | Q(lesson__starts_at__lte=now, adds=False)
    return Q(training_class__status__in=OVER) | of_class | Q(of_lesson, lesson__isnull=False, cancels=False)
