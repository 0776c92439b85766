"""The rotating code: 16 Crockford base32 characters, 6 that name the lesson and 10 that prove the moment.

Nothing is stored per code. The last ten characters are 50 bits of an HMAC over lesson, direction and time step, so the
server alone can make them and can tell, without a row, which step they belong to.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses import privacy
from courses.models import Direction, Lesson
from courses.people.numbers import CROCKFORD
from courses.policy import Policy
from courses.refusals import Refused

NAME_LENGTH = 6
MAC_LENGTH = 10
CODE_LENGTH = NAME_LENGTH + MAC_LENGTH
DIRECTIONS = (Direction.IN, Direction.OUT)
# How far the clocks of two servers may differ: one shows a code or seals a ticket, the other reads it.
NODES_APART = timedelta(seconds=2)
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


class ScanRefusal(StrEnum):
    UNKNOWN_CODE = "unknown_code"
    EXPIRED = "expired"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NO_TICKET = "no_ticket"
    TICKET_USED = "ticket_used"
    NOT_VERIFIED = "not_verified"
    NOT_ENROLLED = "not_enrolled"
    WRONG_CLASS = "wrong_class"
    NOT_IN_YET = "not_in_yet"
    MARKED_AWAY = "marked_away"
    GUEST = "guest"


class ScanRefused(Refused):
    """A scan that makes no record of presence. Carries the lesson where it is known, for the page's next step."""

    sentences = {
        ScanRefusal.UNKNOWN_CODE: _("还没有签到。这不是本系统的签到码，请扫教室大屏上的码。"),
        ScanRefusal.EXPIRED: _("还没有签到。码已刷新，请对着大屏再扫一次。"),
        ScanRefusal.PAUSED: _("还没有签到。老师暂停了扫码，请稍等大屏重新亮起再扫。"),
        ScanRefusal.CANCELLED: _("没有签到。这次课已取消，请在「我的学习」查看新的时间。"),
        ScanRefusal.TOO_EARLY: _("还没有记录。%(opens)s 开始，请到时再扫。"),
        ScanRefusal.TOO_LATE: _("没有记录。%(closes)s 已截止，请找老师说明情况。"),
        ScanRefusal.NO_TICKET: _("还没有签到。距离扫码已超过 %(minutes)s 分钟，请对着大屏再扫一次。"),
        ScanRefusal.TICKET_USED: _("还没有签到。这次扫码已由另一位学员使用，请用自己的手机再扫一次。"),
        ScanRefusal.NOT_VERIFIED: _("还没有签到。您还没有实名，请先填写姓名和证件，已记下到课时间。"),
        ScanRefusal.NOT_ENROLLED: _("还没有签到。您没有报名这个班，请%(how)s。"),
        ScanRefusal.WRONG_CLASS: _("还没有签到。您报的班此时在%(room)s上课，请到那里扫大屏。"),
        ScanRefusal.NOT_IN_YET: _("没有签退。这次课没有您的签到记录，请找老师登记。"),
        ScanRefusal.MARKED_AWAY: _("没有签退。老师已将您这次课记为缺勤或请假，请当面找老师更正。"),
        ScanRefusal.GUEST: _("您来补课，扫码时间已记下。请当面告诉老师；下课后老师登记听课时间，计入您自己的班。"),
    }

    def __init__(
        self, code: ScanRefusal, *, lesson_id: int | None = None, learner_id: int | None = None, **values: object
    ) -> None:
        super().__init__(code, **values)
        self.lesson_id = lesson_id
        self.learner_id = learner_id


@dataclass(frozen=True)
class Code:
    text: str
    direction: Direction
    step: int
    remaining_ms: int


@dataclass(frozen=True)
class Scan:
    """What a code says, before it is known whether it is one of ours."""

    lesson_code: int
    mac: str


@dataclass(frozen=True)
class Reading:
    """What a good code says; `offset_ms` is how long after the start of its step it was scanned."""

    direction: Direction
    offset_ms: int


def lesson_name(lesson: Lesson) -> str:
    return to_base32(lesson.code, NAME_LENGTH)


def lesson_code(name: str) -> int | None:
    """The number behind a lesson's six characters; None when they cannot be one."""
    text = name.strip().upper().translate(READ_AS)
    if len(text) != NAME_LENGTH or any(char not in CROCKFORD for char in text):
        return None
    value = 0
    for char in text:
        value = value * 32 + CROCKFORD.index(char)
    return value


def issue(*, lesson: Lesson, direction: Direction, policy: Policy, now: datetime) -> Code:
    """The code of this moment, with the milliseconds that it stays on the wall."""
    step_ms = policy.qr_step_seconds * 1000
    now_ms = int(now.timestamp() * 1000)
    step = now_ms // step_ms
    return Code(
        text=lesson_name(lesson) + _mac(lesson.code, direction, step),
        direction=direction,
        step=step,
        remaining_ms=step_ms - now_ms % step_ms,
    )


def split(text: str) -> Scan:
    """Take a scanned text apart. Refused as `unknown_code` when it has not the form of a code."""
    cleaned = text.strip().upper().translate(READ_AS)
    number = lesson_code(cleaned[:NAME_LENGTH])
    if len(cleaned) != CODE_LENGTH or number is None:
        raise ScanRefused(ScanRefusal.UNKNOWN_CODE)
    return Scan(lesson_code=number, mac=cleaned[NAME_LENGTH:])


def read(*, scan: Scan, policy: Policy, now: datetime) -> Reading:
    """The direction that the code was made for and its age, if it is of this step or the two before (≤ 30 s).

    Six HMACs, eight where the next step is so near that a server whose clock is ahead may show it already; a forged
    code and an outlived one cost the same and are refused alike, as `expired`.
    """
    step_ms = policy.qr_step_seconds * 1000
    now_ms = int(now.timestamp() * 1000)
    oldest = now_ms // step_ms - policy.qr_steps_back
    newest = (now_ms + int(NODES_APART.total_seconds() * 1000)) // step_ms
    found: Reading | None = None
    for step in range(newest, oldest - 1, -1):
        for direction in DIRECTIONS:
            if hmac.compare_digest(_mac(scan.lesson_code, direction, step), scan.mac):
                found = Reading(direction, max(0, now_ms - step * step_ms))
    if found is None:
        raise ScanRefused(ScanRefusal.EXPIRED)
    return found


def _mac(code: int, direction: Direction, step: int) -> str:
    digest = privacy.sign(f"{code}:{direction}:{step}".encode(), purpose="wall", length=7)
    return to_base32(int.from_bytes(digest, "big") >> 6, MAC_LENGTH)


def to_base32(value: int, length: int) -> str:
    text = ""
    for _position in range(length):
        value, digit = divmod(value, 32)
        text = CROCKFORD[digit] + text
    return text
