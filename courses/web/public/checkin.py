"""Scanning: the page behind the code, the post that redeems the ticket, and what the learner is told.

A bound browser is known by its signed cookie, so this path asks neither for a session nor for a user.
"""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import attendance, privacy
from courses.attendance import MarkRefused, NotBound, Receipt, ScanRefusal, ScanRefused, Standing, Who
from courses.attendance.tickets import COOKIE, Ticket
from courses.models import Direction
from courses.refusals import Refused
from courses.web import clock
from courses.web.gate import public
from courses.web.public.binding import forget_binding, name_browser, read_binding, read_browser
from courses.web.public.faces import AWAY, CLOCK, DENIED, NOT_YOURS, TOO_MANY, Face
from courses.web.public.refusals import face_of, face_words
from courses.web.public.tries import WINDOW_SECONDS, too_many

TICKET_SECONDS = attendance.TICKET_MINUTES * 60
# A phone on which somebody said 不是我 asks who it is before each scan, for the rest of a day.
ASK_FIRST = "ask_first"
ASK_FIRST_SECONDS = 12 * 3600
NOT_COUNTED = {Standing.DENIED: DENIED, Standing.AWAY: AWAY}
GUESSED = (ScanRefusal.UNKNOWN_CODE, ScanRefusal.EXPIRED)
View = Callable[..., HttpResponseBase]


def by_a_steady_clock(view: View) -> View:
    """No scan is read and no ticket redeemed by a clock that was set back."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if clock.is_set_back(now=timezone.now(), ticks=time.monotonic()):
            return _faced(request, CLOCK, {}, recorded=False)
        return view(request, *args, **kwargs)

    return checked


@public
@never_cache
@require_safe
@by_a_steady_clock
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """GET /C/<code>: a good code leaves an arrival ticket in this browser. Writes no row."""
    now = timezone.now()
    browser = read_browser(request)
    try:
        ticket = attendance.scan(text=code, browser=browser, now=now)
    except ScanRefused as refusal:
        if refusal.code in GUESSED and too_many(request, now=now):
            return _slowed(request)
        return refused(request, refusal)
    response = _waiting(request, now, ticket.direction)
    keep(response, COOKIE, attendance.seal_ticket(ticket), TICKET_SECONDS)
    name_browser(response, browser)
    return response


def keep(response: HttpResponseBase, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_a_steady_clock
def ticket(request: HttpRequest) -> HttpResponseBase:
    """/C/: GET goes on with the ticket of this browser, POST redeems it."""
    if request.method == "POST":
        return _redeem(request)
    try:
        found = held(request)
    except ScanRefused as refusal:
        return refused(request, refusal)
    return _waiting(request, found.scanned_at, found.direction)


def held(request: HttpRequest) -> Ticket:
    """The ticket of this browser. Refused with ScanRefused."""
    text = request.COOKIES.get(COOKIE, "")
    return attendance.open_ticket(text, minutes=attendance.TICKET_MINUTES, now=timezone.now())


def _held_nonce(request: HttpRequest) -> str:
    try:
        return held(request).nonce
    except ScanRefused:
        return ""


def _redeem(request: HttpRequest) -> HttpResponseBase:
    who = _who(request)
    if who is None:
        return to_sign_in()
    try:
        receipt = attendance.redeem(ticket_text=request.COOKIES.get(COOKIE, ""), who=who, now=timezone.now())
    except NotBound:
        response = to_sign_in()
        forget_binding(response)
        return response
    except ScanRefused as refusal:
        return refused(request, refusal, recorded=True)
    return redirect("scan_result", number=receipt.number)


def _who(request: HttpRequest) -> Who | None:
    binding = read_binding(request)
    if binding is not None:
        return Who(learner_id=binding.learner_id, device_code=binding.device_code)
    if request.user.is_authenticated:
        return Who(user_id=request.user.pk)
    return None


@public
@never_cache
@require_safe
def result(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt, to its own learner only: green where it counts, amber while the trainer is asked."""
    receipt = _own_receipt(request, number)
    if receipt is None:
        return _faced(request, NOT_YOURS, {}, recorded=False)
    if receipt.standing in NOT_COUNTED:
        return _faced(request, NOT_COUNTED[receipt.standing], {}, recorded=False)
    if receipt.standing == Standing.UNDONE:
        return page_of(request, "public/checkin/undone.html", {})
    return page_of(request, "public/checkin/result.html", _facts(receipt, _held_nonce(request)))


@public
@never_cache
@require_safe
def result_state(request: HttpRequest, number: str) -> JsonResponse:
    """Whether a receipt still waits; asked every two seconds by the amber page."""
    receipt = _own_receipt(request, number)
    if receipt is None:
        return JsonResponse({"code": ScanRefusal.UNKNOWN_CODE}, status=404)
    return JsonResponse({"standing": receipt.standing})


@public
@never_cache
@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponseBase:
    """不是我: within a minute the scan is taken back; its ticket stays for whoever it is, and from now on this phone asks
    before it signs anybody in."""
    binding = read_binding(request)
    learner_id = binding.learner_id if binding else _learner_id(request)
    try:
        attendance.undo(learner_id=learner_id or 0, receipt=number, nonce=_held_nonce(request), now=timezone.now())
    except MarkRefused as refusal:
        return refused(request, refusal)
    response = redirect("scan_result", number=number)
    keep(response, ASK_FIRST, "1", ASK_FIRST_SECONDS)
    return response


@public
@never_cache
def help_(request: HttpRequest) -> HttpResponse:
    """What to do in the classroom, for those who press 我要签到 at home."""
    return page_of(request, "public/checkin/help.html", {})


def _own_receipt(request: HttpRequest, number: str) -> Receipt | None:
    binding = read_binding(request)
    learner_id = binding.learner_id if binding else _learner_id(request)
    return attendance.own_receipt(number=number, learner_id=learner_id) if learner_id else None


def _learner_id(request: HttpRequest) -> int | None:
    learner = getattr(request.user, "learner", None) if request.user.is_authenticated else None
    return learner.pk if learner else None


def _facts(receipt: Receipt, nonce: str) -> dict[str, Any]:
    """Only what this very scan recorded can be taken back; who scans next on this phone is another learner."""
    left = int((receipt.undo_until - timezone.now()).total_seconds()) if receipt.ticket == nonce else 0
    return {
        "receipt": receipt,
        "waits": receipt.standing == Standing.AWAITS,
        "out": receipt.direction == Direction.OUT,
        "masked": privacy.mask_name(receipt.learner_name),
        "undo_seconds": max(0, left),
        "may_hand_on": bool(nonce),
    }


def _waiting(request: HttpRequest, scanned: datetime, direction: Direction) -> HttpResponse:
    """A bound browser posts by itself, unless somebody said 不是我 on it today; any other is asked to sign in, and told
    that its time is noted."""
    bound = read_binding(request) is not None
    known = bound or (settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated)
    # Another language leads back to the ticket, not to the code: a code that is read again is a later arrival.
    context = {
        "known": known,
        "asks": ASK_FIRST in request.COOKIES,
        "scanned": scanned,
        "leaving": direction == Direction.OUT,
        "path": reverse("ticket"),
    }
    return page_of(request, "public/checkin/scan.html", context)


def to_sign_in() -> HttpResponse:
    return redirect(f"{reverse('account_login')}?next={reverse('ticket')}")


def refused(request: HttpRequest, refusal: Refused, *, recorded: bool = False) -> HttpResponse:
    """A refused scan that was redeemed has left its row, `recorded`; any other refusal has not."""
    return _faced(request, face_of(refusal.code, refusal.values), refusal.values, recorded=recorded)


def _slowed(request: HttpRequest) -> HttpResponse:
    response = _faced(request, TOO_MANY, {}, recorded=False)
    response["Retry-After"] = str(WINDOW_SECONDS)
    return response


def _faced(request: HttpRequest, face: Face, values: dict[str, Any], *, recorded: bool) -> HttpResponse:
    context = face_words(face, values, back=reverse("ticket")) | {"recorded": recorded}
    return page_of(request, "public/checkin/refused.html", context, face.status)


def page_of(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Rendered without context processors, which would ask for a session and a site."""
    frame = {
        "theme": request.COOKIES.get("theme", ""),
        "elder": request.COOKIES.get("elder", ""),
        "csrf_token": get_token(request),
        "official": settings.OFFICIAL,
        "now": timezone.now(),
        "path": request.path if request.method == "GET" else reverse("scan_help"),
    }
    return HttpResponse(render_to_string(template, {**frame, **context}), status=status)
