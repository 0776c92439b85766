"""Another trainer or room for several lessons of one class: one request, decided as one."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from courses.classes.changes import ask_change, naming
from courses.classes.refusals import ChangeRefusal, ChangeRefused
from courses.models import ChangeRequest, Lesson, User


def ask_changes(
    *,
    by: User,
    lessons: Sequence[Lesson],
    trainer: User | None,
    room: str,
    reason: str,
    now: datetime,
) -> list[ChangeRequest]:
    """Ask for another trainer or room of several lessons of one class, as one request; what is left empty stays as it
    is, and a lesson that has both already is none of it. Gives one row a lesson; they are decided together.

    Refused with ChangeRefused as `ask_change`, naming the lesson, and where no lesson is chosen or none would change.
    """
    if not lessons:
        raise ChangeRefused(ChangeRefusal.NO_LESSON)
    wanted = [
        (lesson, room or lesson.room, trainer or lesson.trainer)
        for lesson in lessons
        if (room or lesson.room, trainer or lesson.trainer) != (lesson.room, lesson.trainer)
    ]
    if not wanted:
        raise ChangeRefused(ChangeRefusal.NOTHING_CHANGED)
    with transaction.atomic():
        rows = [_ask_one(by, lesson, its_room, its_trainer, reason, now) for lesson, its_room, its_trainer in wanted]
        ChangeRequest.objects.filter(pk__in=[row.pk for row in rows]).update(bundle=rows[0].number)
    for row in rows:
        row.bundle = rows[0].number
    return rows


def _ask_one(by: User, lesson: Lesson, room: str, trainer: User | None, reason: str, now: datetime) -> ChangeRequest:
    with naming(lesson):
        return ask_change(
            by=by,
            lesson=lesson,
            starts_at=lesson.starts_at,
            ends_at=lesson.ends_at,
            venue=lesson.venue,
            room=room,
            trainer=trainer,
            reason=reason,
            now=now,
        )
