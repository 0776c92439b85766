"""请假和异议 of one class at the desk: the institution has the last word on a dispute, and may decide on leave."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses.access import Permission
from courses.attendance import Hours, Outcome, disputes
from courses.models import Dispute
from courses.web import claims, makeups
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import SAID, said_to, told, told_or_not

OUTCOMES = (
    (Outcome.PRESENT.value, gettext_lazy("更正为到课")),
    (Outcome.LEAVE.value, gettext_lazy("更正为事假")),
    (Outcome.SICK.value, gettext_lazy("更正为病假")),
    (Outcome.KEEP.value, gettext_lazy("维持原记录")),
)


class RulingForm(forms.Form):
    outcome = forms.ChoiceField(choices=OUTCOMES)
    came = forms.TimeField(required=False)
    left = forms.TimeField(required=False)
    text = forms.CharField(required=False)

    @property
    def hours(self) -> Hours | None:
        came, left = self.cleaned_data["came"], self.cleaned_data["left"]
        return Hours(came, left) if came and left else None


@allow(Permission.RUN_CLASSES)
def desk_requests(request: HttpRequest, number: str) -> HttpResponse:
    now, user = timezone.now(), officer(request)
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    scope: dict[str, Any] = {
        "training_class": training_class,
        "user": user,
        "permission": Permission.RUN_CLASSES,
        "now": now,
    }
    context: dict[str, Any] = {
        **claims.listed(**scope),
        **makeups.listed(**scope),
        "outcomes": OUTCOMES,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("请假和异议"),
    }
    return show(request, "desk/requests/list.html", context, here="desk_classes")


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_leave_decide(request: HttpRequest, number: str, code: str) -> HttpResponse:
    return _handled(request, number, code, deed=claims.decide_leave, words=SAID)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_make_up_act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    return _handled(request, number, code, deed=makeups.act, words=_("已办理，学员在「我的课次」看得到。"))


def _handled(
    request: HttpRequest, number: str, code: str, *, deed: Callable[..., None], words: str | Promise
) -> HttpResponse:
    training_class, now = fetch(request, number, Permission.RUN_CLASSES), timezone.now()
    with told(request, told_or_not(training_class=training_class, now=now, heard=words)):
        deed(
            request,
            user=officer(request),
            training_class=training_class,
            code=code,
            permission=Permission.RUN_CLASSES,
            now=now,
        )
    return redirect("desk_requests", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_dispute_decide(request: HttpRequest, number: str, code: str) -> HttpResponse:
    training_class, now = fetch(request, number, Permission.RUN_CLASSES), timezone.now()
    row = claims.contested(
        user=officer(request),
        training_class=training_class,
        code=code,
        permission=Permission.RUN_CLASSES,
        now=now,
    )
    with told(request, _("已决定，%(told)s。") % {"told": said_to(row.enrolment.learner)}):
        _decide(request, row, now)
    return redirect("desk_requests", number)


def _decide(request: HttpRequest, row: Dispute, now: datetime) -> None:
    """A form that says no outcome, or no time that can be read, is refused by the rule like any other."""
    form = RulingForm(request.POST)
    if not form.is_valid():
        raise disputes.DisputeRefused(disputes.DisputeRefusal.WRONG_TIMES)
    said = form.cleaned_data
    disputes.decide(
        by=officer(request),
        dispute=row,
        outcome=Outcome(said["outcome"]),
        hours=form.hours,
        text=said["text"],
        now=now,
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_claim_file(request: HttpRequest, number: str, code: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    return claims.file_of(user=officer(request), training_class=training_class, code=code, now=timezone.now())
