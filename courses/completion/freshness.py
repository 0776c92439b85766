"""Whether the signals of a lesson say what is recorded now: one rule for the sweep that computes them (`supervision`)
and for the approval that waits for them.

A run counts once nobody can scan out any more, and for as long as nothing newer was written. At the last lesson of a
class everything of the class is asked, so that news of any lesson puts it behind.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max, QuerySet

from courses import policy as policies
from courses.models import ChangeRequest, Evidence, Lesson

# Written before a run by the clock, seen by none: it was not yet committed.
OVERLAP = timedelta(minutes=1)


class Run(NamedTuple):
    """A lesson, when nobody can scan out of it any more, when it was last looked through, and the newest that is
    written which that look has to know."""

    lesson: int
    training_class: int
    ends_at: datetime
    closes_at: datetime
    ran: datetime | None
    written: datetime | None

    @property
    def is_behind(self) -> bool:
        if self.ran is None or self.ran < self.closes_at:
            return True
        return self.written is not None and self.written > self.ran - OVERLAP

    @property
    def due_at(self) -> datetime:
        """From when on a look would be up to date, as far as is known now."""
        return max(self.closes_at, self.written + OVERLAP) if self.written else self.closes_at


def runs(*, lessons: QuerySet[Lesson]) -> list[Run]:
    """Of each of these lessons, in their order of time; four statements, however many there are."""
    columns = ("pk", "training_class_id", "training_class__policy_id", "starts_at", "ends_at", "signal_run__at")
    rows = list(lessons.order_by("ends_at", "pk").values_list(*columns))
    news = _news(lessons.order_by().values("training_class"))
    found = []
    for pk, of, version, starts_at, ends_at, ran in rows:
        written = news.lessons.get(pk)
        if starts_at == news.last.get(of):
            written = max(filter(None, (written, news.classes.get(of))), default=None)
        found.append(Run(pk, of, ends_at, ends_at + _open_after(version), ran, written))
    return found


def _open_after(version: int | None) -> timedelta:
    rules = policies.Policy() if version is None else policies.of_pinned(version_id=version)
    return timedelta(minutes=rules.checkout_closes_minutes)


class _News(NamedTuple):
    """By lesson and by class, when something was last written; by class, when its last planned lesson begins."""

    lessons: dict[int, datetime]
    classes: dict[int, datetime]
    last: dict[int, datetime]


def _news(classes: QuerySet[Lesson, Any]) -> _News:
    evidence = Evidence.objects.filter(lesson__training_class__in=classes).order_by()
    rows = evidence.values_list("lesson", "lesson__training_class").annotate(at=Max("received_at"))
    own: dict[int, datetime] = {}
    whole: dict[int, datetime] = {}
    for lesson, of, at in rows:
        own[lesson] = at
        whole[of] = max(whole.get(of, at), at)
    changes = ChangeRequest.objects.filter(lesson__training_class__in=classes, status=ChangeRequest.Status.GRANTED)
    for of, at in changes.order_by().values_list("lesson__training_class").annotate(at=Max("decided_at")):
        whole[of] = max(whole.get(of, at), at)
    planned = Lesson.objects.filter(training_class__in=classes, status=Lesson.Status.PLANNED).order_by()
    return _News(own, whole, dict(planned.values_list("training_class").annotate(at=Max("starts_at"))))
