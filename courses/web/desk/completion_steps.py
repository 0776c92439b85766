"""结业: what an institution hands in, what is returned, and every step of one completion with what it rested on."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import access, completion, policy
from courses.access import Permission
from courses.models import Completion
from courses.web.desk.class_file import fetch
from courses.web.desk.outlook import gather
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

NEEDED = ("enrolment__learner", "enrolment__training_class__course", "enrolment__training_class__policy")


def _fetch(request: HttpRequest, number: str) -> Completion:
    found = access.visible_completions(user=officer(request), now=timezone.now(), permission=Permission.SEE_DESK)
    return get_object_or_404(found.select_related(*NEEDED), number=number)


@allow(Permission.SEE_DESK)
def desk_completion(request: HttpRequest, number: str) -> HttpResponse:
    """The book of one completion, with the results behind it: every version, who gave it, and why it was changed."""
    row = _fetch(request, number)
    own = row.enrolment
    a_class = own.training_class
    context = {
        "completion": row,
        "name": own.learner.masked_name,
        "training_class": a_class,
        "steps": row.steps.select_related("by"),
        "scores": own.scores.select_related("by", "decided_by").order_by("part", "version"),
        "works": own.works.select_related("reviewer").order_by("part", "version"),
        "entries": row.count_entries.order_by("pk"),
        "hour": policy.of_class(training_class=a_class, on=policy.local_date(timezone.now())).hour_minutes,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (a_class.number, reverse("desk_class", args=[a_class.number])),
        ],
        "here": _("结业办理记录"),
    }
    return show(request, "desk/completions/steps.html", context, here="desk_classes")


@require_POST
@allow(Permission.SEE_DESK)
def desk_completions_submit(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in every proposed completion of the class, or those ticked; those refused are named with their sentence."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    ticked = request.POST.getlist("completion") if "ticked" in request.POST else None
    bulk = completion.submit_all(by=officer(request), training_class=training_class, now=timezone.now(), numbers=ticked)
    if bulk.done:
        many = len(bulk.done)
        words = ngettext("已提交 %(count)s 人结业，等区市批准。", "已提交 %(count)s 人结业，等区市批准。", many)
        messages.success(request, words % {"count": many})
    for sentence, many in gather(refusal.sentence for refusal in bulk.refused):
        words = ngettext("%(many)s 人没有提交：%(sentence)s", "%(many)s 人没有提交：%(sentence)s", many)
        messages.error(request, words % {"many": many, "sentence": sentence})
    if not bulk.done and not bulk.refused:
        nothing = _("没有待提交的结业。") if ticked is None else _("没有勾选待提交的学员，未提交。请先勾选。")
        messages.info(request, nothing)
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_completion_return(request: HttpRequest, number: str) -> HttpResponse:
    """Send one completion back with the reason: the district any, the institution what it has not handed in."""
    by, now = officer(request), timezone.now()
    row = _fetch(request, number)
    a_class = row.enrolment.training_class
    reviews, runs = (
        access.may_on(user=by, training_class=a_class, permission=permission, now=now)
        for permission in (Permission.REVIEW, Permission.RUN_CLASSES)
    )
    if not (reviews or runs):
        raise Http404
    verb = completion.send_back if reviews else completion.return_proposal
    with told(request, _("已退回，老师可重新提出。")):
        verb(by=by, completion=row, reason=request.POST.get("reason", ""), now=now)
    return redirect("desk_class", a_class.number)
