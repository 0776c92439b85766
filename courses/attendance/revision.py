"""Whether anything about a lesson changed that a screen would show: one statement in place of a picture."""

from datetime import datetime

from django.db.models import Count, OuterRef, Subquery

from courses import policy as policies
from courses.attendance.state import phase_of
from courses.models import DoorRequest, Evidence, Lesson, RollCall

Revision = tuple[object, ...]


def revision(*, code: int, now: datetime) -> Revision | None:
    """Two of them are equal when nothing was appended, decided or begun in between; None without the lesson.

    What only the clock changes is in it by the minute, the phase of the lesson and a running roll-call to the second.
    """
    evidence = Evidence.objects.filter(lesson=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    calls = RollCall.objects.filter(lesson=OuterRef("pk")).order_by("-pk")
    asking = DoorRequest.objects.filter(lesson=OuterRef("pk")).order_by("-pk")
    open_now = asking.filter(status=DoorRequest.Status.OPEN).order_by().values("lesson")
    lesson = (
        Lesson.objects.select_related("training_class")
        .annotate(
            last_evidence=Subquery(evidence),
            last_asking=Subquery(asking.values("pk")[:1]),
            asking_now=Subquery(open_now.annotate(people=Count("pk")).values("people")),
            last_call=Subquery(calls.values("pk")[:1]),
            call_ends=Subquery(calls.values("ends_at")[:1]),
        )
        .filter(code=code)
        .first()
    )
    if lesson is None:
        return None
    known = lesson.training_class
    policy = policies.of_class(training_class=known, on=policies.local_date(now))
    return (
        str(phase_of(lesson=lesson, policy=policy, now=now)),
        lesson.last_evidence,
        lesson.last_asking,
        lesson.asking_now,
        lesson.last_call,
        lesson.call_ends is not None and now < lesson.call_ends,
        lesson.counting_until is not None and now < lesson.counting_until,
        lesson.room,
        known.taken,
        known.arrivals,
        int(now.timestamp()) // 60,
    )
