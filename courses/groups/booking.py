"""What an employer asks for, and the list of its people: kept and checked, nobody has a seat yet."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from courses import audit, enrolment, privacy, rosters
from courses.catalogue.openings import Opening, is_open, open_classes
from courses.groups.refusals import GroupRefusal, GroupRefused
from courses.models import GroupBooking, RosterImport, TrainingClass, User
from courses.people.credit_codes import normalise_credit_code
from courses.people.numbers import next_in_series
from courses.people.phones import normalise_mobile
from courses.policy import local_date

Status = GroupBooking.Status


@dataclass(frozen=True)
class Employer:
    """As the counter writes it down; `phone` is the contact's mobile."""

    name: str
    credit_code: str
    contact: str
    phone: str


def request(*, training_class: TrainingClass, employer: Employer, seats: int, by: User, now: datetime) -> GroupBooking:
    """Take down that an employer wants `seats` seats; it holds none before its list is confirmed (`confirm`).

    Refused with GroupRefused: something is missing, the class does not enrol, admits by rank, has a queue or too few
    seats, or the employer has a booking of this class that is not finished; with CreditCodeRefused or PhoneRefused.
    """
    values = _checked(employer)
    try:
        with transaction.atomic():
            # Held, so that a class that is being cancelled or begun takes no booking that would wait for ever.
            enrolment.hold_class(training_class.pk)
            _fits(training_class, seats, now)
            booking = GroupBooking.objects.create(
                number=_next_number(now), training_class=training_class, seats=seats, by=by, created_at=now, **values
            )
            detail = {"class": training_class.number, "seats": seats}
            audit.record(by=by, verb="group_requested", target=booking, now=now, detail=detail)
    except IntegrityError as error:
        raise _already_open(training_class, values["credit_code"], None) from error
    return booking


CORRECTED = ("employer", "credit_code", "contact", "phone")


def amend(*, booking: GroupBooking, employer: Employer, seats: int, by: User, now: datetime) -> GroupBooking:
    """Correct what was taken down, as long as no seat is given; an empty phone keeps the one there.

    While the class is suspended the number of people stays, and who is told when it goes on can still be corrected.
    Refused as `request`, or with WRONG_STATUS or SEATS_SUSPENDED.
    """
    try:
        with transaction.atomic():
            # Its class may be ending it or stopping at this moment.
            enrolment.hold_class(booking.training_class_id)
            booking.refresh_from_db()
            if booking.status != Status.REQUESTED:
                raise wrong_status(booking)
            values = _checked(replace(employer, phone=employer.phone.strip() or booking.phone))
            _may_resize(booking, seats, now)
            GroupBooking.objects.filter(pk=booking.pk).update(seats=seats, **values)
            # Which of them, never what they say: a phone stands in no record of deeds.
            changed = [name for name in CORRECTED if values[name] != getattr(booking, name)]
            detail = {"seats": seats, "seats_before": booking.seats, "changed": changed}
            audit.record(by=by, verb="group_amended", target=booking, now=now, detail=detail)
    except IntegrityError as error:
        raise _already_open(booking.training_class, values["credit_code"], booking) from error
    booking.refresh_from_db()
    return booking


def drop(*, booking: GroupBooking, by: User, now: datetime) -> None:
    """Give up a booking that holds no seat; its list is forgotten, that it was asked for stays.

    Refused with GroupRefused: it holds seats, or is over already.
    """
    with transaction.atomic():
        # Its class may be ending it at this moment, and tells the contact so.
        enrolment.hold_class(booking.training_class_id)
        open_one = GroupBooking.objects.filter(pk=booking.pk, status=Status.REQUESTED)
        if not open_one.update(status=Status.DROPPED, ended_by=by, ended_at=now):
            raise wrong_status(booking)
        audit.record(by=by, verb="group_dropped", target=booking, now=now)
    for roster in booking.rosters.filter(status__in=(RosterImport.Status.RECEIVED, RosterImport.Status.CHECKED)):
        rosters.give_up(roster)
    booking.refresh_from_db()


def take_list(
    *, booking: GroupBooking, content: bytes, file_name: str, consent: bool, by: User, now: datetime
) -> RosterImport:
    """The named people as form A, kept and judged like any roster; it takes the place of an earlier list.

    Refused with GroupRefused: the booking is not open, or its class is suspended; otherwise as `rosters.receive`.
    """
    booking.refresh_from_db(fields=["status"])
    if booking.status != Status.REQUESTED:
        raise wrong_status(booking)
    if _is_suspended(booking):
        raise GroupRefused(GroupRefusal.SUSPENDED)
    return rosters.receive(
        content=content,
        file_name=file_name,
        training_class=booking.training_class,
        consent=consent,
        by=by,
        now=now,
        booking=booking,
    )


def current_list(*, booking: GroupBooking) -> RosterImport | None:
    """The last list that was not given up."""
    kept = booking.rosters.exclude(status=RosterImport.Status.DISCARDED)
    return kept.select_related("training_class__course", "by", "committed_by", "undone_by", "booking").first()


def elsewhere(*, training_class: TrainingClass, seats: int, now: datetime) -> list[Opening]:
    """Other open classes of the same course that have so many seats for newcomers, by their start."""
    return [
        one
        for one in open_classes(course=training_class.course, now=now)
        if one.training_class.pk != training_class.pk
        and one.training_class.mode != TrainingClass.Mode.SELECTED
        and one.seats.left >= seats
    ]


def _checked(employer: Employer) -> dict[str, str]:
    """The columns of a booking, as they are kept."""
    name, contact = employer.name.strip(), employer.contact.strip()
    if not name:
        raise GroupRefused(GroupRefusal.EMPLOYER_MISSING)
    if not contact:
        raise GroupRefused(GroupRefusal.CONTACT_MISSING)
    phone = normalise_mobile(employer.phone)
    return {
        "employer": name,
        "credit_code": normalise_credit_code(employer.credit_code),
        "contact": contact,
        "phone": phone,
        "phone_digest": privacy.digest(phone, purpose="phone"),
    }


def _fits(training_class: TrainingClass, seats: int, now: datetime) -> None:
    """Said before a list is written; only `confirm` decides."""
    row = TrainingClass.objects.get(pk=training_class.pk)
    if seats < 1:
        raise GroupRefused(GroupRefusal.NOBODY)
    if not is_open(training_class=row, now=now):
        raise GroupRefused(GroupRefusal.NOT_OPEN)
    if row.mode == TrainingClass.Mode.SELECTED:
        raise GroupRefused(GroupRefusal.BY_RANK)
    if row.waiting:
        raise GroupRefused(GroupRefusal.QUEUE, waiting=row.waiting)
    if (refusal := too_many(row, seats)) is not None:
        raise refusal


def _may_resize(booking: GroupBooking, seats: int, now: datetime) -> None:
    if not _is_suspended(booking):
        _fits(booking.training_class, seats, now)
    elif seats != booking.seats:
        raise GroupRefused(GroupRefusal.SEATS_SUSPENDED, seats=booking.seats)


def _is_suspended(booking: GroupBooking) -> bool:
    return TrainingClass.objects.filter(pk=booking.training_class_id, status=TrainingClass.Status.SUSPENDED).exists()


def too_many(row: TrainingClass, seats: int) -> GroupRefused | None:
    free = max(0, row.seats - row.taken)
    return GroupRefused(GroupRefusal.NO_SEATS, wanted=seats, free=free) if seats > free else None


def wrong_status(booking: GroupBooking) -> GroupRefused:
    booking.refresh_from_db(fields=["status"])
    return GroupRefused(GroupRefusal.WRONG_STATUS, status=booking.get_status_display())


def _already_open(training_class: TrainingClass, credit_code: str, own: GroupBooking | None) -> GroupRefused:
    open_ones = GroupBooking.objects.filter(
        training_class=training_class, credit_code=credit_code, status=Status.REQUESTED
    )
    others = open_ones.exclude(pk=own.pk) if own else open_ones
    return GroupRefused(GroupRefusal.ALREADY_OPEN, number=others.get().number)


def _next_number(now: datetime) -> str:
    """TB + 年 + 四位流水; inside the transaction that takes the booking down."""
    prefix = f"TB{local_date(now).year}"
    last = GroupBooking.objects.filter(number__startswith=prefix).order_by("-pk").values_list("number", flat=True)
    return f"{prefix}{next_in_series(key=prefix, above=int(last[0][len(prefix) :]) if last else 0):04d}"
