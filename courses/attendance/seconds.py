"""What waits for a second person: shown for a whole class, many rows decided by one press.

A late addition, a row of a file, what a phone without network handed in too late or another phone contradicts: whoever
had a hand in it leaves it to somebody else who teaches or runs the class.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from courses.attendance.marks import MarkRefusal, MarkRefused, confirm, hands, reject
from courses.models import Evidence, Lesson, TrainingClass, User

AGREED, TURNED_DOWN = "second_person", "not_accepted"


@dataclass(frozen=True)
class WaitingRow:
    """`own` says that this person had a hand in it, or that it is about them."""

    row: Evidence
    own: bool


@dataclass(frozen=True)
class DecidedMany:
    """How many were decided, and which were not with the reason."""

    done: int
    refused: tuple[tuple[Evidence, MarkRefused], ...]


def waiting(*, training_class: TrainingClass, by: User) -> list[WaitingRow]:
    """What of a class waits for a second person, lesson by lesson in the order of the list. One query.

    Also what waits about somebody who teaches the class, since nobody settles their own.
    """
    rows = _rows(training_class).filter(strength=Evidence.Strength.AWAITING, superseded_by__isnull=True)
    return [WaitingRow(row, by.pk in hands(row)) for row in rows.exclude(lesson__status=Lesson.Status.CANCELLED)]


def decide_many(
    *, by: User, training_class: TrainingClass, receipts: Sequence[str], agree: bool, why: str = "", now: datetime
) -> DecidedMany:
    """Let each of them count or, with the reason, not; which one cannot be decided is told and holds up no other.

    Refused as a whole with MarkRefused: turned down without a reason.
    """
    if not agree and not why.strip():
        raise MarkRefused(MarkRefusal.WHY_MISSING)
    done, refused = 0, []
    with transaction.atomic():
        # Two people who decide the same rows lock them in the same order.
        for row in _rows(training_class).filter(receipt__in=receipts).order_by("lesson", "learner", "pk"):
            try:
                if agree:
                    confirm(by=by, receipt=row.receipt, lesson=row.lesson, reason=AGREED, now=now)
                else:
                    reject(by=by, receipt=row.receipt, lesson=row.lesson, reason=TURNED_DOWN, note=why.strip(), now=now)
            except MarkRefused as refusal:
                refused.append((row, refusal))
            else:
                done += 1
    return DecidedMany(done, tuple(refused))


def _rows(training_class: TrainingClass) -> QuerySet[Evidence]:
    about_staff = Q(learner__user__in=training_class.trainers.values("pk"))
    rows = Evidence.objects.filter(
        Q(kind__in=Evidence.FOR_ANOTHER) | about_staff, lesson__training_class=training_class
    )
    return rows.select_related(
        "by", "learner", "enrolment", "lesson__training_class__policy", "kit_entry__by", "supersedes__kit_entry"
    ).order_by("lesson__number", "enrolment__arrival_no", "learner", "pk")
