"""The gate of every screen: each view says who may pass, and a route that says nothing breaks the build."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import access
from courses.access import Permission
from courses.models import Learner

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
STAFF_DOORS = ("/desk/", "/teach/", "/cms/", "/S/", "/s/")
DOORS = (*STAFF_DOORS, "/my/")
READS = ("GET", "HEAD")


class NoLearner(PermissionDenied):
    """A login of somebody who works here and is no learner."""


def public(view: View) -> View:
    """Anybody, signed in or not."""
    view.gate = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Any login."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.gate = "signed_in"  # type: ignore[attr-defined]
    return cast("View", guarded)


def learner_only(view: View) -> View:
    """A login that has a learner; the view receives it as `request.learner`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        learner = Learner.objects.filter(user_id=request.user.pk).first()
        if learner is None:
            raise NoLearner
        learner.user = request.user  # read already
        request.learner = learner  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    guarded.gate = "learner_only"  # type: ignore[attr-defined]
    return cast("View", guarded)


def allow(permission: Permission) -> Callable[[View], View]:
    """A post that grants the permission; what is fetched is the scope's business, not the gate's."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not access.may(user=request.user, permission=permission, now=timezone.now()):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.gate = permission  # type: ignore[attr-defined]
        return cast("View", guarded)

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    door = "account_staff_login" if request.path.startswith(STAFF_DOORS) else "account_login"
    if request.method not in READS and "text/html" in request.headers.get("Accept", ""):
        said = _("您没有登录，或者登录已过期，刚才提交的没有保存。请登录后再提交一次。")
        messages.warning(request, said, fail_silently=True)
    return redirect_to_login(_way_back(request), login_url=reverse(door))


def _way_back(request: HttpRequest) -> str:
    """Where the visitor goes on after signing in: what takes forms alone is not opened by a link, so the page that the
    form stood on, else the door that it lies behind."""
    if request.method in READS:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc == request.get_host() and page.path and not page.path.startswith("/account/"):
        return page._replace(scheme="", netloc="", fragment="").geturl()
    return next((door for door in DOORS if request.path.startswith(door)), "/")
