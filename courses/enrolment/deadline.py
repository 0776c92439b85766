"""Until when an approved class takes applications: asked for by its institution, decided by its district."""

from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from courses import audit, classes, notices
from courses import policy as policies
from courses.enrolment.decisions import hold_class, waiting_list
from courses.enrolment.offers import promote_next
from courses.enrolment.resizing import RESIZABLE
from courses.models import ChangeRequest, Enrolment, Lesson, Selection, TrainingClass, User
from courses.refusals import Refused


class DeadlineRefusal(StrEnum):
    NOT_MOVABLE = "not_movable"
    RESULT_STANDS = "result_stands"
    REASON_MISSING = "reason_missing"
    SAME_MOMENT = "same_moment"
    PAST = "past"
    TOO_LATE = "too_late"
    ALREADY_ASKED = "already_asked"
    PAST_BY_NOW = "past_by_now"


class DeadlineRefused(Refused):
    sentences = {
        DeadlineRefusal.NOT_MOVABLE: _("班次已经开班或不再报名，报名截止不能再改，未保存。请刷新班次页查看。"),
        DeadlineRefusal.RESULT_STANDS: _("评选已经有结果，报名截止不能再改，未保存。确需改的，请先退回结果。"),
        DeadlineRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        DeadlineRefusal.SAME_MOMENT: _("与现在的报名截止一样，未保存。请填写要改到什么时候。"),
        DeadlineRefusal.PAST: _("新的报名截止须晚于现在，未保存。要尽快截止的，请填今天稍晚的时间。"),
        DeadlineRefusal.TOO_LATE: _("报名截止晚于末次课结束，未保存。请改早一些。"),
        DeadlineRefusal.ALREADY_ASKED: _("这个班已有一份报名截止的申请待审核，未保存。"),
        DeadlineRefusal.PAST_BY_NOW: _("申请延到的时间已经过了，未保存。请写明原因，不同意这份申请，请机构另外申请。"),
    }


def ask_deadline(
    *, by: User, training_class: TrainingClass, until: datetime, reason: str, now: datetime
) -> ChangeRequest:
    """Ask that the class take applications until another moment, later or sooner; nothing changes yet.

    Refused with DeadlineRefused: no reason, begun, the deadline it has, in the past, after the last lesson, a camp that
    has chosen, asked twice.
    """
    if not reason.strip():
        raise DeadlineRefused(DeadlineRefusal.REASON_MISSING)
    _may_move(training_class)
    if until == training_class.enrol_until:
        raise DeadlineRefused(DeadlineRefusal.SAME_MOMENT)
    if until <= now:
        raise DeadlineRefused(DeadlineRefusal.PAST)
    _refuse_after_the_last(training_class, until)
    serial = training_class.change_requests.filter(enrol_until__isnull=False).count() + 1
    number = f"{training_class.number}-D{serial}"
    try:
        with transaction.atomic():
            request = ChangeRequest.objects.create(
                number=number,
                bundle=number,
                training_class=training_class,
                was_enrol_until=training_class.enrol_until,
                enrol_until=until,
                reason=reason.strip()[:200],
                asked_by=by,
                asked_at=now,
            )
            audit.record(by=by, verb="change_asked", target=request, now=now, detail={"enrol_until": until.isoformat()})
    except IntegrityError:
        raise DeadlineRefused(DeadlineRefusal.ALREADY_ASKED) from None
    return request


def decide_deadline(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> list[Enrolment]:
    """Grant or refuse another deadline; gives who moves up with it.

    Later: free seats go to who waits, and the class takes newcomers again. Sooner: at the moment that was asked for,
    or now where that is past; whoever waits is told until when a seat may still come, and nobody else of anything.
    Seats and offers that stand are kept. Refused with ChangeRefused as `classes.settle_request`, and with
    DeadlineRefused: begun meanwhile, a camp that has chosen, after what is the last lesson by now, or later than before
    and past by now.
    """
    with transaction.atomic():
        classes.settle_request(by=by, request=request, grant=grant, answer=answer, now=now)
        moved = _move(request, now) if grant else []
    request.refresh_from_db()
    return moved


def _move(request: ChangeRequest, now: datetime) -> list[Enrolment]:
    hold_class(request.training_class_id)
    training_class = TrainingClass.objects.select_related("course").get(pk=request.training_class_id)
    _may_move(training_class)
    until = request.enrol_until
    assert until is not None
    _refuse_after_the_last(training_class, until)
    sooner = until < end_of_enrolment(training_class=training_class)
    if until <= now and not sooner:
        raise DeadlineRefused(DeadlineRefusal.PAST_BY_NOW)
    training_class.enrol_until = max(until, now)
    training_class.save(update_fields=["enrol_until"])
    if not sooner:
        return promote_next(training_class_id=training_class.pk, now=now)
    _tell_who_waits(training_class, training_class.enrol_until, request.reason, now)
    return []


def end_of_enrolment(*, training_class: TrainingClass) -> datetime:
    """Its deadline; without one the end of its first day."""
    _first, last = policies.moments_between(training_class.starts_on, training_class.starts_on)
    return training_class.enrol_until or last


def _may_move(training_class: TrainingClass) -> None:
    if training_class.status not in RESIZABLE:
        raise DeadlineRefused(DeadlineRefusal.NOT_MOVABLE)
    if Selection.objects.filter(training_class=training_class, status__in=Selection.LIVE).exists():
        raise DeadlineRefused(DeadlineRefusal.RESULT_STANDS)


def _refuse_after_the_last(training_class: TrainingClass, until: datetime) -> None:
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
    last = planned.aggregate(last=Max("ends_at"))["last"]
    if last is not None and until > last:
        raise DeadlineRefused(DeadlineRefusal.TOO_LATE)


def _tell_who_waits(training_class: TrainingClass, until: datetime, reason: str, now: datetime) -> None:
    for row in waiting_list(training_class_id=training_class.pk).select_related("learner"):
        notices.queue(
            kind="enrolment_closes",
            channel="sms",
            learner=row.learner,
            to=row.learner.phone,
            params={
                "course": training_class.course.name,
                "answer_by": until.isoformat(),
                "reason": reason,
                "number": row.number,
            },
            now=now,
            training_class=training_class,
        )
