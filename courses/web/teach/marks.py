"""What a trainer decides by hand: a mark with its reason, and whether a record that waits counts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, attendance
from courses.access import Permission
from courses.attendance import Mark, MarkRefused
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.screens import forget_moment

NOTE_LENGTH = 100


@require_POST
@allow(Permission.TEACH)
def mark(request: HttpRequest, name: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    now = timezone.now()
    own = access.visible_learners(user=teacher(request), now=now, permission=Permission.TEACH)
    learner = own.filter(number=request.POST.get("learner", "")).first()
    if learner is None or request.POST.get("as") not in {str(word) for word in Mark}:
        raise Http404
    try:
        attendance.mark(
            by=teacher(request),
            lesson=lesson,
            learner=learner,
            as_=Mark(request.POST["as"]),
            reason=request.POST.get("reason", "")[:40],
            note=request.POST.get("note", "")[:NOTE_LENGTH],
            now=now,
        )
        messages.success(request, _("已登记 %(name)s。") % {"name": learner.name})
    except MarkRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect("roster", name=name)


@require_POST
@allow(Permission.TEACH)
def confirm(request: HttpRequest, name: str, receipt: str) -> HttpResponse:
    """The digits were compared face to face: it counts, or it does not."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    try:
        if request.POST.get("decision") == "reject":
            attendance.reject(by=teacher(request), receipt=receipt, lesson=lesson, reason="wrong_person", now=now)
            messages.success(request, _("已记为不是本人，不计考勤。"))
        else:
            attendance.confirm(by=teacher(request), receipt=receipt, lesson=lesson, now=now)
            messages.success(request, _("已确认，计入考勤。"))
    except MarkRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect("roster", name=name)
