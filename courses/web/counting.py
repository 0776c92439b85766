"""盲点人数 on two doors: the trainer's and the inspector's show the same page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from courses import attendance, supervision
from courses.models import Lesson, RoomCount, User
from courses.supervision import CountRefused
from courses.web.teach.screens import forget_moment


def begin(request: HttpRequest, *, by: User, lesson: Lesson, back: str) -> HttpResponse:
    try:
        supervision.begin_count(by=by, lesson=lesson, now=timezone.now())
    except CountRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect(back, name=attendance.lesson_name(lesson))


def keep(request: HttpRequest, *, by: User, lesson: Lesson, back: str) -> HttpResponse:
    """Keep the number, and let the difference be found at once."""
    text = request.POST.get("counted", "").strip()
    now = timezone.now()
    try:
        counted = int(text) if text.isascii() and text.isdecimal() else None
        supervision.count_room(by=by, lesson=lesson, counted=counted, now=now)
        supervision.compute(lesson=lesson, now=now)
    except CountRefused as refusal:
        messages.error(request, refusal.sentence)
    forget_moment(lesson)
    return redirect(back, name=attendance.lesson_name(lesson))


def facts(lesson: Lesson) -> dict[str, Any]:
    """What the page shows: the field while it is counted, else the last count beside the register of its moment."""
    counting = supervision.is_counting(lesson=lesson, now=timezone.now())
    last = None if counting else RoomCount.objects.filter(lesson=lesson).last()
    return {
        "lesson": lesson,
        "name": attendance.lesson_name(lesson),
        "counting": counting,
        "last": last,
        "likely": likely(lesson, last) if last is not None else [],
    }


def likely(lesson: Lesson, last: RoomCount) -> list[str]:
    """Names to begin with: too few in the room, who gave no answer or was marked by hand; too many, who is not in."""
    if not last.difference:
        return []
    rows = attendance.roster(lesson=lesson)
    if last.difference > 0:
        return [row.name for row in rows if row.in_at is None]
    call = attendance.roll_call_state(lesson=lesson)
    over = call is not None and not call.is_running(last.at)
    silent = {one.learner_number for one in call.missing} if call and over else set()
    return [row.name for row in rows if row.in_at is not None and (row.by_hand or row.learner_number in silent)]
