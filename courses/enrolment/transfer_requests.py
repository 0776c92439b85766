"""A learner asks to change to another class of the course; the institution moves them, or says why not."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from courses import audit
from courses.enrolment.decisions import Status, tell
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.transfer import classes_to_choose, may_enter, may_leave
from courses.models import Enrolment, TrainingClass, TransferRequest, User

Asked = TransferRequest.Status
REFUSED = "transfer_refused"
ENDED = "transfer_ended"


def own_choices(*, enrolment: Enrolment, now: datetime) -> QuerySet[TrainingClass]:
    """Where a learner may ask to go: free classes of the course with the same institution, which decides on both."""
    return classes_to_choose(enrolment=enrolment, now=now).filter(institution=enrolment.training_class.institution_id)


def ask_for_transfer(
    *, enrolment: Enrolment, to: TrainingClass, reason: str, by: User, now: datetime
) -> TransferRequest:
    """Keep the wish; the seat stays as it is, and none is held in the other class.

    Refused with EnrolmentRefused: no reason, one is asked for already, not admitted or completed, or the other class
    cannot be chosen by now.
    """
    if not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    may_leave(enrolment)
    may_enter(enrolment, to, now)
    if not own_choices(enrolment=enrolment, now=now).filter(pk=to.pk).exists():
        raise EnrolmentRefused(EnrolmentRefusal.FULL)
    try:
        with transaction.atomic():
            made = TransferRequest.objects.create(
                enrolment=enrolment, to=to, reason=reason.strip()[:200], status=Asked.ASKED, asked_at=now
            )
            detail = {"to": to.number}
            audit.record(by=by, verb="transfer_asked", target=enrolment, now=now, detail=detail)
    except IntegrityError as error:
        raise EnrolmentRefused(EnrolmentRefusal.ASKED_ALREADY) from error
    return made


def open_request(*, enrolment: Enrolment) -> TransferRequest | None:
    found = TransferRequest.objects.filter(enrolment=enrolment, status=Asked.ASKED)
    return found.select_related("to__venue", "to__district").first()


def last_request(*, enrolment: Enrolment) -> TransferRequest | None:
    return TransferRequest.objects.filter(enrolment=enrolment).select_related("to").order_by("-pk").first()


def open_requests(*, training_class: TrainingClass) -> dict[int, TransferRequest]:
    """What the admitted of a class ask for, by enrolment."""
    found = TransferRequest.objects.filter(
        enrolment__training_class=training_class, enrolment__status=Status.ADMITTED, status=Asked.ASKED
    )
    return {one.enrolment_id: one for one in found.select_related("to")}


def take_request_back(*, enrolment: Enrolment, by: User, now: datetime) -> None:
    """Refused with EnrolmentRefused where it was answered already."""
    _answer(enrolment, Asked.TAKEN_BACK, "", by, now)


def turn_request_down(*, enrolment: Enrolment, reason: str, by: User, now: datetime) -> None:
    """The seat stays; the learner is told why. Refused with EnrolmentRefused: no reason, answered already, or there is
    no seat any more that could stay."""
    if not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    with transaction.atomic():
        _answer(enrolment, Asked.REFUSED, reason, by, now)
        tell(enrolment, enrolment.learner, now, kind=REFUSED, reason=reason.strip()[:200])


def end_requests(*, to: TrainingClass, by: User | None, now: datetime) -> None:
    """A class takes nobody any more: the wishes to change into it end, and who still has the seat hears that it stays.

    Inside the caller's transaction: a wish that is answered meanwhile is neither ended nor told of.
    """
    asked = TransferRequest.objects.select_for_update(of=("self",)).filter(to=to, status=Asked.ASKED)
    wishes = list(asked.select_related("enrolment__learner", "enrolment__training_class__course").order_by("pk"))
    ended = TransferRequest.objects.filter(pk__in=[one.pk for one in wishes])
    ended.update(status=Asked.ENDED, decided_by=by, decided_at=now)
    audit.record_many(
        by=by, verb="transfer_ended", targets=[(one.enrolment, {"to": to.number}) for one in wishes], now=now
    )
    for one in wishes:
        if one.enrolment.status == Status.ADMITTED:
            tell(one.enrolment, one.enrolment.learner, now, kind=ENDED)


def _answer(enrolment: Enrolment, to: TransferRequest.Status, reason: str, by: User, now: datetime) -> None:
    values = {"status": to, "answer": reason.strip()[:200], "decided_by": by, "decided_at": now}
    with transaction.atomic():
        asked = TransferRequest.objects.filter(
            enrolment=enrolment, enrolment__status=Status.ADMITTED, status=Asked.ASKED
        )
        if not asked.update(**values):
            raise EnrolmentRefused(EnrolmentRefusal.NOTHING_ASKED)
        audit.record(by=by, verb=f"transfer_{to}", target=enrolment, now=now)
