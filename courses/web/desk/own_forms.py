"""自备表: the bureau's own workbook, taken in once; which cell holds which figure, seen beforehand, filled each month."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, exports
from courses.access import Permission
from courses.exports import Ask, ExportRefusal, ExportRefused, Named, Wanted
from courses.models import District, OwnForm, OwnFormVersion, ProgrammeKind
from courses.models import Line as TargetLine
from courses.refusals import Refused
from courses.web.attachments import download
from courses.web.desk.export_forms import month_before
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

BLANK_ROWS = 5
ROWS_MOST = 500
ROW_DIGITS = 8


class OwnFormForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("表名"), max_length=60)
    file = forms.FileField(
        label=gettext_lazy("工作簿"), help_text=gettext_lazy("xlsx，2 MB 以内，不带宏和外部链接。公式和格式都保留。")
    )


@dataclass(frozen=True)
class Line:
    """One row of the mapping: what stands there and, where there is a figure, what it is in the month looked at."""

    sheet: str = ""
    cell: str = ""
    figure: str = ""
    value: Any = ""


@never_cache
@allow(Permission.FILL_FORMS)
def desk_own_forms(request: HttpRequest) -> HttpResponse:
    """The workbooks that were taken in, and the form for another."""
    form = OwnFormForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            made = exports.upload(
                by=officer(request), name=form.cleaned_data["name"], content=file.read(), now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return redirect("desk_own_form", made.number)
    context = {
        "form": form,
        "own_forms": access.visible_own_forms(user=officer(request), now=timezone.now()).select_related("by"),
        "crumbs": [(_("报表"), reverse("desk_exports"))],
        "here": _("自备表"),
    }
    return show(request, "desk/exports/own_list.html", context, here="desk_exports", status=422 if form.errors else 200)


@never_cache
@allow(Permission.FILL_FORMS)
def desk_own_form(request: HttpRequest, number: str) -> HttpResponse:
    """The workbook as a table, each cell to be chosen; which holds which figure, with what it would hold in a month."""
    own = _fetch(request, number)
    version, now = exports.latest(form=own), timezone.now()
    year, month = _period(request, now)
    filled = _filled(request, version, Ask(officer(request), now, {"year": year, "month": month}))
    rows = [Line(*row) for row in filled]
    first, sheet = request.GET.get("from", ""), request.GET.get("sheet", "")
    start = int(first) if first.isascii() and first.isdigit() and len(first) < ROW_DIGITS else 1
    context = {
        "grid": exports.grid(version=version, sheet=sheet, first=start, filled=filled),
        "choices": _choices(),
        "kinds": ProgrammeKind.objects.exclude(line=TargetLine.OWN),
        "own": own,
        "version": version,
        "sheets": exports.sheet_names(version=version),
        "rows": [*rows, *[Line()] * BLANK_ROWS],
        "figures": [one.label for one in exports.named_figures().values()],
        "gone": [row.figure for row in rows if row.value is None],
        "year": year,
        "month": month,
        "months": range(1, 13),
        "days": range(1, 29),
        "crumbs": [(_("报表"), reverse("desk_exports")), (_("自备表"), reverse("desk_own_forms"))],
        "here": own.name,
    }
    return show(request, "desk/exports/own.html", context, here="desk_exports")


def _filled(request: HttpRequest, version: OwnFormVersion, ask: Ask) -> list[tuple[str, str, str, Any]]:
    """What stands in the cells; where the month has no figures, the reason is said and the cells keep their names."""
    try:
        return exports.preview(ask=ask, version=version)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return [(sheet, cell, figure, "") for sheet, cell, figure in version.cells]


def _choices() -> list[tuple[str, list[Named]]]:
    """The figures by the place that they are of, in the order in which people look for them."""
    names = {None: _("年月和账目"), "": _("全市")} | {row.key: row.label for row in District.objects.all()}
    found: dict[str | None, list[Named]] = {}
    for one in exports.named_figures().values():
        found.setdefault(one.place, []).append(one)
    return [(str(names[place]), ones) for place, ones in found.items()]


def _fetch(request: HttpRequest, number: str) -> OwnForm:
    return get_object_or_404(access.visible_own_forms(user=officer(request), now=timezone.now()), number=number)


def _period(request: HttpRequest, now: datetime) -> tuple[int, int]:
    """Of the query or the form, by default the month before; what cannot be one is that as well."""
    year, month = month_before(now)
    given = {name: request.POST.get(name) or request.GET.get(name) or "" for name in ("year", "month")}
    told_year, told_month = (int(text) if text.isascii() and text.isdigit() else 0 for text in given.values())
    return (told_year, told_month) if 2000 <= told_year <= 2100 and 1 <= told_month <= 12 else (year, month)


@require_POST
@allow(Permission.FILL_FORMS)
def desk_own_form_map(request: HttpRequest, number: str) -> HttpResponse:
    """The whole mapping as it stands on the page; a row without a cell is left out."""
    own = _fetch(request, number)
    held = [figure for _sheet, _cell, figure in exports.latest(form=own).cells]
    keys = {one.label: one.key for one in exports.named(held).values()}
    cells = []
    for place in range(ROWS_MOST):
        sheet, cell, figure = (request.POST.get(f"{name}-{place}", "").strip() for name in ("sheet", "cell", "figure"))
        if cell:
            cells.append((sheet, cell.upper(), keys.get(figure, figure)))
    seen = request.POST.get("seen", "")
    with told(request, _("已保存为新的一版。")):
        exports.set_cells(
            by=officer(request),
            form=own,
            cells=cells,
            seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
            now=timezone.now(),
        )
    return redirect("desk_own_form", number)


@require_POST
@allow(Permission.FILL_FORMS)
def desk_own_form_put(request: HttpRequest, number: str) -> HttpResponse:
    """One cell that was chosen in the table: a figure goes into it, or it is cleared."""
    own, said = _fetch(request, number), request.POST
    seen, clear = said.get("seen", ""), said.get("do") == "clear"
    cell, figure = (said.get("sheet", ""), said.get("cell", "")), "" if clear else said.get("figure", "")
    with told(request, _("这一格已清空，保存为新的一版。") if clear else _("已放进这一格，保存为新的一版。")):
        if not cell[1]:
            raise ExportRefused(ExportRefusal.NO_CELL_CHOSEN)
        if not clear and not figure:
            raise ExportRefused(ExportRefusal.NO_FIGURE_CHOSEN)
        version = int(seen) if seen.isascii() and seen.isdigit() else 0
        month = said.get("of_month", "")
        cut = int(month) if month.isascii() and month.isdigit() and 1 <= int(month) <= 12 else 0
        figure = figure and exports.narrowed(figure, kind=said.get("of_kind", ""), month=cut)
        exports.put(by=officer(request), form=own, cell=cell, figure=figure, seen=version, now=timezone.now())
    kept = {name: said.get(name, "") for name in ("sheet", "from", "year", "month") if said.get(name)}
    return redirect(f"{reverse('desk_own_form', args=[number])}?{urlencode(kept)}#grid")


@require_POST
@allow(Permission.FILL_FORMS)
def desk_own_form_fill(request: HttpRequest, number: str) -> HttpResponseBase:
    """The workbook filled with one month."""
    own, now = _fetch(request, number), timezone.now()
    year, month = _period(request, now)
    wanted = Wanted("own", "xlsx", {"own": own.number, "year": year, "month": month})
    try:
        taken = exports.take(by=officer(request), wanted=wanted, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_own_form", number)
    if taken.given is None:
        return redirect("desk_export", taken.export.number)
    return download(taken.given, _("%(name)s-%(year)s-%(month)02d") % {"name": own.name, "year": year, "month": month})


@require_POST
@allow(Permission.FILL_FORMS)
def desk_own_form_plan(request: HttpRequest, number: str) -> HttpResponse:
    """Filled every month on a day, with the month before."""
    own, day = _fetch(request, number), request.POST.get("day", "")
    with told(request, _("已定下，每月到日子自动生成，在报表页领取。")):
        exports.plan(
            by=officer(request), form="own", kind="xlsx", district="", own=own.number, now=timezone.now(),
            day=int(day) if day.isascii() and day.isdigit() else 0,
        )  # fmt: skip
    return redirect("desk_own_form", number)
