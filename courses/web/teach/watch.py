"""清点人数, and what is worth a look about one's own lesson."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, supervision
from courses.access import Permission
from courses.supervision import NoteRefused
from courses.web import counting
from courses.web.gate import allow
from courses.web.signals import told
from courses.web.teach.classes import own_lesson, teacher


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.TEACH)
def room_count(request: HttpRequest, name: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    if request.method == "POST":
        return counting.keep(request, by=teacher(request), lesson=lesson, back="room_count")
    return render(request, "teach/lesson/count.html", counting.facts(lesson))


@require_POST
@allow(Permission.TEACH)
def room_count_begin(request: HttpRequest, name: str) -> HttpResponse:
    return counting.begin(request, by=teacher(request), lesson=own_lesson(request, name), back="room_count")


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.TEACH)
def lesson_signals(request: HttpRequest, name: str) -> HttpResponse:
    """What the office sees of this lesson, and room for a word about it; the POST computes it anew."""
    lesson = own_lesson(request, name)
    if request.method == "POST":
        supervision.compute(lesson=lesson, now=timezone.now())
        messages.success(request, _("已重新计算。"))
        return redirect("lesson_signals", name=name)
    signals = list(supervision.latest(access.own_signals(lessons=[lesson])))
    return render(request, "teach/lesson/signals.html", {"lesson": lesson, "name": name, "signals": told(signals)})


@require_POST
@allow(Permission.TEACH)
def lesson_signal_explain(request: HttpRequest, name: str, code: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    signal = access.own_signals(lessons=[lesson]).filter(code=code).first()
    if signal is None:
        raise Http404
    try:
        supervision.explain(by=teacher(request), signal=signal, text=request.POST.get("text", ""), now=timezone.now())
        messages.success(request, _("说明已保存。"))
    except NoteRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("lesson_signals", name=name)
