"""The cookie by which a learner's own browser is known: device code and learner, signed, for the life of the
binding."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from courses import privacy
from courses.models import Device
from courses.people.numbers import fresh

PURPOSE = "device"
MAC_BYTES = 16
# What a browser is known by, whoever is signed in: one phone that scans for several people is seen.
BROWSER = "browser"
BROWSER_SECONDS = 180 * 24 * 3600


@dataclass(frozen=True)
class Binding:
    """What the cookie says. Whether the binding still holds, the rows say."""

    device_code: str
    learner_id: int


def cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def read_binding(request: HttpRequest) -> Binding | None:
    """The binding of this browser; None without a cookie or with one that was altered. No statement."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), "").encode())
    except (binascii.Error, ValueError):
        return None
    payload = sealed[MAC_BYTES:]
    if not payload or not privacy.verify(payload, sealed[:MAC_BYTES], purpose=PURPOSE, length=MAC_BYTES):
        return None
    device_code, learner_id = json.loads(payload)
    return Binding(device_code, learner_id)


def write_binding(response: HttpResponseBase, device: Device) -> None:
    payload = json.dumps([device.code, device.learner_id]).encode()
    sealed = privacy.sign(payload, purpose=PURPOSE, length=MAC_BYTES) + payload
    response.set_cookie(
        cookie_name(),
        base64.urlsafe_b64encode(sealed).decode(),
        expires=device.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_binding(response: HttpResponseBase) -> None:
    response.delete_cookie(cookie_name(), samesite="Lax")


def read_browser(request: HttpRequest) -> str:
    return request.COOKIES.get(BROWSER, "")[:26] or fresh(prefix="", length=20)


def name_browser(response: HttpResponseBase, browser: str) -> None:
    response.set_cookie(
        BROWSER,
        browser,
        max_age=BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
