"""Text size and light or dark: kept in two cookies of the browser, for visitors and signed-in alike. The language too,
and with it that of the messages to a learner who is signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import i18n
from django.views.decorators.http import require_POST

from courses.people import accounts
from courses.web.gate import public

CHOICES = {"theme": ("light", "dark"), "elder": ("1", "2")}
YEAR = 365 * 24 * 3600


def appearance(request: HttpRequest) -> dict[str, str]:
    """`theme` and `elder` for templates; empty means the system's own."""
    return {name: _kept(request, name) for name in CHOICES}


def _kept(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else ""


@public
@require_POST
def set_appearance(request: HttpRequest) -> HttpResponse:
    """Keep what was pressed. The form sends the current values first and the pressed button last: the last one wins."""
    response = HttpResponseRedirect(safe_next(request, default="/"))
    for name, allowed in CHOICES.items():
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                name, value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
        elif value is not None:
            response.delete_cookie(name, samesite="Lax")
    return response


@public
def set_language(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST" and request.user.is_authenticated:
        accounts.prefer_language(user=request.user, language=request.POST.get("language", ""))
    return i18n.set_language(request)


def safe_next(request: HttpRequest, *, default: str) -> str:
    """Where the visitor wanted to go, as long as it is on this host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return wanted
    return default
