"""The blank lines of a sheet: who signed there is named at entry, among those whose lesson it is and whom the print
does not list. A sheet admits nobody: whoever has no seat is enrolled first, like anybody else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from courses.attendance import membership
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused
from courses.models import Attendance, Enrolment, Lesson, PaperRow, PaperSheet

if TYPE_CHECKING:
    from courses.attendance.paper.entering import Signed

# Blank lines at the end of every sign-in sheet.
BLANKS = 5


def whose(lesson: Lesson) -> list[Enrolment]:
    """Whose lesson it is at this moment, in the order of the class's list."""
    states = {row.learner_id: row for row in Attendance.objects.filter(lesson=lesson)}
    ever_in = membership.ever_in(training_class_id=lesson.training_class_id)
    return membership.members(enrolments=ever_in, lesson=lesson, states=states)


def candidates(*, sheet: PaperSheet) -> list[Enrolment]:
    """Who may have signed on a blank line: admitted before the lesson ended, and not on the print. Three statements."""
    if sheet.lesson is None:
        return []
    listed = set(sheet.rows.values_list("enrolment__learner", flat=True))
    return [row for row in whose(sheet.lesson) if row.learner_id not in listed]


def blank_positions(*, sheet: PaperSheet, rows: Sequence[PaperRow]) -> list[int]:
    """The numbers of the lines that were printed blank and on which nobody has been named yet."""
    printed = sum(1 for row in rows if not row.added)
    used = {row.position for row in rows}
    return [place for place in range(printed + 1, printed + sheet.blanks + 1) if place not in used]


def named_rows(*, sheet: PaperSheet, rows: Sequence[PaperRow], signed: Sequence["Signed"]) -> list[PaperRow]:
    """A row, not saved yet, for each blank line on which somebody signed. Refused with SheetRefused: nobody is named,
    or somebody who is not in the class or whose lesson it is not."""
    blank = set(blank_positions(sheet=sheet, rows=rows))
    filled = [one for one in signed if one.position in blank and (one.came or one.left or one.enrolment)]
    known = {row.number: row for row in candidates(sheet=sheet)} if filled else {}
    made = []
    for one in filled:
        if not one.enrolment:
            raise SheetRefused(SheetRefusal.WHO_MISSING, position=one.position)
        enrolment = known.pop(one.enrolment, None)
        if enrolment is None:
            raise SheetRefused(SheetRefusal.NOT_IN_CLASS, position=one.position)
        made.append(PaperRow(sheet=sheet, position=one.position, enrolment=enrolment, added=True))
    return made
