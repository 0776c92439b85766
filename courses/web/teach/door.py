"""当面确认: a phone shows two digits; the trainer compares them and says who holds it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import access, attendance
from courses.access import Permission
from courses.attendance import MarkRefused
from courses.models import Direction, DoorRequest, Learner, Lesson
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.screens import forget_moment


@allow(Permission.TEACH)
@never_cache
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """The digits, large, and the names that they can belong to; one press on a name settles it."""
    lesson = own_lesson(request, name)
    row = get_object_or_404(attendance.open_requests(lesson=lesson), code=code)
    if request.method == "POST":
        _answer(request, lesson, row)
        forget_moment(lesson)
        return redirect("roster", name=name)
    leaving = row.direction == Direction.OUT
    people = [one for one in attendance.roster(lesson=lesson) if (one.in_at is not None) == leaving and not one.out_at]
    context = {
        "lesson": lesson,
        "name": name,
        "row": row,
        "leaving": leaving,
        "people": sorted(people, key=lambda one: one.arrival_no),
    }
    return render(request, "teach/lesson/door.html", context)


def _answer(request: HttpRequest, lesson: Lesson, row: DoorRequest) -> None:
    now, user = timezone.now(), teacher(request)
    try:
        if request.POST.get("learner"):
            learner = _learner(request)
            attendance.settle_door(by=user, lesson=lesson, request=row, learner=learner, now=now)
            messages.success(request, _("已登记 %(name)s。") % {"name": learner.name})
        else:
            attendance.reject_door(by=user, lesson=lesson, request=row, now=now)
            messages.success(request, _("已记为没有这个人，不计考勤。"))
    except MarkRefused as refusal:
        messages.error(request, refusal.sentence)


def _learner(request: HttpRequest) -> Learner:
    own = access.visible_learners(user=teacher(request), now=timezone.now(), permission=Permission.TEACH)
    return get_object_or_404(own, number=request.POST["learner"])
