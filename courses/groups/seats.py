"""From a booking with its list to seats, all of them or none; and back, as long as the class has not started."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses import audit, enrolment, notices, privacy, rosters, seating
from courses.enrolment import EnrolmentRefused
from courses.groups.booking import current_list, too_many, wrong_status
from courses.groups.refusals import GroupRefusal, GroupRefused
from courses.models import Enrolment, GroupBooking, IdentityDocument, RosterImport, TrainingClass, User
from courses.outgoing import record_given
from courses.refusals import Refused
from courses.rosters import RosterRefusal, RosterRefused
from courses.seating import SeatingRefusal, SeatingRefused

Status = GroupBooking.Status
FULL = {RosterRefusal.NO_SEATS, SeatingRefusal.NO_ROOM}


@dataclass(frozen=True)
class GroupOutlook:
    """What a confirmation would do: the list as it was judged, the seats as they are now, what speaks against it."""

    roster: RosterImport | None
    seen: rosters.Outlook | None
    free: int
    refusal: Refused | None

    @property
    def may_confirm(self) -> bool:
        return self.refusal is None

    @property
    def left_after(self) -> int:
        """Seats that stay free once this booking has its own."""
        return self.free - (self.seen.enrols if self.seen else 0)

    @property
    def is_full(self) -> bool:
        return self.refusal is not None and self.refusal.code == GroupRefusal.NO_SEATS


def outlook(*, booking: GroupBooking) -> GroupOutlook:
    """Said before anything is written."""
    roster = current_list(booking=booking)
    seen = rosters.outlook(roster=roster) if roster else None
    row = TrainingClass.objects.get(pk=booking.training_class_id)
    return GroupOutlook(roster, seen, max(0, row.seats - row.taken), _against(booking, seen, row))


def _against(booking: GroupBooking, seen: rosters.Outlook | None, row: TrainingClass) -> Refused | None:
    if booking.status != Status.REQUESTED:
        return wrong_status(booking)
    if row.status == TrainingClass.Status.SUSPENDED:
        return GroupRefused(GroupRefusal.SUSPENDED)
    if seen is None:
        return too_many(row, booking.seats) or GroupRefused(GroupRefusal.NO_LIST, seats=booking.seats)
    if seen.refusal is not None and seen.refusal.code != RosterRefusal.NO_SEATS:
        return seen.refusal
    return too_many(row, booking.seats) or _not_as_asked(booking, seen.enrols)


def _not_as_asked(booking: GroupBooking, enrols: int) -> GroupRefused | None:
    if enrols == booking.seats:
        return None
    return GroupRefused(GroupRefusal.NOT_AS_ASKED, seats=booking.seats, enrols=enrols)


def confirm(*, booking: GroupBooking, by: User, now: datetime) -> GroupBooking:
    """Give the whole list its seats in one transaction, or nobody; a second press changes nothing.

    Each member is told as of any seat, the employer's contact once, ten minutes later. Refused with GroupRefused: no
    list, not as many people as were asked for, too few seats, not open, the class is suspended; otherwise as
    `rosters.commit`. Source: issue 3, employer group booking all-or-nothing.
    """
    booking.refresh_from_db()
    if booking.status == Status.GIVEN:
        return booking
    before = outlook(booking=booking)
    if before.refusal is not None:
        if _is_given(booking):
            return booking
        raise before.refusal
    assert before.roster is not None
    try:
        return _give(booking, before.roster, by, now)
    except Refused as refusal:
        if _is_given(booking):
            return booking
        _look_again(before.roster, now)
        raise _as_of_the_group(booking, refusal) from refusal


def _is_given(booking: GroupBooking) -> bool:
    """By another press, between the look before and now."""
    booking.refresh_from_db()
    return booking.status == Status.GIVEN


def _give(booking: GroupBooking, roster: RosterImport, by: User, now: datetime) -> GroupBooking:
    with transaction.atomic():
        # Before the booking, as whoever moves the class has them.
        enrolment.hold_class(booking.training_class_id)
        asked = GroupBooking.objects.filter(pk=booking.pk, status=Status.REQUESTED)
        if not asked.update(status=Status.GIVEN, given_by=by, given_at=now):
            booking.refresh_from_db()
            if booking.status == Status.GIVEN:
                return booking
            raise wrong_status(booking)
        rosters.commit(roster=roster, by=by, now=now, booking=booking)
        booking.refresh_from_db()
        # The lines were judged once more: who is in the class by now, or may not be any longer, is missing here.
        refusal = _not_as_asked(booking, booking.enrolments.filter(roster_row__roster=roster).count())
        if refusal is not None:
            raise refusal
        _tell(booking, now)
        detail = {"class": booking.training_class.number, "seats": booking.seats, "roster": roster.number}
        audit.record(by=by, verb="group_given", target=booking, now=now, detail=detail)
    return booking


def _look_again(roster: RosterImport, now: datetime) -> None:
    """What was found wrong at the last moment is shown by its line; a class that takes nobody says so itself."""
    with suppress(EnrolmentRefused):
        rosters.check(roster=roster, now=now)


def _as_of_the_group(booking: GroupBooking, refusal: Refused) -> Refused:
    """Too few seats is said with how many are left for this booking."""
    booking.refresh_from_db()
    if isinstance(refusal, RosterRefused | SeatingRefused) and refusal.code in FULL:
        return too_many(TrainingClass.objects.get(pk=booking.training_class_id), booking.seats) or refusal
    return refusal


def _tell(booking: GroupBooking, now: datetime) -> None:
    message = notices.queue(
        kind="group_given",
        channel="sms",
        to=booking.phone,
        params=seating.booking_params(booking),
        now=now,
        first_at=now + seating.QUIET,
    )
    booking.told = message
    booking.save(update_fields=["told"])


def may_undo(*, booking: GroupBooking, now: datetime) -> bool:
    if booking.status != Status.GIVEN:
        return False
    roster = current_list(booking=booking)
    return roster is not None and rosters.may_undo(roster=roster, now=now)


def undo(*, booking: GroupBooking, by: User, now: datetime) -> int:
    """Take every seat of a booking back; the records stay. Who was told of the seat is told of this, the contact too.

    Gives how many withdrew; who had left already stays as they are. Refused with GroupRefused: it holds no seats;
    with RosterRefused: the class has started.
    """
    with transaction.atomic():
        enrolment.hold_class(booking.training_class_id)
        given = GroupBooking.objects.filter(pk=booking.pk, status=Status.GIVEN)
        if not given.update(status=Status.UNDONE, ended_by=by, ended_at=now):
            raise wrong_status(booking)
        booking.refresh_from_db()
        roster = booking.rosters.get(status=RosterImport.Status.COMMITTED)
        gone = rosters.undo(roster=roster, by=by, now=now, booking=booking)
        if not _unaware(booking):
            notices.queue(
                kind="group_undone", channel="sms", to=booking.phone, params=seating.booking_params(booking), now=now
            )
        detail = {"class": booking.training_class.number, "withdrawn": gone, "seats": booking.seats}
        audit.record(by=by, verb="group_undone", target=booking, now=now, detail=detail)
    booking.refresh_from_db()
    return gone


def _unaware(booking: GroupBooking) -> bool:
    """Take back what is still to be said of the seats. True: their contact has heard of none, nor that the class
    stopped since."""
    silent = booking.told is not None and notices.take_back(message=booking.told)
    stops = booking.training_class.events.filter(to_status=TrainingClass.Status.SUSPENDED, at__gte=booking.given_at)
    return silent and not stops.exists()


@dataclass(frozen=True)
class Member:
    """One person of a booking as its employer may read it: the name they handed in, numbers masked."""

    enrolment: Enrolment
    name: str
    document: str
    phone: str


def members(*, booking: GroupBooking) -> list[Enrolment]:
    """Everybody whom the booking gave a seat, in the order of the list, whatever became of it."""
    rows = booking.enrolments.select_related("learner", "training_class")
    return list(rows.order_by("arrival_no"))


def list_for_employer(*, booking: GroupBooking, by: User, now: datetime) -> Sequence[Member]:
    """The list to print and hand over. It names people, so that it was taken is written down."""
    rows = members(booking=booking)
    current = IdentityDocument.objects.filter(learner__in=[row.learner_id for row in rows], until__isnull=True)
    documents = {document.learner_id: document.number for document in current}
    record_given(
        form="group_list", kind="print", filters={"class": booking.training_class.number, "group": booking.number},
        rows=len(rows), by=by, now=now, purpose="交给单位",
    )  # fmt: skip
    return [
        Member(
            row,
            row.learner.name,
            privacy.mask_id(documents[row.learner_id]) if row.learner_id in documents else "",
            privacy.mask_phone(row.learner.phone),
        )
        for row in rows
    ]
