"""依据有变: approved completions that their rules no longer bear out; kept with a reason, or led to a revocation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, policy
from courses.access import Permission
from courses.completion import undercut
from courses.models import ChangeRequest, Evidence, Score, Undercut, Work
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.told import told

PER_PAGE = 30
NEEDED = (
    "completion__enrolment__learner",
    "completion__enrolment__training_class__course",
    "completion__enrolment__training_class__policy",
    "approved_by",
    "decided_by",
    "revocation",
)
STATES = ("open", "decided", "all")


@dataclass(frozen=True)
class Line:
    """One row that was written since the approval, in words."""

    words: str
    at: datetime | None = None
    number: str = ""


def fetch(request: HttpRequest, number: str) -> Undercut:
    rows = access.visible_undercuts(user=officer(request), now=timezone.now())
    return get_object_or_404(Undercut.objects.filter(pk__in=rows.values("pk")).select_related(*NEEDED), number=number)


@allow(Permission.REVIEW)
def desk_undercuts(request: HttpRequest) -> HttpResponse:
    """Open ones by default, the latest first; one line each with what is missing now."""
    state = request.GET.get("state", "open")
    seen = access.visible_undercuts(user=officer(request), now=timezone.now())
    rows = Undercut.objects.filter(pk__in=seen.values("pk")).select_related(*NEEDED)
    if state == "decided":
        rows = rows.exclude(status=Undercut.Status.OPEN)
    elif state != "all":
        rows = rows.filter(status=Undercut.Status.OPEN)
    page = Paginator(rows.order_by("-found_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, row.completion.enrolment.learner.masked_name, hour_of(row)) for row in page.object_list],
        "state": state if state in STATES else "open",
        "query": query_without_page(request),
        "crumbs": [(_("结业"), reverse("desk_completions"))],
        "here": _("依据有变"),
    }
    return show(request, "desk/undercuts/list.html", context, here="desk_completions")


@never_cache
@allow(Permission.REVIEW)
def desk_undercut(request: HttpRequest, number: str) -> HttpResponse:
    found = fetch(request, number)
    done = found.completion
    context = {
        "undercut": found,
        "completion": done,
        "name": done.enrolment.learner.masked_name,
        "hour": hour_of(found),
        "since": [_since_line(row) for row in found.rows],
        "entries": done.count_entries.order_by("pk"),
        "approver": officer(request).pk == found.approved_by_id,
        "crumbs": [(_("结业"), reverse("desk_completions")), (_("依据有变"), reverse("desk_undercuts"))],
        "here": number,
    }
    return show(request, "desk/undercuts/show.html", context, here="desk_completions")


@require_POST
@allow(Permission.REVIEW)
def desk_undercut_keep(request: HttpRequest, number: str) -> HttpResponse:
    found = fetch(request, number)
    with told(request, _("已记为结业照旧，计数没有变化。")):
        undercut.keep(by=officer(request), undercut=found, note=request.POST.get("note", ""), now=timezone.now())
    return redirect("desk_undercut", number)


@require_POST
@allow(Permission.REVIEW)
def desk_undercut_confirm(request: HttpRequest, number: str) -> HttpResponse:
    found = fetch(request, number)
    with told(request, _("已提出撤销，等他人确认。确认之前仍然计数，报表会提示不一致。")):
        undercut.confirm(by=officer(request), undercut=found, note=request.POST.get("note", ""), now=timezone.now())
    return redirect("desk_undercut", number)


def hour_of(found: Undercut) -> int:
    """The minutes of an 学时 by the policy of its class."""
    today = policy.local_date(timezone.now())
    return policy.of_class(training_class=found.completion.enrolment.training_class, on=today).hour_minutes


def _since_line(row: dict[str, Any]) -> Line:
    at = parse_datetime(row["at"])
    if row["what"] == "evidence":
        said = {"lesson": row["lesson"], "kind": Evidence.Kind(row["kind"]).label}
        return Line(_("第 %(lesson)s 次课的考勤：%(kind)s") % said, at, row["number"])
    if row["what"] == "score":
        said = {"part": Score.Part(row["kind"]).label, "points": f"{row['value'] / 10:g}", "version": row["number"]}
        return Line(_("%(part)s改为 %(points)s 分（第 %(version)s 版）") % said, at)
    if row["what"] == "grade":
        said = {"part": Work.Part(row["kind"]).label, "grade": Work.Grade(row["value"]).label, "version": row["number"]}
        return Line(_("%(part)s改评为%(grade)s（第 %(version)s 版）") % said, at)
    said = {"lesson": row["lesson"], "status": ChangeRequest.Status(row["kind"]).label}
    return Line(_("第 %(lesson)s 次课的变更：%(status)s") % said, at, row["number"])
