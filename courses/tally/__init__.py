"""The year's figures against its targets. One definition: page, API, spreadsheet and command all call `for_year`."""

from courses.tally.board import Board, board, suppress
from courses.tally.breakdown import BY_WORDS, Breakdown, By, Slice, as_plain, breakdown
from courses.tally.chain import Chain, LessonLink, chain
from courses.tally.closes import CloseRefusal, CloseRefused, confirm_close, propose_close
from courses.tally.entries import Cut, Lines, entries, lines
from courses.tally.figures import DistrictRow, LineTally, Scope, YearTally, as_json, for_year
from courses.tally.integrity import Integrity, last_check, record_check
from courses.tally.pace import Pace, State, pace_of
from courses.tally.progress import verified_of
from courses.tally.target_sheet import Fault, Sheet, SheetRefusal, SheetRefused, read_sheet
from courses.tally.targets import (
    Balance,
    Cell,
    TargetRefusal,
    TargetRefused,
    balances,
    set_target,
    set_targets,
    targets_held,
    targets_of,
)

__all__ = [
    "BY_WORDS",
    "Balance",
    "Board",
    "Breakdown",
    "By",
    "Cell",
    "Chain",
    "CloseRefusal",
    "CloseRefused",
    "Cut",
    "DistrictRow",
    "Fault",
    "Integrity",
    "LessonLink",
    "LineTally",
    "Lines",
    "Pace",
    "Scope",
    "Sheet",
    "SheetRefusal",
    "SheetRefused",
    "Slice",
    "State",
    "TargetRefusal",
    "TargetRefused",
    "YearTally",
    "as_json",
    "as_plain",
    "balances",
    "board",
    "breakdown",
    "chain",
    "confirm_close",
    "entries",
    "for_year",
    "last_check",
    "lines",
    "pace_of",
    "propose_close",
    "read_sheet",
    "record_check",
    "set_target",
    "set_targets",
    "suppress",
    "targets_held",
    "targets_of",
    "verified_of",
]
