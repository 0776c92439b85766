"""What a trainer decides by hand: a mark with its reason, and whether a record that waits counts."""

import re
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import access, attendance
from courses.access import Permission
from courses.attendance import Mark, MarkRefused
from courses.models import Enrolment, Learner, Lesson
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.screens import forget_moment

NOTE_LENGTH = 100
TYPED = 200
MOST_PLACES = 500
PLACES = re.compile(r"([0-9]{1,4})(?:\s*[-–—~～至到]\s*([0-9]{1,4}))?")


@require_POST
@allow(Permission.TEACH)
def mark(request: HttpRequest, name: str) -> HttpResponse:
    """One reason for all who were ticked or whose numbers were typed; who could not be marked is named."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    learners = _chosen(request, lesson, now)
    if request.POST.get("as") not in {str(word) for word in Mark}:
        raise Http404
    if not learners:
        messages.error(request, _("没有勾选学员，未保存。请先勾选，或填写学号。"))
        return redirect("roster", name=name)
    try:
        made = attendance.mark_many(
            by=teacher(request),
            lesson=lesson,
            learners=learners,
            as_=Mark(request.POST["as"]),
            reason=request.POST.get("reason", "")[:40],
            note=request.POST.get("note", "")[:NOTE_LENGTH],
            at=attendance.read_time(lesson=lesson, text=request.POST.get("at", "")[:TYPED]),
            now=now,
        )
        if len(made.done) == 1:
            messages.success(request, _("已登记 %(name)s。") % {"name": made.done[0][0].name})
        elif made.done:
            words = ngettext("已登记 %(count)s 人。", "已登记 %(count)s 人。", len(made.done))
            messages.success(request, words % {"count": len(made.done)})
        for learner, refused in made.refused:
            messages.error(request, _("%(name)s：%(why)s") % {"name": learner.name, "why": refused.sentence})
    except MarkRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect("roster", name=name)


def _chosen(request: HttpRequest, lesson: Lesson, now: datetime) -> list[Learner]:
    """Those ticked, and those whose place on the class's list was typed: 3, 7-12."""
    own = access.visible_learners(user=teacher(request), now=now, permission=Permission.TEACH)
    places = _places(request.POST.get("places", ""))
    seats = Enrolment.objects.filter(
        training_class=lesson.training_class_id, status=Enrolment.Status.ADMITTED, arrival_no__in=places
    )
    numbers = set(request.POST.getlist("learner"))
    found = list(own.filter(Q(number__in=numbers) | Q(pk__in=seats.values("learner"))))
    if numbers - {learner.number for learner in found}:
        raise Http404
    return found


def _places(text: str) -> set[int]:
    """The numbers of "1-12，15、20"; what is none is left out."""
    found: set[int] = set()
    for first, last in PLACES.findall(text[:TYPED]):
        low, high = int(first), int(last or first)
        found |= set(range(low, min(high, low + MOST_PLACES) + 1))
    return found


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
