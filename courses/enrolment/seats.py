"""A seat: who may have one, who gets it, who waits.

Every change begins with one statement on the class row, which is at once the count and the lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Max, Q

from courses import audit
from courses import policy as policies
from courses.enrolment.decisions import become, hold_class, refuse_erased, take_offer_back, tell, weigh_again
from courses.enrolment.drafts import settle
from courses.enrolment.eligibility import Finding, as_rows
from courses.enrolment.offers import nobody_moves_up, promote_next
from courses.enrolment.proving import those_proved_by
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.weighing import Weighed, decide, weigh
from courses.models import Completion, Enrolment, Learner, TrainingClass, User
from courses.people.learners import Applicant, find_or_register
from courses.people.numbers import fresh

Status = Enrolment.Status

TAKE_A_PLACE = """
UPDATE courses_trainingclass
   SET arrivals = arrivals + 1,
       last_seated_no = CASE WHEN taken < seats AND waiting = 0 THEN arrivals + 1 ELSE last_seated_no END,
       waiting = CASE WHEN taken < seats AND waiting = 0 THEN waiting ELSE waiting + 1 END,
       taken = CASE WHEN taken < seats AND waiting = 0 THEN taken + 1 ELSE taken END
 WHERE id = %s AND status = 'enrolling'
   AND EXISTS (SELECT 1 FROM courses_learner p WHERE p.id = %s AND p.erased_at IS NULL{hold})
RETURNING arrivals, last_seated_no, waiting
"""
# An erasure that is being written is waited for, and then seen; SQLite writes one transaction after the other anyway.
HOLD = {"postgresql": " FOR KEY SHARE"}

# What an application is as soon as it has a place, by the way in which its class admits.
ON_A_SEAT: dict[str, Status] = {
    TrainingClass.Mode.FIRST_COME: Status.ADMITTED,
    TrainingClass.Mode.REVIEWED: Status.APPLIED,
    TrainingClass.Mode.SELECTED: Status.CANDIDATE,
}


@dataclass(frozen=True)
class Eligibility:
    """Whether a learner may apply now: the first reason against it, and everything that was weighed."""

    refusal: EnrolmentRefused | None
    weighed: Weighed

    @property
    def findings(self) -> list[Finding]:
        return self.weighed.found

    @property
    def may_apply(self) -> bool:
        return self.refusal is None


def check(
    *, learner: Learner, training_class: TrainingClass, now: datetime, declared: Iterable[str] | None = None
) -> Eligibility:
    """The same decision that `apply` makes, for a page to explain before the button is pressed. One statement."""
    weighed = weigh(learner=learner, training_class=training_class, declared=declared, now=now)
    try:
        decide(learner=learner, weighed=weighed, now=now)
    except EnrolmentRefused as refusal:
        return Eligibility(refusal, weighed)
    return Eligibility(None, weighed)


def apply(
    *,
    learner: Learner,
    training_class: TrainingClass,
    now: datetime,
    source: str = Enrolment.Source.SELF,
    by: User | None = None,
    declared: Iterable[str] | None = None,
    aware: bool = False,
    truth: str | None = None,
) -> Enrolment:
    """Apply for a class: a seat at once, or a place in the queue in order of arrival (`arrival_no`).

    In a reviewed class the application holds its seat until it is decided; in one that gives its seats by rank it holds
    none, and stands in no queue, until the result is settled. Refused with EnrolmentRefused: class not
    enrolling or past its cut-off, learner unverified, applied already, or what a rule of `eligibility` blocks. What the
    rules only remark on stays with the enrolment; who waits elsewhere at the same time says that they know what becomes
    of that place (`aware`), and whoever applies on a page vouches for what was stated (`truth`, the version that was
    read; None where another system answers for it). Whatever the source, the rules are the same; a learner's own draft
    is taken over, others state what was `declared`. Source: design §5, domain §2.6–2.7, §8.3-24.
    """
    own = source == Enrolment.Source.SELF and declared is None
    weighed = weigh(learner=learner, training_class=training_class, declared=None if own else declared or (), now=now)
    decide(learner=learner, weighed=weighed, now=now)
    _refuse_unsaid(weighed, aware=aware or not own, truth=truth)
    try:
        with transaction.atomic():
            if own and weighed.answers.anything:
                answers, who = weighed.answers, by or learner.user
                settle(learner=learner, training_class=training_class, answers=answers, by=who, now=now)
            enrolment, ahead = _take_place(learner, weighed, source, now, truth=truth or "")
            _record_application(enrolment, by=by or learner.user, now=now)
            late = ahead > 0 and nobody_moves_up(training_class=weighed.training_class, now=now) is not None
            there = by if source == Enrolment.Source.COUNTER else None
            tell(enrolment, learner, now, place=ahead, late=late, said_by=there)
    except IntegrityError as error:
        # The unique live enrolment refused the row, and the rollback gave its place back: numbers stay without gaps.
        raise EnrolmentRefused(EnrolmentRefusal.ALREADY_ENROLLED) from error
    return enrolment


def _refuse_unsaid(weighed: Weighed, *, aware: bool, truth: str | None) -> None:
    """What whoever presses the button says with it."""
    if weighed.at_stake and not aware:
        raise EnrolmentRefused(EnrolmentRefusal.PLACE_AT_STAKE)
    if truth is not None and truth != weighed.truth:
        raise EnrolmentRefused(EnrolmentRefusal.TRUTH_MISSING)


def _record_application(enrolment: Enrolment, *, by: User | None, now: datetime) -> None:
    number = enrolment.training_class.number
    detail = {"class": number, "status": enrolment.status, "arrival_no": enrolment.arrival_no}
    audit.record(by=by, verb="enrolment_applied", target=enrolment, now=now, detail=detail)


def apply_for(
    *,
    applicant: Applicant,
    training_class: TrainingClass,
    source: str,
    by: User | None,
    now: datetime,
    declared: Iterable[str] = (),
) -> Enrolment:
    """Apply on somebody's behalf: registers the person when not yet known, then as `apply`; both or neither.

    Refused with IdentityRefused or EnrolmentRefused.
    """
    with transaction.atomic():
        learner = find_or_register(applicant=applicant, by=by, now=now)
        return apply(learner=learner, training_class=training_class, source=source, by=by, now=now, declared=declared)


def _take_place(learner: Learner, weighed: Weighed, source: str, now: datetime, *, truth: str) -> tuple[Enrolment, int]:
    """The enrolment, and its place in the queue (0 for a seat, and where rank decides)."""
    training_class = weighed.training_class
    if training_class.mode == TrainingClass.Mode.SELECTED:
        arrival_no, seated, waiting = _take_a_number(training_class, now), True, 0
        refuse_erased(learners=[learner.pk], hold=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute(TAKE_A_PLACE.format(hold=HOLD.get(connection.vendor, "")), [training_class.pk, learner.pk])
            taken = cursor.fetchone()
        if taken is None:
            refuse_erased(learners=[learner.pk])
            raise EnrolmentRefused(EnrolmentRefusal.NOT_OPEN)
        arrival_no, last_seated_no, waiting = taken
        seated = arrival_no == last_seated_no
    status = ON_A_SEAT[training_class.mode] if seated else Status.WAITLISTED
    enrolment = Enrolment.objects.create(
        number=fresh(prefix="B"),
        learner=learner,
        training_class=training_class,
        status=status,
        source=source,
        arrival_no=arrival_no,
        category_id=learner.category_id,
        declared=sorted(weighed.facts.declared),
        truth=truth,
        findings=as_rows(weighed.found),
        applied_at=now,
        admitted_at=now if status == Status.ADMITTED else None,
        decided_at=now if status == Status.ADMITTED else None,
    )
    return enrolment, 0 if seated else waiting


def _take_a_number(training_class: TrainingClass, now: datetime) -> int:
    """The number of one more application that rank will decide on; none once the ranking was put forward."""
    of_class = TrainingClass.objects.filter(pk=training_class.pk)
    still = of_class.filter(Q(enrol_until__isnull=True) | Q(enrol_until__gt=now), status=TrainingClass.Status.ENROLLING)
    if not still.update(arrivals=F("arrivals") + 1):
        raise EnrolmentRefused(EnrolmentRefusal.CLOSED)
    return int(of_class.values_list("arrivals", flat=True).get())


def admit(*, by: User, enrolment: Enrolment, now: datetime) -> None:
    """Confirm an application of a reviewed class; its seat was held since it arrived.

    Refused with EnrolmentRefused when it was decided already, while its class is suspended, when a rule of
    `eligibility` now blocks it, or by who handed its proof in at the counter.
    """
    with transaction.atomic():
        # A class that is being suspended at this moment is waited for.
        hold_class(enrolment.training_class_id)
        proved = bool(those_proved_by(by=by, enrolments=[enrolment]))
        refusal = against_admitting(enrolment=enrolment, proved=proved, now=now)
        if refusal is not None:
            raise refusal
        become(by, enrolment, (Status.APPLIED,), Status.ADMITTED, "", now)
        tell(enrolment, enrolment.learner, now)


def against_admitting(*, enrolment: Enrolment, proved: bool, now: datetime) -> EnrolmentRefused | None:
    """What `admit` would say no with at this moment; None where it would admit. Reads only.

    `proved`: who would admit handed the proof in for the learner (`proving`).
    """
    if enrolment.status != Status.APPLIED:
        return EnrolmentRefused(EnrolmentRefusal.WRONG_STATUS, status=Status(enrolment.status).label)
    weighed = weigh_again(enrolment, now)
    if weighed.training_class.status == TrainingClass.Status.SUSPENDED:
        return EnrolmentRefused(EnrolmentRefusal.ON_HOLD)
    blocking = weighed.blocking
    if blocking is not None:
        return EnrolmentRefused.because(blocking)
    return EnrolmentRefused(EnrolmentRefusal.PROVED_BY_YOU) if proved else None


def refuse(*, by: User, enrolment: Enrolment, reason: str, now: datetime) -> None:
    """Turn an application or a waiting place down, with the reason that the learner is told; frees its seat."""
    if not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    _leave(by, enrolment, (Status.APPLIED, Status.WAITLISTED), Status.REFUSED, reason, now)


def withdraw(*, by: User, enrolment: Enrolment, reason: str, now: datetime) -> list[Enrolment]:
    """Give a seat or a waiting place back. A learner may until the class starts; staff later, with a reason.

    Gives those who moved up into what was freed.
    """
    own = enrolment.learner.user_id == by.pk
    refusal = against_leaving(enrolment=enrolment, now=now) if own else None
    if refusal is not None:
        raise refusal
    if not own and not reason.strip():
        raise EnrolmentRefused(EnrolmentRefusal.REASON_MISSING)
    return _leave(by, enrolment, Enrolment.LIVE, Status.WITHDRAWN, reason, now)


def against_leaving(*, enrolment: Enrolment, now: datetime) -> EnrolmentRefused | None:
    """Why a learner cannot withdraw by themself any more; None while they can. The pages ask before they offer it."""
    seated = enrolment.status == Status.ADMITTED
    late = seated and given_back_by_staff(training_class=enrolment.training_class, now=now)
    return EnrolmentRefused(EnrolmentRefusal.STARTED) if late else None


def given_back_by_staff(*, training_class: TrainingClass, now: datetime) -> bool:
    """From its first day on the seats of a class are given back through the institution alone."""
    return policies.local_date(now) >= training_class.starts_on


def _leave(
    by: User, enrolment: Enrolment, from_: tuple[Status, ...], to: Status, reason: str, now: datetime
) -> list[Enrolment]:
    if Completion.objects.filter(enrolment=enrolment).exclude(status__in=Completion.UNDONE).exists():
        raise EnrolmentRefused(EnrolmentRefusal.COMPLETED)
    with transaction.atomic():
        hold_class(enrolment.training_class_id)
        enrolment.refresh_from_db(fields=["status", "decided_at"])
        before = Status(enrolment.status)
        if before == Status.OFFERED:
            take_offer_back(enrolment)
        become(by, enrolment, from_, to, reason, now)
        if before != Status.CANDIDATE:
            counter = "waiting" if before == Status.WAITLISTED else "taken"
            TrainingClass.objects.filter(pk=enrolment.training_class_id).update(**{counter: F(counter) - 1})
        tell(enrolment, enrolment.learner, now)
        return promote_next(training_class_id=enrolment.training_class_id, now=now)


def occupancy_differences() -> list[tuple[str, str]]:
    """(class, what differs) wherever the counters of a class are not what its enrolments say."""
    rows = TrainingClass.objects.annotate(
        seated=Count("enrolments", filter=Q(enrolments__status__in=Enrolment.SEATED)),
        queued=Count("enrolments", filter=Q(enrolments__status=Status.WAITLISTED)),
        last=Max("enrolments__arrival_no"),
    ).exclude(Q(taken=F("seated"), waiting=F("queued")) & (Q(arrivals=F("last")) | Q(arrivals=0, last__isnull=True)))
    return [(f"class {row.number}", _occupancy(row)) for row in rows]


def _occupancy(row: Any) -> str:
    stored = f"taken {row.taken}, waiting {row.waiting}, arrivals {row.arrivals}"
    return f"{stored}; enrolments say {row.seated}, {row.queued}, {row.last or 0}"
