"""More or fewer seats for a class that is approved: asked for by its institution, decided by its district."""

from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import audit, classes
from courses.classes import CheckCode
from courses.enrolment.decisions import hold_class
from courses.enrolment.offers import promote_next
from courses.models import ChangeRequest, Enrolment, Selection, SizeOverride, TrainingClass, User
from courses.refusals import Refused

# Whoever has begun is admitted; nobody moves up any more, so that seats are no matter then.
RESIZABLE = (TrainingClass.Status.APPROVED, TrainingClass.Status.ENROLLING)
# The rule of `grantable_in`, for requests in the database.
GRANTABLE = Q(lesson__isnull=True, training_class__status__in=RESIZABLE) | Q(
    lesson__isnull=False, training_class__status__in=classes.CHANGEABLE
)


class SeatsRefusal(StrEnum):
    RESULT_STANDS = "result_stands"
    NOT_RESIZABLE = "not_resizable"
    REASON_MISSING = "reason_missing"
    SAME_NUMBER = "same_number"
    BELOW_TAKEN = "below_taken"
    ALREADY_ASKED = "already_asked"
    OVER_SIZE = "over_size"
    CHECKS_FAILED = "checks_failed"


class SeatsRefused(Refused):
    sentences = {
        SeatsRefusal.NOT_RESIZABLE: _("班次已经开班或不再报名，名额不能再改，未保存。请改为新开一个班。"),
        SeatsRefusal.RESULT_STANDS: _("评选结果正在公示，名额不能改少，未保存。确需减少的，请先退回结果。"),
        SeatsRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        SeatsRefusal.SAME_NUMBER: _("与现在的名额一样，未保存。请填写要改成多少。"),
        SeatsRefusal.BELOW_TAKEN: _("已有 %(taken)s 个名额有人，不能改得更少，未保存。请填写不少于 %(taken)s 的数。"),
        SeatsRefusal.ALREADY_ASKED: _("这个班已有一份名额申请待审核，未保存。"),
        SeatsRefusal.OVER_SIZE: _("%(words)s未保存。确需超额的，请在意见里写明理由再同意。"),
        SeatsRefusal.CHECKS_FAILED: _("增加名额后的检查没有通过，未保存。%(words)s"),
    }


def grantable_in(*, request: ChangeRequest) -> tuple[TrainingClass.Status, ...]:
    """The statuses of its class in which a request, of a lesson or of the class as a whole, may be granted."""
    return RESIZABLE if request.lesson_id is None else classes.CHANGEABLE


def ask_seats(*, by: User, training_class: TrainingClass, seats: int, reason: str, now: datetime) -> ChangeRequest:
    """Ask for another number of seats; nothing changes yet.

    Refused with SeatsRefused: no reason, begun, the number it has, fewer than are taken, asked twice.
    """
    if not reason.strip():
        raise SeatsRefused(SeatsRefusal.REASON_MISSING)
    if training_class.status not in RESIZABLE:
        raise SeatsRefused(SeatsRefusal.NOT_RESIZABLE)
    if seats == training_class.seats:
        raise SeatsRefused(SeatsRefusal.SAME_NUMBER)
    if seats < max(1, training_class.taken):
        raise SeatsRefused(SeatsRefusal.BELOW_TAKEN, taken=max(1, training_class.taken))
    serial = training_class.change_requests.filter(seats__isnull=False).count() + 1
    try:
        with transaction.atomic():
            request = ChangeRequest.objects.create(
                number=f"{training_class.number}-S{serial}",
                bundle=f"{training_class.number}-S{serial}",
                training_class=training_class,
                was_seats=training_class.seats,
                seats=seats,
                reason=reason.strip()[:200],
                asked_by=by,
                asked_at=now,
            )
            audit.record(by=by, verb="change_asked", target=request, now=now, detail={"seats": seats})
    except IntegrityError:
        raise SeatsRefused(SeatsRefusal.ALREADY_ASKED) from None
    return request


def decide_seats(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> list[Enrolment]:
    """Grant or refuse another number of seats; gives who moves up with it. A grant above the size limit is the leave
    for it, with `answer` as its reason.

    Refused with ChangeRefused as `classes.settle_request`, and with SeatsRefused: begun meanwhile, fewer than are taken
    by now, above the limit without a reason, or another check that blocks.
    """
    with transaction.atomic():
        classes.settle_request(by=by, request=request, grant=grant, answer=answer, now=now)
        moved = _resize(request, by, answer, now) if grant else []
    request.refresh_from_db()
    return moved


def _resize(request: ChangeRequest, by: User, answer: str, now: datetime) -> list[Enrolment]:
    hold_class(request.training_class_id)
    seats = request.seats
    assert seats is not None
    _check(request, seats, by, answer, now)
    held = TrainingClass.objects.filter(pk=request.training_class_id)
    if not held.filter(status__in=RESIZABLE).exists():
        raise SeatsRefused(SeatsRefusal.NOT_RESIZABLE)
    published = Selection.objects.filter(training_class=request.training_class_id, status=Selection.Status.PUBLISHED)
    if seats < (request.was_seats or 0) and published.exists():
        raise SeatsRefused(SeatsRefusal.RESULT_STANDS)
    if not held.filter(taken__lte=seats).update(seats=seats):
        raise SeatsRefused(SeatsRefusal.BELOW_TAKEN, taken=held.get().taken)
    return promote_next(training_class_id=request.training_class_id, now=now)


def _check(request: ChangeRequest, seats: int, by: User, answer: str, now: datetime) -> None:
    failed = [one for one in classes.foresee_change(request=request, now=now).findings if one.blocks]
    if others := [one.sentence for one in failed if one.code != CheckCode.SIZE]:
        raise SeatsRefused(SeatsRefusal.CHECKS_FAILED, words=" ".join(others))
    if not failed:
        return
    if not answer.strip():
        raise SeatsRefused(SeatsRefusal.OVER_SIZE, words=failed[0].sentence)
    SizeOverride.objects.create(
        training_class=request.training_class, seats=seats, reason=answer.strip()[:200], by=by, at=now
    )
    audit.record(by=by, verb="class_size_allowed", target=request.training_class, now=now, detail={"seats": seats})
