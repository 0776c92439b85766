"""报表: what can be taken away. Each is a POST, since each leaves its row in the records."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from courses import access, exports
from courses.access import Permission
from courses.exports import FORMS, ExportRefused, Wanted
from courses.exports.asking import ELSEWHERE
from courses.models import District, Export, MonthClose
from courses.outgoing import PURPOSES, TITLES
from courses.policy import local_date
from courses.refusals import Refused
from courses.tally import ReportLocked
from courses.tasks import wake_exports
from courses.web.attachments import download
from courses.web.desk import classes, institutions, queue
from courses.web.desk.entries import UNREADABLE, cut_of, filters_of
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.tally import Wanted as WantedYear
from courses.web.desk.tally import figures, only_institution, read_wanted
from courses.web.gate import allow

LATEST = 20
PER_PAGE = 50
# A list of so many lines is there before its reader looks up.
AT_ONCE = 2_000
# Figures of a city or a district, which an institution has none of.
OF_THE_CITY = ("h", "monthly", "circular")


@allow(Permission.EXPORT)
def desk_exports(request: HttpRequest) -> HttpResponse:
    """What can be taken, what waits for this person's word, and what this person has taken lately."""
    now = timezone.now()
    user = officer(request)
    year = local_date(now).year
    whole = not only_institution(request, now)
    context = {
        "year": year,
        "years": range(year, year - 5, -1),
        "months": range(1, 13),
        "month": local_date(now).month,
        "whole_tally": whole,
        "forms": [
            form for key, form in FORMS.items() if form.by not in ELSEWHERE and (whole or key not in OF_THE_CITY)
        ],
        "own_forms": access.may(user=user, permission=Permission.FILL_FORMS, now=now),
        "class_number": request.GET.get("class", ""),
        "to_decide": access.exports_to_decide(user=user, now=now).select_related("asked_by"),
        "ready": access.own_exports(user=user).filter(status=Export.Status.READY, taken_at=None),
        "taken": access.own_exports(user=user)[:LATEST],
        "schedules": access.own_schedules(user=user),
        "districts": district_names(),
        "closes": MonthClose.objects.filter(closed_at__isnull=False).order_by("-year", "-month")[:12],
    }
    return show(request, "desk/exports/list.html", context, here="desk_exports")


def district_names() -> dict[str, str]:
    """By key, for what a record keeps."""
    return {row.key: row.label for row in District.objects.all()}


@allow(Permission.SEE_AUDIT)
def desk_export_log(request: HttpRequest) -> HttpResponse:
    """Every file that left the house: who, which form, by which filters, how many rows, for what, which bytes."""
    found = access.visible_exports(user=officer(request), now=timezone.now()).select_related("asked_by", "decided_by")
    form = request.GET.get("form", "")
    full = request.GET.get("full", "") == "1"
    if form:
        found = found.filter(form=form)
    if full:
        found = found.filter(full=True)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query_without_page(request),
        "page": page,
        "forms": [*((key, one.title) for key, one in FORMS.items()), *TITLES.items()],
        "form": form,
        "full": full,
        "districts": district_names(),
    }
    return show(request, "desk/exports/log.html", context, here="desk_exports")


@sensitive_post_parameters("purpose")
@require_POST
@allow(Permission.EXPORT)
def desk_export_roster(request: HttpRequest, number: str) -> HttpResponseBase:
    """The roster of one class: masked at once; in full for a purpose, when a second person has agreed."""
    now = timezone.now()
    user = officer(request)
    scope = access.visible_classes(user=user, now=now, permission=Permission.EXPORT)
    get_object_or_404(scope, number=number)
    full = request.POST.get("full") == "1"
    wanted = Wanted("a", "xlsx", {"class": number}, full, request.POST.get("purpose", "") or _roster_purpose(full=full))
    try:
        taken = exports.take(by=user, wanted=wanted, now=now)
    except ExportRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_class", number)
    if taken.given is None:
        return redirect("desk_export", taken.export.number)
    return download(taken.given)


@require_POST
@allow(Permission.EXPORT)
def desk_export_tally(request: HttpRequest) -> HttpResponseBase:
    now = timezone.now()
    if only_institution(request, now):
        return redirect("desk_tally")
    wanted = read_wanted(request, now)
    try:
        given = exports.tally_xlsx(tally=figures(wanted, now), by=officer(request), now=now, filters=_cut(wanted))
    except ReportLocked as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_tally")
    return download(given, _("培训计数-%(year)s") % {"year": wanted.year})


def _cut(wanted: WantedYear) -> dict[str, str]:
    """What narrows a year, as its record keeps it."""
    said = {"district": wanted.district, "as_of": wanted.as_of.isoformat() if wanted.as_of else ""}
    return {name: value for name, value in said.items() if value}


@require_POST
@allow(Permission.EXPORT)
def desk_export_entries(request: HttpRequest) -> HttpResponseBase:
    """The lines of the list that was on the screen, by the same filters; a long list is made in the background."""
    if cut_of(request) is UNREADABLE:
        return redirect("tally_entries")
    return _listed(request, _of_screen("entries", filters_of(request)), "tally_entries")


@require_POST
@allow(Permission.EXPORT)
def desk_export_classes(request: HttpRequest) -> HttpResponseBase:
    """The list of classes that was on the screen, by the same filters, over the posts that may export; a long list is
    made in the background."""
    return _listed(request, _of_screen("classes", classes.filters_of(request)), "desk_classes")


def _roster_purpose(*, full: bool) -> str:
    """The masked roster is taken by one press; full numbers are asked for with a purpose of one's own."""
    return "" if full else str(PURPOSES["roster"])


def _of_screen(form: str, filters: dict[str, str]) -> Wanted:
    return Wanted(form, "xlsx", filters, purpose=str(PURPOSES[form]), at_once=AT_ONCE)


def _listed(request: HttpRequest, wanted: Wanted, back: str) -> HttpResponseBase:
    """The file, or the page on which it is waited for."""
    try:
        taken = exports.take(by=officer(request), wanted=wanted, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(back)
    if taken.given is not None:
        return download(taken.given)
    wake_exports()
    return redirect("desk_export", taken.export.number)


@require_POST
@allow(Permission.EXPORT)
def desk_export_institutions(request: HttpRequest) -> HttpResponseBase:
    """The list of institutions that was on the screen, by the same filters, over the posts that may export."""
    found = institutions.narrowed(institutions.visible(request, Permission.EXPORT), institutions.filters_of(request))
    by, said = officer(request), filters_said(request)
    return download(exports.institutions_xlsx(institutions=found, by=by, now=timezone.now(), filters=said))


@require_POST
@allow(Permission.EXPORT)
def desk_export_queue(request: HttpRequest) -> HttpResponseBase:
    """待我办 as it was on the screen, by the same filters: of what waits for this person and no one else."""
    by, now, said = officer(request), timezone.now(), filters_said(request)
    lines = [row.line for row in queue.listed(request, now)]
    return download(exports.queue_xlsx(lines=lines, by=by, now=now, filters=said))


def filters_said(request: HttpRequest) -> dict[str, str]:
    """The filters of the address, for the record; they hold no person."""
    return {name: str(value)[: classes.FILTER_MAX] for name, value in request.GET.items() if value and name != "page"}
