"""What a trainer decides by hand, and what a learner takes back. Each is a new row with who and why."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, dates
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.derive import LEAVE_REASONS, Derived, standing
from courses.attendance.evidence import Appended, append, lock, rows_of
from courses.models import Attendance, Direction, Enrolment, Evidence, Learner, Lesson, User
from courses.policy import Policy
from courses.refusals import Refused

Kind = Evidence.Kind
Strength = Evidence.Strength
NOTE_LENGTH = 200
CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")


class Mark(StrEnum):
    PRESENT = "present"
    LATE = "late"
    OUT = "out"
    LEAVE = "leave"
    SICK = "sick"
    ABSENT = "absent"


class MarkRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    NOT_ENROLLED = "not_enrolled"
    NOT_BEGUN = "not_begun"
    TOO_OLD = "too_old"
    CANCELLED = "cancelled"
    NOT_AWAITING = "not_awaiting"
    SAME_PERSON = "same_person"
    UNDO_OVER = "undo_over"
    NOT_THIS_SCAN = "not_this_scan"
    OVERTAKEN = "overtaken"
    NOT_IN_YET = "not_in_yet"
    RULED = "ruled"
    HERE_ALREADY = "here_already"
    SCANNED = "scanned"
    WHY_MISSING = "why_missing"
    OWN = "own"
    TIME_MISSING = "time_missing"
    TIME_UNUSED = "time_unused"
    TIME_OUTSIDE = "time_outside"
    TIME_TO_COME = "time_to_come"
    BEFORE_ARRIVAL = "before_arrival"


class MarkRefused(Refused):
    sentences = {
        MarkRefusal.REASON_MISSING: _("请选择手工登记的原因，本次未保存。"),
        MarkRefusal.NOT_ENROLLED: _("这次课时这位学员不在本班名单里，未保存。请核对报名和转班的时间。"),
        MarkRefusal.NOT_BEGUN: _("还没有到签到时间，未保存。%(opens)s 起可以登记。"),
        MarkRefusal.TOO_OLD: _("下课已超过 %(hours)s 小时，不能再补签，未保存。请由机构管理员说明情况。"),
        MarkRefusal.CANCELLED: _("这次课已取消，未保存。请刷新名单。"),
        MarkRefusal.NOT_AWAITING: _("这条记录已经处理过，未重复保存。请刷新名单查看结果。"),
        MarkRefusal.SAME_PERSON: _("补签和导入须由另一位老师或机构管理员确认，未保存。"),
        MarkRefusal.UNDO_OVER: _("已超过 %(seconds)s 秒，不能自行撤销。请找老师更正。"),
        MarkRefusal.NOT_THIS_SCAN: _("这条记录不是刚才这次扫码留下的，没有撤销。记错了人的，请找老师更正。"),
        MarkRefusal.OVERTAKEN: _("刚刚有人登记过这位学员，本次未保存。请刷新名单再看。"),
        MarkRefusal.RULED: _("这次课的考勤已由机构按异议决定，未保存。老师不能再改，有疑问请找机构管理员。"),
        MarkRefusal.HERE_ALREADY: _("这位学员已经签到，未重复保存。请核对是不是选错了人。"),
        MarkRefusal.SCANNED: _(
            "这位学员 %(time)s 扫过码，以扫码为准，未保存。扫码不实的，请登记缺勤并写明原因，或请机构管理员核实。"
        ),
        MarkRefusal.OWN: _("不能登记或确认本人的考勤，未保存。请由另一位老师或机构管理员办理。"),
        MarkRefusal.TIME_MISSING: _("已经下课，登记迟到须填到课时间，未保存。请填写几点到的。"),
        MarkRefusal.TIME_UNUSED: _("只有迟到和签退可以填时间，未保存。请去掉时间，或改选迟到、签退。"),
        MarkRefusal.TIME_OUTSIDE: _("时间应在 %(starts)s 到 %(ends)s 之间，未保存。请改好再登记。"),
        MarkRefusal.TIME_TO_COME: _("填的时间还没有到，未保存。请填已经过去的时间，或不填。"),
        MarkRefusal.BEFORE_ARRIVAL: _("填的签退时间早于到课时间，未保存。请核对后再登记。"),
        MarkRefusal.WHY_MISSING: _("没有写不认可的原因，未保存。请写明原因，再按「不认可」。"),
        MarkRefusal.NOT_IN_YET: _("这位学员还没有签到，未保存。请先登记到课。"),
    }


@dataclass(frozen=True)
class Marked:
    receipt: str
    derived: Derived


def mark(
    *,
    by: User,
    lesson: Lesson,
    learner: Learner,
    as_: Mark,
    reason: str,
    note: str = "",
    at: datetime | None = None,
    now: datetime,
) -> Marked:
    """Record by hand that a learner of the class came, came late, left, or is excused or absent.

    `at` is when who was late came, or who left did, as the trainer says; without it that is now, and of a lesson that
    is over its end. An arrival marked after the lesson's end is a late addition (补签), for `late_addition_hours`, and
    awaits a second person; a leaving of somebody who did arrive is the trainer's own decision. Refused
    with MarkRefused: no reason, oneself, not of this class, before the window, too old, cancelled, a time that cannot
    be or is missing or that a scan outdoes, or overtaken by another hand.
    """
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    # A reason that says an excuse would be one: what is recorded is said by `as_` alone.
    admit_mark(lesson=lesson, reason="" if reason in LEAVE_REASONS else reason, policy=policy, now=now)
    _admit_time(lesson, as_, at, now)
    refuse_own(by=by, learner=learner)
    enrolment = membership.enrolment_at(lesson=lesson, learner_id=learner.pk)
    if enrolment is None:
        raise MarkRefused(MarkRefusal.NOT_ENROLLED)
    row = marked_row(by, lesson, enrolment, as_, reason, note, now, at)
    with transaction.atomic():
        lock(lesson_id=lesson.pk, learner_id=learner.pk)
        rows = standing(rows_of(lesson_id=lesson.pk, learner_id=learner.pk))
        _may_stand(row, rows)
        row.supersedes = _overruled(rows, row)
        appended = _append(row, lesson, policy, now)
        audit.record(
            by=by, verb="attendance_marked", target=row, now=now, detail={"as": as_, "reason": reason, "kind": row.kind}
        )
    return Marked(row.receipt, appended.derived)


def admit_mark(*, lesson: Lesson, reason: str, policy: Policy, now: datetime) -> None:
    if not reason:
        raise MarkRefused(MarkRefusal.REASON_MISSING)
    if lesson.status == Lesson.Status.CANCELLED:
        raise MarkRefused(MarkRefusal.CANCELLED)
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    if now < opens:
        raise MarkRefused(MarkRefusal.NOT_BEGUN, opens=opens.astimezone(policies.CITY_TIME).strftime("%H:%M"))
    if now > lesson.ends_at + timedelta(hours=policy.late_addition_hours):
        raise MarkRefused(MarkRefusal.TOO_OLD, hours=policy.late_addition_hours)


def read_time(*, lesson: Lesson, text: str) -> datetime | None:
    """The moment of "9:05", 9：05 or 905 on the day of the lesson; nothing is no time. Refused with MarkRefused."""
    plain = unicodedata.normalize("NFKC", "".join(text.split()))
    if not plain:
        return None
    found = CLOCK.fullmatch(plain)
    if found is None:
        raise _outside(lesson)
    clock = time(int(found[1]), int(found[2]))
    return datetime.combine(policies.local_date(lesson.starts_at), clock, policies.CITY_TIME)


def _outside(lesson: Lesson) -> MarkRefused:
    starts, ends = dates.clock(lesson.starts_at), dates.clock(lesson.ends_at)
    return MarkRefused(MarkRefusal.TIME_OUTSIDE, starts=starts, ends=ends)


def refuse_own(*, by: User, learner: Learner) -> None:
    """Who teaches a class that they attend leaves their own presence to others."""
    if learner.user_id is not None and learner.user_id == by.pk:
        raise MarkRefused(MarkRefusal.OWN)


def _admit_time(lesson: Lesson, as_: Mark, at: datetime | None, now: datetime) -> None:
    if at is None:
        # Whoever came at the very end would have attended nothing.
        if as_ == Mark.LATE and now > lesson.ends_at:
            raise MarkRefused(MarkRefusal.TIME_MISSING)
        return
    if as_ not in (Mark.LATE, Mark.OUT):
        raise MarkRefused(MarkRefusal.TIME_UNUSED)
    if not lesson.starts_at <= at <= lesson.ends_at:
        raise _outside(lesson)
    if at > now:
        raise MarkRefused(MarkRefusal.TIME_TO_COME)


def _may_stand(row: Evidence, rows: list[Evidence]) -> None:
    """Whether what is said already leaves room for this row."""
    if any(said.kind == Kind.RULING for said in rows):
        raise MarkRefused(MarkRefusal.RULED)
    _may_differ(row, rows)
    if row.direction != Direction.OUT:
        return
    inward = [said for said in rows if said.direction == Direction.IN]
    if not inward:
        raise MarkRefused(MarkRefusal.NOT_IN_YET)
    came = [said.happened_at for said in inward if said.reason not in LEAVE_REASONS]
    if row.claimed_at is not None and came and row.claimed_at < min(came):
        raise MarkRefused(MarkRefusal.BEFORE_ARRIVAL)


def _may_differ(row: Evidence, rows: list[Evidence]) -> None:
    """A stated time that a scan of its direction would outdo changes nothing, and is not told to be saved."""
    if row.claimed_at is None:
        return
    leaves = row.direction == Direction.OUT
    for said in rows:
        scanned = said.kind in Evidence.SCANS and said.direction == row.direction and said.strength == Strength.PROVED
        outdoes = said.happened_at > row.claimed_at if leaves else said.happened_at < row.claimed_at
        if scanned and outdoes:
            raise MarkRefused(
                MarkRefusal.SCANNED, time=said.happened_at.astimezone(policies.CITY_TIME).strftime("%H:%M")
            )


def marked_row(
    by: User,
    lesson: Lesson,
    enrolment: Enrolment,
    as_: Mark,
    reason: str,
    note: str,
    now: datetime,
    at: datetime | None = None,
) -> Evidence:
    excused = as_ in (Mark.LEAVE, Mark.SICK, Mark.ABSENT)
    late_addition = now > lesson.ends_at and not excused and as_ != Mark.OUT
    happened = {
        Mark.PRESENT: min(now, lesson.starts_at),
        Mark.OUT: min(now, lesson.ends_at),
    }.get(as_, min(now, lesson.ends_at))
    return Evidence(
        lesson=lesson,
        learner_id=enrolment.learner_id,
        enrolment=enrolment,
        kind=Kind.LATE if late_addition else Kind.MANUAL,
        direction=Direction.OUT if as_ == Mark.OUT else Direction.IN,
        strength=Strength.AWAITING if late_addition else Strength.PROVED,
        happened_at=at or happened,
        claimed_at=at,
        received_at=now,
        by=by,
        reason=str(as_) if excused else reason,
        note=(f"{reason} {note}" if excused else note).strip()[:NOTE_LENGTH],
    )


def _overruled(rows: list[Evidence], row: Evidence) -> Evidence | None:
    """The last word by hand in the same direction: the new one takes its place."""
    by_hand = (Kind.MANUAL, Kind.LATE)
    return next((old for old in reversed(rows) if old.kind in by_hand and old.direction == row.direction), None)


def confirm(*, by: User, receipt: str, lesson: Lesson, reason: str = "face_to_face", now: datetime) -> Marked:
    """Let a record that waits count. A late addition needs another person than those who had a hand in it."""
    return _decide(by=by, receipt=receipt, lesson=lesson, kind=Kind.CONFIRM, reason=reason, now=now)


def reject(*, by: User, receipt: str, lesson: Lesson, reason: str, note: str = "", now: datetime) -> Marked:
    """Let a record that waits not count, with the reason."""
    if not reason:
        raise MarkRefused(MarkRefusal.REASON_MISSING)
    return _decide(by=by, receipt=receipt, lesson=lesson, kind=Kind.REJECT, reason=reason, note=note, now=now)


def _decide(
    *, by: User, receipt: str, lesson: Lesson, kind: Kind, reason: str, note: str = "", now: datetime
) -> Marked:
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    with transaction.atomic():
        waiting = (
            Evidence.objects.select_related("kit_entry", "supersedes__kit_entry", "learner")
            .filter(receipt=receipt, lesson=lesson, strength=Strength.AWAITING, superseded_by__isnull=True)
            .first()
        )
        if waiting is None:
            raise MarkRefused(MarkRefusal.NOT_AWAITING)
        if waiting.kind in Evidence.FOR_ANOTHER and by.pk in hands(waiting):
            raise MarkRefused(MarkRefusal.SAME_PERSON)
        refuse_own(by=by, learner=waiting.learner)
        row = Evidence(
            lesson=lesson,
            learner_id=waiting.learner_id,
            enrolment_id=waiting.enrolment_id,
            kind=kind,
            direction=waiting.direction,
            strength=Strength.PROVED if kind == Kind.CONFIRM else Strength.DENIED,
            happened_at=waiting.happened_at,
            received_at=now,
            by=by,
            reason=reason,
            note=note[:NOTE_LENGTH],
            supersedes=waiting,
        )
        appended = _append(row, lesson, policy, now)
        audit.record(by=by, verb=f"attendance_{kind}", target=row, now=now, detail={"receipt": receipt})
    return Marked(row.receipt, appended.derived)


def hands(waiting: Evidence) -> set[int | None]:
    """Who wrote what waits or what it took the place of, whom it speaks for, and who handed either in from a phone:
    where two phones differ, the row of the one suspends the claim of the other."""
    rows = [row for row in (waiting, waiting.supersedes) if row is not None]
    own = {waiting.learner.user_id} - {None}
    return own | {row.by_id for row in rows} | {row.kit_entry.by_id for row in rows if hasattr(row, "kit_entry")}


def undo(*, learner_id: int, receipt: str, nonce: str, now: datetime) -> Marked:
    """不是我: take back one's own scan within `undo_seconds`; the row stays, a newer one takes its force.

    `nonce` is that of the scan in this browser: whoever scans next with the same phone takes nothing back. Refused with
    MarkRefused after that time, of another scan than this one, or when it was taken back already.
    """
    row = (
        Evidence.objects.select_related("lesson__training_class")
        .filter(receipt=receipt, learner_id=learner_id, kind__in=Evidence.SCANS, superseded_by__isnull=True)
        .first()
    )
    if row is None:
        raise MarkRefused(MarkRefusal.NOT_AWAITING)
    if row.ticket != nonce:
        raise MarkRefused(MarkRefusal.NOT_THIS_SCAN)
    policy = policies.of_class(training_class=row.lesson.training_class, on=policies.local_date(now))
    if now > row.received_at + timedelta(seconds=policy.undo_seconds):
        raise MarkRefused(MarkRefusal.UNDO_OVER, seconds=policy.undo_seconds)
    taken_back = Evidence(
        lesson=row.lesson,
        learner_id=learner_id,
        enrolment_id=row.enrolment_id,
        kind=Kind.UNDO,
        direction=row.direction,
        strength=Strength.DENIED,
        round=row.round,
        happened_at=now,
        received_at=now,
        device=row.device,
        supersedes=row,
    )
    with transaction.atomic():
        appended = _append(taken_back, row.lesson, policy, now)
    return Marked(taken_back.receipt, appended.derived)


def _append(row: Evidence, lesson: Lesson, policy: Policy, now: datetime) -> Appended:
    known = Attendance.objects.filter(lesson=lesson, learner_id=row.learner_id).first()
    appended = append(row=row, lesson=lesson, policy=policy, known=known, now=now)
    if appended is None:
        raise MarkRefused(MarkRefusal.OVERTAKEN)
    return appended


def pause_wall(*, by: User, lesson: Lesson, paused: bool, now: datetime) -> None:
    """Stop or resume the giving of codes; a paused wall turns every scan away."""
    with transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(wall_paused=paused)
        audit.record(
            by=by,
            verb="wall_paused" if paused else "wall_resumed",
            target=lesson.training_class,
            now=now,
            detail={"lesson": lesson.number},
        )
