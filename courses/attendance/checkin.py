"""Scanning in and out: the one decision point of presence by code.

scan    GET: a code becomes an arrival ticket; nothing is written
redeem  POST: a ticket becomes evidence, and attendance is derived in the same transaction
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import dates
from courses import policy as policies
from courses.attendance import codes
from courses.attendance.codes import ScanRefusal, ScanRefused
from courses.attendance.derive import LEAVE_REASONS, MARKED_AWAY, Derived, Missing
from courses.attendance.evidence import append
from courses.attendance.guests import is_guest
from courses.attendance.second import SECOND, asks_second, completed
from courses.attendance.tickets import Ticket, new_ticket, open_ticket
from courses.models import Attendance, Direction, Enrolment, Evidence, Lesson, RefusedScan, TrainingClass
from courses.policy import Policy

SHARED = "shared_device"
# Why a leaving waits that is sound itself.
ARRIVAL_AWAITS = "arrival_awaits"
# A ticket is opened before its lesson is known; the policy pinned on its class can only shorten its life.
TICKET_MINUTES = Policy().ticket_minutes

CONTEXT = """
SELECT l.id, l.training_class_id, l.number, l.code, l.title, l.part, l.starts_at, l.ends_at, l.room, l.status,
       l.trainer_id, l.wall_paused, c.policy_id AS policy_version, c.status AS class_status, c.second_scan,
       k.name AS course_name, k.name_en AS course_name_en,
       n.id AS learner_id, n.name AS learner_name, n.verified_at IS NOT NULL AS verified, e.id AS enrolment_id,
       a.round AS known_round, a.in_at IS NOT NULL AS is_in,
       a.by_hand AND a.status IN ('leave', 'sick', 'absent') AS marked_away,
       EXISTS (SELECT 1 FROM courses_device d WHERE d.code = %s AND d.learner_id = n.id
               AND d.revoked_at IS NULL AND d.expires_at > %s) AS device_bound,
       EXISTS (SELECT 1 FROM courses_evidence x WHERE x.lesson_id = l.id AND x.device = %s AND x.direction = %s
               AND x.learner_id <> n.id) AS device_shared,
       CASE WHEN c.second_scan = 'share' THEN (SELECT COUNT(*) FROM courses_lesson m
            WHERE m.training_class_id = c.id AND m.status = 'planned') END AS lessons,
       CASE WHEN c.second_scan = 'share' THEN EXISTS (SELECT 1 FROM courses_lesson m
            JOIN courses_evidence y ON y.lesson_id = m.id AND y.learner_id = n.id
            WHERE m.training_class_id = c.id AND y.by_id IS NOT NULL AND y.strength = 'proved'
              AND y.kind IN ('personal', 'card', 'confirm', 'rollcall', 'offline')) END AS looked_at
  FROM courses_lesson l
  JOIN courses_trainingclass c ON c.id = l.training_class_id
  JOIN courses_course k ON k.id = c.course_id
  LEFT JOIN courses_learner n ON n.{key} = %s
  LEFT JOIN courses_enrolment e ON e.training_class_id = c.id AND e.learner_id = n.id AND e.status = 'admitted'
  LEFT JOIN courses_attendance a ON a.lesson_id = l.id AND a.learner_id = n.id
 WHERE l.code = %s
"""


@dataclass(frozen=True)
class Who:
    """Who redeems: a bound browser (its device code and learner), or a signed-in user."""

    user_id: int | None = None
    learner_id: int | None = None
    device_code: str = ""


class NotBound(Exception):
    """The browser's binding was removed or ran out: sign in again; the ticket keeps the arrival time."""


class Standing(StrEnum):
    """What has become of one scan: it counts, waits for the trainer, counts nothing because its learner is marked
    away, was not accepted, or was taken back."""

    COUNTS = "counts"
    AWAITS = "awaits"
    AWAY = "away"
    DENIED = "denied"
    UNDONE = "undone"


@dataclass(frozen=True)
class Receipt:
    """What the learner is told. `pairing` are the two digits to show the trainer, `why` it waits, `ticket` the nonce of
    the scan that it is of; minutes are 0 until check-out."""

    number: str
    direction: Direction
    status: str
    learner_name: str
    course_name: str
    lesson_number: int
    lesson_title: str
    room: str
    happened_at: datetime
    received_at: datetime
    starts_at: datetime
    ends_at: datetime
    checkout_from: datetime
    checkout_required: bool
    minutes: int
    hour_minutes: int
    pairing: str
    late: bool
    standing: Standing
    why: str
    ticket: str
    undo_until: datetime


def scan(*, text: str, browser: str, now: datetime) -> Ticket:
    """Turn a scanned code into an arrival ticket. One look-up, six HMACs or eight, nothing written.

    Refused with ScanRefused: not a code of ours, outlived or forged, wall paused, lesson cancelled.
    """
    said = codes.split(text)
    lesson = Lesson.objects.select_related("training_class").filter(code=said.lesson_code).first()
    if lesson is None or lesson.training_class.policy_id is None:
        raise ScanRefused(ScanRefusal.UNKNOWN_CODE)
    policy = policies.of_pinned(version_id=lesson.training_class.policy_id)
    reading = codes.read(scan=said, policy=policy, now=now)
    if lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED:
        raise ScanRefused(ScanRefusal.CANCELLED, lesson_id=lesson.pk)
    if lesson.wall_paused:
        raise ScanRefused(ScanRefusal.PAUSED, lesson_id=lesson.pk)
    return new_ticket(
        lesson_code=lesson.code, direction=reading.direction, device=browser, now=now, offset_ms=reading.offset_ms
    )


def redeem(*, ticket_text: str, who: Who, now: datetime) -> Receipt:
    """Turn the ticket of this browser into a receipt; a refusal leaves its row, after the rollback."""
    ticket: Ticket | None = None
    try:
        ticket = open_ticket(ticket_text, minutes=TICKET_MINUTES, now=now)
        return check_in(ticket=ticket, who=who, now=now)
    except ScanRefused as refusal:
        RefusedScan.objects.create(
            lesson_id=refusal.lesson_id,
            learner_id=refusal.learner_id,
            code=refusal.code,
            direction=ticket.direction if ticket else "",
            device=ticket.device if ticket else "",
            scanned_at=ticket.scanned_at if ticket else None,
            at=now,
        )
        raise


def check_in(*, ticket: Ticket, who: Who, now: datetime) -> Receipt:
    """Append the evidence of one arrival or leaving; the same ticket or a second scan gives the first receipt.

    Refused with ScanRefused: unverified, not enrolled, another class, a ticket older than the class's policy lets it
    be, too early, too late, cancelled, a ticket that another learner used, leaving without an arrival or while marked
    away. A second learner on one browser, and one who was marked away and comes after all, is recorded to be confirmed
    by the trainer; one whom the class wants scanned by the trainer as well waits for that. Raises NotBound when the
    browser's binding no longer holds.
    """
    key, value = ("id", who.learner_id) if who.device_code else ("user_id", who.user_id)
    lesson = context(ticket=ticket, key=key, value=value, device_code=who.device_code, now=now)
    if who.device_code and not lesson.device_bound:  # type: ignore[attr-defined]
        raise NotBound
    policy = policies.of_pinned(version_id=lesson.policy_version)  # type: ignore[attr-defined]
    admit_scan(lesson=lesson, ticket=ticket, policy=policy, now=now)
    row = _evidence(lesson, ticket, policy, now)
    known_round: int | None = lesson.known_round  # type: ignore[attr-defined]
    known = None if known_round is None else Attendance(round=known_round)
    appended = append(row=row, lesson=lesson, policy=policy, known=known, now=now)
    if appended is None:
        completed(scan=row, lesson=lesson, policy=policy, now=now)
        return first_receipt(lesson, ticket, policy)
    return receipt_of(row, lesson, policy, appended.derived)


def context(*, ticket: Ticket, key: str, value: int | None, device_code: str, now: datetime) -> Lesson:
    """Everything that the decision needs, in one statement; the learner is found by `key`, "id" or "user_id"."""
    at = connection.ops.adapt_datetimefield_value(now)
    found = list(
        Lesson.objects.raw(
            CONTEXT.format(key=key),
            [device_code, at, ticket.device, ticket.direction, value, ticket.lesson_code],
        )
    )
    if not found:
        raise ScanRefused(ScanRefusal.UNKNOWN_CODE)
    return found[0]


def admit_scan(*, lesson: Any, ticket: Ticket, policy: Policy, now: datetime) -> None:
    """Refuse in a stated order: the lesson, the person, the class, the time."""
    about = {"lesson_id": lesson.pk, "learner_id": lesson.learner_id}
    if lesson.status == Lesson.Status.CANCELLED or lesson.class_status in TrainingClass.STOPPED:
        raise ScanRefused(ScanRefusal.CANCELLED, **about)
    if lesson.learner_id is None or not lesson.verified:
        raise ScanRefused(ScanRefusal.NOT_VERIFIED, **about)
    if now - ticket.scanned_at > timedelta(minutes=policy.ticket_minutes):
        raise ScanRefused(ScanRefusal.NO_TICKET, **about)
    if lesson.enrolment_id is None:
        raise _elsewhere(lesson, now)
    if ticket.direction == Direction.OUT and not lesson.is_in:
        raise ScanRefused(ScanRefusal.MARKED_AWAY if lesson.marked_away else ScanRefusal.NOT_IN_YET, **about)
    within_window(lesson=lesson, ticket=ticket, policy=policy, learner_id=lesson.learner_id)


def within_window(*, lesson: Lesson, ticket: Ticket, policy: Policy, learner_id: int | None) -> None:
    """Refused with ScanRefused when the scan was before the window of check-in, or after that of its direction."""
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    closes = lesson.ends_at
    if ticket.direction == Direction.OUT:
        closes += timedelta(minutes=policy.checkout_closes_minutes)
    about = {"lesson_id": lesson.pk, "learner_id": learner_id}
    if ticket.scanned_at < opens:
        raise ScanRefused(ScanRefusal.TOO_EARLY, **about, opens=_clock(opens))
    if ticket.scanned_at > closes:
        raise ScanRefused(ScanRefusal.TOO_LATE, **about, closes=_clock(closes))


def _elsewhere(lesson: Any, now: datetime) -> ScanRefused:
    """An agreed guest is where they should be; of anybody else the learner's own lesson of this hour names the room to
    go to; without one, how to join."""
    about = {"lesson_id": lesson.pk, "learner_id": lesson.learner_id}
    here = {"here": lesson.room, "here_course": _course_name(lesson)}
    if is_guest(**about):
        return ScanRefused(ScanRefusal.GUEST, **about, **here)
    other = (
        Lesson.objects.filter(
            training_class__enrolments__learner_id=lesson.learner_id,
            training_class__enrolments__status=Enrolment.Status.ADMITTED,
            status=Lesson.Status.PLANNED,
            starts_at__lte=now + timedelta(minutes=30),
            ends_at__gte=now,
        )
        .exclude(training_class__status__in=(*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED))
        # Where they have been let in already nobody sends them again.
        .exclude(pk__in=Attendance.objects.filter(learner=lesson.learner_id, in_at__isnull=False).values("lesson"))
        .select_related("training_class__course", "venue")
        .first()
    )
    if other is None:
        return ScanRefused(ScanRefusal.NOT_ENROLLED, **about, **here, **_way_in(lesson))
    rules = policies.of_class(training_class=other.training_class, on=policies.local_date(now))
    return ScanRefused(
        ScanRefusal.WRONG_CLASS,
        **about,
        **here,
        room=other.where or other.training_class.room or _("另一间教室"),
        course=other.training_class.course.label,
        until=_clock(other.starts_at + timedelta(minutes=rules.checkin_present_minutes)),
        institution_id=other.training_class.institution_id,
    )


def _way_in(lesson: Any) -> dict[str, Any]:
    """How somebody of no class comes into this one: a trainer gives no seats, and what has begun takes nobody."""
    number, status = TrainingClass.objects.values_list("number", "status").get(pk=lesson.training_class_id)
    takes = status == TrainingClass.Status.ENROLLING
    how = _("先报名，或到窗口当场报名") if takes else _("到窗口问其他班次，本班已不再报名")
    return {"class_number": number, "takes": takes, "how": how}


def _evidence(lesson: Any, ticket: Ticket, policy: Policy, now: datetime) -> Evidence:
    shared = ticket.handed_on or (bool(lesson.device_shared) and bool(ticket.device))
    second = ticket.direction == Direction.IN and asks_second(lesson=lesson, policy=policy)
    away = ticket.direction == Direction.IN and lesson.marked_away
    waits = MARKED_AWAY if away else SHARED if shared else SECOND if second else ""
    return Evidence(
        lesson_id=lesson.pk,
        learner_id=lesson.learner_id,
        enrolment_id=lesson.enrolment_id,
        kind=Evidence.Kind.WALL,
        direction=ticket.direction,
        strength=Evidence.Strength.AWAITING if waits else Evidence.Strength.PROVED,
        round=lesson.known_round or 0,
        happened_at=ticket.scanned_at,
        received_at=now,
        offset_ms=ticket.offset_ms,
        ticket=ticket.nonce,
        device=ticket.device,
        pairing=two_digits() if waits else "",
        reason=waits,
    )


def two_digits() -> str:
    return f"{secrets.randbelow(90) + 10}"


def first_receipt(lesson: Any, ticket: Ticket, policy: Policy) -> Receipt:
    known = Evidence.objects.select_related("superseded_by")
    used = known.filter(ticket=ticket.nonce).first()
    if used is not None and used.learner_id != lesson.learner_id:
        raise ScanRefused(ScanRefusal.TICKET_USED, lesson_id=lesson.pk, learner_id=lesson.learner_id)
    # The ticket of a second half stands in the row that confirms the first.
    row = (
        used
        if used is not None and used.kind in Evidence.SCANS
        else known.filter(
            lesson_id=lesson.pk,
            learner_id=lesson.learner_id,
            direction=ticket.direction,
            round=lesson.known_round or 0,
            kind__in=Evidence.SCANS,
        ).latest("pk")
    )
    state = Attendance.objects.get(lesson_id=lesson.pk, learner_id=lesson.learner_id)
    return receipt_of(row, lesson, policy, state, newer=getattr(row, "superseded_by", None))


def receipt_of(
    row: Evidence, lesson: Any, policy: Policy, state: Derived | Attendance, *, newer: Evidence | None = None
) -> Receipt:
    """`newer` is the row that supersedes this one; one that was appended just now has none, which need not be asked."""
    return Receipt(
        number=row.receipt,
        direction=Direction(row.direction),
        status=state.status,
        learner_name=lesson.learner_name,
        course_name=_course_name(lesson),
        lesson_number=lesson.number,
        lesson_title=lesson.title,
        room=lesson.room,
        happened_at=row.happened_at,
        received_at=row.received_at,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        checkout_from=lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes),
        checkout_required=policy.checkout_required,
        minutes=state.minutes,
        hour_minutes=policy.hour_minutes,
        pairing=row.pairing,
        late=row.direction == Direction.IN
        and row.happened_at > lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes),
        standing=standing_of(row, state, newer=newer),
        why=row.reason or (ARRIVAL_AWAITS if _arrival_awaits(state) else ""),
        ticket=row.ticket or "",
        undo_until=row.received_at + timedelta(seconds=policy.undo_seconds),
    )


def standing_of(row: Evidence, state: Derived | Attendance, *, newer: Evidence | None) -> Standing:
    """A row that no newer one supersedes stands for itself; else the newer one says what it is worth. Nothing counts
    beside a mark that its learner is away, and no leaving before its arrival does."""
    if newer is not None and newer.kind == Evidence.Kind.UNDO:
        return Standing.UNDONE
    if newer is not None and newer.strength == Evidence.Strength.DENIED:
        return Standing.DENIED
    if state.status in LEAVE_REASONS.values():
        return Standing.AWAY
    waits = newer is None and row.strength == Evidence.Strength.AWAITING
    return Standing.AWAITS if waits or _arrival_awaits(state) else Standing.COUNTS


def _arrival_awaits(state: Derived | Attendance) -> bool:
    return Missing.IN_AWAITS in state.reasons


def own_receipt(*, number: str, learner_id: int) -> Receipt | None:
    """One's own receipt again, for the page that the post leads to; None for anybody else's."""
    row = (
        Evidence.objects.select_related("lesson__training_class__course", "learner", "superseded_by")
        .filter(receipt=number, learner_id=learner_id)
        .first()
    )
    if row is None:
        return None
    lesson: Any = row.lesson
    lesson.learner_name = row.learner.name
    lesson.course_name = row.lesson.training_class.course.name
    lesson.course_name_en = row.lesson.training_class.course.name_en
    state = Attendance.objects.get(lesson_id=row.lesson_id, learner_id=row.learner_id)
    policy = policies.of_pinned(version_id=row.lesson.training_class.policy_id or 0)
    return receipt_of(row, lesson, policy, state, newer=getattr(row, "superseded_by", None))


def _course_name(lesson: Any) -> str:
    """In the language of the page; the context statement brings both."""
    english = (get_language() or "zh").startswith("en") and lesson.course_name_en
    return str(lesson.course_name_en if english else lesson.course_name)


def _clock(moment: datetime) -> str:
    return dates.clock(moment)
