"""A scan by somebody who is not known on this phone: two digits for the trainer, and another learner beside its own."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import attendance
from courses.attendance.tickets import COOKIE
from courses.models import Direction, DoorRequest
from courses.refusals import Refused
from courses.web.gate import public
from courses.web.public.binding import forget_binding
from courses.web.public.checkin import TICKET_SECONDS, held, keep, page_of, refused, to_sign_in


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def other(request: HttpRequest) -> HttpResponseBase:
    """/C/other/: another learner on this phone. GET offers the ways, POST takes one with the same scan: two digits for
    the trainer, or signing in, for which the phone forgets whose it was."""
    try:
        scan = held(request)
        if request.method != "POST":
            context = {"scanned": scan.scanned_at, "leaving": scan.direction == Direction.OUT}
            return page_of(request, "public/checkin/other.html", context)
        handed = attendance.seal_ticket(
            attendance.hand_on(request.COOKIES.get(COOKIE, ""), minutes=attendance.TICKET_MINUTES, now=timezone.now())
        )
        signs_in = request.POST.get("by") == "sign_in"
        response = to_sign_in() if signs_in else _asked(handed)
    except Refused as refusal:
        return refused(request, refusal)
    if signs_in:
        logout(request)
        forget_binding(response)
    keep(response, COOKIE, handed, TICKET_SECONDS)
    return response


def _asked(ticket_text: str) -> HttpResponse:
    """Refused with ScanRefused or DoorRefused."""
    return redirect("scan_asked", code=attendance.ask_door(ticket_text=ticket_text, now=timezone.now()).code)


@public
@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """请老师当面确认: this browser has scanned and cannot sign in."""
    try:
        return _asked(request.COOKIES.get(COOKIE, ""))
    except Refused as refusal:
        return refused(request, refusal)


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
