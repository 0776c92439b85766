"""A wall that is open stays open until its lesson closes, though its trainer has long stopped touching that computer.

Keeping the whole session awake would leave a door of staff open in front of a class. The pass opens one wall and stops
it, nothing else; it is given to a signed-in trainer, lies in no page, and who may no longer teach the lesson, or has a
new password, holds none.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone

from courses import attendance, privacy
from courses.models import Lesson, User
from courses.web.teach.screens import LIFE, MAC_BYTES, Screen

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
OPENS = ("wall", "wall_pause")


def cookie_name() -> str:
    return "__Secure-wall" if settings.SESSION_COOKIE_SECURE else "wall"


def give(response: HttpResponse, *, lesson: Lesson, user: User, closes_at: datetime, now: datetime) -> None:
    """For the rest of this lesson, at most as long as a screen's token."""
    until = min(closes_at, now + LIFE[Screen.WALL])
    if until <= now:
        return
    seconds = int(until.timestamp())
    response.set_cookie(
        cookie_name(),
        f"{seconds}.{user.pk}.{_mac(lesson.code, user, seconds).hex()}",
        expires=until,
        path=reverse("wall", args=[attendance.lesson_name(lesson)]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def holder(request: HttpRequest) -> User | None:
    """Who opened this wall on this computer, while their pass holds."""
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    code = attendance.lesson_code(str(found.kwargs.get("name", ""))) if found.url_name in OPENS else None
    until, _dot, rest = request.COOKIES.get(cookie_name(), "").partition(".")
    number, _dot, mac = rest.partition(".")
    if code is None or not (_is_number(until) and _is_number(number)) or int(until) <= timezone.now().timestamp():
        return None
    user = User.objects.filter(pk=int(number), is_active=True).first()
    return user if user is not None and _given(mac, code, user, int(until)) else None


def or_pass(view: View) -> View:
    """Nobody is signed in any more: who opened this wall goes on as themselves, for this request."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            request.user = holder(request) or request.user
        return view(request, *args, **kwargs)

    return cast("View", guarded)


def _mac(code: int, user: User, until: int) -> bytes:
    return privacy.sign(_text(code, user, until), purpose="screen", length=MAC_BYTES)


def _given(mac: str, code: int, user: User, until: int) -> bool:
    try:
        given = bytes.fromhex(mac)
    except ValueError:
        return False
    return privacy.verify(_text(code, user, until), given, purpose="screen", length=MAC_BYTES)


def _text(code: int, user: User, until: int) -> bytes:
    return f"pass:{code}:{user.pk}:{until}:{user.get_session_auth_hash()}".encode()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12
