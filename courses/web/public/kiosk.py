"""/kiosk/: the fixed screen in a room. Known by its own token; nobody is signed in and no whole name is shown."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.attendance import KioskRefused, Scanner, kiosks
from courses.models import Evidence, Kiosk
from courses.web.account.adapter import address_of
from courses.web.gate import public
from courses.web.teach.scanned import as_json, scan_as, wants_json

Origin = Evidence.Origin


def cookie_name() -> str:
    return "__Host-kiosk" if settings.SESSION_COOKIE_SECURE else "kiosk"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    """The scanning page, each scan of it, and for a machine that is no kiosk yet the field for the opening code."""
    held = _held(request)
    if held is None:
        return _closed(request, 403 if wants_json(request) else 200)
    face = None
    if request.method == "POST":
        face = scan_as(
            request, at=kiosks.place_of(held), scanner=Scanner(origin=Origin.KIOSK, name=held.number), whole_name=False
        )
        if wants_json(request):
            return as_json(face)
    context = {"kiosk": held, "lesson": held.lesson, "face": face, "now": timezone.now(), "path": request.path}
    return render(request, "public/kiosk/show.html", context)


@public
@never_cache
@require_POST
def kiosk_open(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    try:
        token = kiosks.open_up(code=request.POST.get("opening", "")[:40], address=address_of(request), now=now)
    except KioskRefused as refusal:
        return _closed(request, 422, refusal.sentence)
    response = redirect("kiosk")
    held = kiosks.of_token(token=token, now=now)
    response.set_cookie(
        cookie_name(),
        token,
        expires=held.expires_at if held else None,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _held(request: HttpRequest) -> Kiosk | None:
    return kiosks.of_token(token=request.COOKIES.get(cookie_name(), ""), now=timezone.now())


def _closed(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    context = {"sentence": sentence, "now": timezone.now(), "path": "/kiosk/"}
    return render(request, "public/kiosk/closed.html", context, status=status)
