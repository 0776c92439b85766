"""What a browser may load and use: strict for every page, looser only where Wagtail's own admin needs it."""

from collections.abc import Callable

from csp.constants import HEADER, SELF, UNSAFE_INLINE
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ADMIN_PREFIX = "/cms/"
# The admin is not ours: it writes inline scripts and styles, and shows previews and fresh pictures inside itself.
ADMIN_CHANGES = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}
PERMISSIONS = "geolocation=(), camera=(self), microphone=()"


class ContentSecurityMiddleware:
    """Content-Security-Policy and Permissions-Policy on every response; both policies are written once per process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.strict: str = build_policy()
        self.admin: str = build_policy(replace=ADMIN_CHANGES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # The framework's own page about a mistake in development brings its styles with it.
        if not (settings.DEBUG and response.status_code in {404, 500}):
            policy = self.admin if request.path_info.startswith(ADMIN_PREFIX) else self.strict
            response.headers.setdefault(HEADER, policy)
        return response
