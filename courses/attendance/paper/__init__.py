"""纸质签到表: printed with a number, signed by hand, entered by one person with a picture, confirmed by another.

Nothing on paper counts before the confirmation; what was scanned stands beside it, and both are shown.
"""

from courses.attendance.paper.added import blank_positions, candidates
from courses.attendance.paper.confirming import Compared, Difference, compare, confirm, send_back
from courses.attendance.paper.entering import WHY_MAX, Signed, enter, latest, read_clock, refuse_unenterable, take_back
from courses.attendance.paper.pictures import look, look_behind, reencrypt_files, sweep, sweep_strays
from courses.attendance.paper.printing import (
    Found,
    PrintedRow,
    SummaryRow,
    find,
    print_sign_in,
    print_summary,
    printed_rows,
    row_code,
    summary,
)
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused

__all__ = [
    "WHY_MAX",
    "Compared",
    "Difference",
    "Found",
    "PrintedRow",
    "SheetRefusal",
    "SheetRefused",
    "Signed",
    "SummaryRow",
    "blank_positions",
    "candidates",
    "compare",
    "confirm",
    "enter",
    "find",
    "latest",
    "look",
    "look_behind",
    "print_sign_in",
    "print_summary",
    "printed_rows",
    "read_clock",
    "reencrypt_files",
    "refuse_unenterable",
    "row_code",
    "send_back",
    "summary",
    "sweep",
    "sweep_strays",
    "take_back",
]
