"""What a class's change of status means for its seats."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from courses import audit, catalogue, classes, enrolment, notices
from courses import policy as policies
from courses.models import Enrolment, GroupBooking, Lesson, Selection, TrainingClass, TransferRequest, User
from courses.seating.many import BATCH
from courses.seating.telling import call_off, moments_of, record, tell_of_class, tell_trainers, trainers_told

Status = Enrolment.Status
UNDECIDED = (Status.APPLIED, Status.CANDIDATE, Status.OFFERED, Status.WAITLISTED)


def advance(
    *, by: User | None, training_class: TrainingClass, to: TrainingClass.Status, now: datetime, reason: str = ""
) -> None:
    """Move a class along its life, as `classes.advance`, and do by its seats what that asks for.

    Cancelled: every live enrolment ends under `class_cancelled`. Begun: who was not admitted by then waits for nothing
    any more. Suspended: seats and places stay. Resumed: what was offered is offered anew, and free seats go to who
    waits, as far as it enrols; bookings that are still to bring their list end where its enrolment is over, and where
    its first day is past they are left to `end_begun`: a lesson that was not held may yet move that day. All those
    concerned, trainers and who booked for others among them, also without a list yet, are told in the same transaction,
    and so is who wished to change into a class that takes nobody any more. Changes that can no longer be granted end.
    Refused with ClassRefused.
    """
    of_class = TrainingClass.Status
    announced = training_class.status not in (of_class.DRAFT, of_class.RETURNED, of_class.SUBMITTED)
    resumed = training_class.status == of_class.SUSPENDED and to != of_class.CANCELLED
    with transaction.atomic():
        classes.advance(by=by, training_class=training_class, to=to, now=now, reason=reason)
        if to in (of_class.CANCELLED, of_class.RUNNING):
            enrolment.end_requests(to=training_class, by=by, now=now)
        enrolment.end_outlived(training_class=training_class, now=now)
        if to == of_class.RUNNING:
            enrolment.hold_class(training_class.pk)
            _end_undecided(training_class, by, now)
            _end_unlisted(training_class, by, now)
        if to == of_class.CANCELLED:
            _end_all(training_class, by, reason, now)
            if announced:
                tell_trainers(training_class, "class_cancelled", reason, now)
        elif to == of_class.SUSPENDED:
            tell_of_class(_live(training_class), "class_suspended", reason, now)
            tell_trainers(training_class, "class_suspended", reason, now)
            _tell_bookings(training_class, "suspended", reason, now)
        elif resumed:
            _resume(training_class, by, now)


@dataclass(frozen=True)
class Concerned:
    """Who is concerned when a class is suspended or cancelled: live enrolments by status, how many of them no message
    reaches, trainers, employers' contacts, and learners of other classes who wished to change into it."""

    people: dict[str, int]
    unreached: int
    trainers: int
    contacts: int
    wishes: int


def concerned(*, training_class: TrainingClass, to: TrainingClass.Status) -> Concerned:
    """Whom `advance` would tell of this now. Reads only."""
    live = _live(training_class)
    wishes = TransferRequest.objects.filter(to=training_class, status=TransferRequest.Status.ASKED)
    return Concerned(
        people=dict(Counter(row.status for row in live)),
        unreached=sum(not notices.is_reached(learner=row.learner) for row in live),
        trainers=trainers_told(training_class).count(),
        contacts=_open_bookings(training_class).count(),
        wishes=wishes.count() if to == TrainingClass.Status.CANCELLED else 0,
    )


def _resume(training_class: TrainingClass, by: User | None, now: datetime) -> None:
    """Whoever has a seat or a place hears of it; who is to bring a list, only where one is taken."""
    if training_class.enrol_until is not None and training_class.enrol_until < now:
        enrolment.hold_class(training_class.pk)
        _end_unlisted(training_class, by, now)
    tell_of_class(_live(training_class), "class_resumed", "", now)
    tell_trainers(training_class, "class_resumed", "", now)
    takes_lists = catalogue.is_open(training_class=training_class, now=now)
    told = GroupBooking.OPEN if takes_lists else (GroupBooking.Status.GIVEN,)
    _tell_bookings(training_class, "resumed", "", now, told)
    enrolment.renew_offers(training_class_id=training_class.pk, now=now)
    enrolment.promote_next(training_class_id=training_class.pk, now=now)


def end_begun(*, now: datetime) -> int:
    """End what still waits in classes whose first day is over and which take nobody any more, wishes to change into
    them and bookings without seats included. Gives how many enrolments ended.

    On the first day itself staff may still fill what is free. A camp that has not chosen from its applicants yet is
    left to those who choose, however late they are, also where nobody handed papers in.
    """
    ended = 0
    for pk in list(_begun(now).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            enrolment.hold_class(pk)
            # Put off, suspended or ended by somebody since it was looked for: then it is not touched.
            training_class = _begun(now).select_related("course").filter(pk=pk).first()
            if training_class is not None:
                enrolment.end_requests(to=training_class, by=None, now=now)
                ended += _end_undecided(training_class, None, now)
                _end_unlisted(training_class, None, now)
    return ended


def _begun(now: datetime) -> QuerySet[TrainingClass]:
    """Classes past their first day that take nobody any more, and in which or for which somebody still waits."""
    begun = TrainingClass.objects.filter(
        status=TrainingClass.Status.ENROLLING, starts_on__lt=policies.local_date(now)
    ).exclude(pk__in=catalogue.open_query(now=now).values("pk"))
    waits = Enrolment.objects.filter(training_class=OuterRef("pk"))
    wished = TransferRequest.objects.filter(to=OuterRef("pk"), status=TransferRequest.Status.ASKED)
    unlisted = GroupBooking.objects.filter(training_class=OuterRef("pk"), status=GroupBooking.Status.REQUESTED)
    on_its_way = Selection.objects.filter(
        training_class=OuterRef("pk"), status__in=(Selection.Status.PROPOSED, Selection.Status.PUBLISHED)
    )
    chosen_from = begun.exclude(Exists(waits.filter(status=Status.CANDIDATE))).exclude(Exists(on_its_way))
    return chosen_from.filter(Exists(waits.filter(status__in=UNDECIDED)) | Exists(wished) | Exists(unlisted))


def _live(training_class: TrainingClass, statuses: Sequence[str] = Enrolment.LIVE) -> list[Enrolment]:
    """Whoever has a seat or a place, in order of arrival."""
    rows = Enrolment.objects.filter(training_class=training_class, status__in=statuses)
    return list(rows.select_related("learner", "training_class__course").order_by("arrival_no"))


def _end_undecided(training_class: TrainingClass, by: User | None, now: datetime) -> int:
    """The class, held by the caller, has begun: who has no seat in it by now is told that the waiting is over, and when
    the next one is; so is who booked for them."""
    rows = _live(training_class, UNDECIDED)
    if not rows:
        return 0
    moments = moments_of(rows)
    seated = sum(row.status in Enrolment.SEATED for row in rows)
    waited = sum(row.status == Status.WAITLISTED for row in rows)
    freed = {"taken": F("taken") - seated, "waiting": F("waiting") - waited}
    TrainingClass.objects.filter(pk=training_class.pk).update(**freed)
    _end(rows, Status.REFUSED, Enrolment.Why.NOT_REACHED, "", by, now)
    call_off(rows, moments)
    soonest = catalogue.next_classes(course=training_class.course, now=now).first()
    if soonest is None:
        tell_of_class(rows, "not_reached", "", now)
    else:
        tell_of_class(rows, "not_reached_next", "", now, next=soonest.starts_on.isoformat())
    _shrink_bookings(rows, by, now)
    return len(rows)


def _shrink_bookings(gone: list[Enrolment], by: User | None, now: datetime) -> None:
    """A booking holds as many seats as its people have left; its contact hears of it once, and of nothing before it.

    A booking of which nobody is left is over; it keeps the number that it was given: none is not a number of seats.
    """
    lost = Counter(row.booking_id for row in gone if row.booking_id is not None)
    held = GroupBooking.objects.filter(pk__in=lost, status=GroupBooking.Status.GIVEN)
    seated = Count("enrolments", filter=Q(enrolments__status__in=Enrolment.SEATED))
    rows = held.select_related("training_class__course", "told").annotate(left=seated)
    for booking in rows.order_by("pk"):
        if booking.told is not None:
            notices.take_back(message=booking.told)
        params = {**booking_params(booking), "seats": booking.left, "gone": lost[booking.pk]}
        notices.queue(kind="group_not_reached", channel="sms", to=booking.phone, params=params, now=now)
        if booking.left:
            GroupBooking.objects.filter(pk=booking.pk).update(seats=booking.left)
        else:
            _lapse(booking, by, now)
        detail = {"seats": booking.left, "seats_before": booking.seats, "gone": lost[booking.pk]}
        audit.record(by=by, verb="group_not_reached", target=booking, now=now, detail=detail)


def _lapse(booking: GroupBooking, by: User | None, now: datetime) -> None:
    over = {"status": GroupBooking.Status.LAPSED, "ended_by": by, "ended_at": now}
    GroupBooking.objects.filter(pk=booking.pk).update(**over)
    detail = {"class": booking.training_class.number}
    audit.record(by=by, verb="group_lapsed", target=booking, now=now, detail=detail)


def _end(rows: list[Enrolment], to: Status, why: str, reason: str, by: User | None, now: datetime) -> None:
    for row in rows:
        row.status, row.why, row.reason = to, why, reason.strip()[:200]
        row.decided_at, row.decided_by = now, by
    Enrolment.objects.bulk_update(rows, ["status", "why", "reason", "decided_at", "decided_by"], batch_size=BATCH)
    record(rows, f"enrolment_{to}", by, now)


def _end_all(training_class: TrainingClass, by: User | None, reason: str, now: datetime) -> None:
    live = _live(training_class)
    moments = moments_of(live)
    _end(live, Status.WITHDRAWN, Enrolment.Why.CLASS_CANCELLED, reason, by, now)
    TrainingClass.objects.filter(pk=training_class.pk).update(taken=0, waiting=0)
    training_class.taken = training_class.waiting = 0
    # Whoever has not heard yet of a seat, a place or an offer does not hear of it after it is gone.
    call_off(live, moments)
    tell_of_class(live, "class_cancelled", reason, now)
    _end_bookings(training_class, by, reason, now)


def _end_bookings(training_class: TrainingClass, by: User | None, reason: str, now: datetime) -> None:
    """All of a cancelled class are over, and each contact is told; who has not heard of the seats yet hears of this
    alone."""
    for booking in _open_bookings(training_class):
        if booking.told is not None:
            notices.take_back(message=booking.told)
        _tell_booking(booking, "cancelled", now, reason=reason.strip())
        _lapse(booking, by, now)


def _end_unlisted(training_class: TrainingClass, by: User | None, now: datetime) -> None:
    """The class, held by the caller, takes no list any more: a booking that was never given its seats is over, and its
    contact is told."""
    for booking in _open_bookings(training_class).filter(status=GroupBooking.Status.REQUESTED):
        _tell_booking(booking, "over", now)
        _lapse(booking, by, now)


def _tell_bookings(
    training_class: TrainingClass,
    word: str,
    reason: str,
    now: datetime,
    statuses: Sequence[str] = GroupBooking.OPEN,
) -> None:
    for booking in _open_bookings(training_class).filter(status__in=statuses):
        _tell_booking(booking, word, now, reason=reason.strip())


def _open_bookings(training_class: TrainingClass) -> QuerySet[GroupBooking]:
    """Those that hold seats, and those that are still to bring their list."""
    rows = GroupBooking.objects.filter(training_class=training_class, status__in=GroupBooking.OPEN)
    return rows.select_related("training_class__course", "told").order_by("pk")


def _tell_booking(booking: GroupBooking, word: str, now: datetime, **said: str) -> None:
    """Whose list was not confirmed hears that no seat was held."""
    kind = f"group_{word}" if booking.status == GroupBooking.Status.GIVEN else f"group_asked_{word}"
    notices.queue(kind=kind, channel="sms", to=booking.phone, params={**booking_params(booking), **said}, now=now)


def booking_params(booking: GroupBooking) -> dict[str, object]:
    """What the contact of an employer is told in every message: how many, which class, its first lesson."""
    training_class = booking.training_class
    planned = Lesson.objects.filter(training_class=training_class, status=Lesson.Status.PLANNED)
    first = planned.order_by("starts_at").first()
    return {
        "course": training_class.course.name,
        "class": training_class.number,
        "seats": booking.seats,
        "starts": (first.starts_at if first else training_class.starts_on).isoformat(),
        "number": booking.number,
    }
