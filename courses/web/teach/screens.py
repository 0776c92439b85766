"""Screens that ask every two seconds: known by a signed token, served from what the process learned a second ago.

No session, no user and, while the moment lasts, no query: three hundred screens cost what one does.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse

from courses import attendance, privacy
from courses.models import Lesson

Known = TypeVar("Known")
MOMENT_SECONDS = 1
MAC_BYTES = 16


class Screen(StrEnum):
    """A wall shows masked names to a room all day; a roster shows names to one person for as long as staff may idle."""

    WALL = "wall"
    ROSTER = "roster"


LIFE = {Screen.WALL: timedelta(hours=12), Screen.ROSTER: timedelta(minutes=30)}


def screen_token(*, screen: Screen, lesson: Lesson, now: datetime) -> str:
    until = int((now + LIFE[screen]).timestamp())
    return f"{until}.{_mac(screen, lesson.code, until)}"


def lesson_of_screen(request: HttpRequest, *, screen: Screen, name: str, now: datetime) -> Lesson | None:
    """The lesson whose token the screen shows; None without one that holds."""
    code = attendance.lesson_code(name)
    if code is None or not _holds(request.headers.get("X-Screen", ""), screen, code, now):
        return None
    return moment(f"lesson:{code}", lambda: _lesson(code))


def moment(key: str, read: Callable[[], Known]) -> Known:
    """What this process knows, for a second."""
    cache = caches["moment"]
    known = cache.get(key)
    if known is None:
        known = read()
        cache.set(key, known, MOMENT_SECONDS)
    return cast("Known", known)


def forget_moment(lesson: Lesson) -> None:
    """After a change by hand the next answer is read anew."""
    caches["moment"].delete_many([f"{what}:{lesson.code}" for what in ("lesson", "wall", "roster", "door")])


def turned_away() -> HttpResponse:
    return JsonResponse({"code": "screen_unknown"}, status=403)


def answer(request: HttpRequest, *, body: dict[str, Any], seen: object, now: datetime) -> HttpResponse:
    """JSON with an ETag over `seen`, or 304; the time is the server's and always told."""
    etag = f'"{hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:20]}"'
    same = request.headers.get("If-None-Match") == etag
    response: HttpResponse = HttpResponseNotModified() if same else JsonResponse(body)
    response["ETag"] = etag
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
