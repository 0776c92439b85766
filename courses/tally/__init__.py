"""The year's figures against its targets. One definition: page, API, spreadsheet and command all call `for_year`."""

from courses.tally.chain import Chain, LessonLink, chain
from courses.tally.closes import CloseRefusal, CloseRefused, confirm_close, propose_close
from courses.tally.entries import Cut, entries
from courses.tally.figures import DistrictRow, LineTally, Scope, YearTally, as_json, for_year
from courses.tally.integrity import Integrity, last_check, record_check
from courses.tally.pace import Pace, State, pace_of
from courses.tally.targets import TargetRefusal, TargetRefused, set_target, targets_of

__all__ = [
    "Chain",
    "CloseRefusal",
    "CloseRefused",
    "Cut",
    "DistrictRow",
    "Integrity",
    "LessonLink",
    "LineTally",
    "Pace",
    "Scope",
    "State",
    "TargetRefusal",
    "TargetRefused",
    "YearTally",
    "as_json",
    "chain",
    "confirm_close",
    "entries",
    "for_year",
    "last_check",
    "pace_of",
    "propose_close",
    "record_check",
    "set_target",
    "targets_of",
]
