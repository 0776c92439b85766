"""Who comes to a lesson of another class to make one up: known at its door, and on no row of its roster."""

from django.db.models import OuterRef, Subquery

from courses.attendance.codes import ScanRefusal
from courses.models import Lesson, MakeUp, RefusedScan

Status = MakeUp.Status


def is_guest(*, lesson_id: int, learner_id: int) -> bool:
    """Whether a learner of another class may hear this lesson, so that its trainer says when they came."""
    return MakeUp.objects.filter(heard=lesson_id, enrolment__learner=learner_id, status=Status.AGREED).exists()


def guests_of(*, lesson: Lesson) -> list[MakeUp]:
    """Who may hear a lesson and was not witnessed yet, with the first time that each scanned it. One statement."""
    scans = RefusedScan.objects.filter(
        lesson=OuterRef("heard"), learner=OuterRef("enrolment__learner"), code=ScanRefusal.GUEST
    )
    first = Subquery(scans.order_by("pk").values("scanned_at")[:1])
    agreed = MakeUp.objects.filter(heard=lesson, status=Status.AGREED)
    return list(agreed.select_related("enrolment__learner").annotate(scanned_at=first).order_by("pk"))
