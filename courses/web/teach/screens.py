"""Screens that ask every two seconds: known by a signed token, served from what the process learned a second ago.

No session, no user, and one small query a second for all of them (`moments.py`). What is told holds names, and stays in
the process that made it.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.translation import get_language

from courses import attendance, privacy
from courses.attendance import Revision
from courses.models import Lesson
from courses.web.teach import moments

ANSWER_SECONDS = 60
LESSONS_KEPT = 256
PLACE_LENGTH, SEEN_LENGTH = 8, 20
ETAG = re.compile(rf'"[0-9a-f]{{{PLACE_LENGTH + SEEN_LENGTH}}}"')
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
    has_forms: bool = False
    revision: Revision | None = None
    language: str = ""
    host: str = ""

    def holds(self, revision: Revision | None, now: datetime) -> bool:
        return self.revision == revision and not 0 < self.until <= now.timestamp() * 1000


@dataclass(frozen=True)
class Moment:
    """A lesson at one moment. Two are equal where no screen would show anything else: so is what is read of them."""

    code: int
    revision: Revision
    now: datetime = field(compare=False)

    @property
    def lesson(self) -> Lesson:
        return _lesson(self.code, self.revision.lesson)


@lru_cache(maxsize=LESSONS_KEPT)
def _lesson(code: int, _as_it_is: tuple[object, ...]) -> Lesson:
    """An arrival changes nothing about it, and so it is not read again."""
    chosen = Lesson.objects.select_related("training_class__course", "training_class__venue", "trainer")
    return chosen.get(code=code)


Draw = Callable[[HttpRequest, Moment], Answer]
DRAWS: dict[Screen, Draw] = {}


def draws(screen: Screen) -> Callable[[Draw], Draw]:
    """Marks the function that makes the answer for all screens of a kind."""

    def kept(draw: Draw) -> Draw:
        DRAWS[screen] = draw
        return draw

    return kept


def told(request: HttpRequest, *, screen: Screen, name: str) -> HttpResponse:
    """The state of this moment, to who holds the screen's token; 304 while nothing changed."""
    now = timezone.now()
    code = screen_holds(request, screen=screen, name=name, now=now)
    language = get_language() or ""
    known = code and _of_moment(request, screen=screen, code=code, language=language, now=now)
    return reply(request, known, now=now) if known else turned_away()


def _of_moment(request: HttpRequest, *, screen: Screen, code: int, language: str, now: datetime) -> Answer | None:
    """What this process made for all screens of this kind, language and host; None without the lesson.

    It is made anew when the lesson is another than a second ago. That second and the two between the questions of a
    screen are the three within which it learns of everything.
    """
    revision = moments.newest(code=code, now=now)
    if revision is None:
        return None
    host = request.get_host()
    place = _digest(f"{language}:{host}", PLACE_LENGTH)
    known = _shown(screen, code, place)
    if known is None or not known.holds(revision, now):
        with translation.override(language):
            made = DRAWS[screen](request, Moment(code, revision, now))
        etag = f'"{place}{made.etag}"'
        known = replace(made, etag=etag, revision=revision, language=language, host=host)
        caches["screens"].set(f"{screen}:{code}:{place}", known, ANSWER_SECONDS)
    return known


def _shown(screen: Screen, code: int, place: str) -> Answer | None:
    """`place` names a language and a host; each ETag begins with that of its screen."""
    known: Answer | None = caches["screens"].get(f"{screen}:{code}:{place}")
    return known


def forget_moment(lesson: Lesson) -> None:
    """After a change by hand the next answer is made anew."""
    moments.forget(code=lesson.code)


class ScreenMiddleware:
    """Answers a screen that was answered before: ahead of sessions, languages and the log of requests.

    Three hundred screens ask 150 times a second, for nothing or for what was made for another. The first answer goes
    the usual way, and so does one with forms, in which each browser finds its own token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _early(request) or self.get_response(request)


def _early(request: HttpRequest) -> HttpResponse | None:
    etag = _has(request)
    asked = STATE.fullmatch(request.path_info) if ETAG.fullmatch(etag) else None
    if asked is None or request.method != "GET":
        return None
    now = timezone.now()
    screen = Screen.WALL if asked["wall"] else Screen.ROSTER
    code = screen_holds(request, screen=screen, name=asked["name"], now=now)
    known = None if code is None else _shown(screen, code, etag[1 : 1 + PLACE_LENGTH])
    if code is None or known is None or known.host != request.get_host():
        return None
    newest = _of_moment(request, screen=screen, code=code, language=known.language, now=now)
    if newest is None or (newest.has_forms and newest.etag != etag):
        return None
    return reply(request, newest, now=now)


def answer_of(*, body: dict[str, Any], seen: str = "", until: int = 0) -> Answer:
    """`seen` is what a viewer would notice, where that is less than all: while it stays the same, the ETag does."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Answer(text.encode(), _digest(seen or text, SEEN_LENGTH), until, CSRF_PLACE in text)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def turned_away() -> HttpResponse:
    return JsonResponse({"code": "screen_unknown"}, status=403)


def reply(request: HttpRequest, known: Answer, *, now: datetime) -> HttpResponse:
    """The answer, or 304 to who has it; the server's time is always told. Its forms get this browser's token."""
    if _has(request) == known.etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        body = known.body
        if known.has_forms:
            body = body.replace(CSRF_PLACE.encode(), get_token(request).encode())
        response = HttpResponse(body, content_type="application/json")
        # Said here, as what goes out early passes nobody who would.
        response["Content-Length"] = str(len(body))
    response["ETag"] = known.etag
    response["Cache-Control"] = "no-store"
    response["X-Now"] = str(int(now.timestamp() * 1000))
    return response


def _has(request: HttpRequest) -> str:
    """The ETag that the screen holds; a proxy that packs the answers makes a weak one of it."""
    return request.headers.get("If-None-Match", "").removeprefix("W/")


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
