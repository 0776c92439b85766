"""月报: one month on A4, of the same figures as the workbook and the letter."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import exports
from courses.access import Permission
from courses.exports import MonthlyReport
from courses.exports.monthly import LineFigures, state_word
from courses.models import Line
from courses.policy import local_date
from courses.tally import State, YearTally, last_check
from courses.web.desk import measures
from courses.web.desk.tally import Wanted, figures, only_institution, read_wanted
from courses.web.gate import allow


@dataclass(frozen=True)
class Late:
    """The districts that are late in one line, for the last paragraph."""

    label: str
    names: str


@dataclass(frozen=True)
class Cell:
    """One line of one district."""

    target: int | None
    month: int
    verified: int
    percent: str
    state: str
    word: str


@dataclass(frozen=True)
class Curve:
    """One line of the place: its figures, and the points of the year up to the month's end."""

    label: str
    tone: str
    own: LineFigures
    points: list[tuple[date, int]]
    today: date


@allow(Permission.SEE_TALLY)
def desk_reports(request: HttpRequest) -> HttpResponse:
    """Of the month asked for, by default the one that runs; without a confirmed close it is marked as quick. While the
    last check found a difference there is none."""
    now = timezone.now()
    if only_institution(request, now):
        return redirect("desk_tally")
    today = local_date(now)
    asked = read_wanted(request, now)
    if not (integrity := last_check()).clean:
        return render(
            request, "desk/tally/report_locked.html", {"integrity": integrity, "year": asked.year, "now": now}
        )
    report = exports.monthly_report(
        year=asked.year, month=_month(request, asked, today), district=asked.district, now=now, with_people=False
    )
    # What the report's figures were posted by, so that the curve ends where they stand.
    posted_by = report.as_of if report.as_of < today else None
    found = figures(Wanted(asked.year, posted_by, asked.district, asked.own), now)
    context = {
        "report": report,
        "now": now,
        "curves": [_curve(report, found, line) for line in report.lines],
        "league": [(row, [_cell(own) for own in row.lines.values()]) for row in report.districts],
        "totals": [_cell(own) for own in report.lines.values()],
        "share": measures.tenths(report.share),
        "late": late(report),
        "digest": report.close.root[:32].upper() if report.close else "",
        "address": request.build_absolute_uri(),
    }
    return render(request, "desk/tally/report.html", context)


def _month(request: HttpRequest, asked: Wanted, today: date) -> int:
    text = request.GET.get("month", "")
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 12:
        return int(text)
    if asked.as_of is not None and asked.as_of.year == asked.year:
        return asked.as_of.month
    return today.month if asked.year == today.year else 12


def _curve(report: MonthlyReport, found: YearTally, line: Line) -> Curve:
    return Curve(
        label=str(line.label),
        tone=measures.TONES[line],
        own=report.lines[line],
        points=measures.points(report.year, found.lines[line].monthly, report.last_day),
        today=report.last_day,
    )


def _cell(own: LineFigures) -> Cell:
    return Cell(
        target=own.target,
        month=own.month,
        verified=own.verified,
        percent=measures.tenths(own.tenths) if own.target else "–",
        state=own.state.value,
        word=state_word(own.state),
    )


def late(report: MonthlyReport) -> list[Late]:
    listed = ((line, report.late(line, State.LATE)) for line in report.lines)
    return [Late(str(line.label), _("、").join(names)) for line, names in listed if names]
