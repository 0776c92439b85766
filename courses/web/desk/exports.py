"""报表: spreadsheets to take away. Each is a POST, since each leaves its row in the audit book."""

from typing import IO

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from courses import access, exports
from courses.access import Permission
from courses.exports import ExportRefused
from courses.models import AuditEvent, MonthClose
from courses.policy import local_date
from courses.tally import ReportLocked
from courses.web.desk import classes
from courses.web.desk.entries import narrowed
from courses.web.desk.page import officer, show
from courses.web.desk.tally import figures, only_institution, read_wanted
from courses.web.gate import allow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATEST = 20


@allow(Permission.EXPORT)
def desk_exports(request: HttpRequest) -> HttpResponse:
    """What can be taken, and what this person has taken lately."""
    now = timezone.now()
    user = officer(request)
    year = local_date(now).year
    context = {
        "year": year,
        "years": range(year, year - 5, -1),
        "months": range(1, 13),
        "month": local_date(now).month,
        "whole_tally": not only_institution(request, now),
        "taken": AuditEvent.objects.filter(verb="exported", by_id=user.pk).order_by("-pk")[:LATEST],
        "closes": MonthClose.objects.filter(closed_at__isnull=False).order_by("-year", "-month")[:12],
    }
    return show(request, "desk/exports/list.html", context, here="desk_exports")


@sensitive_post_parameters("purpose")
@require_POST
@allow(Permission.EXPORT)
def desk_export_roster(request: HttpRequest, number: str) -> HttpResponseBase:
    """The roster of one class: masked, or in full for a purpose where the post allows it."""
    now = timezone.now()
    user = officer(request)
    scope = access.visible_classes(user=user, now=now, permission=Permission.EXPORT)
    training_class = get_object_or_404(scope.select_related("course"), number=number)
    full = request.POST.get("full") == "1"
    try:
        file = exports.roster_xlsx(
            training_class=training_class, by=user, now=now, full=full, purpose=request.POST.get("purpose", "")
        )
    except ExportRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_class", number)
    return download(file, _("花名册-%(number)s") % {"number": number})


@require_POST
@allow(Permission.EXPORT)
def desk_export_tally(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    if only_institution(request, now):
        return redirect("desk_tally")
    wanted = read_wanted(request, now)
    try:
        file = exports.tally_xlsx(tally=figures(wanted, now), by=officer(request), now=now)
    except ReportLocked as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_tally")
    return download(file, _("培训计数-%(year)s") % {"year": wanted.year})


@require_POST
@allow(Permission.EXPORT)
def desk_export_entries(request: HttpRequest) -> HttpResponseBase:
    """The lines of the list that was on the screen, by the same filters."""
    now = timezone.now()
    found = narrowed(access.visible_entries(user=officer(request), now=now), request)
    file = exports.entries_xlsx(entries=found.order_by("posted_at", "pk"), by=officer(request), now=now)
    return download(file, _("计数明细"))


@require_POST
@allow(Permission.EXPORT)
def desk_export_classes(request: HttpRequest) -> HttpResponseBase:
    """The list of classes that was on the screen, by the same filters, over the posts that may export."""
    found = classes.narrowed(classes.visible(request, Permission.EXPORT), classes.filters_of(request))
    file = exports.classes_xlsx(classes=found, by=officer(request), now=timezone.now())
    return download(file, _("班次"))


def download(file: IO[bytes], name: str) -> FileResponse:
    """Sent as it is read; never kept by a cache on the way."""
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    response.headers["Cache-Control"] = "no-store"
    return response
