"""结业: the classes that have completions, with how many stand at each step."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access, tally
from courses.access import Permission
from courses.models import Completion, District, Line
from courses.tally.listed import named_like, of_year
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
Status = Completion.Status
PENDING, CERTIFIED, UNDONE = "pending", "certified", "undone"


@allow(Permission.SEE_DESK)
def desk_completions(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "").strip() for name in ("status", "line", "district", "year", "q")}
    status, line, district, year, text = chosen.values()
    rows = _at(status)
    shown = access.visible_classes(user=officer(request), now=timezone.now(), permission=Permission.SEE_DESK)
    found = shown.filter(pk__in=rows.values("enrolment__training_class"))
    if year:
        found = found.filter(ends_on__range=of_year(year)) if of_year(year) else found.none()
    if line:
        found = found.filter(line=line)
    if district:
        found = found.filter(district__key=district)
    if text:
        found = found.filter(named_like(text))
    listed = found.select_related("course", "district", "institution").order_by("-ends_on", "-number")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    steps = steps_of([row.pk for row in page.object_list])
    context = {
        "page": page,
        "rows": [(row, steps.get(row.pk, {})) for row in page.object_list],
        "query": query_without_page(request),
        "statuses": [(PENDING, _("待核")), *Status.choices, (CERTIFIED, _("已发证")), (UNDONE, _("退回或撤销"))],
        "lines": Line.choices,
        "districts": District.objects.all(),
        "clear": reverse("desk_completions") if any(chosen.values()) else "",
        "chosen": chosen,
    }
    return show(request, "desk/completions/list.html", context, here="desk_completions")


def _at(status: str) -> QuerySet[Completion]:
    """The completions at one step, or at what the tally tells as one."""
    rows = Completion.objects.all()
    if status == PENDING:
        return rows.filter(status__in=tally.PENDING)
    if status == CERTIFIED:
        return rows.filter(tally.certified_q())
    if status == UNDONE:
        return rows.filter(status__in=Completion.UNDONE)
    return rows.filter(status=status) if status in Status.values else rows


def steps_of(pks: list[int]) -> dict[int, dict[str, Any]]:
    """By class: how many completions stand at each step, how many approved are not counted, how many are certified. One
    statement."""
    numbers = {status: Count("pk", filter=Q(status=status)) for status in Status.values}
    totals = (
        Completion.objects.filter(enrolment__training_class__in=pks)
        .order_by()
        .values("enrolment__training_class")
        .annotate(
            **numbers,
            uncounted=Count("pk", filter=Q(status=Status.APPROVED) & ~Q(not_counted="")),
            certified=Count("pk", filter=tally.certified_q()),
        )
    )
    return {total["enrolment__training_class"]: {**total} for total in totals}
