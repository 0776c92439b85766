"""大屏: the projector page and the little state that it asks for every two seconds."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import attendance, policy
from courses.access import Permission
from courses.attendance import PICTURES, Phase, RollCallState
from courses.models import Lesson
from courses.web.gate import allow, public
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.qr import qr_svg, scan_address
from courses.web.teach.screens import (
    Answer,
    Screen,
    answer_of,
    forget_moment,
    of_moment,
    reply,
    screen_holds,
    screen_token,
    turned_away,
)

SHOWS_CODE = (Phase.OPEN, Phase.CLOSING, Phase.LATE, Phase.OUT)
LEVELLED = re.compile(r"^(.+?)[（(]([^（）()]+)[）)]$")
BARS = range(10)


@allow(Permission.TEACH)
@never_cache
def wall(request: HttpRequest, name: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    now = timezone.now()
    token = screen_token(screen=Screen.WALL, lesson=lesson, now=now)
    context = {"lesson": lesson, "name": name, "token": token, "now": now, "bars": BARS}
    return render(request, "teach/wall/show.html", {**context, **_shown(request, lesson, now)})


@public
@require_safe
def wall_state(request: HttpRequest, name: str) -> HttpResponse:
    """The panel of this moment, to who holds the wall's token; 304 while nothing changed."""
    now = timezone.now()

    def make(lesson: Lesson) -> Answer:
        shown = _shown(request, lesson, now)
        body = {
            "html": render_to_string("teach/wall/panel.html", {"lesson": lesson, **shown}),
            "phase": shown["phase"],
            "ends": shown["step_ends"],
            "step": shown["step_ms"],
            "code": shown["rotates"],
        }
        return answer_of(body=body, seen=body, until=shown["step_ends"])

    code = screen_holds(request, screen=Screen.WALL, name=name, now=now)
    known = code and of_moment(request, screen=Screen.WALL, code=code, now=now, make=make)
    return reply(request, known, now=now) if known else turned_away()


@require_POST
@allow(Permission.TEACH)
def wall_pause(request: HttpRequest, name: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    paused = request.POST.get("paused") == "1"
    attendance.pause_wall(by=teacher(request), lesson=lesson, paused=paused, now=timezone.now())
    forget_moment(lesson)
    return redirect("wall", name=name)


def _shown(request: HttpRequest, lesson: Lesson, now: datetime) -> dict[str, Any]:
    state = attendance.wall_state(lesson=lesson, now=now)
    shown: dict[str, Any] = {
        "state": state,
        "phase": str(state.phase),
        "ask": _ask(lesson),
        **_title(lesson.training_class.course.label),
        "qr": "",
        "step_ends": 0,
        "step_ms": 0,
        "rotates": False,
        "call": None,
    }
    if state.phase == Phase.ROLLCALL and state.roll_call is not None:
        return shown | _roll_call(request, state.roll_call)
    if state.phase not in SHOWS_CODE:
        return shown
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    code = attendance.issue(lesson=lesson, direction=state.direction, policy=pinned, now=now)
    step_ms = pinned.qr_step_seconds * 1000
    qr = qr_svg(scan_address(request, code.text))
    return shown | {"qr": qr, "step_ends": (code.step + 1) * step_ms, "step_ms": step_ms, "rotates": True}


def _roll_call(request: HttpRequest, call: RollCallState) -> dict[str, Any]:
    """The picture, the way to answer it, and the beam that runs for as long as it may be answered."""
    life = call.ends_at - call.started_at
    return {
        "call": call,
        "word": PICTURES[call.picture],
        "qr": qr_svg(scan_address(request, "ROLLCALL")),
        "step_ends": int(call.ends_at.timestamp() * 1000),
        "step_ms": int(life.total_seconds() * 1000),
    }


def _title(label: str) -> dict[str, str]:
    """A course's name without its level, the level, and how large the name may be in its column."""
    found = LEVELLED.match(label)
    title, level = (found[1], found[2]) if found else (label, "")
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in title)
    size = "l" if width <= 12 else "m" if width <= 14 else "s"
    return {"title": title, "level": level, "title_size": size}


def _ask(lesson: Lesson) -> str:
    """Whom to ask without a phone: the trainer by surname, as a class would say it."""
    name = lesson.trainer.name if lesson.trainer else ""
    if not name:
        return _("没有手机？请找老师")
    chinese = (get_language() or "zh").startswith("zh") and len(name) in (2, 3) and not name.endswith("老师")
    return _("没有手机？请找%(trainer)s") % {"trainer": f"{name[0]}老师" if chinese else name}
