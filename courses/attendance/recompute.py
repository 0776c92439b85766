"""Recomputation: attendance derived anew from evidence must equal what is stored."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from courses import policy as policies
from courses.attendance.derive import Derived, derive
from courses.attendance.evidence import lock, rederive
from courses.models import Attendance, Evidence, Lesson


def recompute(*, lesson: Lesson, learner_id: int, now: datetime) -> Derived:
    """Bring one stored attendance up to its evidence."""
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    with transaction.atomic():
        lock(lesson_id=lesson.pk, learner_id=learner_id)
        return rederive(lesson=lesson, learner_id=learner_id, policy=policy, now=now)


def same(stored: Attendance, derived: Derived) -> bool:
    """Whether what is stored is what the evidence says, down to the reason of each missing minute."""
    said = (derived.status, derived.minutes, derived.in_at, derived.out_at, derived.round, derived.by_hand)
    known = (stored.status, stored.minutes, stored.in_at, stored.out_at, stored.round, stored.by_hand)
    return known == said and [tuple(gap) for gap in stored.missing] == list(derived.missing)


def differences(*, now: datetime) -> Iterator[tuple[str, str]]:
    """(row, what differs) for each attendance that its evidence does not bear out, lesson by lesson."""
    lessons = (
        Lesson.objects.filter(evidence__isnull=False)
        .select_related("training_class__policy")
        .distinct()
        .order_by("pk")
        .iterator(chunk_size=200)
    )
    for lesson in lessons:
        yield from _of_lesson(lesson, now)
    orphans = Attendance.objects.filter(lesson__evidence__isnull=True)
    for orphan in orphans.iterator():
        yield f"attendance {orphan.pk}", "no evidence"


def _of_lesson(lesson: Lesson, now: datetime) -> Iterator[tuple[str, str]]:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    said: dict[int, list[Evidence]] = {}
    for row in Evidence.objects.filter(lesson=lesson).order_by("pk"):
        said.setdefault(row.learner_id, []).append(row)
    stored = {row.learner_id: row for row in Attendance.objects.filter(lesson=lesson)}
    for learner_id in said.keys() | stored.keys():
        derived = derive(evidence=said.get(learner_id, []), lesson=lesson, policy=policy)
        known = stored.get(learner_id)
        name = f"attendance of class {lesson.training_class.number} lesson {lesson.number} learner row {learner_id}"
        if known is None:
            yield name, "missing"
        elif not same(known, derived):
            yield (
                name,
                f"stored {known.status} {known.minutes} min, evidence says {derived.status} {derived.minutes} min",
            )
