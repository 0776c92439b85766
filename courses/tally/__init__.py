"""The year's figures against its targets. One definition: page, API, spreadsheet and command all call `for_year`."""

from courses.tally.adjustments import Adjusted, Compared, adjusted, adjustments_of, compared
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
from courses.tally.entries import Cut, entries
from courses.tally.figures import DistrictRow, LineTally, Scope, YearTally, as_json, for_year
from courses.tally.files import CloseFile, close_files, number_of, take_file
from courses.tally.integrity import Integrity, ReportLocked, last_check, record_check, refuse_when_drifted
from courses.tally.pace import Pace, State, pace_of
from courses.tally.preview import Preview, Setting, preview, setting_of
from courses.tally.targets import TargetRefusal, TargetRefused, set_target, targets_of

__all__ = [
    "Adjusted",
    "Chain",
    "CloseFile",
    "CloseRefusal",
    "CloseRefused",
    "Compared",
    "Cut",
    "DistrictRow",
    "Found",
    "Integrity",
    "LessonLink",
    "LineTally",
    "Pace",
    "Preview",
    "ReportLocked",
    "Scope",
    "Setting",
    "State",
    "TargetRefusal",
    "TargetRefused",
    "YearTally",
    "adjusted",
    "adjustments_of",
    "as_json",
    "chain",
    "checklist",
    "close_differences",
    "close_files",
    "compared",
    "confirm_close",
    "entries",
    "for_year",
    "last_check",
    "number_of",
    "pace_of",
    "preview",
    "propose_close",
    "propose_year_close",
    "record_check",
    "refuse_when_drifted",
    "set_target",
    "setting_of",
    "standing_close",
    "take_back_close",
    "take_file",
    "targets_of",
    "year_checklist",
]
