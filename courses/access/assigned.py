"""What a reviewer from outside sees: the works that were given to them, and nothing else."""

from datetime import datetime

from django.db.models import QuerySet

from courses.access.roles import Permission, may
from courses.models import User, Work


def visible_works(*, user: User, now: datetime) -> QuerySet[Work]:
    """Those given to this person and to nobody after them; none without the post."""
    if not may(user=user, permission=Permission.JUDGE_WORKS, now=now):
        return Work.objects.none()
    return Work.objects.filter(assignments__reviewer=user, assignments__ended_at__isnull=True)
