"""The same engine in reverse: the learner shows a code or a card, and a trainer, a kiosk or a scanner reads it.

What is presented says who it is; everything else is decided as at the wall. The server's time counts; what a phone or
a scanner claims is kept beside it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses import policy as policies
from courses.attendance import personal
from courses.attendance.checkin import SHARED, Receipt, admit_scan, context, first_receipt, receipt_of
from courses.attendance.codes import ScanRefusal, ScanRefused
from courses.attendance.derive import MARKED_AWAY
from courses.attendance.evidence import append
from courses.attendance.rooms import Place, lesson_here
from courses.attendance.second import SECOND, Mode, asks_second, completed
from courses.attendance.tickets import Ticket
from courses.models import Attendance, Direction, Evidence, Learner, Lesson, RefusedScan, User
from courses.people import cards
from courses.policy import Policy
from courses.refusals import Refused

Kind = Evidence.Kind
# A code that the phone made at another time than now: it may be a picture of an earlier one.
OLD = "old_code"


class PersonRefusal(StrEnum):
    UNKNOWN_CODE = "unknown_code"
    OLD_CODE = "old_code"
    NOT_BOUND = "not_bound"
    NO_LESSON = "no_lesson"
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_VERIFIED = "not_verified"
    NOT_ENROLLED = "not_enrolled"
    WRONG_CLASS = "wrong_class"
    NOT_IN_YET = "not_in_yet"
    MARKED_AWAY = "marked_away"
    GUEST = "guest"
    OWN = "own"


class PersonRefused(Refused):
    """What was scanned makes no record of presence; the sentence speaks to who scans."""

    sentences = {
        PersonRefusal.UNKNOWN_CODE: _("没有登记。这不是学员的签到码，也不是有效的学员卡。请核对后再扫一次。"),
        PersonRefusal.OLD_CODE: _("没有登记。这个签到码已经过时。请学员打开「我的签到码」，再扫一次。"),
        PersonRefusal.NOT_BOUND: _("没有登记。这部手机已不再绑定。请学员重新登录，再出示签到码。"),
        PersonRefusal.NO_LESSON: _("没有登记。这里现在没有要签到的课。请核对时间和教室。"),
        PersonRefusal.CANCELLED: _("没有登记。这次课已取消。请学员在「我的学习」查看新的时间。"),
        PersonRefusal.TOO_EARLY: _("还没有登记。%(opens)s 开始签到，请到时再扫。"),
        PersonRefusal.TOO_LATE: _("没有登记。%(closes)s 已截止。请老师在点名册补签。"),
        PersonRefusal.NOT_VERIFIED: _("没有登记。这位学员还没有实名。请先填写姓名和证件。"),
        PersonRefusal.NOT_ENROLLED: _("没有登记。这位学员没有报名这个班。请先办理报名。"),
        PersonRefusal.WRONG_CLASS: _("没有登记。这位学员的班此时在%(room)s上课，请到那里签到。"),
        PersonRefusal.OWN: _("没有登记。不能扫本人的签到码，请扫大屏，或由另一位老师来扫。"),
        PersonRefusal.NOT_IN_YET: _("没有签退。这次课没有这位学员的签到记录。请老师先登记到课。"),
        PersonRefusal.MARKED_AWAY: _("没有签退。这位学员这次课记为缺勤或请假。请老师在点名册更正。"),
        PersonRefusal.GUEST: _("这位学员来补课，扫码时间已记下。请老师下课后登记听课时间，计入学员自己的班。"),
    }

    def __init__(self, code: PersonRefusal, *, learner: Learner | None = None, **values: object) -> None:
        super().__init__(code, **values)
        self.learner = learner


@dataclass(frozen=True)
class Scanner:
    """Who scans: a trainer in person (`by`), or a kiosk or another system, which has a name only."""

    by: User | None = None
    origin: Evidence.Origin = Evidence.Origin.TRAINER
    name: str = ""


@dataclass(frozen=True)
class Presented:
    """Who it is by what was shown. `nonce` lets one code count once; `why` somebody has to look."""

    learner: Learner
    kind: Kind
    nonce: str = ""
    browser: str = ""
    claimed_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Scanned:
    """What has become of one scan; `again` says that it had been recorded before and this is the first receipt."""

    receipt: Receipt
    learner: Learner
    lesson: Lesson
    again: bool


def scan_person(
    *,
    text: str,
    at: Lesson | Place,
    scanner: Scanner,
    now: datetime,
    direction: Direction | None = None,
    claimed_at: datetime | None = None,
) -> Scanned:
    """Record the arrival or leaving of who is presented, at a lesson or at the one that is on in a room.

    Without `direction` the time decides, as at the wall. A trainer's own scan counts; who was marked away, an old code,
    a phone that showed somebody else today, and at a kiosk whoever the class wants seen by the trainer, wait. Refused
    with PersonRefused; a refusal leaves its row, after the rollback.
    """
    presented: Presented | None = None
    lesson = at if isinstance(at, Lesson) else None
    try:
        presented = _presented(text, now)
        if scanner.by is not None and presented.learner.user_id == scanner.by.pk:
            raise PersonRefused(PersonRefusal.OWN, learner=presented.learner)
        lesson = lesson or lesson_here(place=at, learner=presented.learner, now=now)  # type: ignore[arg-type]
        if lesson is None:
            raise PersonRefused(PersonRefusal.NO_LESSON, learner=presented.learner)
        return _check_in(presented, lesson, scanner, direction, claimed_at, now)
    except (ScanRefused, PersonRefused) as refusal:
        learner = presented.learner if presented else getattr(refusal, "learner", None)
        _leave_row(refusal, learner, lesson, presented, direction, now)
        if isinstance(refusal, PersonRefused):
            raise
        raise PersonRefused(_code_for(refusal, lesson), learner=learner, **refusal.values) from refusal


def _code_for(refusal: ScanRefused, lesson: Lesson | None) -> PersonRefusal:
    """Where a learner's other class meets is the business of its own institution alone."""
    own = lesson.training_class.institution_id if lesson else None
    if refusal.code == ScanRefusal.WRONG_CLASS and refusal.values["institution_id"] != own:
        return PersonRefusal.NOT_ENROLLED
    return PersonRefusal(refusal.code)


def _presented(text: str, now: datetime) -> Presented:
    plain = personal.bare(text)
    if not personal.is_personal(plain):
        card = cards.find(code=plain)
        if card is None:
            raise PersonRefused(PersonRefusal.UNKNOWN_CODE)
        return Presented(card.learner, Kind.CARD)
    # Whose class it is, is not known yet; as with the life of a ticket, the numbers in force decide.
    found = personal.read(text=plain, policy=policies.current(on=policies.local_date(now)), now=now)
    if found is None:
        raise PersonRefused(PersonRefusal.OLD_CODE)
    if not found.bound:
        raise PersonRefused(PersonRefusal.NOT_BOUND, learner=found.learner)
    return Presented(
        found.learner,
        Kind.PERSONAL,
        nonce=plain,
        browser=found.device.browser or found.device.code,
        claimed_at=found.claimed_at,
        why="" if found.fresh else OLD,
    )


def _check_in(
    presented: Presented,
    lesson: Lesson,
    scanner: Scanner,
    direction: Direction | None,
    claimed_at: datetime | None,
    now: datetime,
) -> Scanned:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    direction = direction or _by_the_clock(lesson, policy, now)
    # The same code may be scanned in and, at the end of a short lesson, out.
    nonce = f"{presented.nonce}{direction[0].upper()}" if presented.nonce else ""
    ticket = Ticket(lesson.code, direction, now, presented.browser, nonce)
    told: Any = context(ticket=ticket, key="id", value=presented.learner.pk, device_code="", now=now)
    admit_scan(lesson=told, ticket=ticket, policy=policy, now=now)
    row = _row(told, presented, scanner, ticket, policy, claimed_at, now)
    known = None if told.known_round is None else Attendance(round=told.known_round)
    appended = append(row=row, lesson=told, policy=policy, known=known, now=now)
    if appended is not None:
        return Scanned(receipt_of(row, told, policy, appended.derived), presented.learner, lesson, again=False)
    again = not completed(scan=row, lesson=told, policy=policy, now=now)
    return Scanned(first_receipt(told, ticket, policy), presented.learner, lesson, again=again)


def _by_the_clock(lesson: Lesson, policy: Policy, now: datetime) -> Direction:
    leaving = now >= lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes)
    return Direction.OUT if leaving else Direction.IN


def _row(
    told: Any,
    presented: Presented,
    scanner: Scanner,
    ticket: Ticket,
    policy: Policy,
    claimed_at: datetime | None,
    now: datetime,
) -> Evidence:
    why = _away(told, ticket) or presented.why or _waits_for(told, presented, scanner, ticket, policy)
    return Evidence(
        lesson_id=told.pk,
        learner_id=told.learner_id,
        enrolment_id=told.enrolment_id,
        kind=presented.kind,
        direction=ticket.direction,
        strength=Evidence.Strength.AWAITING if why else Evidence.Strength.PROVED,
        round=told.known_round or 0,
        origin=scanner.origin,
        happened_at=now,
        claimed_at=claimed_at or presented.claimed_at,
        received_at=now,
        ticket=ticket.nonce or None,
        device=ticket.device,
        by=scanner.by,
        reason=why,
        note=scanner.name,
    )


def _away(told: Any, ticket: Ticket) -> str:
    return MARKED_AWAY if ticket.direction == Direction.IN and told.marked_away else ""


def _waits_for(told: Any, presented: Presented, scanner: Scanner, ticket: Ticket, policy: Policy) -> str:
    """Why somebody has to look, or nothing. A card in the trainer's hand proves alone: its owner has no phone."""
    if presented.browser and told.device_shared:
        return SHARED
    if ticket.direction != Direction.IN or not asks_second(lesson=told, policy=policy):
        return ""
    if scanner.by is None:
        return SECOND
    return SECOND if told.second_scan == Mode.BOTH and presented.kind == Kind.PERSONAL else ""


def _leave_row(
    refusal: Refused,
    learner: Learner | None,
    lesson: Lesson | None,
    presented: Presented | None,
    direction: Direction | None,
    now: datetime,
) -> None:
    RefusedScan.objects.create(
        lesson=lesson,
        learner=learner,
        code=refusal.code,
        direction=direction or "",
        device=presented.browser if presented else "",
        scanned_at=now,
        at=now,
    )
