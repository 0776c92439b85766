"""Screens that ask every two seconds: known by a signed token, served from what the process learned a second ago.

No session, no user and, while the moment lasts, no query: three hundred screens cost what one does.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from courses import attendance, privacy
from courses.models import Lesson

MOMENT_SECONDS = 1
# Stands in an answer that many browsers share, where each finds its own token.
CSRF_PLACE = "csrf-token-of-this-browser"
MAC_BYTES = 16


class Screen(StrEnum):
    """A wall shows masked names to a room all day; a roster shows names to one person for as long as staff may idle."""

    WALL = "wall"
    ROSTER = "roster"


LIFE = {Screen.WALL: timedelta(hours=12), Screen.ROSTER: timedelta(minutes=30)}


def screen_token(*, screen: Screen, lesson: Lesson, now: datetime) -> str:
    until = int((now + LIFE[screen]).timestamp())
    return f"{until}.{_mac(screen, lesson.code, until)}"


def screen_holds(request: HttpRequest, *, screen: Screen, name: str, now: datetime) -> int | None:
    """The code of the lesson whose token the screen shows; None without one that holds."""
    code = attendance.lesson_code(name)
    if code is None or not _holds(request.headers.get("X-Screen", ""), screen, code, now):
        return None
    return code


@dataclass(frozen=True)
class Answer:
    """What a screen is told, ready to be sent: `until` in milliseconds, where it is outlived within its second."""

    body: bytes
    etag: str
    until: int = 0


def of_moment(
    request: HttpRequest, *, screen: Screen, code: int, now: datetime, make: Callable[[Lesson], Answer]
) -> Answer | None:
    """What this process made a second ago for all screens of this kind, language and host; None without the lesson.

    A second and the two between the questions of a screen are the three within which it learns of everything.
    """
    cache = caches["moment"]
    key = f"{screen}:{code}:{cache.get(f'changed:{code}', '')}:{get_language()}:{request.get_host()}"
    known: Answer | None = cache.get(key)
    if known is None or 0 < known.until <= now.timestamp() * 1000:
        lesson = _lesson(code)
        if lesson is None:
            return None
        known = make(lesson)
        cache.set(key, known, MOMENT_SECONDS)
    return known


def forget_moment(lesson: Lesson) -> None:
    """After a change by hand the next answer is made anew."""
    caches["moment"].set(f"changed:{lesson.code}", token_hex(4), 3 * MOMENT_SECONDS)


def answer_of(*, body: dict[str, Any], seen: object, until: int = 0) -> Answer:
    """`seen` is what a viewer would notice: while it stays the same, the ETag does."""
    etag = f'"{hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:20]}"'
    return Answer(json.dumps(body).encode(), etag, until)


def turned_away() -> HttpResponse:
    return JsonResponse({"code": "screen_unknown"}, status=403)


def reply(request: HttpRequest, known: Answer, *, now: datetime) -> HttpResponse:
    """The answer, or 304 to who has it; the time is the server's and always told. Its forms get this browser's token."""
    if request.headers.get("If-None-Match") == known.etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        body = known.body
        if CSRF_PLACE.encode() in body:
            body = body.replace(CSRF_PLACE.encode(), get_token(request).encode())
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = known.etag
    response["Cache-Control"] = "no-store"
    response["X-Now"] = str(int(now.timestamp() * 1000))
    return response


def _lesson(code: int) -> Lesson | None:
    chosen = Lesson.objects.select_related("training_class__course", "training_class__venue", "trainer")
    return chosen.filter(code=code).first()


def _mac(screen: Screen, code: int, until: int) -> str:
    return privacy.sign(f"{screen}:{code}:{until}".encode(), purpose="screen", length=MAC_BYTES).hex()


def _holds(token: str, screen: Screen, code: int, now: datetime) -> bool:
    until, _dot, mac = token.partition(".")
    try:
        given = bytes.fromhex(mac)
    except ValueError:
        return False
    fresh = until.isdecimal() and int(until) > now.timestamp()
    return fresh and privacy.verify(f"{screen}:{code}:{until}".encode(), given, purpose="screen", length=MAC_BYTES)
