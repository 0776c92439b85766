"""分评: the works of a class that wait are given to one reviewer from outside."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from courses import access, audit
from courses.models import Post, TrainingClass, User, Work, WorkAssignment
from courses.works.judging import is_outside
from courses.works.refusals import WorkRefusal, WorkRefused


def experts(*, training_class: TrainingClass, now: datetime) -> QuerySet[User]:
    """Who may be given works of this class: holds the post, and neither teaches it nor belongs to its institution."""
    belongs = Post.objects.filter(Post.in_force(now), institution=training_class.institution_id)
    holds = Post.objects.filter(Post.in_force(now), role=Post.Role.EXPERT)
    found = User.objects.filter(is_active=True, pk__in=holds.values("user")).exclude(pk__in=belongs.values("user"))
    return found.exclude(pk__in=training_class.trainers.values("pk")).order_by("name", "pk")


def assign(*, by: User, training_class: TrainingClass, reviewer: User, now: datetime) -> int:
    """Give every work of the class that waits to this reviewer, also those that another has; gives how many.

    Refused with WorkRefused: no reviewer from outside, oneself, nothing waits. A work that the reviewer handed in stays
    where it is.
    """
    holds = access.may(user=reviewer, permission=access.Permission.JUDGE_WORKS, now=now)
    if not holds or not is_outside(by=reviewer, training_class=training_class, now=now):
        raise WorkRefused(WorkRefusal.NO_EXPERT)
    if by.pk == reviewer.pk:
        raise WorkRefused(WorkRefusal.SAME_PERSON)
    waits = Work.objects.filter(enrolment__training_class=training_class, grade="").exclude(by=reviewer)
    with transaction.atomic():
        # One who assigns after the other: a work has one reviewer.
        TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
        held = WorkAssignment.objects.filter(ended_at__isnull=True)
        rows = list(waits.exclude(pk__in=held.filter(reviewer=reviewer).values("work")))
        if not rows:
            raise WorkRefused(WorkRefusal.NOTHING_WAITS)
        held.filter(work__in=rows).update(ended_at=now)
        WorkAssignment.objects.bulk_create([WorkAssignment(work=row, reviewer=reviewer, by=by, at=now) for row in rows])
        detail = {"reviewer": reviewer.username, "works": len(rows)}
        audit.record(by=by, verb="works_assigned", target=training_class, now=now, detail=detail)
    return len(rows)
