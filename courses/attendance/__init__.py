"""Presence: codes on the wall, arrival tickets, evidence, and the attendance derived from it.

Evidence is appended and never edited; `Attendance` is what `derive` makes of it, in the same transaction.
"""

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
from courses.attendance.derive import Derived, derive
from courses.attendance.kiosks import KioskRefusal, KioskRefused, place_of
from courses.attendance.marks import Mark, MarkRefusal, MarkRefused, confirm, mark, pause_wall, reject, undo
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
    "ArrivalRow",
    "Code",
    "Derived",
    "KioskRefusal",
    "KioskRefused",
    "LessonProgress",
    "Mark",
    "MarkRefusal",
    "MarkRefused",
    "NotBound",
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
    "check_in",
    "confirm",
    "derive",
    "differences",
    "issue",
    "lesson_code",
    "lesson_name",
    "mark",
    "of_enrolments",
    "open_ticket",
    "own_receipt",
    "pause_wall",
    "phase_of",
    "place_of",
    "progress",
    "read",
    "read_photo",
    "recompute",
    "redeem",
    "register",
    "reject",
    "roster",
    "scan",
    "scan_person",
    "seal_ticket",
    "undo",
    "wall_state",
]
