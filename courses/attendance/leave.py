"""请假: asked for by the learner, decided by the trainer or the institution, and kept as evidence of absence excused.

Leave is no attendance: it says why minutes are missing, and whoever comes all the same was there.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, notices
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.evidence import append, lock
from courses.models import (
    Attendance,
    Direction,
    Enrolment,
    Evidence,
    LeaveLesson,
    LeaveRequest,
    Lesson,
    OutboxMessage,
    TrainingClass,
    User,
)
from courses.people import proofs
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = LeaveRequest.Status
TEXT_MAX = 500


class LeaveRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    NO_LESSONS = "no_lessons"
    NOT_YOURS = "not_yours"
    TOO_LATE = "too_late"
    ALREADY_ASKED = "already_asked"
    CLASS_STOPPED = "class_stopped"
    ALREADY_DECIDED = "already_decided"
    SAME_PERSON = "same_person"


class LeaveRefused(Refused):
    sentences = {
        LeaveRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        LeaveRefusal.NO_LESSONS: _("还没有选课次，未提交。请先勾选要请假的课次。"),
        LeaveRefusal.NOT_YOURS: _("所选课次里有不属于您或已取消的，未提交。请刷新后重新选择。"),
        LeaveRefusal.TOO_LATE: _("第 %(number)s 次课下课已超过 %(days)s 天，不能再请假，未提交。可以对考勤提出异议。"),
        LeaveRefusal.ALREADY_ASKED: _("所选课次里有已请过假的，未重复提交。请在本页查看进度。"),
        LeaveRefusal.CLASS_STOPPED: _("这个班现在不上课，不用请假，未提交。"),
        LeaveRefusal.ALREADY_DECIDED: _("这份请假已经办过，未改动。请刷新后查看结果。"),
        LeaveRefusal.SAME_PERSON: _("不能决定本人的请假，未保存。请由另一位老师或机构办理。"),
    }


def ask(
    *,
    enrolment: Enrolment,
    lessons: Collection[Lesson],
    kind: str,
    reason: str,
    content: "File[bytes] | None",
    by: User | None,
    now: datetime,
) -> LeaveRequest:
    """Ask to be excused from lessons of one's class, at the latest `leave_late_days` days after each.

    Refused with LeaveRefused: no reason, no lesson, one that is not theirs or is cancelled, too late, asked for
    already, a class that does not run; with ProofRefused where a file is handed in that cannot be kept.
    """
    if not reason.strip():
        raise LeaveRefused(LeaveRefusal.REASON_MISSING)
    if not lessons:
        raise LeaveRefused(LeaveRefusal.NO_LESSONS)
    if enrolment.training_class.status in TrainingClass.STOPPED:
        raise LeaveRefused(LeaveRefusal.CLASS_STOPPED)
    for lesson in lessons:
        _may_be_excused(enrolment, lesson, now)
    proof = proofs.hand_in_claim(learner=enrolment.learner, content=content, by=by, now=now) if content else None
    request = LeaveRequest(
        code=fresh(prefix="", length=26), enrolment=enrolment, kind=LeaveRequest.Kind(kind),
        reason=reason.strip()[:TEXT_MAX], proof=proof, asked_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            request.save()
            LeaveLesson.objects.bulk_create(
                [LeaveLesson(request=request, enrolment=enrolment, lesson=lesson) for lesson in lessons]
            )
            audit.record(by=by, verb="leave_asked", target=request, now=now, detail={"lessons": len(lessons)})
    except IntegrityError:
        raise LeaveRefused(LeaveRefusal.ALREADY_ASKED) from None
    return request


def lessons_to_excuse(*, enrolment: Enrolment, now: datetime) -> list[Lesson]:
    """What may be ticked: own lessons, not cancelled, not too long over, not asked for, not come to. Three queries."""
    held = LeaveLesson.objects.filter(enrolment=enrolment, holds=True).values("lesson")
    open_ = Lesson.objects.filter(training_class=enrolment.training_class_id, status=Lesson.Status.PLANNED)
    days = _late_days(enrolment, now)
    came = set(
        Attendance.objects.filter(
            learner=enrolment.learner_id, lesson__training_class=enrolment.training_class_id, in_at__isnull=False
        ).values_list("lesson_id", flat=True)
    )
    found = open_.filter(ends_at__gte=now - timedelta(days=days)).exclude(pk__in=held).order_by("starts_at")
    return [
        lesson
        for lesson in found
        if lesson.pk not in came and membership.is_theirs(enrolment=enrolment, lesson=lesson, came=False)
    ]


def _may_be_excused(enrolment: Enrolment, lesson: Lesson, now: datetime) -> None:
    own = lesson.training_class_id == enrolment.training_class_id
    theirs = membership.is_theirs(enrolment=enrolment, lesson=lesson, came=False)
    if not own or lesson.status != Lesson.Status.PLANNED or not theirs:
        raise LeaveRefused(LeaveRefusal.NOT_YOURS)
    days = _late_days(enrolment, now)
    if now > lesson.ends_at + timedelta(days=days):
        raise LeaveRefused(LeaveRefusal.TOO_LATE, number=lesson.number, days=days)


def _late_days(enrolment: Enrolment, now: datetime) -> int:
    return policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now)).leave_late_days


def take_back(*, request: LeaveRequest, by: User, now: datetime) -> None:
    """The learner withdraws what nobody has decided yet. Refused with LeaveRefused afterwards."""
    with transaction.atomic():
        _move(request, Status.WITHDRAWN)
        audit.record(by=by, verb="leave_withdrawn", target=request, now=now)


def decide(*, by: User, request: LeaveRequest, grant: bool, answer: str, now: datetime) -> None:
    """Grant or refuse leave. A grant appends one row of evidence for each lesson; a refusal says why.

    Refused with LeaveRefused: decided or taken back already, by the learner's own login, a refusal without a reason.
    """
    if request.enrolment.learner.user_id == by.pk:
        raise LeaveRefused(LeaveRefusal.SAME_PERSON)
    if not grant and not answer.strip():
        raise LeaveRefused(LeaveRefusal.REASON_MISSING)
    to = Status.GRANTED if grant else Status.REFUSED
    with transaction.atomic():
        _move(request, to, decided_by=by, decided_at=now, answer=answer.strip()[:TEXT_MAX])
        lessons = [row.lesson for row in LeaveLesson.objects.filter(request=request).select_related("lesson")]
        if grant:
            for lesson in lessons:
                _excuse(by, request, lesson, now)
        audit.record(by=by, verb=f"leave_{to}", target=request, now=now)
        _tell(request, lessons, now)


def _move(request: LeaveRequest, to: Status, **fields: object) -> None:
    if not LeaveRequest.objects.filter(pk=request.pk, status=Status.ASKED).update(status=to, **fields):
        raise LeaveRefused(LeaveRefusal.ALREADY_DECIDED)
    if to != Status.GRANTED:
        LeaveLesson.objects.filter(request=request).update(holds=False)
    request.status = to
    for name, value in fields.items():
        setattr(request, name, value)


def _excuse(by: User, request: LeaveRequest, lesson: Lesson, now: datetime) -> None:
    learner_id = request.enrolment.learner_id
    lesson.training_class = request.enrolment.training_class
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    row = Evidence(
        lesson=lesson,
        learner_id=learner_id,
        enrolment=request.enrolment,
        kind=Evidence.Kind.LEAVE,
        direction=Direction.IN,
        strength=Evidence.Strength.PROVED,
        origin=Evidence.Origin.PHONE,
        happened_at=lesson.starts_at,
        claimed_at=request.asked_at,
        received_at=now,
        by=by,
        reason=request.kind,
        note=request.code,
    )
    lock(lesson_id=lesson.pk, learner_id=learner_id)
    known = Attendance.objects.filter(lesson=lesson, learner_id=learner_id).first()
    append(row=row, lesson=lesson, policy=policy, known=known, now=now)


def _tell(request: LeaveRequest, lessons: Collection[Lesson], now: datetime) -> None:
    """Why somebody was away stays out of the message; that it was decided, and what was answered, is in it."""
    learner = request.enrolment.learner
    notices.queue(
        kind=f"leave_{request.status}",
        channel=OutboxMessage.Channel.SMS,
        learner=learner,
        to=learner.phone,
        params={
            "course": request.enrolment.training_class.course.name,
            "numbers": "、".join(str(number) for number in sorted(lesson.number for lesson in lessons)),
            "reason": request.answer,
        },
        now=now,
        training_class=request.enrolment.training_class,
    )
