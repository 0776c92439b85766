"""点名 on the phone: several pictures, one of them on the wall. Known by binding or sign-in, as a scan is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import attendance
from courses.attendance import PICTURES, RollCallRefusal, RollCallRefused
from courses.models import Learner, RollCall
from courses.people import devices
from courses.web.gate import public
from courses.web.public.binding import read_binding, read_browser
from courses.web.public.checkin import page_of

STATUS = {RollCallRefusal.NONE_RUNNING: 404, RollCallRefusal.OVER: 410, RollCallRefusal.NOT_ENROLLED: 403}


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roll_call(request: HttpRequest) -> HttpResponse:
    """/C/ROLLCALL: GET offers the pictures, POST answers. Opening it records nothing."""
    now = timezone.now()
    learner = _learner(request)
    if learner is None:
        return redirect(f"{reverse('account_login')}?next={reverse('answer_roll_call')}")
    call = attendance.roll_call_for(learner_id=learner.pk, now=now)
    if request.method != "POST":
        return _asked(request, call, learner) if call else _refused(request, RollCallRefusal.NONE_RUNNING)
    try:
        told = attendance.answer_roll_call(
            learner_id=learner.pk,
            code=request.POST.get("call", "")[:12],
            picture=request.POST.get("picture", "")[:12],
            device=read_browser(request),
            now=now,
        )
    except RollCallRefused as refusal:
        if refusal.code == RollCallRefusal.WRONG_PICTURE and call is not None:
            return _asked(request, call, learner, wrong=refusal.sentence)
        return _refused(request, RollCallRefusal(refusal.code), sentence=refusal.sentence)
    context = {"told": told, "masked": learner.masked_name}
    return page_of(request, "public/rollcall/done.html", context)


def _learner(request: HttpRequest) -> Learner | None:
    """By the binding of this browser, while it holds; else by the sign-in."""
    binding = read_binding(request)
    if binding is not None:
        bound = devices.holder(code=binding.device_code, learner_id=binding.learner_id, now=timezone.now())
        if bound is not None:
            return bound
    return Learner.objects.filter(user=request.user.pk).first() if request.user.is_authenticated else None


def _asked(request: HttpRequest, call: RollCall, learner: Learner, *, wrong: str = "") -> HttpResponse:
    offered = attendance.pictures_for(roll_call=call, learner_id=learner.pk)
    context: dict[str, Any] = {
        "call": call,
        "course": call.lesson.training_class.course.label,
        "pictures": [(key, PICTURES[key]) for key in offered],
        "wrong": wrong,
    }
    return page_of(request, "public/rollcall/ask.html", context, 409 if wrong else 200)


def _refused(request: HttpRequest, code: RollCallRefusal, *, sentence: str = "") -> HttpResponse:
    context = {"sentence": sentence or RollCallRefused(code).sentence, "none": code == RollCallRefusal.NONE_RUNNING}
    return page_of(request, "public/rollcall/refused.html", context, STATUS.get(code, 409))
