"""请假和异议: what learners of one's class ask; leave is decided here, a dispute answered."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses.access import Permission
from courses.attendance import disputes
from courses.refusals import Refused
from courses.web import claims, makeups
from courses.web.gate import allow
from courses.web.teach.classes import own_class, teacher
from courses.web.told import told_or_not


@allow(Permission.TEACH)
@never_cache
def class_requests(request: HttpRequest, number: str) -> HttpResponse:
    now, user = timezone.now(), teacher(request)
    training_class = own_class(request, number)
    scope: dict[str, Any] = {
        "training_class": training_class,
        "user": user,
        "permission": Permission.TEACH,
        "now": now,
    }
    context = {**claims.listed(**scope), **makeups.listed(**scope)}
    return render(request, "teach/requests/list.html", context)


@require_POST
@allow(Permission.TEACH)
def leave_decide(request: HttpRequest, number: str, code: str) -> HttpResponse:
    now, user = timezone.now(), teacher(request)
    training_class = own_class(request, number)
    try:
        claims.decide_leave(
            request, user=user, training_class=training_class, code=code, permission=Permission.TEACH, now=now
        )
        messages.success(request, told_or_not(training_class=training_class, now=now)())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("class_requests", number=number)


@require_POST
@allow(Permission.TEACH)
def dispute_answer(request: HttpRequest, number: str, code: str) -> HttpResponse:
    now, user = timezone.now(), teacher(request)
    training_class = own_class(request, number)
    row = claims.contested(user=user, training_class=training_class, code=code, permission=Permission.TEACH, now=now)
    support = request.POST.get("decision") == "support"
    try:
        disputes.answer(by=user, dispute=row, support=support, text=request.POST.get("answer", ""), now=now)
        messages.success(request, _("已答复，等机构决定。"))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("class_requests", number=number)


@require_POST
@allow(Permission.TEACH)
def make_up_act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    now, user = timezone.now(), teacher(request)
    training_class = own_class(request, number)
    try:
        makeups.act(request, user=user, training_class=training_class, code=code, permission=Permission.TEACH, now=now)
        messages.success(request, _("已办理，学员在「我的课次」看得到。"))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("class_requests", number=number)


@require_POST
@allow(Permission.TEACH)
def claim_file(request: HttpRequest, number: str, code: str) -> HttpResponse:
    training_class = own_class(request, number)
    return claims.file_of(user=teacher(request), training_class=training_class, code=code, now=timezone.now())
