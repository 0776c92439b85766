"""固定扫码台 of one class at the desk: who sets the machine up in the room is often not the trainer."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.access import Permission
from courses.attendance import KioskRefused, kiosks
from courses.attendance.kiosks import Started
from courses.models import TrainingClass
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_kiosks(request: HttpRequest, number: str) -> HttpResponse:
    """The kiosks of a class; POST starts one and shows its opening code, this once."""
    training_class, now = fetch(request, number, Permission.RUN_CLASSES), timezone.now()
    started = _start(request, training_class, now) if request.method == "POST" else None
    context = {
        "training_class": training_class,
        "lessons": kiosks.lessons_to_scan(training_class=training_class, now=now),
        "kiosks": kiosks.live_of_class(training_class=training_class, now=now).select_related("lesson"),
        "started": started,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("固定扫码台"),
    }
    return show(request, "desk/kiosks/list.html", context, here="desk_classes")


def _start(request: HttpRequest, training_class: TrainingClass, now: datetime) -> Started | None:
    text = request.POST.get("lesson", "")
    lessons = kiosks.lessons_to_scan(training_class=training_class, now=now)
    lesson = get_object_or_404(lessons, number=int(text) if text.isascii() and text.isdigit() else -1)
    try:
        whole_room = request.POST.get("for") == "room"
        return kiosks.start(by=officer(request), lesson=lesson, whole_room=whole_room, now=now)
    except KioskRefused as refusal:
        messages.error(request, refusal.sentence)
        return None


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_kiosk_end(request: HttpRequest, number: str, kiosk_number: str) -> HttpResponse:
    training_class, now = fetch(request, number, Permission.RUN_CLASSES), timezone.now()
    kiosk = get_object_or_404(kiosks.live_of_class(training_class=training_class, now=now), number=kiosk_number)
    with told(request, _("扫码台 %(number)s 已停用。") % {"number": kiosk_number}):
        kiosks.end(by=officer(request), kiosk=kiosk, now=now)
    return redirect("desk_kiosks", number)
