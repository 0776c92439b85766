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
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import attendance, privacy
from courses.attendance import MarkRefused, NotBound, Receipt, ScanRefusal, ScanRefused, Standing, Who
from courses.attendance.tickets import COOKIE
from courses.models import Direction, DoorRequest
from courses.refusals import Refused
from courses.web import clock
from courses.web.gate import public
from courses.web.public.binding import forget_binding, name_browser, read_binding, read_browser
from courses.web.public.refusals import AWAY, CLOCK, DENIED, NOT_YOURS, TOO_MANY, Face, face_of, face_words
from courses.web.public.tries import WINDOW_SECONDS, too_many

TICKET_SECONDS = attendance.TICKET_MINUTES * 60
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
        return _refused(request, refusal)
    response = _waiting(request, now, ticket.direction)
    response.set_cookie(
        COOKIE,
        attendance.seal_ticket(ticket),
        max_age=TICKET_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    name_browser(response, browser)
    return response


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_a_steady_clock
def ticket(request: HttpRequest) -> HttpResponseBase:
    """/C/: GET goes on with the ticket of this browser, POST redeems it."""
    if request.method == "POST":
        return _redeem(request)
    try:
        held = attendance.open_ticket(
            request.COOKIES.get(COOKIE, ""), minutes=attendance.TICKET_MINUTES, now=timezone.now()
        )
    except ScanRefused as refusal:
        return _refused(request, refusal)
    return _waiting(request, held.scanned_at, held.direction)


def _redeem(request: HttpRequest) -> HttpResponseBase:
    who = _who(request)
    if who is None:
        return _to_sign_in()
    try:
        receipt = attendance.redeem(ticket_text=request.COOKIES.get(COOKIE, ""), who=who, now=timezone.now())
    except NotBound:
        response = _to_sign_in()
        forget_binding(response)
        return response
    except ScanRefused as refusal:
        return _refused(request, refusal)
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
    return page_of(request, "public/checkin/result.html", _facts(receipt))


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
    """不是我: within a minute the learner takes the scan back."""
    binding = read_binding(request)
    learner_id = binding.learner_id if binding else _learner_id(request)
    try:
        attendance.undo(learner_id=learner_id or 0, receipt=number, now=timezone.now())
    except MarkRefused as refusal:
        return _refused(request, refusal)
    response = page_of(request, "public/checkin/undone.html", {})
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


@public
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """请老师当面确认: this browser has scanned and cannot sign in."""
    try:
        row = attendance.ask_door(ticket_text=request.COOKIES.get(COOKIE, ""), now=timezone.now())
    except Refused as refusal:
        return _refused(request, refusal)
    return redirect("scan_asked", code=row.code)


@public
@never_cache
@require_safe
def asked(request: HttpRequest, code: str) -> HttpResponse:
    """The two digits; green once the trainer has said who shows them."""
    row = _door(code)
    standing = attendance.awaited(row)
    name = row.evidence.learner.masked_name if row.evidence else ""
    context = {"row": row, "lesson": row.lesson, "standing": standing, "masked": name}
    return page_of(request, "public/checkin/asked.html", context)


@public
@never_cache
@require_safe
def asked_state(request: HttpRequest, code: str) -> JsonResponse:
    """Whether the trainer has answered; asked every two seconds by the amber page."""
    return JsonResponse({"standing": attendance.awaited(_door(code))})


def _door(code: str) -> DoorRequest:
    """By the code in its address, which only this browser was led to."""
    rows = DoorRequest.objects.select_related("lesson__training_class__course", "evidence__learner")
    return get_object_or_404(rows, code=code)


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


def _facts(receipt: Receipt) -> dict[str, Any]:
    left = int((receipt.undo_until - timezone.now()).total_seconds())
    return {
        "receipt": receipt,
        "waits": receipt.standing == Standing.AWAITS,
        "out": receipt.direction == Direction.OUT,
        "masked": privacy.mask_name(receipt.learner_name),
        "undo_seconds": max(0, left),
    }


def _waiting(request: HttpRequest, scanned: datetime, direction: Direction) -> HttpResponse:
    """A bound browser posts by itself; any other is asked to sign in, and told that its time is noted."""
    bound = read_binding(request) is not None
    known = bound or (settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated)
    # Another language leads back to the ticket, not to the code: a code that is read again is a later arrival.
    context = {"known": known, "scanned": scanned, "leaving": direction == Direction.OUT, "path": reverse("ticket")}
    return page_of(request, "public/checkin/scan.html", context)


def _to_sign_in() -> HttpResponse:
    return redirect(f"{reverse('account_login')}?next={reverse('ticket')}")


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refused scan that was redeemed has left its row; a refused look has not."""
    recorded = request.method == "POST" and isinstance(refusal, ScanRefused)
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
