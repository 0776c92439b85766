"""What somebody from outside sees: the works that were given to them, the classes that they examine; nothing else."""

from datetime import datetime

from django.db.models import QuerySet

from courses.access.roles import Permission, Role, held, may
from courses.models import ClassExaminer, Post, TrainingClass, User, Work

NOT_EXAMINED = (TrainingClass.Status.CANCELLED, TrainingClass.Status.ARCHIVED)


def visible_works(*, user: User, now: datetime) -> QuerySet[Work]:
    """Those given to this person and to nobody after them; none without the post."""
    if not may(user=user, permission=Permission.JUDGE_WORKS, now=now):
        return Work.objects.none()
    return Work.objects.filter(assignments__reviewer=user, assignments__ended_at__isnull=True)


def visible_examined(*, user: User, now: datetime) -> QuerySet[TrainingClass]:
    """The classes that this person is named for, until they are cancelled or archived; none without the post. A closed
    one is still theirs: scores are put right after the last lesson, and nobody else may."""
    if not may(user=user, permission=Permission.EXAMINE, now=now):
        return TrainingClass.objects.none()
    named = ClassExaminer.objects.filter(examiner=user, ended_at__isnull=True)
    return TrainingClass.objects.filter(pk__in=named.values("training_class")).exclude(status__in=NOT_EXAMINED)


def is_outside(*, by: User, training_class: TrainingClass, now: datetime) -> bool:
    """Neither teaches the class nor belongs to its institution."""
    own = {post.institution_id for post in held(user=by, now=now)}
    teaches = training_class.trainers.filter(pk=by.pk).exists()
    return training_class.institution_id not in own and not teaches


def experts(*, training_class: TrainingClass, now: datetime) -> QuerySet[User]:
    """Who may be given works of this class, or named to examine it: holds the post, and `is_outside`."""
    belongs = Post.objects.filter(Post.in_force(now), institution=training_class.institution_id)
    holds = Post.objects.filter(Post.in_force(now), role=Role.EXPERT)
    found = User.objects.filter(is_active=True, pk__in=holds.values("user")).exclude(pk__in=belongs.values("user"))
    return found.exclude(pk__in=training_class.trainers.values("pk")).order_by("name", "pk")
