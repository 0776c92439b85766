"""The doors of staff: second factor, idle time, other people's screens as a whole, nothing kept by the browser."""

import re
import time
from collections.abc import Callable
from datetime import datetime

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from courses import access
from courses.access import Permission
from courses.models import User
from courses.web.account.mfa import MFAAdapter
from courses.web.gate import STAFF_DOORS, to_sign_in
from courses.web.teach import wall_pass

# Neither session nor user is looked at here: a signed code, a signed screen token or nothing at all is enough.
FREE = re.compile(r"/[Cc]/|/static/|/media/|/(healthz|readyz|metrics)$|/teach/lesson/[^/]+/(wall/)?state$")
# Sign-in and password pages of the page editor, which know no second factor.
SHUT = re.compile(r"/cms/(login|password_reset|password|account/change_password)(/|$)")
SEEN = "staff_seen"
SEEN_EVERY = 60


class DoorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if FREE.match(path):
            return self.get_response(request)
        if SHUT.match(path):
            return redirect_to_login("/cms/", login_url=reverse("account_staff_login"))
        response = self._turned_away(request) if path.startswith(STAFF_DOORS) else None
        if response is None:
            response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.session.modified:
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _turned_away(self, request: HttpRequest) -> HttpResponseBase | None:
        third_party = next(
            (p for prefix, p in access.THIRD_PARTY.items() if request.path_info.startswith(prefix)), None
        )
        if not request.user.is_authenticated:
            return to_sign_in(request) if third_party else None
        user, now = request.user, timezone.now()
        if third_party is None and not access.is_staff(user=user, now=now):
            return None
        if third_party and not self._may(user, third_party, now):
            raise PermissionDenied
        if self._was_idle(request):
            logout(request)
            return None if wall_pass.holder(request) else to_sign_in(request)
        return self._second_factor(request, user)

    def _may(self, user: User, permission: Permission, now: datetime) -> bool:
        """A superuser opens every door of a developer's machine, and none where citizens are served."""
        every_door = user.is_superuser and not settings.SERVES_CITIZENS
        return every_door or access.may(user=user, permission=permission, now=now)

    def _was_idle(self, request: HttpRequest) -> bool:
        """Whether nobody touched a staff door for STAFF_IDLE_SECONDS; the mark is renewed once a minute."""
        moment = int(time.time())
        seen = request.session.get(SEEN, moment)
        if moment - seen > settings.STAFF_IDLE_SECONDS:
            return True
        if SEEN not in request.session or moment - seen >= SEEN_EVERY:
            request.session[SEEN] = moment
        return False

    def _second_factor(self, request: HttpRequest, user: User) -> HttpResponseBase | None:
        if not settings.ENFORCE_SECOND_FACTOR or has_second_factor(request, user):
            return None
        door = "mfa_reauthenticate" if MFAAdapter().is_mfa_enabled(user) else "mfa_activate_totp"
        return redirect_to_login(request.get_full_path(), login_url=reverse(door))


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this session proved a second factor of this user."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
