"""结业: what each learner of a class has reached, the proposal of those who have, and a wrong one taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import attendance, completion, policy
from courses.access import Permission
from courses.models import Completion, Enrolment, User
from courses.web.gate import allow
from courses.web.teach.classes import own_class, teacher
from courses.web.told import told


@allow(Permission.TEACH)
@never_cache
def class_completion(request: HttpRequest, number: str) -> HttpResponse:
    training_class = own_class(request, number)
    now = timezone.now()
    waits = attendance.undecided_lessons(training_class=training_class)
    rows = [
        {
            "enrolment": row,
            "found": found,
            "done": done,
            "may": found.passed and _may_propose(done),
            "withdraws": _may_withdraw(done, teacher(request)),
            "short": max(0, found.minutes_needed - found.minutes_attended),
            "waits": [(each, attendance.lesson_name(each)) for each in waits.get(row.learner_id, [])],
        }
        for row, found, done in completion.of_class(training_class=training_class, now=now)
    ]
    pinned = policy.of_class(training_class=training_class, on=policy.local_date(now))
    context = {
        "training_class": training_class,
        "rows": rows,
        "to_withdraw": [row for row in rows if row["withdraws"]],
        "ready": sum(1 for row in rows if row["may"]),
        "ratio": pinned.completion_ratio,
        "hour": pinned.hour_minutes,
    }
    return render(request, "teach/completion/list.html", context)


@require_POST
@allow(Permission.TEACH)
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """One decision for each who was ticked; who was refused is named with the reason."""
    training_class = own_class(request, number)
    chosen = list(
        Enrolment.objects.filter(training_class=training_class, number__in=request.POST.getlist("enrolment"))
        .select_related("learner", "training_class__policy")
        .order_by("arrival_no")
    )
    bulk = completion.propose_all(by=teacher(request), enrolments=chosen, now=timezone.now())
    if bulk.done:
        words = ngettext(
            "已提出 %(count)s 人结业，等机构提交。", "已提出 %(count)s 人结业，等机构提交。", len(bulk.done)
        )
        messages.success(request, words % {"count": len(bulk.done)})
    done = {made.enrolment_id for made in bulk.done}
    for row, refusal in zip([row for row in chosen if row.pk not in done], bulk.refused, strict=True):
        messages.error(request, _("%(name)s：%(why)s") % {"name": row.learner.name, "why": refusal.sentence})
    if not chosen:
        messages.error(request, _("没有勾选学员，未提交。请先勾选。"))
    return redirect("class_completion", number=number)


def _may_propose(done: Completion | None) -> bool:
    return done is None or done.status == Completion.Status.RETURNED


def _may_withdraw(done: Completion | None, by: User) -> bool:
    return done is not None and done.status == Completion.Status.PROPOSED and done.proposed_by_id == by.pk


@require_POST
@allow(Permission.TEACH)
def withdraw(request: HttpRequest, number: str, completion_number: str) -> HttpResponse:
    """Take one's own proposal back before the institution hands it in."""
    training_class = own_class(request, number)
    rows = Completion.objects.filter(enrolment__training_class=training_class)
    row = get_object_or_404(rows, number=completion_number)
    with told(request, _("已收回。情况核实后可以重新提出。")):
        completion.withdraw(
            by=teacher(request), completion=row, reason=request.POST.get("reason", ""), now=timezone.now()
        )
    return redirect("class_completion", number=number)
