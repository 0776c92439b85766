"""请老师当面确认: who gets no message and has no login shows two digits, and the trainer compares them face to face.

The scan itself is proved by its ticket; who made it is said by the trainer, so it is a mark by hand with the time of
the scan.
"""

import secrets
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.checkin import TICKET_MINUTES, within_window
from courses.attendance.codes import ScanRefusal, ScanRefused
from courses.attendance.derive import LEAVE_REASONS, is_away_by_hand, standing
from courses.attendance.evidence import append, lock, rows_of
from courses.attendance.marks import MarkRefusal, MarkRefused, admit_mark, refuse_own
from courses.attendance.tickets import Ticket, open_ticket
from courses.models import Attendance, Direction, DoorRequest, Evidence, Learner, Lesson, TrainingClass, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = DoorRequest.Status
DIGITS = [f"{number}" for number in range(10, 100)]
ATTEMPTS = 5
REASON = "no_sms"
ASKING = "SELECT * FROM courses_doorrequest WHERE lesson_id = %s AND status = %s ORDER BY asked_at, id"


class DoorRefusal(StrEnum):
    BUSY = "door_busy"


class DoorRefused(Refused):
    sentences = {
        DoorRefusal.BUSY: _("还没有签到。等老师确认的人太多，请直接找老师，在名单上登记。"),
    }


class Awaited(StrEnum):
    """What has become of it, for the phone that asks."""

    AWAITS = "awaits"
    COUNTS = "counts"
    DENIED = "denied"


def ask_door(*, ticket_text: str, now: datetime) -> DoorRequest:
    """Ask the trainer of the lesson that this browser has scanned; the same ticket asks once.

    Refused with ScanRefused: no ticket that holds, used already, lesson unknown or cancelled, too early, too late; with
    DoorRefused when as many ask as there are digits.
    """
    ticket = open_ticket(ticket_text, minutes=TICKET_MINUTES, now=now)
    known = DoorRequest.objects.filter(ticket=ticket.nonce).first()
    if known is not None:
        return known
    lesson = Lesson.objects.select_related("training_class").filter(code=ticket.lesson_code).first()
    if lesson is None:
        raise ScanRefused(ScanRefusal.UNKNOWN_CODE)
    if lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED:
        raise ScanRefused(ScanRefusal.CANCELLED, lesson_id=lesson.pk)
    if Evidence.objects.filter(ticket=ticket.nonce).exists():
        raise ScanRefused(ScanRefusal.TICKET_USED, lesson_id=lesson.pk)
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    within_window(lesson=lesson, ticket=ticket, policy=policy, learner_id=None)
    return _asked(lesson, ticket, now)


def _asked(lesson: Lesson, ticket: Ticket, now: datetime) -> DoorRequest:
    """Digits that nobody else shows the same trainer at this moment; the constraint decides between two at once."""
    for _attempt in range(ATTEMPTS):
        taken = set(open_requests(lesson=lesson).values_list("pairing", flat=True))
        free = [digits for digits in DIGITS if digits not in taken]
        if not free:
            break
        row = DoorRequest(
            code=fresh(prefix="", length=26), lesson=lesson, direction=ticket.direction, ticket=ticket.nonce,
            device=ticket.device, pairing=secrets.choice(free), scanned_at=ticket.scanned_at,
            offset_ms=ticket.offset_ms, asked_at=now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            known = DoorRequest.objects.filter(ticket=ticket.nonce).first()
            if known is not None:
                return known
        else:
            return row
    raise DoorRefused(DoorRefusal.BUSY)


def open_requests(*, lesson: Lesson) -> QuerySet[DoorRequest]:
    return DoorRequest.objects.filter(lesson=lesson, status=Status.OPEN).order_by("asked_at", "pk")


def asking(*, lesson: Lesson) -> list[DoorRequest]:
    """The same, for screens that ask every second and mostly find nobody."""
    return list(DoorRequest.objects.raw(ASKING, [lesson.pk, Status.OPEN]))


def awaited(request: DoorRequest) -> Awaited:
    """A record that was overruled since is the learner's own page's business, not the door's."""
    if request.evidence is not None and request.evidence.strength == Evidence.Strength.AWAITING:
        return Awaited.AWAITS
    words = {Status.OPEN: Awaited.AWAITS, Status.SETTLED: Awaited.COUNTS, Status.REJECTED: Awaited.DENIED}
    return words[Status(request.status)]


def settle_door(*, by: User, lesson: Lesson, request: DoorRequest, learner: Learner, now: datetime) -> Evidence:
    """The trainer says who it is that shows the digits: an arrival or leaving by hand, at the time of the scan.

    An arrival that is named after the lesson is a late addition (补签) and waits for a second person. Refused with
    MarkRefused: oneself, dealt with already, not of this lesson, cancelled or too old, here already, leaving without an
    arrival, or the lesson was ruled on.
    """
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    admit_mark(lesson=lesson, reason=REASON, policy=policy, now=now)
    refuse_own(by=by, learner=learner)
    late = now > lesson.ends_at and request.direction == Direction.IN
    enrolment = membership.enrolment_at(lesson=lesson, learner_id=learner.pk)
    if enrolment is None:
        raise MarkRefused(MarkRefusal.NOT_ENROLLED)
    row = Evidence(
        lesson=lesson, learner=learner, enrolment=enrolment, direction=request.direction,
        kind=Evidence.Kind.LATE if late else Evidence.Kind.MANUAL,
        strength=Evidence.Strength.AWAITING if late else Evidence.Strength.PROVED,
        origin=Evidence.Origin.TRAINER, happened_at=request.scanned_at, received_at=now, offset_ms=request.offset_ms,
        ticket=request.ticket, device=request.device, pairing=request.pairing, by=by, reason=REASON,
    )  # fmt: skip
    with transaction.atomic():
        lock(lesson_id=lesson.pk, learner_id=learner.pk)
        row.supersedes = _may_stand(row)
        _move(request, lesson, Status.SETTLED, by, now)
        known = Attendance.objects.filter(lesson=lesson, learner=learner).first()
        if append(row=row, lesson=lesson, policy=policy, known=known, now=now) is None:
            raise MarkRefused(MarkRefusal.OVERTAKEN)
        DoorRequest.objects.filter(pk=request.pk).update(evidence=row)
        audit.record(by=by, verb="door_settled", target=row, now=now, detail={"pairing": request.pairing})
    return row


def reject_door(*, by: User, lesson: Lesson, request: DoorRequest, now: datetime) -> None:
    """Nobody in the room shows these digits. Refused with MarkRefused when it was dealt with already."""
    with transaction.atomic():
        _move(request, lesson, Status.REJECTED, by, now)
        audit.record(by=by, verb="door_rejected", target=request, now=now, detail={"pairing": request.pairing})


def _may_stand(row: Evidence) -> Evidence | None:
    """Refused with MarkRefused where it may not; else the mark that the learner is away, whose place an arrival
    takes."""
    said = standing(rows_of(lesson_id=row.lesson_id, learner_id=row.learner_id))
    away = next((one for one in reversed(said) if is_away_by_hand(one)), None)
    came = [one for one in said if one.strength == Evidence.Strength.PROVED and one.reason not in LEAVE_REASONS]
    proved = {one.direction for one in came if away is None or one.pk > away.pk}
    if any(one.kind == Evidence.Kind.RULING for one in said):
        raise MarkRefused(MarkRefusal.RULED)
    if row.direction == Direction.IN and Direction.IN in proved:
        raise MarkRefused(MarkRefusal.HERE_ALREADY)
    if row.direction == Direction.OUT and Direction.IN not in proved:
        raise MarkRefused(MarkRefusal.NOT_IN_YET)
    return away if row.direction == Direction.IN else None


def _move(request: DoorRequest, lesson: Lesson, to: Status, by: User, now: datetime) -> None:
    found = DoorRequest.objects.filter(pk=request.pk, lesson=lesson, status=Status.OPEN)
    if not found.update(status=to, decided_by=by, decided_at=now):
        raise MarkRefused(MarkRefusal.NOT_AWAITING)
    request.status = to
