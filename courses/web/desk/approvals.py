"""一批批准: what was approved together, until when it can be taken back, and what became of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access
from courses.access import Permission
from courses.completion import batches
from courses.models import ApprovalBatch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told


def fetch(request: HttpRequest, number: str) -> ApprovalBatch:
    rows = access.visible_batches(user=officer(request), now=timezone.now())
    return get_object_or_404(ApprovalBatch.objects.filter(pk__in=rows.values("pk")).select_related("by"), number=number)


@allow(Permission.REVIEW)
def desk_batch(request: HttpRequest, number: str) -> HttpResponse:
    batch = fetch(request, number)
    # A batch may reach beyond this post's district.
    seen = access.visible_completions(user=officer(request), now=timezone.now(), permission=Permission.REVIEW)
    lines = (
        batch.lines.filter(completion__in=seen.values("pk"))
        .select_related("completion__enrolment__learner", "completion__enrolment__training_class")
        .order_by("pk")
    )
    context = {
        "batch": batch,
        "lines": [(line, line.completion.enrolment.learner.masked_name) for line in lines],
        "own": batch.by_id == officer(request).pk,
        "crumbs": [(_("待我办"), reverse("desk"))],
        "here": _("批准 %(number)s") % {"number": number},
    }
    return show(request, "desk/queue/batch.html", context, here="desk")


@require_POST
@allow(Permission.REVIEW)
def desk_batch_take_back(request: HttpRequest, number: str) -> HttpResponse:
    batch = fetch(request, number)
    with told(request, _("已撤回，没有计数。这些结业回到待我办。")):
        batches.take_back(by=officer(request), batch=batch, now=timezone.now())
    return redirect("desk_batch", number)


@require_POST
@allow(Permission.REVIEW)
def desk_batch_settle(request: HttpRequest, number: str) -> HttpResponse:
    batch = fetch(request, number)
    with told(request, _("已生效。")):
        batches.settle_now(by=officer(request), batch=batch, now=timezone.now())
    return redirect("desk_batch", number)
