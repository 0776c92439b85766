"""分项: a year's person-times by one dimension; every figure opens its rows."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import tally
from courses.access import Permission
from courses.models import Line
from courses.policy import local_date
from courses.tally import BY_WORDS, Breakdown, By, Scope
from courses.tally.entries import BLANK
from courses.web.desk import measures
from courses.web.desk.entries import entries_url
from courses.web.desk.page import show
from courses.web.desk.tally import Wanted, only_institution, read_wanted
from courses.web.gate import allow


@dataclass(frozen=True)
class Figure:
    """人次 of one line in one slice, and the longest bar that it is held against."""

    count: int
    share: str
    most: int
    tone: str
    url: str


@dataclass(frozen=True)
class Row:
    label: str
    figures: list[Figure]


@allow(Permission.SEE_TALLY)
def tally_breakdown(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if only_institution(request, now):
        return redirect("desk_tally")
    wanted = read_wanted(request, now)
    by = By(request.GET["by"]) if request.GET.get("by") in set(By) else By.DISTRICT
    scope = Scope(district=wanted.district or None)
    found = tally.breakdown(year=wanted.year, scope=scope, by=by, today=local_date(now), as_of=wanted.as_of)
    this_year = local_date(now).year
    context = {
        "wanted": wanted,
        "by": by,
        "title": BY_WORDS[by],
        "ways": BY_WORDS.items(),
        "rows": rows_of(found, wanted),
        "totals": [(count, _url(wanted, by, line, None)) for line, count in found.totals.items()],
        "lines": list(found.totals),
        "now": now,
        "years": range(this_year, this_year - 5, -1),
        "districts": wanted.choices,
        "integrity": tally.last_check(),
        "crumbs": [(_("计数"), f"{reverse('desk_tally')}?year={wanted.year}")],
        "here": _("分项"),
    }
    return show(request, "desk/tally/breakdown.html", context, here="desk_tally")


def rows_of(found: Breakdown, wanted: Wanted) -> list[Row]:
    """Each slice with its share of the line and a bar against the longest of its line."""
    most = {line: max((one.counts[line] for one in found.slices), default=0) for line in found.totals}
    return [
        Row(one.label, [_figure(found, wanted, line, one, most[line]) for line in found.totals]) for one in found.slices
    ]


def _figure(found: Breakdown, wanted: Wanted, line: Line, one: tally.Slice, most: int) -> Figure:
    count, whole = one.counts[line], found.totals[line]
    return Figure(
        count=count,
        share=measures.tenths(count * 1000 // whole) if whole > 0 else "–",
        most=most,
        tone=measures.TONES[line],
        url=_url(wanted, found.by, line, one.value),
    )


def _url(wanted: Wanted, by: By, line: Line, value: str | None) -> str:
    cut = {} if value is None else {by.value: value or BLANK}
    kept = {"year": wanted.year, "line": line.value, "district": wanted.district, "as_of": wanted.as_of}
    return entries_url(**{**kept, **cut})
