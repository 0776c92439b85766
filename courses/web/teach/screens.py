"""Screens that ask every two seconds: known by a signed token, served from what the process learned a second ago.

No session, no user, and one small query a second for all screens of a lesson: three hundred cost what one does.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import get_language

from courses import attendance, privacy
from courses.attendance import Revision
from courses.models import Lesson

MOMENT_SECONDS = 1
ANSWER_SECONDS = 60
ETAG = re.compile(r'"[0-9a-f]{20}"')
STATE = re.compile(r"/teach/lesson/(?P<name>[^/]+)/(?P<wall>wall/)?state")
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
    """What a screen is told, ready to be sent: `until` in milliseconds, where the clock alone ends it."""

    body: bytes
    etag: str
    until: int = 0
    revision: Revision = ()

    def holds(self, revision: Revision | None, now: datetime) -> bool:
        return self.revision == revision and not 0 < self.until <= now.timestamp() * 1000


def of_moment(
    request: HttpRequest, *, screen: Screen, code: int, now: datetime, make: Callable[[Lesson], Answer]
) -> Answer | None:
    """What this process made for all screens of this kind, language and host; None without the lesson.

    It is made anew when the lesson is another than a second ago. That second and the two between the questions of a
    screen are the three within which it learns of everything.
    """
    revision = _revision(code, now)
    if revision is None:
        return None
    key = f"{screen}:{code}:{get_language()}:{request.get_host()}"
    known: Answer | None = caches["moment"].get(key)
    if known is None or not known.holds(revision, now):
        lesson = _lesson(code)
        if lesson is None:
            return None
        known = replace(make(lesson), revision=revision)
        caches["moment"].set(key, known, ANSWER_SECONDS)
        caches["moment"].set(f"known:{code}:{known.etag}", replace(known, body=b""), ANSWER_SECONDS)
    return known


def _revision(code: int, now: datetime) -> Revision | None:
    """Asked once a second, for all screens of the lesson."""
    key = f"revision:{code}"
    known: Revision | None = caches["moment"].get(key)
    if known is None:
        known = attendance.revision(code=code, now=now)
        if known is not None:
            caches["moment"].set(key, known, MOMENT_SECONDS)
    return known


def forget_moment(lesson: Lesson) -> None:
    """After a change by hand the next answer is made anew."""
    cache = caches["moment"]
    cache.delete(f"revision:{lesson.code}")


class ScreenMiddleware:
    """Nothing new, to a screen that has the answer of this moment: before sessions, languages and the log of requests.

    Three hundred screens ask 150 times a second, nearly always for nothing. Whatever else they ask goes the usual way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        etag = _has(request)
        asked = STATE.fullmatch(request.path_info) if ETAG.fullmatch(etag) else None
        if asked is None or request.method != "GET":
            return self.get_response(request)
        now = timezone.now()
        screen = Screen.WALL if asked["wall"] else Screen.ROSTER
        code = screen_holds(request, screen=screen, name=asked["name"], now=now)
        cache = caches["moment"]
        known: Answer | None = cache.get(f"known:{code}:{etag}") if code is not None else None
        if known is None or not known.holds(cache.get(f"revision:{code}"), now):
            return self.get_response(request)
        return reply(request, known, now=now)


def answer_of(*, body: dict[str, Any], seen: object, until: int = 0) -> Answer:
    """`seen` is what a viewer would notice: while it stays the same, the ETag does."""
    etag = f'"{hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:20]}"'
    return Answer(json.dumps(body).encode(), etag, until)


def turned_away() -> HttpResponse:
    return JsonResponse({"code": "screen_unknown"}, status=403)


def reply(request: HttpRequest, known: Answer, *, now: datetime) -> HttpResponse:
    """The answer, or 304 to who has it; the server's time is always told. Its forms get this browser's token."""
    if _has(request) == known.etag:
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


def _has(request: HttpRequest) -> str:
    """The ETag that the screen holds; a proxy that packs the answers makes a weak one of it."""
    return request.headers.get("If-None-Match", "").removeprefix("W/")


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
