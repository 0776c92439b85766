"""扫学员: the trainer's phone reads personal codes and cards; and the kiosks that a trainer starts for a lesson."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.access import Permission
from courses.attendance import KioskRefused, Scanner, kiosks
from courses.models import Direction, Lesson
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.scanned import Face, as_json, scan_as, wants_json
from courses.web.teach.screens import forget_moment


@allow(Permission.TEACH)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, name: str) -> HttpResponse:
    """The page, and each scan of it: to the script as JSON, to a browser without script as the page anew."""
    lesson = own_lesson(request, name)
    if request.method != "POST":
        return _page(request, lesson, name, None)
    face = scan_as(request, at=lesson, scanner=Scanner(by=teacher(request)), whole_name=True)
    forget_moment(lesson)
    return as_json(face) if wants_json(request) else _page(request, lesson, name, face)


def _page(request: HttpRequest, lesson: Lesson, name: str, face: Face | None) -> HttpResponse:
    chosen = request.POST.get("direction", "")
    context = {
        "lesson": lesson,
        "name": name,
        "face": face,
        "now": timezone.now(),
        "path": request.path,
        "directions": (("", _("按时间")), (Direction.IN, Direction.IN.label), (Direction.OUT, Direction.OUT.label)),
        "chosen": chosen,
    }
    return render(request, "teach/scan/show.html", context)


@allow(Permission.TEACH)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_list(request: HttpRequest, name: str) -> HttpResponse:
    """The kiosks of a lesson and its room; POST starts one and shows its opening code, this once."""
    lesson = own_lesson(request, name)
    now = timezone.now()
    started = None
    if request.method == "POST":
        whole_room = request.POST.get("for") == "room"
        try:
            started = kiosks.start(by=teacher(request), lesson=lesson, whole_room=whole_room, now=now)
        except KioskRefused as refusal:
            messages.error(request, refusal.sentence)
    rows = kiosks.live(lesson=lesson, now=now)
    room = lesson.room or lesson.training_class.room
    context = {"lesson": lesson, "name": name, "kiosks": rows, "started": started, "room": room}
    return render(request, "teach/kiosk/list.html", context)


@require_POST
@allow(Permission.TEACH)
def kiosk_end(request: HttpRequest, name: str, number: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    now = timezone.now()
    kiosk = get_object_or_404(kiosks.live(lesson=lesson, now=now), number=number)
    try:
        kiosks.end(by=teacher(request), kiosk=kiosk, now=now)
        messages.success(request, _("扫码台 %(number)s 已停用。") % {"number": number})
    except KioskRefused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("kiosk_list", name=name)
