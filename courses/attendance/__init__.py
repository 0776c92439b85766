"""Presence: codes on the wall, arrival tickets, evidence, and the attendance derived from it.

Evidence is appended and never edited; `Attendance` is what `derive` makes of it, in the same transaction.
"""

from courses.attendance.account import Account, LessonAccount, account
from courses.attendance.checkin import (
    TICKET_MINUTES,
    NotBound,
    Receipt,
    Standing,
    Who,
    check_in,
    own_receipt,
    redeem,
    scan,
)
from courses.attendance.codes import Code, ScanRefusal, ScanRefused, issue, lesson_code, lesson_name, read
from courses.attendance.derive import Derived, Gap, Missing, derive
from courses.attendance.disputes import DisputeRefusal, DisputeRefused, Hours, Outcome, raise_dispute
from courses.attendance.door import (
    Awaited,
    DoorRefusal,
    DoorRefused,
    ask_door,
    awaited,
    open_requests,
    reject_door,
    settle_door,
)
from courses.attendance.kiosks import KioskRefusal, KioskRefused, place_of
from courses.attendance.leave import LeaveRefusal, LeaveRefused, lessons_to_excuse
from courses.attendance.marks import Mark, MarkRefusal, MarkRefused, confirm, mark, pause_wall, reject, undo
from courses.attendance.membership import current as current_members
from courses.attendance.moves import Affected, decide_change
from courses.attendance.photos import PhotoRefusal, PhotoRefused, read_photo
from courses.attendance.progress import LessonProgress, Progress, of_enrolments, progress
from courses.attendance.recompute import differences, recompute
from courses.attendance.reverse import PersonRefusal, PersonRefused, Scanned, Scanner, scan_person
from courses.attendance.rooms import Place
from courses.attendance.state import (
    ArrivalRow,
    Phase,
    RegisterRow,
    RollRow,
    RosterRow,
    WallState,
    phase_of,
    register,
    roster,
    wall_state,
)
from courses.attendance.tickets import Ticket, open_ticket, seal_ticket

__all__ = [
    "TICKET_MINUTES",
    "Account",
    "Affected",
    "ArrivalRow",
    "Awaited",
    "Code",
    "Derived",
    "DisputeRefusal",
    "DisputeRefused",
    "DoorRefusal",
    "DoorRefused",
    "Gap",
    "Hours",
    "KioskRefusal",
    "KioskRefused",
    "LeaveRefusal",
    "LeaveRefused",
    "LessonAccount",
    "LessonProgress",
    "Mark",
    "MarkRefusal",
    "MarkRefused",
    "Missing",
    "NotBound",
    "Outcome",
    "PersonRefusal",
    "PersonRefused",
    "Phase",
    "PhotoRefusal",
    "PhotoRefused",
    "Place",
    "Progress",
    "Receipt",
    "RegisterRow",
    "RollRow",
    "RosterRow",
    "ScanRefusal",
    "ScanRefused",
    "Scanned",
    "Scanner",
    "Standing",
    "Ticket",
    "WallState",
    "Who",
    "account",
    "ask_door",
    "awaited",
    "check_in",
    "confirm",
    "current_members",
    "decide_change",
    "derive",
    "differences",
    "issue",
    "lesson_code",
    "lesson_name",
    "lessons_to_excuse",
    "mark",
    "of_enrolments",
    "open_requests",
    "open_ticket",
    "own_receipt",
    "pause_wall",
    "phase_of",
    "place_of",
    "progress",
    "raise_dispute",
    "read",
    "read_photo",
    "recompute",
    "redeem",
    "register",
    "reject",
    "reject_door",
    "roster",
    "scan",
    "scan_person",
    "seal_ticket",
    "settle_door",
    "undo",
    "wall_state",
]
