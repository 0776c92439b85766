"""When one has to be where: the calendar file of a class, and the lessons that are near."""

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from courses import policy as policies
from courses.models import Enrolment, Learner, Lesson, TrainingClass


def calendar(*, enrolment: Enrolment) -> str:
    """The lessons of one's class as an iCalendar file (RFC 5545), an hour's warning before each."""
    training_class = enrolment.training_class
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tideline//ZH", "CALSCALE:GREGORIAN"]
    for lesson in training_class.lessons.filter(status=Lesson.Status.PLANNED).select_related("venue"):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{enrolment.number}-{lesson.number}@tideline",
            f"DTSTAMP:{enrolment.applied_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;TZID=Asia/Shanghai:{lesson.starts_at.astimezone(policies.CITY_TIME):%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Asia/Shanghai:{lesson.ends_at.astimezone(policies.CITY_TIME):%Y%m%dT%H%M%S}",
            f"SUMMARY:{_ics(training_class.course.name)} {_ics(lesson.title)}",
            f"LOCATION:{_ics(_where(lesson))}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_ics(lesson.title)}",
            "TRIGGER:-PT1H",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _where(lesson: Lesson) -> str:
    venue = lesson.place
    return " ".join(part for part in (venue.name if venue else "", lesson.room, venue.address if venue else "") if part)


def _ics(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def starts_soon(*, learner: Learner, now: datetime) -> QuerySet[Lesson]:
    """The learner's lessons that are not over, nearest first."""
    return (
        Lesson.objects.filter(
            training_class__enrolments__learner=learner,
            training_class__enrolments__status=Enrolment.Status.ADMITTED,
            status=Lesson.Status.PLANNED,
            ends_at__gt=now - timedelta(minutes=30),
        )
        .exclude(training_class__status__in=TrainingClass.STOPPED)
        .select_related("training_class__course", "training_class__venue", "venue")
        .order_by("starts_at")
    )
