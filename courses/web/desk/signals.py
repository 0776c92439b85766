"""待看: what is worth a look, over all classes of one's scope; and the inspector's own head-count."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, attendance, supervision
from courses.access import Permission
from courses.models import Lesson, Signal, TrainingClass
from courses.web import counting
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.signals import sentence
from courses.web.signals import told as in_words
from courses.web.told import told

PER_PAGE = 30
STATES = ("open", "looked", "all")


@allow(Permission.SEE_SIGNALS)
def desk_signals(request: HttpRequest) -> HttpResponse:
    """Open ones first by default; one line each, with the sum."""
    state = request.GET.get("state", "open")
    kind = request.GET.get("kind", "")
    looked = {"open": False, "looked": True}.get(state)
    held = supervision.latest(_visible(request), looked_at=looked)
    rows = held.select_related("lesson__training_class__course").order_by("-at", "-pk")
    if kind in Signal.Kind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"signal": row, "sum": sentence(row)} for row in page.object_list],
        "state": state if state in STATES else "open",
        "kind": kind,
        "kinds": Signal.Kind.choices,
        "query": query_without_page(request),
    }
    return show(request, "desk/signals/list.html", context, here="desk_signals")


@allow(Permission.SEE_SIGNALS)
@never_cache
def desk_signal(request: HttpRequest, code: str) -> HttpResponse:
    signal = _signal(request, code)
    [one] = in_words([signal])
    newest = Signal.objects.filter(lesson=signal.lesson_id, kind=signal.kind).order_by("version").last()
    context: dict[str, Any] = {"told": one, "signal": signal, "newest": newest if newest != signal else None}
    return show(request, "desk/signals/show.html", context, here="desk_signals")


@require_POST
@allow(Permission.LOOK_AT_SIGNALS)
def desk_signal_look(request: HttpRequest, code: str) -> HttpResponse:
    signal = _signal(request, code, permission=Permission.LOOK_AT_SIGNALS)
    with told(request, _("已记为看过。考勤没有变化，要更正请通知任课老师。")):
        supervision.look_at(by=officer(request), signal=signal, text=request.POST.get("text", ""), now=timezone.now())
    return redirect("desk_signal", code=code)


@require_POST
@allow(Permission.SEE_SIGNALS)
def desk_signal_explain(request: HttpRequest, code: str) -> HttpResponse:
    signal = _signal(request, code)
    with told(request, _("说明已保存。")):
        supervision.explain(by=officer(request), signal=signal, text=request.POST.get("text", ""), now=timezone.now())
    return redirect("desk_signal", code=code)


@require_POST
@allow(Permission.LOOK_AT_SIGNALS)
def desk_signal_compute(request: HttpRequest, code: str) -> HttpResponse:
    """Compute the lesson of this signal anew; where it differs, the newer version is one press away."""
    signal = _signal(request, code, permission=Permission.LOOK_AT_SIGNALS)
    with told(request, _("已按现在的记录重新计算。")):
        supervision.compute(lesson=signal.lesson, now=timezone.now())
    return redirect("desk_signal", code=code)


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.COUNT_HEADS)
def desk_count(request: HttpRequest, name: str) -> HttpResponse:
    lesson = fetch_lesson(request, name)
    if request.method == "POST":
        return counting.keep(request, by=officer(request), lesson=lesson, back="desk_count")
    context = {
        **counting.facts(lesson),
        "own_count": supervision.own_count(by=officer(request), lesson=lesson),
    }
    return show(request, "desk/signals/count.html", context, here="desk_signals")


@require_POST
@allow(Permission.COUNT_HEADS)
def desk_count_begin(request: HttpRequest, name: str) -> HttpResponse:
    return counting.begin(request, by=officer(request), lesson=fetch_lesson(request, name), back="desk_count")


def _visible(request: HttpRequest, permission: Permission = Permission.SEE_SIGNALS) -> QuerySet[Signal]:
    return access.visible_signals(user=officer(request), now=timezone.now(), permission=permission)


def _signal(request: HttpRequest, code: str, *, permission: Permission = Permission.SEE_SIGNALS) -> Signal:
    chosen = _visible(request, permission).select_related("lesson__training_class__course", "lesson__trainer")
    return get_object_or_404(chosen, code=code)


def fetch_lesson(request: HttpRequest, name: str) -> Lesson:
    """A lesson whose room this person may count."""
    code = attendance.lesson_code(name)
    own = access.visible_lessons(user=officer(request), now=timezone.now(), permission=Permission.COUNT_HEADS)
    lesson = (
        own.select_related("training_class__course", "training_class__policy")
        .exclude(training_class__status__in=TrainingClass.UNAPPROVED)
        .filter(code=-1 if code is None else code)
        .first()
    )
    if lesson is None:
        raise Http404
    return lesson
