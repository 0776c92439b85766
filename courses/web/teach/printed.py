"""Forms B and C on A4, for trainer and desk: the sign-in sheet of a lesson, the summary of a class."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from courses import policy
from courses.attendance import LessonProgress, paper
from courses.attendance.paper import PrintedRow, SummaryRow
from courses.models import Attendance, PaperSheet
from courses.web.presence import SHAPES
from courses.web.teach.qr import qr_svg, sheet_address

Status = Attendance.Status
# Columns of lessons that stand beside the names on an A4 page in landscape.
ACROSS = 14
MARKS: dict[str, str | Promise] = {
    Status.PRESENT: "√",
    Status.LATE: pgettext_lazy("sheet mark", "迟"),
    Status.LEFT_EARLY: pgettext_lazy("sheet mark", "退"),
    Status.ADDED: pgettext_lazy("sheet mark", "补"),
    Status.LEAVE: pgettext_lazy("sheet mark", "假"),
    Status.SICK: pgettext_lazy("sheet mark", "病"),
    Status.ABSENT: "×",
    Status.AWAITING: "?",
    Status.UNMARKED: "",
}
HERE = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ADDED)
EXCUSED = (Status.LEAVE, Status.SICK)


def sign_in_page(request: HttpRequest, *, sheet: PaperSheet, back: tuple[str, str]) -> HttpResponse:
    """Blank for signatures; one that was printed after the lesson shows what the register holds, to be filed."""
    rows = paper.printed_rows(sheet=sheet)
    now = timezone.now()
    rules = policy.of_class(training_class=sheet.training_class, on=policy.local_date(now))
    filled = sheet.ends_at is not None and sheet.printed_at >= sheet.ends_at
    context = {
        "sheet": sheet,
        "lesson": sheet.lesson,
        "training_class": sheet.training_class,
        "rows": [_told(request, sheet, row) for row in rows],
        "filled": filled,
        "blanks": [
            {"position": position, **_code(request, sheet, position)}
            for position in (() if filled else range(len(rows) + 1, len(rows) + sheet.blanks + 1))
        ],
        "counts": _counts(rows) if filled else {},
        "qr": qr_svg(sheet_address(request, sheet.number)),
        "back": reverse(back[0], args=[back[1]]),
        "hours": rules.late_addition_hours,
        "hour": rules.hour_minutes,
        "now": now,
    }
    return render(request, "teach/sheets/sign_in.html", context)


def _code(request: HttpRequest, sheet: PaperSheet, position: int) -> dict[str, str]:
    """What a hand scanner or a phone reads in the row, to open the form there."""
    code = paper.row_code(sheet=sheet, position=position)
    return {"code": code, "qr": qr_svg(sheet_address(request, code))}


def _told(request: HttpRequest, sheet: PaperSheet, row: PrintedRow) -> dict[str, Any]:
    state = row.state
    status = state.status if state else Status.UNMARKED
    return {
        "row": row,
        "word": SHAPES[status][1],
        "in_at": state.in_at if state else None,
        "out_at": state.out_at if state else None,
        "how": _how(row) if state and state.in_at else "",
        **_code(request, sheet, row.position),
    }


def _how(row: PrintedRow) -> str:
    """By which of the ways the arrival was recorded."""
    if row.state is not None and row.state.status == Status.ADDED:
        return _("补签")
    if row.by_paper:
        return _("纸质")
    return _("人工") if row.state is not None and row.state.by_hand else _("扫码")


def _counts(rows: Sequence[PrintedRow]) -> dict[str, int]:
    statuses = [row.state.status if row.state else Status.UNMARKED for row in rows]
    return {
        "due": len(rows),
        "here": sum(1 for status in statuses if status in HERE),
        "excused": sum(1 for status in statuses if status in EXCUSED),
        "absent": sum(1 for status in statuses if status == Status.ABSENT),
        "open": sum(1 for status in statuses if status in (Status.UNMARKED, Status.AWAITING)),
    }


def summary_page(request: HttpRequest, *, sheet: PaperSheet, back: tuple[str, str], now: datetime) -> HttpResponse:
    rows = paper.summary(sheet=sheet, now=now)
    context = {
        "sheet": sheet,
        "training_class": sheet.training_class,
        "parts": list(_parts(rows)),
        "rows": rows,
        "legend": [(mark, SHAPES[status][1]) for status, mark in MARKS.items() if mark],
        "back": reverse(back[0], args=[back[1]]),
        "hour": policy.of_class(training_class=sheet.training_class, on=policy.local_date(now)).hour_minutes,
        "now": now,
    }
    return render(request, "teach/sheets/summary.html", context)


def _parts(rows: Sequence[SummaryRow]) -> Iterator[dict[str, Any]]:
    """A class with many lessons is cut into tables that fit the page; the sums stand on the last."""
    lessons = rows[0].lessons
    starts = list(range(0, max(1, len(lessons)), ACROSS))
    for start in starts:
        stop = start + ACROSS
        yield {
            "lessons": [one.lesson for one in lessons[start:stop]],
            "rows": [(row, [_mark(one) for one in row.lessons[start:stop]]) for row in rows],
            "sums": start == starts[-1],
        }


def _mark(one: LessonProgress) -> str | Promise:
    return MARKS[one.status] if one.theirs else "－"
