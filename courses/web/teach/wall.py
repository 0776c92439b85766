"""大屏: the projector page and the little state that it asks for every two seconds."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.auth import SESSION_KEY
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
from courses.attendance import PICTURES, Phase, RollCallState, WallState
from courses.models import Lesson
from courses.web.gate import allow, public
from courses.web.teach import wall_pass
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.drawn import drawn, joined
from courses.web.teach.qr import qr_svg, scan_address
from courses.web.teach.screens import (
    LESSONS_KEPT,
    Answer,
    Moment,
    Screen,
    answer_of,
    draws,
    forget_moment,
    screen_token,
    told,
)

SHOWS_CODE = (Phase.OPEN, Phase.CLOSING, Phase.LATE, Phase.OUT)
LEVELLED = re.compile(r"^(.+?)[（(]([^（）()]+)[）)]$")
BARS = range(10)


@wall_pass.or_pass
@allow(Permission.TEACH)
@never_cache
def wall(request: HttpRequest, name: str) -> HttpResponse:
    lesson = own_lesson(request, name)
    now = timezone.now()
    token = screen_token(screen=Screen.WALL, lesson=lesson, now=now)
    state = attendance.wall_state(lesson=lesson, now=now)
    context = {"name": name, "token": token, "now": now, "bars": BARS, **_shown(request, lesson, state, now)}
    response = render(request, "teach/wall/show.html", context)
    if request.session.get(SESSION_KEY):
        wall_pass.give(response, lesson=lesson, user=teacher(request), closes_at=state.closes_at, now=now)
    return response


@public
@require_safe
def wall_state(request: HttpRequest, name: str) -> HttpResponse:
    return told(request, screen=Screen.WALL, name=name)


@draws(Screen.WALL)
def _panel(request: HttpRequest, moment: Moment) -> Answer:
    shown = _shown(request, moment.lesson, _state(moment), moment.now)
    body = {
        "html": render_to_string("teach/wall/panel.html", shown),
        "phase": shown["phase"],
        "ends": shown["step_ends"],
        "step": shown["step_ms"],
        "code": shown["rotates"],
    }
    return answer_of(body=body, until=shown["step_ends"])


@lru_cache(maxsize=LESSONS_KEPT)
def _state(moment: Moment) -> WallState:
    """A new code every ten seconds is no reason to read the class again."""
    return attendance.wall_state(lesson=moment.lesson, now=moment.now)


@require_POST
@wall_pass.or_pass
@allow(Permission.TEACH)
def wall_pause(request: HttpRequest, name: str) -> HttpResponse:
    """The script of the page is told that it was done; without script the page comes back."""
    lesson = own_lesson(request, name)
    paused = request.POST.get("paused") == "1"
    attendance.pause_wall(by=teacher(request), lesson=lesson, paused=paused, now=timezone.now())
    forget_moment(lesson)
    return HttpResponse(status=204) if "X-Screen" in request.headers else redirect("wall", name=name)


def _shown(request: HttpRequest, lesson: Lesson, state: WallState, now: datetime) -> dict[str, Any]:
    """The panel in its parts. With a new code the middle is another, with an arrival what stands to its right."""
    if state.counting:
        state = _without_figures(state)
    code = _code(request, lesson, state, now)
    phase, call = str(state.phase), code["call"]
    left = drawn(
        "teach/wall/left.html",
        **_title(lesson.training_class.course.label),
        number=lesson.number,
        room=lesson.room,
        ask=_ask(lesson),
        calling=call is not None,
        scanning=bool(code["qr"]),
        phase=phase,
    )
    right = drawn(
        "teach/wall/right.html", state=replace(state, roll=()), phase=phase, call=call, qr=code["qr"] if call else ""
    )
    roll = [drawn("teach/wall/roll.html", number=row.number, person=row.name, here=row.here) for row in state.roll]
    lost = drawn("teach/wall/lost.html", here=state.here, due=state.due, roll=joined(roll), counting=state.counting)
    return {"lesson": lesson, "state": state, "phase": phase, "left": left, "right": right, "lost": lost, **code}


def _without_figures(state: WallState) -> WallState:
    """Heads are counted blind: not even the part that waits for the network to fail says who is thought to be here."""
    roll = tuple(replace(row, here=False) for row in state.roll)
    return replace(state, here=0, awaiting=0, gone=0, latest=(), roll=roll)


def _code(request: HttpRequest, lesson: Lesson, state: WallState, now: datetime) -> dict[str, Any]:
    """What is to be scanned, with the milliseconds of its step and of its end; the picture while a roll-call runs."""
    if state.phase == Phase.ROLLCALL and state.roll_call is not None:
        return _roll_call(request, state.roll_call)
    if state.phase not in SHOWS_CODE:
        return {"call": None, "qr": "", "step_ends": 0, "step_ms": 0, "rotates": False}
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    code = attendance.issue(lesson=lesson, direction=state.direction, policy=pinned, now=now)
    step_ms = pinned.qr_step_seconds * 1000
    qr = qr_svg(scan_address(request, code.text))
    return {"call": None, "qr": qr, "step_ends": (code.step + 1) * step_ms, "step_ms": step_ms, "rotates": True}


def _roll_call(request: HttpRequest, call: RollCallState) -> dict[str, Any]:
    """The picture, the way to answer it, and the beam that runs for as long as it may be answered."""
    life = call.ends_at - call.started_at
    return {
        "call": call,
        "word": PICTURES[call.picture],
        "qr": qr_svg(scan_address(request, "ROLLCALL")),
        "step_ends": int(call.ends_at.timestamp() * 1000),
        "step_ms": int(life.total_seconds() * 1000),
        "rotates": False,
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
