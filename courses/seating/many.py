"""Many seats of one class given or taken back together, all or none; one person at a time is `enrolment`'s.

Whether somebody may have a seat at all is asked of `enrolment.check`, the one place that knows. As there, every change
begins with one statement on the class row, which is at once the count and the lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from courses import audit, enrolment
from courses.enrolment import EnrolmentRefused
from courses.enrolment.eligibility import Finding, as_rows
from courses.models import Enrolment, GroupBooking, Learner, TrainingClass, User
from courses.people.numbers import fresh
from courses.refusals import Refused
from courses.seating.telling import moments_of, record, tell, tell_of_class, tell_withdrawn, unaware

Status = Enrolment.Status
BATCH = 500
# Long enough to notice a wrong file and to take it back before anybody was told.
QUIET = timedelta(minutes=10)


class SeatingRefusal(StrEnum):
    NO_ROOM = "no_room"
    ALREADY_ENROLLED = "already_enrolled"
    BY_RANK = "by_rank"
    NOT_OPEN = "not_open"
    NOT_SEATED = "not_seated"
    ERASED = "erased"


class SeatingRefused(Refused):
    sentences = {
        SeatingRefusal.NO_ROOM: _("名额不够，或者本班已停止报名，一个也没有报上。请刷新后再看。"),
        SeatingRefusal.ALREADY_ENROLLED: _("有人刚刚已经报上这个班，一个也没有报上。请重新检查名单。"),
        SeatingRefusal.ERASED: _("名单里有人刚刚注销了个人信息，一个也没有报上。请重新检查名单。"),
        SeatingRefusal.BY_RANK: _("这个班按评选结果录取，不能用名单报名，一个也没有报上。请由本人在网上报名。"),
        SeatingRefusal.NOT_SEATED: _("这个人已经不占名额，没有换人。请刷新后再看。"),
        SeatingRefusal.NOT_OPEN: _("这个班现在不在报名中，未录取。请先恢复班次。"),
    }


TAKE_PLACES = """
UPDATE courses_trainingclass
   SET arrivals = arrivals + %s, last_seated_no = arrivals + %s, taken = taken + %s
 WHERE id = %s AND status = 'enrolling' AND waiting = 0 AND taken + %s <= seats
RETURNING arrivals
"""


@dataclass(frozen=True)
class Seat:
    """Who shall have one, the category of this training where it differs from the person's own, what was remarked."""

    learner: Learner
    category_id: int | None
    findings: Sequence[Finding] = ()


def give_many(
    *,
    seats: Sequence[Seat],
    training_class: TrainingClass,
    source: str,
    by: User | None,
    now: datetime,
    booking: GroupBooking | None = None,
    truth: str = "",
) -> list[Enrolment]:
    """A seat for each, in the order given; nobody goes to the waiting list, and nobody overtakes it.

    `booking`: the employer's, where the source is a group. `truth`: the version of the text by which whoever sent the
    list says that those on it vouched for what it states. Each is told once, after ten minutes and a second apart.
    Refused with SeatingRefused for all where there are not enough seats, somebody waits, the class does not enrol, it
    admits by rank, or one of them has a place already.
    """
    if training_class.mode == TrainingClass.Mode.SELECTED:
        raise SeatingRefused(SeatingRefusal.BY_RANK)
    many = len(seats)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(TAKE_PLACES, [many, many, many, training_class.pk, many])
                taken = cursor.fetchone()
            if taken is None:
                raise SeatingRefused(SeatingRefusal.NO_ROOM)
            made = [
                _seated(seat, training_class, (source, booking, truth), taken[0] - many + place, now)
                for place, seat in enumerate(seats, start=1)
            ]
            Enrolment.objects.bulk_create(made, batch_size=BATCH)
            _refuse_erased(seats)
            record(made, "enrolment_applied", by, now)
            tell(made, now, first_at=now + QUIET)
    except IntegrityError as error:
        raise SeatingRefused(SeatingRefusal.ALREADY_ENROLLED) from error
    return made


def _refuse_erased(seats: Sequence[Seat]) -> None:
    """After the rows were written: an erasure that was faster has been waited for."""
    try:
        for start in range(0, len(seats), BATCH):
            enrolment.refuse_erased(learners=[seat.learner.pk for seat in seats[start : start + BATCH]])
    except EnrolmentRefused as refusal:
        raise SeatingRefused(SeatingRefusal.ERASED) from refusal


Origin = tuple[str, GroupBooking | None, str]


def _seated(seat: Seat, training_class: TrainingClass, origin: Origin, arrival_no: int, now: datetime) -> Enrolment:
    reviewed = training_class.mode == TrainingClass.Mode.REVIEWED
    return Enrolment(
        number=fresh(prefix="B"),
        learner=seat.learner,
        training_class=training_class,
        status=Status.APPLIED if reviewed else Status.ADMITTED,
        source=origin[0],
        booking=origin[1],
        truth=origin[2],
        arrival_no=arrival_no,
        category_id=seat.category_id or seat.learner.category_id,
        findings=as_rows(seat.findings),
        applied_at=now,
        admitted_at=None if reviewed else now,
        decided_at=None if reviewed else now,
    )


@dataclass(frozen=True)
class Below:
    """An application that the result does not let in, and why."""

    enrolment: Enrolment
    reason: str


def give_by_rank(
    *,
    training_class: TrainingClass,
    ranked: Sequence[Enrolment],
    below: Sequence[Below],
    by: User | None,
    now: datetime,
) -> None:
    """The seats of a class to its candidates in the order given, waiting places to the rest; all or none.

    Each gets a new number in the queue, so that whoever moves up later moves up by rank. Whom a rule of eligibility
    blocks by now is turned down with its sentence, and the next one has the seat. Refused with SeatingRefused where
    the class does not enrol. Source: issue 3, camp applications.
    """
    many = len(ranked)
    with transaction.atomic():
        found = TrainingClass.objects.filter(
            pk=training_class.pk, status=TrainingClass.Status.ENROLLING, mode=TrainingClass.Mode.SELECTED
        )
        if not found.update(arrivals=F("arrivals") + many):
            raise SeatingRefused(SeatingRefusal.NOT_OPEN)
        row = found.get()
        first, free = row.arrivals - many + 1, row.seats - row.taken
        for arrival_no, one in enumerate(ranked, start=first):
            one.arrival_no = arrival_no
            free -= _placed(one, by, now, free=free)
        for out in below:
            _decided(out.enrolment, Status.REFUSED, by, now, reason=out.reason)
        rows = [*ranked, *(out.enrolment for out in below)]
        Enrolment.objects.bulk_update(rows, DECIDED, batch_size=BATCH)
        _count_ranked(row, ranked)
        _record_decisions(rows, by, now)
        tell(rows, now, first_at=now)


DECIDED = ["arrival_no", "status", "admitted_at", "decided_at", "decided_by", "reason", "category", "findings"]


def _placed(one: Enrolment, by: User | None, now: datetime, *, free: int) -> bool:
    """A seat while there is one, else a waiting place. True where it took a seat."""
    if not free:
        _decided(one, Status.WAITLISTED, None, None)
        return False
    if reason := enrolment.still_blocked(enrolment=one, now=now):
        _decided(one, Status.REFUSED, by, now, reason=reason)
        return False
    one.category_id = one.learner.category_id
    _decided(one, Status.ADMITTED, by, now)
    return True


def _decided(one: Enrolment, to: Status, by: User | None, at: datetime | None, *, reason: str = "") -> None:
    one.status, one.decided_at, one.decided_by, one.reason = to, at, by, reason[:200]
    one.admitted_at = at if to == Status.ADMITTED else None


def _count_ranked(row: TrainingClass, ranked: Sequence[Enrolment]) -> None:
    seated = [one.arrival_no for one in ranked if one.status == Status.ADMITTED]
    waiting = sum(one.status == Status.WAITLISTED for one in ranked)
    TrainingClass.objects.filter(pk=row.pk).update(
        taken=F("taken") + len(seated),
        waiting=F("waiting") + waiting,
        last_seated_no=max(seated, default=row.last_seated_no),
    )


def _record_decisions(rows: Sequence[Enrolment], by: User | None, now: datetime) -> None:
    for status in sorted({row.status for row in rows}):
        said = [(row, {"arrival_no": row.arrival_no}) for row in rows if row.status == status]
        audit.record_many(by=by, verb=f"enrolment_{status}", targets=said, now=now)


def take_back_many(*, enrolments: Sequence[Enrolment], by: User | None, reason: str, now: datetime) -> list[Enrolment]:
    """Withdraw those of one class that still hold a seat or wait; who was not told of the seat is not told of this.

    The freed seats go to who waits. Gives those withdrawn; what others have ended since stays as it is.
    """
    if not enrolments:
        return []
    pk = enrolments[0].training_class_id
    with transaction.atomic():
        TrainingClass.objects.filter(pk=pk).update(arrivals=F("arrivals"))
        live = [
            row
            for start in range(0, len(enrolments), BATCH)
            for row in Enrolment.objects.filter(
                pk__in=[one.pk for one in enrolments[start : start + BATCH]], status__in=Enrolment.LIVE
            ).select_related("learner", "training_class__course")
        ]
        waited = sum(row.status == Status.WAITLISTED for row in live)
        seated = sum(row.status in Enrolment.SEATED for row in live)
        freed = {"taken": F("taken") - seated, "waiting": F("waiting") - waited}
        TrainingClass.objects.filter(pk=pk).update(**freed)
        told_at = moments_of(live)
        for row in live:
            row.status, row.decided_at, row.decided_by, row.reason = Status.WITHDRAWN, now, by, reason[:200]
        Enrolment.objects.bulk_update(live, ["status", "decided_at", "decided_by", "reason"], batch_size=BATCH)
        record(live, "enrolment_withdrawn", by, now)
        tell_withdrawn(live, told_at, now)
        enrolment.promote_next(training_class_id=pk, now=now)
    return live


def replace(*, out: Enrolment, seat: Seat, by: User, now: datetime, truth: str) -> Enrolment:
    """One seat goes from a member of an employer's booking to another; it was never free, so nobody moves up.

    `truth`: the version of the text by which who comes vouched for what is stated; who leaves takes theirs along.

    Who leaves is told where they had heard of the seat, who comes as of any seat. Refused with SeatingRefused: no seat
    is held any more, the class does not enrol, or the other has a place there.
    """
    training_class = out.training_class
    try:
        with transaction.atomic():
            numbered = TrainingClass.objects.filter(pk=training_class.pk, status=TrainingClass.Status.ENROLLING)
            if not numbered.update(arrivals=F("arrivals") + 1, last_seated_no=F("arrivals") + 1):
                raise SeatingRefused(SeatingRefusal.NO_ROOM)
            row = Enrolment.objects.select_related("learner", "training_class__course", "booking").get(pk=out.pk)
            if row.status not in Enrolment.SEATED:
                raise SeatingRefused(SeatingRefusal.NOT_SEATED)
            told_at = moments_of([row])
            row.status, row.why, row.reason = Status.WITHDRAWN, Enrolment.Why.GROUP_REPLACED, ""
            row.decided_at, row.decided_by = now, by
            row.save(update_fields=["status", "why", "reason", "decided_at", "decided_by"])
            made = _seated(seat, row.training_class, (row.source, row.booking, truth), numbered.get().arrivals, now)
            made.save()
            _refuse_erased([seat])
            record([row], "enrolment_withdrawn", by, now)
            record([made], "enrolment_applied", by, now)
            if row.pk not in unaware([row], told_at):
                tell_of_class([row], "group_replaced", "", now)
            tell([made], now, first_at=now)
    except IntegrityError as error:
        raise SeatingRefused(SeatingRefusal.ALREADY_ENROLLED) from error
    return made
