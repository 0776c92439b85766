"""The learners' door: phone, code, in. And the way out."""

from datetime import datetime

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import tasks
from courses.attendance.checkin import TICKET_MINUTES
from courses.attendance.codes import ScanRefused
from courses.attendance.tickets import COOKIE, open_ticket
from courses.models import Learner, User
from courses.notices import CodeRefused
from courses.people import accounts, devices, resting
from courses.people.accounts import PendingCode, ProofRefusal, ProofRefused
from courses.web.account.adapter import address_of, home_of
from courses.web.account.browsers import bind_browser
from courses.web.account.forms import CodeForm, PhoneForm
from courses.web.appearance import safe_next
from courses.web.gate import public
from courses.web.public.binding import forget_binding, read_binding

PENDING, NEXT, PROVED = "login_code", "login_next", "login_proved"


@public
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Any mainland number gets a code, known or not, and the same answer."""
    wanted = safe_next(request, default="")
    if request.user.is_authenticated:
        return redirect(wanted or home_of(request.user))
    form = PhoneForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method == "GET" else 422
    if request.method == "POST" and form.is_valid():
        refusal = _send(request, phone=form.cleaned_data["phone"])
        if refusal is None:
            request.session[NEXT] = wanted
            return redirect("account_code")
        form.add_error("phone", refusal.sentence)
        status = 429
    scanned = _has_ticket(request, timezone.now())
    return render(request, "account/login.html", {"form": form, "next": wanted, "scanned": scanned}, status=status)


@public
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    pending = _pending(request)
    if pending is None:
        return redirect("account_login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    now, refusal = timezone.now(), None
    if request.method == "POST" and form.is_valid():
        try:
            language = get_language() or settings.LANGUAGE_CODE
            user = accounts.prove(pending=pending, code=form.cleaned_data["code"], now=now, language=language)
            return enter(request, user, now)
        except ProofRefused as refused:
            refusal = refused
            form.add_error("code", refused.sentence)
    context = {
        "form": form,
        "phone": pending.masked_phone,
        "wait": pending.wait_seconds(now=now),
        "scanned": _has_ticket(request, now),
        "over": refusal is not None and refusal.code != ProofRefusal.WRONG,
        "demo": settings.DEMO and settings.SMS_BACKEND == "console",
    }
    return render(request, "account/code.html", context, status=200 if request.method == "GET" else 422)


@public
@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    pending = _pending(request)
    if pending is None:
        return redirect("account_login")
    refusal = _send(request, phone=pending.phone)
    if refusal is None:
        messages.success(request, _("新的验证码已发出，以前的不能再用。"))
    else:
        messages.error(request, refusal.sentence)
    return redirect("account_code")


@public
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session and this browser's binding: the next person at a shared phone is not taken for this one."""
    response = redirect("/")
    if request.method == "POST" and request.user.is_authenticated:
        binding, learner = read_binding(request), Learner.objects.filter(user_id=request.user.pk).first()
        if binding is not None and learner is not None:
            devices.revoke(learner=learner, code=binding.device_code, now=timezone.now())
        forget_binding(response)
        # The page of the personal code is kept by the browser for a room without signal.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        logout(request)
    return response


def _send(request: HttpRequest, *, phone: str) -> CodeRefused | None:
    now = timezone.now()
    try:
        pending, message_id = accounts.send_code(
            phone=phone,
            address=address_of(request),
            has_ticket=_has_ticket(request, now),
            language=get_language() or settings.LANGUAGE_CODE,
            now=now,
        )
    except CodeRefused as refusal:
        return refusal
    tasks.wake_delivery(message_id)
    request.session[PENDING] = pending.seal()
    return None


def _pending(request: HttpRequest) -> PendingCode | None:
    return accounts.open_pending(sealed=request.session.get(PENDING, ""))


def _has_ticket(request: HttpRequest, now: datetime) -> bool:
    """Whether this browser just scanned a code in a classroom."""
    try:
        open_ticket(request.COOKIES.get(COOKIE, ""), minutes=TICKET_MINUTES, now=now)
    except ScanRefused:
        return False
    return True


def enter(request: HttpRequest, user: User, now: datetime) -> HttpResponse:
    """A number that rested for long is asked for more than its code, before anything of the account is opened."""
    if resting.is_resting(user=user, now=now):
        request.session.pop(PENDING, None)
        request.session[PROVED] = [user.pk, now.timestamp()]
        return redirect("account_owner")
    return sign_in(request, user, now)


def sign_in(request: HttpRequest, user: User, now: datetime) -> HttpResponse:
    wanted = request.session.pop(NEXT, "")
    request.session.pop(PENDING, None)
    record_authentication(request, user, method="code")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=wanted or home_of(user)))
    if request.user.is_authenticated:
        bind_browser(request, response, user=user, now=now)
    return response
