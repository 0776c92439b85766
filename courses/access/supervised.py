"""What each may see of supervision: what was found in rooms, and the cards that were shown."""

from datetime import datetime

from django.db.models import Q, QuerySet

from courses.access.roles import Permission, Role, held
from courses.access.scopes import visible_classes, visible_institutions, visible_lessons
from courses.models import Card, RoomCheck, User


def visible_room_checks(*, user: User, now: datetime, permission: Permission) -> QuerySet[RoomCheck]:
    lessons = visible_lessons(user=user, now=now, permission=permission)
    return RoomCheck.objects.filter(room_count__lesson__in=lessons.values("pk"))


def visible_cards(*, user: User, now: datetime, permission: Permission) -> QuerySet[Card]:
    """Of the institutions seated where a post is for, and of the classes held there. An institution knows of its own
    only what was shown to it."""
    seated = visible_institutions(user=user, now=now, permission=permission)
    held_there = visible_classes(user=user, now=now, permission=permission)
    rows = Card.objects.filter(Q(institution__in=seated.values("pk")) | Q(training_class__in=held_there.values("pk")))
    own = [post.institution_id for post in held(user=user, now=now) if post.role == Role.INSTITUTION]
    return rows.exclude(~Q(status__in=Card.TOLD), institution__in=own)
