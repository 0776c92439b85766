"""月报: one month on A4, with the figures of the tally as they stood at its end."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access
from courses.access import Permission
from courses.models import District, MonthClose
from courses.policy import local_date
from courses.tally import State, YearTally
from courses.web.desk import measures
from courses.web.desk.page import officer
from courses.web.desk.tally import Wanted, figures, only_institution, read_wanted
from courses.web.gate import allow


@dataclass(frozen=True)
class Late:
    """The districts that are late in one line, for the last paragraph."""

    label: str
    names: str


@allow(Permission.SEE_TALLY)
def desk_reports(request: HttpRequest) -> HttpResponse:
    """Of the month asked for, by default the one that runs; without a confirmed close it is marked as quick."""
    now = timezone.now()
    if only_institution(request, now):
        return redirect("desk_tally")
    today = local_date(now)
    asked = read_wanted(request, now)
    month = _month(request, asked, today)
    last_day = min(date(asked.year, month, monthrange(asked.year, month)[1]), today)
    wanted = Wanted(asked.year, last_day if last_day < today else None, asked.district, asked.confined)
    found = figures(wanted, now)
    close = MonthClose.objects.filter(year=wanted.year, month=month, closed_at__isnull=False).first()
    context = {
        "tally": found,
        "wanted": wanted,
        "month": month,
        "last_day": last_day,
        "now": now,
        "close": close,
        "measures": measures.measures(tally=found, district=wanted.district, as_of=wanted.as_of),
        "league": measures.league(tally=found, as_of=wanted.as_of),
        "totals": measures.totals(tally=found, district=wanted.district, as_of=wanted.as_of),
        "share": measures.tenths(found.share),
        "late": late(found),
        "as_of": last_day,
        "close_number": f"YJ-{wanted.year}-{month:02d}" if close else "",
        "digest": close.root[:32].upper() if close else "",
        "address": request.build_absolute_uri(),
        "where": _where(request, wanted),
    }
    return render(request, "desk/tally/report.html", context)


def _month(request: HttpRequest, asked: Wanted, today: date) -> int:
    text = request.GET.get("month", "")
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 12:
        return int(text)
    if asked.as_of is not None and asked.as_of.year == asked.year:
        return asked.as_of.month
    return today.month if asked.year == today.year else 12


def late(found: YearTally) -> list[Late]:
    listed = []
    for line in found.lines:
        names = [row.district.label for row in found.districts if row.lines[line].state == State.LATE]
        if names:
            listed.append(Late(str(line.label), "、".join(names)))
    return listed


def _where(request: HttpRequest, wanted: Wanted) -> str:
    if not wanted.district:
        return _("全市")
    own = access.tally_district(user=officer(request), now=timezone.now())
    district = District.objects.filter(key=own or wanted.district).first()
    return district.label if district else wanted.district
