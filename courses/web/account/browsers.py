"""A learner's browser: what to call it, and its binding after a sign-in."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from courses.models import Learner, User
from courses.people import devices
from courses.people.devices import DeviceRefused
from courses.web.public.binding import forget_binding, name_browser, read_binding, read_browser, write_binding

SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
           ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def label_of(user_agent: str) -> str:
    """What its owner would call it: 「Android，微信」."""
    system = next((name for sign, name in SYSTEMS if sign in user_agent), _("未知设备"))
    where = _("微信") if "MicroMessenger" in user_agent else _("浏览器")
    return f"{system}，{where}"


def bind_browser(request: HttpRequest, response: HttpResponseBase, *, user: User, now: datetime) -> None:
    """After a learner signed in: scans from this browser post by themselves. Staff without a learner are not bound."""
    learner = Learner.objects.filter(user=user).first()
    if learner is None:
        return
    before = read_binding(request)
    browser = read_browser(request)
    name_browser(response, browser)
    try:
        device = devices.bind(
            learner=learner,
            label=label_of(request.headers.get("User-Agent", "")),
            now=now,
            replaces=before.device_code if before else "",
            browser=browser,
        )
    except DeviceRefused as refusal:
        forget_binding(response)
        messages.warning(request, refusal.sentence)
        return
    write_binding(response, device)
