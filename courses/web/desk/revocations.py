"""撤销结业: proposed by one person, decided by another; and what was freed, counted again by a decision."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access
from courses.access import Permission
from courses.completion import revoking
from courses.ledger import NotCounted
from courses.models import Completion, Revocation
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.told import told

PER_PAGE = 30
NEEDED = (
    "completion__enrolment__learner",
    "completion__enrolment__training_class__course",
    "completion__approved_by",
    "proposed_by",
    "decided_by",
)


def fetch(request: HttpRequest, number: str) -> Revocation:
    rows = access.visible_revocations(user=officer(request), now=timezone.now())
    return get_object_or_404(Revocation.objects.filter(pk__in=rows.values("pk")).select_related(*NEEDED), number=number)


@allow(Permission.REVIEW)
def desk_revocations(request: HttpRequest) -> HttpResponse:
    """Proposals first, then what was decided; and completions that were freed and wait for a decision."""
    now = timezone.now()
    seen = access.visible_revocations(user=officer(request), now=now)
    rows = Revocation.objects.filter(pk__in=seen.values("pk")).select_related(*NEEDED)
    page = Paginator(rows.order_by("-status", "-proposed_at"), PER_PAGE).get_page(request.GET.get("page"))
    mine = access.visible_completions(user=officer(request), now=now, permission=Permission.REVIEW)
    freed = Completion.objects.filter(
        pk__in=mine.values("pk"), status=Completion.Status.APPROVED, not_counted=NotCounted.FREED
    )
    context = {
        "page": page,
        "rows": [(row, row.completion.enrolment.learner.masked_name) for row in page.object_list],
        "freed": [
            (row, row.enrolment.learner.masked_name)
            for row in freed.select_related("enrolment__learner", "enrolment__training_class__course")[:PER_PAGE]
        ],
        "query": query_without_page(request),
        "crumbs": [(_("结业"), reverse("desk_completions"))],
        "here": _("撤销"),
    }
    return show(request, "desk/revocations/list.html", context, here="desk_completions")


@allow(Permission.REVIEW)
def desk_revocation(request: HttpRequest, number: str) -> HttpResponse:
    revocation = fetch(request, number)
    user = officer(request)
    done = revocation.completion
    context = {
        "revocation": revocation,
        "completion": done,
        "name": done.enrolment.learner.masked_name,
        "entries": done.count_entries.order_by("pk"),
        "own": user.pk == revocation.proposed_by_id,
        "approver": user.pk == done.approved_by_id,
        "crumbs": [(_("结业"), reverse("desk_completions")), (_("撤销"), reverse("desk_revocations"))],
        "here": number,
    }
    return show(request, "desk/revocations/show.html", context, here="desk_completions")


@require_POST
@allow(Permission.REVIEW)
def desk_revocation_propose(request: HttpRequest, number: str) -> HttpResponse:
    now = timezone.now()
    mine = access.visible_completions(user=officer(request), now=now, permission=Permission.REVIEW)
    done = get_object_or_404(Completion.objects.filter(pk__in=mine.values("pk")), number=number)
    with told(request, _("已提出撤销，等他人确认。确认之前仍然计数。")):
        revoking.propose_revocation(
            by=officer(request), completion=done, reason=request.POST.get("reason", ""), now=now
        )
    return redirect("desk_revocations")


@require_POST
@allow(Permission.REVIEW)
def desk_revocation_confirm(request: HttpRequest, number: str) -> HttpResponse:
    revocation = fetch(request, number)
    with told(request, _("已撤销。原来计入的人次已冲减，证书随之失效。")):
        revoking.confirm_revocation(by=officer(request), revocation=revocation, now=timezone.now())
    return redirect("desk_revocation", number)


@require_POST
@allow(Permission.REVIEW)
def desk_revocation_drop(request: HttpRequest, number: str) -> HttpResponse:
    revocation = fetch(request, number)
    reason = request.POST.get("reason", "")
    with told(request, _("已决定不撤销，结业照旧。")):
        revoking.drop_revocation(by=officer(request), revocation=revocation, reason=reason, now=timezone.now())
    return redirect("desk_revocation", number)


@require_POST
@allow(Permission.REVIEW)
def desk_count_again(request: HttpRequest, number: str) -> HttpResponse:
    now = timezone.now()
    mine = access.visible_completions(user=officer(request), now=now, permission=Permission.REVIEW)
    rows = Completion.objects.filter(pk__in=mine.values("pk"))
    done = get_object_or_404(rows.select_related("enrolment__learner", "enrolment__training_class"), number=number)
    with told(request, _("已办理，结果见结业的计数状态。")):
        revoking.count_again(by=officer(request), completion=done, reason=request.POST.get("reason", ""), now=now)
    return redirect("desk_revocations")
