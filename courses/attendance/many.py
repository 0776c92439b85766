"""Marking many by hand at once: one reason, one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses.attendance.marks import Mark, Marked, MarkRefusal, MarkRefused, mark
from courses.models import Learner, Lesson, User

# What is wrong with one learner and not with the lesson or the form.
PERSONAL = (
    MarkRefusal.NOT_ENROLLED,
    MarkRefusal.NOT_IN_YET,
    MarkRefusal.OVERTAKEN,
    MarkRefusal.RULED,
    MarkRefusal.OWN,
    MarkRefusal.BEFORE_ARRIVAL,
)


@dataclass(frozen=True)
class MarkedMany:
    """Who was marked, and who was not with the reason."""

    done: tuple[tuple[Learner, Marked], ...]
    refused: tuple[tuple[Learner, MarkRefused], ...]


def mark_many(
    *,
    by: User,
    lesson: Lesson,
    learners: Sequence[Learner],
    as_: Mark,
    reason: str,
    note: str = "",
    at: datetime | None = None,
    now: datetime,
) -> MarkedMany:
    """Mark each of them as `mark` does; who cannot be marked is named and holds up nobody else.

    Refused as a whole with MarkRefused where the lesson or the form is the cause.
    """
    done, refused = [], []
    with transaction.atomic():
        # Two trainers who mark the same people lock them in the same order.
        for learner in sorted(learners, key=lambda one: one.pk):
            try:
                made = mark(by=by, lesson=lesson, learner=learner, as_=as_, reason=reason, note=note, at=at, now=now)
            except MarkRefused as refusal:
                if refusal.code not in PERSONAL:
                    raise
                refused.append((learner, refusal))
            else:
                done.append((learner, made))
    return MarkedMany(tuple(done), tuple(refused))
