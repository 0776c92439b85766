"""转班: a seat of one class of a course is given up for one of another, in one step.

What was taught until then stays where it was taught: evidence and attendance belong to the first class, whose enrolment
ends as `transferred` and names the one that goes on.
"""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from courses import audit
from courses import policy as policies
from courses.enrolment.decisions import Status, become, hold_class, tell, weigh_again
from courses.enrolment.offers import promote_next
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.models import Completion, Enrolment, TrainingClass, TransferRequest, User
from courses.people.numbers import fresh

TAKE_A_SEAT = """
UPDATE courses_trainingclass
   SET arrivals = arrivals + 1, last_seated_no = arrivals + 1, taken = taken + 1
 WHERE id = %s AND status = 'enrolling' AND waiting = 0 AND taken < seats
RETURNING arrivals
"""


def classes_to_choose(*, enrolment: Enrolment, now: datetime) -> QuerySet[TrainingClass]:
    """Where this learner could go: classes of the same course with a free seat that nobody waits for."""
    others = TrainingClass.objects.filter(
        course=enrolment.training_class.course_id,
        status=TrainingClass.Status.ENROLLING,
        starts_on__gt=policies.local_date(now),
        waiting=0,
        taken__lt=F("seats"),
    )
    by_rank = TrainingClass.Mode.SELECTED
    return others.exclude(pk=enrolment.training_class_id).exclude(mode=by_rank).order_by("starts_on", "number")


def transfer(*, by: User, enrolment: Enrolment, to: TrainingClass, reason: str, now: datetime) -> Enrolment:
    """Move an admitted learner to another class of the course, whether the first has begun or not. Both or neither.

    Gives the enrolment that goes on, admitted at once: staff decide it, also where the class is reviewed and past the
    end of its enrolment. The seat that is left is offered on, and the learner hears of it once. Refused with
    EnrolmentRefused: no reason, not admitted, a completion exists, another course or one's own class, a class that
    gives its seats by rank, one that has started or does not enrol, no free seat that nobody waits for, a seat there
    already, or what a rule of `eligibility` blocks; the seat that is given up no longer speaks against the new one.
    What the learner has asked for is answered with it.
    Source: issue 3.
    """
    if not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    may_leave(enrolment)
    may_enter(enrolment, to, now)
    try:
        with transaction.atomic():
            hold_class(enrolment.training_class_id, to.pk)
            made = _seat(enrolment, _take_a_seat(to), to, by, now)
            become(by, enrolment, (Status.ADMITTED,), Status.TRANSFERRED, reason, now, transferred_to=made)
            TrainingClass.objects.filter(pk=enrolment.training_class_id).update(taken=F("taken") - 1)
            blocking = weigh_again(made, now).blocking
            if blocking is not None:
                raise EnrolmentRefused.because(blocking)
            Enrolment.objects.filter(pk=made.pk).update(findings=made.findings)
            asked = TransferRequest.objects.filter(enrolment=enrolment, status=TransferRequest.Status.ASKED)
            asked.update(status=TransferRequest.Status.GRANTED, decided_by=by, decided_at=now)
            detail = {"from": enrolment.number, "class": to.number, "arrival_no": made.arrival_no}
            audit.record(by=by, verb="enrolment_admitted", target=made, now=now, detail=detail)
            tell(made, made.learner, now, kind="enrolment_transferred")
            promote_next(training_class_id=enrolment.training_class_id, now=now)
    except IntegrityError as error:
        raise EnrolmentRefused(EnrolmentRefusal.HAS_A_PLACE_THERE) from error
    return made


def may_leave(enrolment: Enrolment) -> None:
    if Completion.objects.filter(enrolment=enrolment).exclude(status__in=Completion.UNDONE).exists():
        raise EnrolmentRefused(EnrolmentRefusal.COMPLETED)
    if enrolment.status != Status.ADMITTED:
        raise EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)


def may_enter(enrolment: Enrolment, to: TrainingClass, now: datetime) -> None:
    here = enrolment.training_class
    if to.pk == here.pk or to.course_id != here.course_id:
        raise EnrolmentRefused(EnrolmentRefusal.OTHER_COURSE)
    if to.mode == TrainingClass.Mode.SELECTED:
        raise EnrolmentRefused(EnrolmentRefusal.BY_RANK)
    if to.status != TrainingClass.Status.ENROLLING or to.starts_on <= policies.local_date(now):
        raise EnrolmentRefused(EnrolmentRefusal.CLASS_BEGUN)


def _take_a_seat(to: TrainingClass) -> int:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_A_SEAT, [to.pk])
        taken = cursor.fetchone()
    if taken is None:
        raise EnrolmentRefused(EnrolmentRefusal.FULL)
    return int(taken[0])


def _seat(enrolment: Enrolment, arrival_no: int, to: TrainingClass, by: User, now: datetime) -> Enrolment:
    """人员类别 and what was declared go along: it is the same training."""
    return Enrolment.objects.create(
        number=fresh(prefix="B"),
        learner=enrolment.learner,
        training_class=to,
        status=Status.ADMITTED,
        source=Enrolment.Source.TRANSFER,
        arrival_no=arrival_no,
        category_id=enrolment.category_id,
        declared=enrolment.declared,
        truth=enrolment.truth,
        applied_at=now,
        admitted_at=now,
        decided_at=now,
        decided_by=by,
    )
