"""月结、年结: what stands in the way, the sealed figures, their files, and why a closed month changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import dates, ledger, tally
from courses.access import Permission
from courses.models import CountEntry, Line, MonthClose, YearClose
from courses.policy import local_date
from courses.tally.closes import last_day
from courses.tally.entries import BLANK
from courses.tally.names import names_of
from courses.web.attachments import download
from courses.web.desk import close_quality
from courses.web.desk.close_parts import confined, part_of
from courses.web.desk.entries import entries_url
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

PER_PAGE = 100
FILE_KINDS = ("json", "csv", "xlsx")
STATES: dict[str, tuple[str, str | Promise]] = {
    "closed": ("done", gettext_lazy("已月结")),
    "proposed": ("wait", gettext_lazy("待他人确认")),
    "open": ("half", gettext_lazy("尚未月结")),
    "later": ("none", gettext_lazy("还没有月结")),
    "running": ("none", gettext_lazy("还没有结束")),
}
# What the figures of a close are cut by: the words that open a table, and what its rows are.
CUTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "district": (gettext_lazy("看各区市"), gettext_lazy("区市")),
    "institution": (gettext_lazy("看各机构"), gettext_lazy("机构")),
    "kind": (gettext_lazy("看各类培训"), gettext_lazy("培训类型")),
    "brand": (gettext_lazy("看各品牌"), gettext_lazy("品牌")),
}


@dataclass(frozen=True)
class Month:
    """One row of the year: `month` is None for the year itself."""

    month: int | None
    state: str
    close: MonthClose | YearClose | None
    adjustments: int

    @property
    def kind(self) -> str:
        return STATES[self.state][0]

    @property
    def word(self) -> str:
        return str(STATES[self.state][1])


@allow(Permission.SEE_TALLY)
def desk_closes(request: HttpRequest) -> HttpResponse:
    part = part_of(request)
    if part is None:
        return redirect("desk_tally")
    today = local_date(timezone.now())
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 else today.year
    context = {
        "part": part,
        "year": year,
        "years": range(today.year, today.year - 5, -1),
        "months": [_month(year, month, part.district) for month in (*range(1, 13), None)],
        "integrity": tally.last_check(),
        "roots": [] if part.district else ledger.root_lines(),
        "crumbs": [(_("计数"), reverse("desk_tally"))],
        "here": _("月结"),
    }
    return show(request, "desk/closes/list.html", context, here=part.here)


def _month(year: int, month: int | None, district: str) -> Month:
    close = tally.standing_close(year=year, month=month)
    if close is not None:
        adjustments = tally.adjustments_of(close=close, district=district).count()
        return Month(month, "closed" if close.closed_at else "proposed", close, adjustments)
    over = local_date(timezone.now()) > last_day(year, month or 12)
    # Closing is the city's: nobody of a district is told that it can be done.
    ended = "later" if district else "open"
    return Month(month, ended if over else "running", None, 0)


@allow(Permission.SEE_TALLY)
def desk_close(request: HttpRequest, year: int, month: int | None = None) -> HttpResponse:
    """A month, or without one the year: the check-list before it is closed, the snapshot and its adjustments after."""
    part = part_of(request)
    if part is None:
        return redirect("desk_tally")
    _known(year, month)
    now = timezone.now()
    close = tally.standing_close(year=year, month=month)
    context: dict[str, Any] = {
        "part": part,
        "query": f"{part.query}&" if part.query else "",
        "year": year,
        "month": month,
        "close": close,
        "over": local_date(now) > last_day(year, month or 12),
        "integrity": tally.last_check(),
        "crumbs": [
            (_("计数"), reverse("desk_tally")),
            (_("月结"), f"{reverse('desk_closes')}?{'&'.join(filter(None, (f'year={year}', part.query)))}"),
        ],
        "here": _title(year, month),
    }
    if part.district and (close is None or close.closed_at is None):
        context["withheld"] = True
    elif close is None:
        found = tally.checklist(year=year, month=month, now=now) if month else tally.year_checklist(year=year, now=now)
        blocking = {one.check for one in found if one.blocks}
        context |= {"checklist": found, "ready": not blocking, "waits": blocking == {tally.Check.NOT_SEALED}}
    else:
        context |= _of_close(request, close, part.district) | {"own": close.proposed_by_id == officer(request).pk}
        context |= _quality(close, part.district) if isinstance(close, MonthClose) else {}
    return show(request, "desk/closes/show.html", context, here=part.here)


def _title(year: int, month: int | None) -> str:
    if month is None:
        return _("%(year)s 年") % {"year": year}
    return dates.year_month(year, month)


def _known(year: int, month: int | None) -> None:
    if not 2000 <= year <= 2100 or not (month is None or 1 <= month <= 12):
        raise Http404


def _of_close(request: HttpRequest, close: MonthClose | YearClose, district: str) -> dict[str, Any]:
    rows = tally.adjustments_of(close=close, district=district)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(cut="district", close=close)
    place = _place(close)
    lines = {line.value: str(line.label) for line in Line}
    people = {row[0]: row[place] for row in close.snapshot["figures"]["people"] if row[1] == district}
    return {
        "number": tally.number_of(close),
        "compared": [
            (lines[row.line], row, people.get(row.line, 0), _rows_url(close, row.line, district=district))
            for row in tally.compared(close=close, district=district)
        ],
        "cuts": [] if district else [(*words, _cut(close, cut)) for cut, words in CUTS.items()],
        "adjusted": [(lines[row.line], row) for row in tally.adjusted(close=close, district=district)],
        "page": page,
        "adjustments": [(row, names.get(row.district, row.district), _why(row)) for row in page.object_list],
        "files": {} if district else tally.close_files(close=close),
    }


def _place(close: MonthClose | YearClose) -> int:
    """Where a row of its figures has those of its own period."""
    return 2 if isinstance(close, MonthClose) else 3


def _rows_url(close: MonthClose | YearClose, line: str, **cut: str) -> str:
    """The lines behind a figure of a close: those of its period that were posted by its last day."""
    month = close.month if isinstance(close, MonthClose) else None
    return entries_url(year=close.year, month=month, line=line, as_of=close.cut_off, **cut)


def _cut(close: MonthClose | YearClose, cut: str) -> list[tuple[str, list[tuple[int, str]]]]:
    """What it holds of each value of a cut, skills training and entrepreneurship, as its files call them, each with the
    address of its rows."""
    cells = {(row[0], row[1]): row[_place(close)] for row in close.snapshot["figures"][cut]}
    known = names_of(cut=cut, close=close)
    held = {value for _line, value in cells}
    values = [*(value for value in known if value in held), *sorted(held - set(known))]
    own = (Line.SKILLS, Line.ENTREPRENEURSHIP)
    return [
        (
            known.get(value, value) or _("没有品牌"),
            [(cells.get((line, value), 0), _rows_url(close, line, **{cut: value or BLANK})) for line in own],
        )
        for value in values
    ]


def _quality(close: MonthClose, district: str) -> dict[str, Any]:
    names = names_of(cut="district", close=close)
    return {
        "quality": close_quality.rows(close=close, district=district),
        "quality_districts": [] if district else close_quality.by_district(close=close, names=names),
    }


def _why(entry: CountEntry) -> str:
    return entry.reason or _("按期记入")


def _deed(
    request: HttpRequest, year: int, month: int | None, words: str, deed: Callable[[MonthClose | YearClose], None]
) -> HttpResponse:
    close = tally.standing_close(year=year, month=month)
    if close is None:
        raise Http404
    with told(request, words):
        deed(close)
    return _back(year, month)


def _back(year: int, month: int | None) -> HttpResponse:
    return redirect("desk_close", year, month) if month else redirect("desk_year_close", year)


@require_POST
@allow(Permission.CLOSE_MONTH)
def desk_close_propose(request: HttpRequest, year: int, month: int | None = None) -> HttpResponse:
    _known(year, month)
    now, by = timezone.now(), officer(request)
    with told(request, _("已提出，账已封存，等他人确认。从现在起，再记入要写调整原因。")):
        if month is None:
            tally.propose_year_close(by=by, year=year, now=now)
        else:
            tally.propose_close(by=by, year=year, month=month, now=now)
    return _back(year, month)


@require_POST
@allow(Permission.CLOSE_MONTH)
def desk_close_confirm(request: HttpRequest, year: int, month: int | None = None) -> HttpResponse:
    def deed(close: MonthClose | YearClose) -> None:
        seen = request.POST.get("root", "")
        tally.confirm_close(by=officer(request), close=close, seen=seen, now=timezone.now())

    return _deed(request, year, month, _("已确认。以后的更正都作为调整，写明原因。"), deed)


@require_POST
@allow(Permission.CLOSE_MONTH)
def desk_close_take_back(request: HttpRequest, year: int, month: int | None = None) -> HttpResponse:
    def deed(close: MonthClose | YearClose) -> None:
        reason = request.POST.get("reason", "")
        tally.take_back_close(by=officer(request), close=close, reason=reason, now=timezone.now())

    return _deed(request, year, month, _("已收回，可以重新提出。"), deed)


@require_POST
@allow(Permission.EXPORT)
def desk_close_file(request: HttpRequest, kind: str, year: int, month: int | None = None) -> HttpResponseBase:
    """One file of a confirmed close: the same bytes whoever takes it, whenever."""
    if confined(request):
        return redirect("desk_tally")
    close = tally.standing_close(year=year, month=month)
    if close is None or close.closed_at is None or kind not in FILE_KINDS:
        raise Http404
    try:
        given = tally.take_file(by=officer(request), close=close, kind=kind, now=timezone.now())
    except tally.ReportLocked as locked:
        messages.error(request, locked.sentence)
        return _back(year, month)
    return download(given)
