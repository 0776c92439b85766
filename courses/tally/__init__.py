"""The year's figures against its targets. One definition: page, API, spreadsheet and command all call `for_year`."""

from courses.tally.adjustments import Adjusted, Compared, adjusted, adjustments_of, compared
from courses.tally.board import Board, board, suppress
from courses.tally.breakdown import BY_WORDS, Breakdown, By, Slice, as_plain, breakdown
from courses.tally.chain import Chain, LessonLink, chain
from courses.tally.closes import (
    CloseRefusal,
    CloseRefused,
    Found,
    checklist,
    close_differences,
    confirm_close,
    propose_close,
    propose_year_close,
    standing_close,
    take_back_close,
    year_checklist,
)
from courses.tally.entries import Cut, Lines, entries, lines
from courses.tally.figures import DistrictRow, LineTally, Scope, YearTally, as_json, for_year
from courses.tally.files import CloseFile, close_files, number_of, take_file
from courses.tally.integrity import Integrity, ReportLocked, last_check, record_check, refuse_when_drifted
from courses.tally.pace import Pace, State, pace_of
from courses.tally.preview import Preview, Setting, preview, setting_of
from courses.tally.progress import verified_of
from courses.tally.stages import IN_TRAINING, PENDING, certified_q
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
    "IN_TRAINING",
    "PENDING",
    "Adjusted",
    "Balance",
    "Board",
    "Breakdown",
    "By",
    "Cell",
    "Chain",
    "CloseFile",
    "CloseRefusal",
    "CloseRefused",
    "Compared",
    "Cut",
    "DistrictRow",
    "Fault",
    "Found",
    "Integrity",
    "LessonLink",
    "LineTally",
    "Lines",
    "Pace",
    "Preview",
    "ReportLocked",
    "Scope",
    "Setting",
    "Sheet",
    "SheetRefusal",
    "SheetRefused",
    "Slice",
    "State",
    "TargetRefusal",
    "TargetRefused",
    "YearTally",
    "adjusted",
    "adjustments_of",
    "as_json",
    "as_plain",
    "balances",
    "board",
    "breakdown",
    "certified_q",
    "chain",
    "checklist",
    "close_differences",
    "close_files",
    "compared",
    "confirm_close",
    "entries",
    "for_year",
    "last_check",
    "lines",
    "number_of",
    "pace_of",
    "preview",
    "propose_close",
    "propose_year_close",
    "read_sheet",
    "record_check",
    "refuse_when_drifted",
    "set_target",
    "set_targets",
    "setting_of",
    "standing_close",
    "suppress",
    "take_back_close",
    "take_file",
    "targets_held",
    "targets_of",
    "verified_of",
    "year_checklist",
]
