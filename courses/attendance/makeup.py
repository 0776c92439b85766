"""补课: a missed lesson is heard again in another class, and its minutes count once, for the lesson that was missed.

The class that is visited agrees and says from when to when its guest was there; somebody else of the learner's own
class lets it count.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import audit, notices
from courses import policy as policies
from courses.attendance.account import heard_again
from courses.attendance.derive import LEAVE_REASONS, standing
from courses.attendance.disputes import Hours, moments_of
from courses.attendance.evidence import append, lock, rows_of
from courses.attendance.progress import progress
from courses.models import (
    Attendance,
    ChangeRequest,
    Completion,
    Direction,
    Enrolment,
    Evidence,
    Lesson,
    MakeUp,
    OutboxMessage,
    TrainingClass,
    User,
)
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = MakeUp.Status
TEXT_MAX = 200
REASON = "make_up"
STOPPED = (TrainingClass.Status.SUSPENDED, TrainingClass.Status.CANCELLED)


class MakeUpRefusal(StrEnum):
    NOT_ALLOWED = "not_allowed"
    NOT_OFFERED = "not_offered"
    ALREADY_ASKED = "already_asked"
    COMPLETED = "completed"
    DECIDED = "decided"
    REASON_MISSING = "reason_missing"
    OWN = "own"
    NOT_BEGUN = "not_begun"
    TOO_LATE = "too_late"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    NOT_HELD = "not_held"
    WRONG_TIMES = "wrong_times"
    SAME_PERSON = "same_person"
    ATTENDED = "attended"
    ELSEWHERE = "elsewhere"
    SAME_HOURS = "same_hours"


class MakeUpRefused(Refused):
    sentences = {
        MakeUpRefusal.NOT_ALLOWED: _("本班的政策不计补课，未提交。请联系老师。"),
        MakeUpRefusal.NOT_OFFERED: _("这次课现在不能去听，未提交。请刷新后重新选择。"),
        MakeUpRefusal.ALREADY_ASKED: _("已为这次课申请过补课，未重复提交。请在本页查看进度。"),
        MakeUpRefusal.COMPLETED: _("结业已批准，考勤不再更改，未保存。记录有错的，请报区市经办。"),
        MakeUpRefusal.DECIDED: _("这份补课已经办过，未改动。请刷新后查看结果。"),
        MakeUpRefusal.REASON_MISSING: _("请写明原因，未改动。"),
        MakeUpRefusal.OWN: _("不能办理本人的补课，未改动。请由另一位老师或机构办理。"),
        MakeUpRefusal.NOT_BEGUN: _("还没有下课，未保存。请在下课后登记听课时间。"),
        MakeUpRefusal.TOO_LATE: _("已超过 %(hours)s 小时，不能再登记，未保存。有疑问请找机构管理员。"),
        MakeUpRefusal.CANCELLED: _("要听的课已取消，未保存。请学员另选一次课。"),
        MakeUpRefusal.SUSPENDED: _("本班暂停中，现在不能同意来听课，未保存。请恢复后再答复，或不同意并写明原因。"),
        MakeUpRefusal.NOT_HELD: _("本班已暂停或取消，或上课时正在暂停，不能登记听课，未保存。请学员另选一次课。"),
        MakeUpRefusal.WRONG_TIMES: _("到课和离开的时间不对，未保存。请填课次之内的时间，离开晚于到课。"),
        MakeUpRefusal.SAME_PERSON: _("登记听课的人不能自己确认，未改动。请本班另一位老师或机构管理员办理。"),
        MakeUpRefusal.ATTENDED: _("学员已有这次课的到课记录，补课不再计，未改动。不用再办。"),
        MakeUpRefusal.ELSEWHERE: _("听课的时间里，学员在别的课有到课记录，未改动。请先核对。"),
        MakeUpRefusal.SAME_HOURS: _("同一段时间，学员还登记了另一次补课，只能计一次，未改动。请先核对。"),
    }


class Offer(NamedTuple):
    """A missed lesson and one in which it is heard again."""

    missed: Lesson
    heard: Lesson


def allowed(*, enrolment: Enrolment, now: datetime) -> bool:
    """Whether the pinned policy lets a lesson be made up in another class (`makeup_counts`)."""
    return policies.of_class(training_class=enrolment.training_class, on=policies.local_date(now)).makeup_counts


def ask(*, enrolment: Enrolment, missed: int, heard: str, by: User, now: datetime) -> MakeUp:
    """Ask the class of a lesson whether one may hear it there: `missed` by its number, `heard` as it was suggested.

    Refused with MakeUpRefused: the policy does not count it, no missed lesson of one's own or not one that is suggested
    for it now, asked for already, completion approved.
    """
    if not allowed(enrolment=enrolment, now=now):
        raise MakeUpRefused(MakeUpRefusal.NOT_ALLOWED)
    _refuse_completed(enrolment)
    offer = _offered(enrolment, missed, heard, now)
    row = MakeUp(
        code=fresh(prefix="", length=26), enrolment=enrolment, missed=offer.missed, heard=offer.heard, asked_at=now
    )
    try:
        with transaction.atomic():
            if _hold_class(offer.heard).status in STOPPED:
                raise MakeUpRefused(MakeUpRefusal.NOT_OFFERED)
            row.save()
            detail = {"missed": offer.missed.number, "heard": offer.heard.training_class.number}
            audit.record(by=by, verb="make_up_asked", target=row, now=now, detail=detail)
    except IntegrityError:
        raise MakeUpRefused(MakeUpRefusal.ALREADY_ASKED) from None
    return row


def _offered(enrolment: Enrolment, missed: int, heard: str, now: datetime) -> Offer:
    seen = progress(enrolment=enrolment, now=now)
    own = next((row.lesson for row in seen.lessons if row.lesson.number == missed and row.missed), None)
    if own is not None:
        for lesson in heard_again(enrolment=enrolment, missed=[own], now=now)[own.pk]:
            if heard == f"{lesson.training_class.number}-{lesson.number}":
                return Offer(own, lesson)
    raise MakeUpRefused(MakeUpRefusal.NOT_OFFERED)


def take_back(*, make_up: MakeUp, by: User, now: datetime) -> None:
    """The learner does not go after all. Refused with MakeUpRefused once it was seen or decided."""
    with transaction.atomic():
        _move(make_up, (Status.ASKED, Status.AGREED), Status.WITHDRAWN)
        audit.record(by=by, verb="make_up_withdrawn", target=make_up, now=now)


def answer(*, by: User, make_up: MakeUp, agree: bool, text: str, now: datetime) -> None:
    """The class that is to be visited agrees, or says why not; a suspended one agrees to nobody until it goes on.

    Refused with MakeUpRefused.
    """
    _refuse_own(by, make_up)
    if not agree and not text.strip():
        raise MakeUpRefused(MakeUpRefusal.REASON_MISSING)
    if agree and make_up.heard.status == Lesson.Status.CANCELLED:
        raise MakeUpRefused(MakeUpRefusal.CANCELLED)
    to = Status.AGREED if agree else Status.REFUSED
    with transaction.atomic():
        if agree and _hold_class(make_up.heard).status == TrainingClass.Status.SUSPENDED:
            raise MakeUpRefused(MakeUpRefusal.SUSPENDED)
        said = text.strip()[:TEXT_MAX]
        _move(make_up, (Status.ASKED,), to, answered_by=by, answered_at=now, answer=said)
        audit.record(by=by, verb=f"make_up_{to}", target=make_up, now=now)
        _tell(make_up, now)


def witness(*, by: User, make_up: MakeUp, hours: Hours | None, now: datetime) -> None:
    """From when to when the guest was there, by the class that was visited; nothing counts yet.

    Refused with MakeUpRefused: one's own, not agreed to or said already, the lesson cancelled, not over or over for
    more than `late_addition_hours`, hours outside it; the class suspended or cancelled, or suspended when the lesson
    was to begin, whether or not it went on since.
    """
    _refuse_own(by, make_up)
    lesson = make_up.heard
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    if lesson.status == Lesson.Status.CANCELLED:
        raise MakeUpRefused(MakeUpRefusal.CANCELLED)
    if now < lesson.ends_at:
        raise MakeUpRefused(MakeUpRefusal.NOT_BEGUN)
    if now > lesson.ends_at + timedelta(hours=policy.late_addition_hours):
        raise MakeUpRefused(MakeUpRefusal.TOO_LATE, hours=policy.late_addition_hours)
    there = moments_of(lesson=lesson, hours=hours)
    if there is None:
        raise MakeUpRefused(MakeUpRefusal.WRONG_TIMES)
    with transaction.atomic():
        _refuse_not_held(lesson)
        came, left = there
        _move(
            make_up, (Status.AGREED,), Status.WITNESSED,
            came_at=came, left_at=left, witnessed_by=by, witnessed_at=now,
        )  # fmt: skip
        audit.record(by=by, verb="make_up_witnessed", target=make_up, now=now)


def _refuse_not_held(lesson: Lesson) -> None:
    """The lessons of a suspended class stay as they were planned; its events say which of them were not held."""
    held = _hold_class(lesson)
    before = held.events.filter(at__lte=lesson.starts_at).order_by("-at", "-pk").first()
    if held.status in STOPPED or (before is not None and before.to_status == TrainingClass.Status.SUSPENDED):
        raise MakeUpRefused(MakeUpRefusal.NOT_HELD)


def _hold_class(lesson: Lesson) -> TrainingClass:
    """As it is now, and neither suspended nor cancelled nor resumed until the transaction ends."""
    return TrainingClass.objects.select_for_update(no_key=True).get(pk=lesson.training_class_id)


def decide(*, by: User, make_up: MakeUp, count: bool, text: str, now: datetime) -> None:
    """The learner's own class lets the hours count for the missed lesson, or says why not.

    Refused with MakeUpRefused: one's own, by who saw the guest, decided already, completion approved, a lesson that
    was attended meanwhile or is cancelled, hours in which the learner was elsewhere or made up another lesson.
    """
    _refuse_own(by, make_up)
    # As the row stands now: what is in hand may have been read before it was witnessed.
    if MakeUp.objects.filter(pk=make_up.pk, witnessed_by=by).exists():
        raise MakeUpRefused(MakeUpRefusal.SAME_PERSON)
    if not count and not text.strip():
        raise MakeUpRefused(MakeUpRefusal.REASON_MISSING)
    with transaction.atomic():
        if not count:
            said = text.strip()[:TEXT_MAX]
            _move(make_up, (Status.WITNESSED,), Status.NOT_COUNTED, decided_by=by, decided_at=now, answer=said)
        else:
            _count(by, make_up, now)
        audit.record(by=by, verb=f"make_up_{make_up.status}", target=make_up, now=now)
        _tell(make_up, now)


def _count(by: User, make_up: MakeUp, now: datetime) -> None:
    _hold(make_up.enrolment.learner_id)
    _refuse_completed(make_up.enrolment)
    lesson = Lesson.objects.select_related("training_class__policy").get(pk=make_up.missed_id)
    if lesson.status == Lesson.Status.CANCELLED:
        raise MakeUpRefused(MakeUpRefusal.CANCELLED)
    learner_id = make_up.enrolment.learner_id
    lock(lesson_id=lesson.pk, learner_id=learner_id)
    held = standing(rows_of(lesson_id=lesson.pk, learner_id=learner_id))
    if any(row.kind == Evidence.Kind.RULING or row.reason not in LEAVE_REASONS for row in held):
        raise MakeUpRefused(MakeUpRefusal.ATTENDED)
    if make_up.status != Status.WITNESSED or make_up.came_at is None or make_up.left_at is None:
        raise MakeUpRefused(MakeUpRefusal.DECIDED)
    _refuse_elsewhere(make_up)
    # Never more than the lesson that was missed.
    left = min(lesson.ends_at, lesson.starts_at + (make_up.left_at - make_up.came_at))
    absence = next((row for row in reversed(held) if row.kind == Evidence.Kind.MANUAL), None)
    first = _row(by, make_up, lesson, Direction.IN, lesson.starts_at, make_up.came_at, now)
    first.supersedes = absence
    for row in (first, _row(by, make_up, lesson, Direction.OUT, left, make_up.left_at, now)):
        policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
        known = Attendance.objects.filter(lesson=lesson, learner=learner_id).first()
        if append(row=row, lesson=lesson, policy=policy, known=known, now=now) is None:
            raise MakeUpRefused(MakeUpRefusal.ATTENDED)
    _move(make_up, (Status.WITNESSED,), Status.COUNTED, decided_by=by, decided_at=now, evidence=first)


def _hold(learner_id: int) -> None:
    """What is decided of one learner is decided one after the other; there may be no attendance yet to lock."""
    own = Enrolment.objects.select_for_update(no_key=True, of=("self",)).filter(learner=learner_id)
    list(own.order_by("pk").values_list("pk"))


def _refuse_elsewhere(make_up: MakeUp) -> None:
    """Nobody is in two rooms at once."""
    at_once = Attendance.objects.filter(
        learner=make_up.enrolment.learner_id,
        in_at__isnull=False,
        lesson__starts_at__lt=make_up.left_at,
        lesson__ends_at__gt=make_up.came_at,
    )
    if at_once.exists():
        raise MakeUpRefused(MakeUpRefusal.ELSEWHERE)
    others = MakeUp.objects.filter(
        enrolment__learner=make_up.enrolment.learner_id,
        status__in=(Status.WITNESSED, Status.COUNTED),
        came_at__lt=make_up.left_at,
        left_at__gt=make_up.came_at,
    )
    if others.exclude(pk=make_up.pk).exists():
        raise MakeUpRefused(MakeUpRefusal.SAME_HOURS)


def _row(
    by: User, make_up: MakeUp, lesson: Lesson, direction: Direction, at: datetime, claimed: datetime, now: datetime
) -> Evidence:
    """`happened_at` lies within the missed lesson, so that one engine counts; when it really was is kept beside it."""
    return Evidence(
        lesson=lesson,
        learner_id=make_up.enrolment.learner_id,
        enrolment=make_up.enrolment,
        kind=Evidence.Kind.MAKE_UP,
        direction=direction,
        strength=Evidence.Strength.PROVED,
        happened_at=at,
        claimed_at=claimed,
        received_at=now,
        by=by,
        reason=REASON,
        note=make_up.code,
    )


def lesson_changed(*, request: ChangeRequest, by: User, now: datetime) -> None:
    """Guests who may come hear that the lesson moved; of one that is cancelled nobody's wish is left, and they ask
    anew."""
    for make_up in _guests(Q(heard=request.lesson_id)):
        if request.cancels:
            _call_off(make_up, by, request.reason, now)
        elif make_up.status == Status.AGREED:
            _tell(make_up, now, kind="make_up_moved", was=request.before[0].isoformat())


def class_moved(*, training_class: TrainingClass, was: str, by: User | None, reason: str, now: datetime) -> None:
    """Guests of a class that stops or goes on hear of it as its own learners do. Of one that is cancelled no wish is
    left; of one that is suspended or resumed those hear who may come to a lesson that is still ahead, and keep their
    place: who would rather go elsewhere takes it back."""
    to = TrainingClass.Status(training_class.status)
    if to == TrainingClass.Status.CANCELLED:
        for make_up in guests_told(training_class=training_class, to=to, now=now):
            _call_off(make_up, by, reason, now)
    elif TrainingClass.Status.SUSPENDED in (was, to):
        kind = "make_up_suspended" if to == TrainingClass.Status.SUSPENDED else "make_up_resumed"
        for make_up in guests_told(training_class=training_class, to=to, now=now):
            _tell(make_up, now, kind=kind, reason=reason.strip())


def guests_told(*, training_class: TrainingClass, to: TrainingClass.Status, now: datetime) -> list[MakeUp]:
    """The open wishes whose learners hear that a class is cancelled, or that it stops or goes on."""
    there = Q(heard__training_class=training_class)
    ahead = Q(heard__starts_at__gt=now, status=Status.AGREED)
    return _guests(there if to == TrainingClass.Status.CANCELLED else there & ahead)


def _guests(which: Q) -> list[MakeUp]:
    """Whose wish to hear a lesson of another class is open, in the order in which they asked."""
    named = (
        "enrolment__learner",
        "enrolment__training_class__course",
        "missed",
        "heard__training_class__institution",
        "heard__venue",
    )
    open_ones = MakeUp.objects.filter(which, status__in=(Status.ASKED, Status.AGREED))
    return list(open_ones.select_related(*named).order_by("pk"))


def _call_off(make_up: MakeUp, by: User | None, reason: str, now: datetime) -> None:
    # Taken back or seen since it was read: nothing is left to call off, and the cancellation itself goes on.
    if not _moved(make_up, (Status.ASKED, Status.AGREED), Status.CALLED_OFF):
        return
    audit.record(by=by, verb="make_up_called_off", target=make_up, now=now)
    _tell(make_up, now, reason=reason.strip())


def _tell(make_up: MakeUp, now: datetime, *, kind: str = "", **said: str) -> None:
    learner, there = make_up.enrolment.learner, make_up.heard.training_class
    notices.queue(
        kind=kind or f"make_up_{make_up.status}",
        channel=OutboxMessage.Channel.SMS,
        learner=learner,
        to=learner.phone,
        params={
            "course": make_up.enrolment.training_class.course.name,
            "number": make_up.missed.number,
            "starts": make_up.heard.starts_at.isoformat(),
            "place": f"{there.institution.name}{make_up.heard.where or there.room}",
            "reason": make_up.answer,
            **said,
        },
        now=now,
        training_class=make_up.enrolment.training_class,
    )


def _refuse_own(by: User, make_up: MakeUp) -> None:
    if make_up.enrolment.learner.user_id == by.pk:
        raise MakeUpRefused(MakeUpRefusal.OWN)


def _refuse_completed(enrolment: Enrolment) -> None:
    if Completion.objects.filter(enrolment=enrolment, status=Completion.Status.APPROVED).exists():
        raise MakeUpRefused(MakeUpRefusal.COMPLETED)


def _move(make_up: MakeUp, from_: tuple[Status, ...], to: Status, **fields: object) -> None:
    if not _moved(make_up, from_, to, **fields):
        raise MakeUpRefused(MakeUpRefusal.DECIDED)


def _moved(make_up: MakeUp, from_: tuple[Status, ...], to: Status, **fields: object) -> bool:
    if not MakeUp.objects.filter(pk=make_up.pk, status__in=from_).update(status=to, **fields):
        return False
    make_up.status = to
    for name, value in fields.items():
        setattr(make_up, name, value)
    return True
