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
from courses.models import ChangeRequest, Enrolment, Evidence, Lesson, OutboxMessage, Post, TrainingClass, User
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
    try:
        with transaction.atomic():
            serial = lesson.change_requests.count() + 1
            request = ChangeRequest.objects.create(
                number=f"{lesson.training_class.number}-{lesson.number}-{serial}",
                lesson=lesson,
                was_starts_at=lesson.starts_at,
                was_ends_at=lesson.ends_at,
                was_room=lesson.room,
                was_trainer=lesson.trainer,
                starts_at=starts_at,
                ends_at=ends_at,
                room=room,
                trainer=trainer,
                reason=reason.strip()[:200],
                asked_by=by,
                asked_at=now,
            )
            audit.record(by=by, verb="change_asked", target=request, now=now)
    except IntegrityError:
        raise ChangeRefused(ChangeRefusal.ALREADY_ASKED) from None
    return request


def decide_change(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> None:
    """Grant or refuse a change. A grant moves the lesson and tells its learners and trainers, in one transaction.

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
    """A lesson to which somebody has scanned in early has begun as well."""
    begun = lesson.starts_at <= now or Evidence.objects.filter(lesson=lesson).exists()
    if begun or lesson.status != Lesson.Status.PLANNED:
        raise ChangeRefused(ChangeRefusal.LESSON_BEGUN)


def _teaches_for(trainer: User, training_class: TrainingClass) -> bool:
    posts = Post.objects.filter(user=trainer, role=Post.Role.TRAINER, until__isnull=True)
    return trainer.is_active and posts.filter(institution=training_class.institution_id).exists()


def _move_lesson(request: ChangeRequest, now: datetime) -> None:
    lesson = Lesson.objects.select_for_update().select_related("training_class").get(pk=request.lesson_id)
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
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
    period = planned.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    training_class.starts_on = policies.local_date(period["first"])
    training_class.ends_on = policies.local_date(period["last"])
    training_class.save(update_fields=["starts_on", "ends_on"])
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
    seated = Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.SEATED)
    for enrolment in seated.select_related("learner").order_by("arrival_no"):
        learner = enrolment.learner
        notices.queue(kind="lesson_changed", channel=sms, params=params, now=now, to=learner.phone, learner=learner)
    trainers = {trainer.pk: trainer for trainer in (request.was_trainer, request.trainer) if trainer}
    for trainer in trainers.values():
        # A trainer without a phone reads it in the timetable under /teach/; a message would reach nobody.
        if trainer.phone:
            notices.queue(kind="lesson_changed_trainer", channel=sms, params=params, now=now, to=trainer.phone)
