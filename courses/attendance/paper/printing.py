"""What is printed: the sign-in sheet of a lesson (form B) and the summary of a class (form C), each with its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses import audit
from courses.attendance import membership
from courses.attendance.paper.added import BLANKS, whose
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused
from courses.attendance.progress import LessonProgress, Progress, of_enrolments
from courses.models import (
    Attendance,
    Enrolment,
    IdentityDocument,
    Lesson,
    PaperLine,
    PaperRow,
    PaperSheet,
    TrainingClass,
    User,
)
from courses.people.numbers import fresh

Status = Attendance.Status
EXCUSED = (Status.LEAVE, Status.SICK)
LAST = 4


@dataclass(frozen=True)
class PrintedRow:
    """One row as the paper shows it: the number that entry finds it by, and what the register holds of the learner."""

    position: int
    enrolment: Enrolment
    last4: str
    state: Attendance | None
    by_paper: bool


@dataclass(frozen=True)
class SummaryRow:
    """One learner of a class: every lesson, minutes due and attended, and how many lessons of each kind."""

    position: int
    enrolment: Enrolment
    lessons: tuple[LessonProgress, ...]
    progress: Progress
    excused: int
    late: int
    left_early: int
    absent: int


def print_sign_in(*, by: User, lesson: Lesson, now: datetime) -> PaperSheet:
    """A new sheet with whoever the lesson belongs to at this moment, in the order of the class's list, and blank lines.

    Refused with SheetRefused: a cancelled lesson, or one that has no learners.
    """
    if lesson.status == Lesson.Status.CANCELLED:
        raise SheetRefused(SheetRefusal.CANCELLED)
    made = PaperSheet(
        form=PaperSheet.Form.SIGN_IN, lesson=lesson, training_class_id=lesson.training_class_id,
        starts_at=lesson.starts_at, ends_at=lesson.ends_at, blanks=BLANKS,
    )  # fmt: skip
    return _printed(made, whose(lesson), by, now)


def print_summary(*, by: User, training_class: TrainingClass, now: datetime) -> PaperSheet:
    """The number under which a summary of everybody who is in the class leaves the house."""
    listed = list(membership.current(training_class=training_class))
    return _printed(PaperSheet(form=PaperSheet.Form.SUMMARY, training_class=training_class), listed, by, now)


def _printed(sheet: PaperSheet, listed: Sequence[Enrolment], by: User, now: datetime) -> PaperSheet:
    if not listed:
        raise SheetRefused(SheetRefusal.NOBODY)
    sheet.number, sheet.printed_by, sheet.printed_at = fresh(prefix="B", length=7), by, now
    with transaction.atomic():
        sheet.save()
        PaperRow.objects.bulk_create(
            PaperRow(sheet=sheet, position=place, enrolment=row) for place, row in enumerate(listed, start=1)
        )
        audit.record(by=by, verb=f"{sheet.form}_printed", target=sheet, now=now, detail={"rows": len(listed)})
    return sheet


def printed_rows(*, sheet: PaperSheet) -> list[PrintedRow]:
    """The rows of a sign-in sheet as they were printed. Four queries."""
    rows = list(sheet.rows.filter(added=False).select_related("enrolment__learner").order_by("position"))
    learners = [row.enrolment.learner_id for row in rows]
    last4 = {
        document.learner_id: document.number[-LAST:]
        for document in IdentityDocument.objects.filter(learner__in=learners, until__isnull=True)
    }
    states = {state.learner_id: state for state in Attendance.objects.filter(lesson=sheet.lesson_id)}
    counted = PaperLine.objects.filter(arrival__lesson=sheet.lesson_id, arrival__superseded_by__isnull=True)
    by_paper = set(counted.values_list("row__enrolment__learner", flat=True))
    return [
        PrintedRow(
            row.position,
            row.enrolment,
            last4.get(row.enrolment.learner_id, ""),
            states.get(row.enrolment.learner_id),
            row.enrolment.learner_id in by_paper,
        )
        for row in rows
    ]


def summary(*, sheet: PaperSheet, now: datetime) -> list[SummaryRow]:
    """Form C of the learners that the sheet lists. Lessons that are not theirs are no absence. Three queries."""
    rows = list(sheet.rows.select_related("enrolment__learner", "enrolment__training_class").order_by("position"))
    found = of_enrolments(enrolments=[row.enrolment for row in rows], now=now)
    return [_summary_row(row, found[row.enrolment_id]) for row in rows]


def _summary_row(row: PaperRow, progress: Progress) -> SummaryRow:
    own = [lesson for lesson in progress.lessons if lesson.theirs]
    return SummaryRow(
        position=row.position,
        enrolment=row.enrolment,
        lessons=progress.lessons,
        progress=progress,
        excused=sum(1 for one in own if one.status in EXCUSED),
        late=sum(1 for one in own if one.status == Status.LATE),
        left_early=sum(1 for one in own if one.status == Status.LEFT_EARLY),
        absent=sum(1 for one in own if one.status == Status.ABSENT),
    )


@dataclass(frozen=True)
class Found:
    """What a code names: a sheet, and one row of it where the code is a row's."""

    number: str
    position: int = 0


def row_code(*, sheet: PaperSheet, position: int) -> str:
    return f"{sheet.number}-{position:02}"


def find(*, code: str) -> Found:
    """The sheet and row in what was typed or scanned: small letters, spaces or a whole address are understood."""
    last = code.strip().rstrip("/").rpartition("/")[2]
    number, _dash, row = "".join(last.split()).upper()[:20].partition("-")
    return Found(number[:16], int(row) if row.isascii() and row.isdecimal() else 0)
