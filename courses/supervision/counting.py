"""盲点人数: the figures go off the screens, somebody counts the room, the register of that moment is kept beside it."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import attendance, audit
from courses import policy as policies
from courses.models import Attendance, Lesson, RoomCount, TrainingClass, User
from courses.refusals import Refused

MOST = 999


class CountRefusal(StrEnum):
    NOT_NOW = "not_now"
    NOT_BEGUN = "not_begun"
    WRONG_NUMBER = "wrong_number"


class CountRefused(Refused):
    sentences = {
        CountRefusal.NOT_NOW: _("没有开始清点。请在上课期间清点人数。"),
        CountRefusal.NOT_BEGUN: _("没有保存。清点要先收起屏幕上的人数，并在 %(minutes)s 分钟内填好，请重新开始。"),
        CountRefusal.WRONG_NUMBER: _("没有保存。人数请填 0 到 999 的整数。"),
    }


def is_counting(*, lesson: Lesson, now: datetime) -> bool:
    return lesson.counting_until is not None and now < lesson.counting_until


def begin_count(*, by: User, lesson: Lesson, now: datetime) -> None:
    """Take the figures off wall and roster for `headcount_minutes`. Refused with CountRefused outside the lesson."""
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    stopped = lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED
    if stopped or not opens <= now <= lesson.ends_at:
        raise CountRefused(CountRefusal.NOT_NOW)
    with transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(counting_until=now + timedelta(minutes=policy.headcount_minutes))
        audit.record(
            by=by, verb="room_count_begun", target=lesson.training_class, now=now, detail={"lesson": lesson.number}
        )


def count_room(*, by: User, lesson: Lesson, counted: int | None, now: datetime) -> RoomCount:
    """Keep what was counted with what the register says now; the figures come back.

    Refused with CountRefused: no whole number, or the figures were not hidden while it was counted.
    """
    if counted is None or not 0 <= counted <= MOST:
        raise CountRefused(CountRefusal.WRONG_NUMBER)
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    with transaction.atomic():
        held = Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=lesson.pk)
        if not is_counting(lesson=held, now=now):
            raise CountRefused(CountRefusal.NOT_BEGUN, minutes=policy.headcount_minutes)
        here, awaiting = _register(lesson)
        made = RoomCount.objects.create(
            lesson=lesson,
            counted=counted,
            register_here=here,
            register_awaiting=awaiting,
            due=attendance.current_members(training_class=lesson.training_class).count(),
            by=by,
            at=now,
        )
        Lesson.objects.filter(pk=lesson.pk).update(counting_until=None)
        detail = {"lesson": lesson.number, "counted": counted, "register": here + awaiting}
        audit.record(by=by, verb="room_counted", target=lesson.training_class, now=now, detail=detail)
    return made


def _register(lesson: Lesson) -> tuple[int, int]:
    """Who arrived and has not left: by what counts, and waiting for the trainer."""
    inside = Attendance.objects.filter(lesson=lesson, in_at__isnull=False, out_at__isnull=True)
    waits = [("in_awaits" in row.reasons) for row in inside.only("lesson", "missing")]
    return waits.count(False), waits.count(True)
