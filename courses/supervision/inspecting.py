"""检查记录: what somebody found in a room beside the number that they counted; written by whoever counted, corrected anew.

Nobody's attendance changes by it: who was not there, or was somebody else, is for the trainer and the institution to
answer, and for the district to draw its conclusions from. What it says against the register is a signal of the lesson
(`rules`), found anew after each record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import attendance, audit
from courses.models import Lesson, RoomCheck, RoomCheckLine, RoomCount, SignalRun, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Conclusion, What = RoomCheck.Conclusion, RoomCheckLine.What
TEXT_MAX = 200


class CheckRefusal(StrEnum):
    NOT_COUNTED = "not_counted"
    CONCLUSION_MISSING = "conclusion_missing"
    FOUND_MISSING = "found_missing"
    BOTH = "both"
    NOT_A_MEMBER = "not_a_member"
    NOT_FINE = "not_fine"
    MEANWHILE = "meanwhile"


class CheckRefused(Refused):
    sentences = {
        CheckRefusal.NOT_COUNTED: _("没有保存。检查记录由清点人数的人填写，请先清点人数。"),
        CheckRefusal.CONCLUSION_MISSING: _("没有保存。请选检查结论。"),
        CheckRefusal.FOUND_MISSING: _("没有保存。需要整改或问题严重的，请写一句发现的情况。"),
        CheckRefusal.BOTH: _("没有保存。同一位学员不能既缺席又被冒名，请只勾一项。"),
        CheckRefusal.NOT_A_MEMBER: _("没有保存。勾选的学员已不在这个班，请刷新后重新勾选。"),
        CheckRefusal.NOT_FINE: _("没有保存。有人冒名，或教师、课程与备案不符，结论不能是「未发现问题」。请改选结论。"),
        CheckRefusal.MEANWHILE: _("没有保存。这份检查记录刚刚改过，请刷新后再填。"),
    }


@dataclass(frozen=True)
class Inspected:
    """`absent` and `impostors` are numbers of enrolments; None was not looked at."""

    conclusion: str
    absent: Collection[str] = ()
    impostors: Collection[str] = ()
    teacher_matches: bool | None = None
    course_matches: bool | None = None
    found: str = ""
    handling: str = ""


def own_count(*, by: User, lesson: Lesson) -> RoomCount | None:
    """The last head-count that this person made in a lesson."""
    return RoomCount.objects.filter(by=by, lesson=lesson).order_by("pk").last()


def current_checks(checks: QuerySet[RoomCheck]) -> QuerySet[RoomCheck]:
    """Of each head-count the newest version."""
    newer = RoomCheck.objects.filter(room_count=OuterRef("room_count"), version__gt=OuterRef("version"))
    return checks.exclude(Exists(newer))


def record_check(*, by: User, lesson: Lesson, inspected: Inspected, now: datetime) -> RoomCheck:
    """Keep what was found, as a new version where something was kept before.

    Refused with CheckRefused: by who counted nobody in this lesson, no conclusion, none in words where it is not fine,
    somebody named twice or not of the class, a conclusion that the findings speak against.
    """
    counted = own_count(by=by, lesson=lesson)
    if counted is None:
        raise CheckRefused(CheckRefusal.NOT_COUNTED)
    found, handling = (" ".join(text.split())[:TEXT_MAX] for text in (inspected.found, inspected.handling))
    _refuse_half(inspected, found)
    lines = _lines(lesson, inspected)
    try:
        with transaction.atomic():
            # Signals that were found before are behind; who is looking for them now is waited for.
            Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=lesson.pk)
            SignalRun.objects.filter(lesson=lesson).delete()
            made = RoomCheck.objects.create(
                number=fresh(prefix="JC"),
                room_count=counted,
                version=RoomCheck.objects.filter(room_count=counted).count() + 1,
                teacher_matches=inspected.teacher_matches,
                course_matches=inspected.course_matches,
                conclusion=inspected.conclusion,
                found=found,
                handling=handling,
                by=by,
                at=now,
            )
            RoomCheckLine.objects.bulk_create(
                RoomCheckLine(room_check=made, enrolment_id=key, what=what) for key, what in lines
            )
            detail = {"class": lesson.training_class.number, "lesson": lesson.number, "conclusion": made.conclusion}
            audit.record(by=by, verb="room_checked", target=made, now=now, detail=detail)
    except IntegrityError as error:
        raise CheckRefused(CheckRefusal.MEANWHILE) from error
    return made


def _refuse_half(inspected: Inspected, found: str) -> None:
    if inspected.conclusion not in Conclusion.values:
        raise CheckRefused(CheckRefusal.CONCLUSION_MISSING)
    if inspected.conclusion != Conclusion.FINE:
        if not found:
            raise CheckRefused(CheckRefusal.FOUND_MISSING)
    elif inspected.impostors or False in (inspected.teacher_matches, inspected.course_matches):
        raise CheckRefused(CheckRefusal.NOT_FINE)
    if set(inspected.absent) & set(inspected.impostors):
        raise CheckRefused(CheckRefusal.BOTH)


def _lines(lesson: Lesson, inspected: Inspected) -> list[tuple[int, str]]:
    """The enrolments of those who were named, in the order of the class list."""
    members = attendance.current_members(training_class=lesson.training_class)
    named = dict.fromkeys(inspected.absent, What.ABSENT.value) | dict.fromkeys(inspected.impostors, What.IMPOSTOR.value)
    rows = members.filter(number__in=named).values_list("pk", "number")
    found = [(key, named[number]) for key, number in rows]
    if len(found) != len(named):
        raise CheckRefused(CheckRefusal.NOT_A_MEMBER)
    return found
