"""点名: started by the trainer, ticked face to face for those who cannot answer by phone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, attendance, policy
from courses.access import Permission
from courses.attendance import RollCallRefused
from courses.models import RollCall
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.screens import forget_moment


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.TEACH)
def roll_call(request: HttpRequest, name: str) -> HttpResponse:
    """GET says what will happen; the POST starts it, and the roster follows it."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    if request.method != "POST":
        return render(request, "teach/lesson/rollcall.html", {"lesson": lesson, "name": name, "policy": pinned})
    try:
        attendance.start_roll_call(by=teacher(request), lesson=lesson, now=now)
        messages.success(request, _("点名开始，大屏已换成图案。没有手机的学员，请当面点「在教室」。"))
    except RollCallRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect("roster", name=name)


@require_POST
@allow(Permission.TEACH)
def roll_call_tick(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """The trainer sees this learner in the room."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    own = access.visible_learners(user=teacher(request), now=now, permission=Permission.TEACH)
    learner = own.filter(number=request.POST.get("learner", "")).first()
    call = RollCall.objects.select_related("lesson__training_class").filter(lesson=lesson, code=code).first()
    if learner is None or call is None:
        raise Http404
    try:
        attendance.tick_present(by=teacher(request), roll_call=call, learner=learner, now=now)
        messages.success(request, _("已记 %(name)s 在教室。") % {"name": learner.name})
    except RollCallRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect("roster", name=name)
