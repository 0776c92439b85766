"""Changes of an approved class: asked for with a reason, decided by a second person, told to those concerned."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from courses import audit, dates, notices
from courses import policy as policies
from courses.classes.clashes import Clash, ClashKind
from courses.classes.opening import CheckCode, Opening, findings_of, opening_of
from courses.models import ChangeRequest, Enrolment, Lesson, OutboxMessage, Post, TrainingClass, User
from courses.refusals import Refused

Status = TrainingClass.Status
CLASHES = (CheckCode.OVERLAP, CheckCode.ROOM_CLASH, CheckCode.TRAINER_CLASH, CheckCode.LEARNER_CLASH)
CHANGEABLE = (Status.APPROVED, Status.ENROLLING, Status.RUNNING)


class ChangeRefusal(StrEnum):
    NOT_CHANGEABLE = "not_changeable"
    LESSON_BEGUN = "lesson_begun"
    REASON_MISSING = "reason_missing"
    WRONG_TIMES = "wrong_times"
    NOTHING_CHANGED = "nothing_changed"
    TRAINER_UNKNOWN = "trainer_unknown"
    ALREADY_ASKED = "already_asked"
    ALREADY_DECIDED = "already_decided"
    SAME_PERSON = "same_person"
    CLASH = "clash"
    CHECKS_FAILED = "checks_failed"
    LAST_LESSON = "last_lesson"


class ChangeRefused(Refused):
    sentences = {
        ChangeRefusal.NOT_CHANGEABLE: _("班次现在不能申请变更，未保存。"),
        ChangeRefusal.LESSON_BEGUN: _("这次课已经开始或已取消，不能再变更，未保存。"),
        ChangeRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        ChangeRefusal.WRONG_TIMES: _("新的时间不对，未保存。结束须晚于开始，开始须晚于现在。"),
        ChangeRefusal.NOTHING_CHANGED: _("与原来的安排一样，未保存。请填写要变更的内容。"),
        ChangeRefusal.TRAINER_UNKNOWN: _("不是本机构在册的教师，未保存。请另选教师。"),
        ChangeRefusal.ALREADY_ASKED: _("这次课已有一份变更申请待审核，未保存。"),
        ChangeRefusal.ALREADY_DECIDED: _("这份申请已经办过，未保存。请刷新后再看。"),
        ChangeRefusal.SAME_PERSON: _("本人经手，须他人审核，未保存。"),
        ChangeRefusal.CLASH: _("变更后有冲突，未保存。%(words)s"),
        ChangeRefusal.CHECKS_FAILED: _("变更后的课程表检查没有通过，未保存。%(words)s"),
        ChangeRefusal.LAST_LESSON: _("这是本班仅剩的一次课，未保存。要停办，请取消整个班次。"),
    }


def ask_change(
    *,
    by: User,
    lesson: Lesson,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    trainer: User | None,
    reason: str,
    now: datetime,
) -> ChangeRequest:
    """Ask for another time, room or trainer of one lesson; nothing of the lesson moves yet.

    Refused with ChangeRefused: not changeable, no reason, wrong times, nothing new, a stranger as trainer, asked twice.
    """
    if not reason.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    _check_wish(lesson, starts_at=starts_at, ends_at=ends_at, room=room, trainer=trainer, now=now)
    wish = ChangeRequest(starts_at=starts_at, ends_at=ends_at, room=room, trainer=trainer)
    return _asked(by, lesson, wish, reason, now)


def ask_cancel(*, by: User, lesson: Lesson, reason: str, now: datetime) -> ChangeRequest:
    """Ask that one lesson be cancelled, also one that has begun and was not held; its minutes then leave the ratio.

    Refused with ChangeRefused: no reason, class not changeable, cancelled already, the last lesson, asked twice.
    """
    if not reason.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    _may_cancel(lesson)
    wish = ChangeRequest(
        starts_at=lesson.starts_at, ends_at=lesson.ends_at, room=lesson.room, trainer=lesson.trainer, cancels=True
    )
    return _asked(by, lesson, wish, reason, now)


def _asked(by: User, lesson: Lesson, wish: ChangeRequest, reason: str, now: datetime) -> ChangeRequest:
    try:
        with transaction.atomic():
            serial = lesson.change_requests.count() + 1
            wish.number = f"{lesson.training_class.number}-{lesson.number}-{serial}"
            wish.lesson = lesson
            wish.was_starts_at, wish.was_ends_at = lesson.starts_at, lesson.ends_at
            wish.was_room, wish.was_trainer = lesson.room, lesson.trainer
            wish.reason, wish.asked_by, wish.asked_at = reason.strip()[:200], by, now
            wish.save()
            audit.record(by=by, verb="change_asked", target=wish, now=now, detail={"cancels": wish.cancels})
    except IntegrityError:
        raise ChangeRefused(ChangeRefusal.ALREADY_ASKED) from None
    return wish


def decide_change(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> None:
    """Grant or refuse a change. A grant moves or cancels the lesson and tells its learners and trainers, in one
    transaction; what was scanned until then is `attendance.decide_change`'s business, by which the desk comes here.

    Refused with ChangeRefused: decided already, by the one who asked, a refusal without a reason, the lesson has begun
    meanwhile, or a check of the timetable that the class's policy blocks: hours, hours of a day, shares, clashes.
    """
    if request.asked_by_id == by.pk:
        raise ChangeRefused(ChangeRefusal.SAME_PERSON)
    if not grant and not answer.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    status = ChangeRequest.Status.GRANTED if grant else ChangeRequest.Status.REFUSED
    with transaction.atomic():
        changed = ChangeRequest.objects.filter(pk=request.pk, status=ChangeRequest.Status.ASKED).update(
            status=status, decided_by=by, decided_at=now, answer=answer.strip()[:200]
        )
        if not changed:
            raise ChangeRefused(ChangeRefusal.ALREADY_DECIDED)
        if grant:
            if request.cancels:
                _cancel_lesson(request.lesson_id)
            else:
                _move_lesson(request, now)
            _tell(request, now)
        audit.record(by=by, verb=f"change_{status}", target=request, now=now)
    request.refresh_from_db()


def _check_wish(
    lesson: Lesson, *, starts_at: datetime, ends_at: datetime, room: str, trainer: User | None, now: datetime
) -> None:
    training_class = lesson.training_class
    if training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    _still_ahead(lesson, now)
    if ends_at <= starts_at or starts_at <= now:
        raise ChangeRefused(ChangeRefusal.WRONG_TIMES)
    wanted = (starts_at, ends_at, room, trainer.pk if trainer else None)
    if wanted == (lesson.starts_at, lesson.ends_at, lesson.room, lesson.trainer_id):
        raise ChangeRefused(ChangeRefusal.NOTHING_CHANGED)
    if trainer is not None and trainer.pk != lesson.trainer_id and not _teaches_for(trainer, training_class):
        raise ChangeRefused(ChangeRefusal.TRAINER_UNKNOWN)


def _still_ahead(lesson: Lesson, now: datetime) -> None:
    """Who has scanned in before the start does not hold the lesson up: such a scan is set aside when it moves."""
    if lesson.starts_at <= now or lesson.status != Lesson.Status.PLANNED:
        raise ChangeRefused(ChangeRefusal.LESSON_BEGUN)


def _may_cancel(lesson: Lesson) -> None:
    if lesson.training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    if lesson.status != Lesson.Status.PLANNED:
        raise ChangeRefused(ChangeRefusal.LESSON_BEGUN)
    others = Lesson.objects.filter(training_class=lesson.training_class_id, status=Lesson.Status.PLANNED)
    if not others.exclude(pk=lesson.pk).exists():
        raise ChangeRefused(ChangeRefusal.LAST_LESSON)


def _cancel_lesson(lesson_id: int) -> None:
    lesson = (
        Lesson.objects.select_for_update(of=("self",), no_key=True).select_related("training_class").get(pk=lesson_id)
    )
    _may_cancel(lesson)
    lesson.status = Lesson.Status.CANCELLED
    lesson.save(update_fields=["status"])
    _set_period(lesson.training_class)


def _set_period(training_class: TrainingClass) -> None:
    """From the day of the first lesson to that of the last, each being of the day on which it starts."""
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
    period = planned.aggregate(first=Min("starts_at"), last=Max("starts_at"))
    training_class.starts_on = policies.local_date(period["first"])
    training_class.ends_on = policies.local_date(period["last"])
    training_class.save(update_fields=["starts_on", "ends_on"])


def _teaches_for(trainer: User, training_class: TrainingClass) -> bool:
    posts = Post.objects.filter(user=trainer, role=Post.Role.TRAINER, until__isnull=True)
    return trainer.is_active and posts.filter(institution=training_class.institution_id).exists()


def _move_lesson(request: ChangeRequest, now: datetime) -> None:
    lesson = Lesson.objects.select_for_update(no_key=True).select_related("training_class").get(pk=request.lesson_id)
    training_class = lesson.training_class
    if training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    _still_ahead(lesson, now)
    if request.starts_at <= now:
        raise ChangeRefused(ChangeRefusal.WRONG_TIMES)
    lesson.starts_at, lesson.ends_at = request.starts_at, request.ends_at
    lesson.room, lesson.trainer = request.room, request.trainer
    lesson.save(update_fields=["starts_at", "ends_at", "room", "trainer"])
    if request.trainer is not None:
        training_class.trainers.add(request.trainer)
    _set_period(training_class)
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    _refuse_failures(lesson, request, opening_of(training_class=training_class, now=now, policy=policy))


def _refuse_failures(lesson: Lesson, request: ChangeRequest, opening: Opening) -> None:
    """The checks that can fail by this move, of the timetable as it stands now, as far as the policy blocks them.

    What was wrong before and is not touched by the move does not hold it up.
    """
    was = request.was_ends_at - request.was_starts_at
    total: tuple[CheckCode, ...] = () if lesson.ends_at - lesson.starts_at == was else (CheckCode.HOURS,)
    if total or request.was_starts_at != lesson.starts_at:
        total += (CheckCode.SHARES, CheckCode.TRADE)
    day = policies.local_date(lesson.starts_at)
    fuller = day != policies.local_date(request.was_starts_at) or lesson.ends_at - lesson.starts_at > was
    of_the_day = [one for one in opening.lessons if policies.local_date(one.starts_at) == day] if fuller else []
    failed = [
        *findings_of(opening, codes=total),
        *findings_of(replace(opening, lessons=of_the_day), codes=(CheckCode.DAY_HOURS,)),
    ]
    own = [clash for clash in opening.clashes if lesson.number in _numbers(clash)]
    clashing = [finding for finding in findings_of(replace(opening, clashes=own), codes=CLASHES) if finding.blocks]
    timetable = [finding for finding in failed if finding.blocks]
    if timetable or clashing:
        code = ChangeRefusal.CHECKS_FAILED if timetable else ChangeRefusal.CLASH
        raise ChangeRefused(code, words=" ".join(finding.sentence for finding in (*timetable, *clashing)))


def _numbers(clash: Clash) -> set[int]:
    """Which lessons of the class a clash is about: both of an overlap within it, else its own."""
    mine, other = clash.mine.number, clash.other.number
    return {mine, other} if clash.kind == ClashKind.OVERLAP else {mine}


def _tell(request: ChangeRequest, now: datetime) -> None:
    """Exactly those concerned: learners who hold a seat, the trainer who gave the lesson and the one who gives it."""
    training_class = request.lesson.training_class
    params = {
        "course": training_class.course.name,
        "number": request.lesson.number,
        "was": request.was_starts_at.isoformat(),
        "starts": request.starts_at.isoformat(),
        "ends": dates.clock(request.ends_at),
        "room": request.room,
        "reason": request.reason,
    }
    sms = OutboxMessage.Channel.SMS
    kind = "lesson_cancelled" if request.cancels else "lesson_changed"
    seated = Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.SEATED)
    for enrolment in seated.select_related("learner").order_by("arrival_no"):
        learner = enrolment.learner
        notices.queue(kind=kind, channel=sms, params=params, now=now, to=learner.phone, learner=learner)
    trainers = {trainer.pk: trainer for trainer in (request.was_trainer, request.trainer) if trainer}
    for trainer in trainers.values():
        # A trainer without a phone reads it in the timetable under /teach/; a message would reach nobody.
        if trainer.phone:
            notices.queue(kind=f"{kind}_trainer", channel=sms, params=params, now=now, to=trainer.phone)
