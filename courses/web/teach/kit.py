"""离线点名: the page that a phone keeps for a room without network, and what it asks of the server before and after."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.access import Permission
from courses.attendance import kit as kits
from courses.attendance.kit import KitRefused, KitView, Parcel
from courses.attendance.kit.material import member_name
from courses.attendance.reasons import mark_reasons
from courses.models import Lesson
from courses.refusals import Refused
from courses.web.account.browsers import label_of
from courses.web.gate import allow
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.kit_words import words
from courses.web.teach.qr import qr_svg
from courses.web.teach.roster import MARKS
from courses.web.teach.screens import forget_moment

WORKER = Path(settings.BASE_DIR) / "static" / "js" / "kit-worker.js"
LIGHTS = (
    ("names", _("名单")),
    ("codes", _("认码")),
    ("clock", _("时钟")),
    ("page", _("本页")),
    ("test", _("试扫")),
)
# What the test scan reads: no code of ours has its form.
TEST = "TEST"


@allow(Permission.TEACH)
@never_cache
@require_safe
def kit(request: HttpRequest, name: str) -> HttpResponse:
    """The page is kept by the phone, so there is nobody on it: names come apart from it, and lie apart."""
    lesson = own_lesson(request, name)
    context = {
        "lesson": lesson,
        "name": name,
        "now": timezone.now(),
        "path": request.path,
        "lights": LIGHTS,
        "test": TEST + name.upper(),
        "test_qr": qr_svg(TEST + name.upper()),
        "marks": MARKS,
        "reasons": mark_reasons(),
        "words": json.dumps(words(), ensure_ascii=False),
    }
    return render(request, "teach/kit/show.html", context)


@allow(Permission.TEACH)
@require_safe
def kit_worker(request: HttpRequest, name: str) -> HttpResponse:
    """The service worker lies under the page's own address, so that it can look after this page and no other."""
    own_lesson(request, name)
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@allow(Permission.TEACH)
@never_cache
@require_safe
def kit_pulse(request: HttpRequest, name: str) -> JsonResponse:
    """The server's time, and the token that a post of this browser carries: it may have changed meanwhile."""
    own_lesson(request, name)
    return JsonResponse({"now": int(timezone.now().timestamp() * 1000), "token": get_token(request)})


@require_POST
@allow(Permission.TEACH)
@never_cache
def kit_prepare(request: HttpRequest, name: str) -> JsonResponse:
    lesson = own_lesson(request, name)
    asked = _asked(request)
    key, clock = asked.get("key"), asked.get("clock")
    if not isinstance(key, str) or type(clock) is not int or abs(clock) > 1 << 52:
        return _unreadable()
    try:
        prepared = kits.prepare(
            by=teacher(request),
            lesson=lesson,
            public_key=key[:100],
            label=label_of(request.headers.get("User-Agent", "")),
            device_ms=clock,
            now=timezone.now(),
        )
    except KitRefused as refusal:
        return _refused(refusal)
    return JsonResponse(prepared.content)


@require_POST
@allow(Permission.TEACH)
@never_cache
def kit_upload(request: HttpRequest, name: str) -> JsonResponse:
    """A receipt for each entry, and what is missing or contested of this lesson; no name leaves the server here."""
    lesson = own_lesson(request, name)
    asked = _asked(request)
    parcels = [_parcel(one) for one in asked.get("entries", [])] if isinstance(asked.get("entries"), list) else [None]
    told = _parcel(asked.get("report"))
    if told is None or None in parcels or not isinstance(asked.get("kit"), str):
        return _unreadable()
    try:
        receipts = kits.receive(
            by=teacher(request),
            lesson=lesson,
            kit_number=asked["kit"][:16],
            parcels=[one for one in parcels if one is not None],
            told=told,
            now=timezone.now(),
        )
    except KitRefused as refusal:
        return _refused(refusal)
    forget_moment(lesson)
    return JsonResponse(
        {
            "receipts": [
                {
                    "digest": one.digest,
                    "state": one.state,
                    "receipt": one.receipt,
                    "sentence": one.sentence,
                    "waits": one.waits,
                    "again": one.again,
                }
                for one in receipts
            ],
            "kits": [_view(view, lesson) for view in kits.overview(lessons=[lesson])],
        }
    )


def _view(view: KitView, lesson: Lesson) -> dict[str, Any]:
    return {
        "number": view.kit.number,
        "label": view.kit.label,
        "made": view.made,
        "received": view.received,
        "closed": view.closed,
        "gaps": [[gap.first, gap.last] for gap in view.gaps],
        "lines": [
            {
                "n": line.number,
                "member": member_name(lesson=lesson, learner_number=line.learner_number) if line.learner_number else "",
                "state": line.state,
                "sentence": line.sentence,
            }
            for line in view.lines
        ],
    }


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _parcel(one: Any) -> Parcel | None:
    """What was signed, as it was signed; None where it is none."""
    if not isinstance(one, dict) or not isinstance(one.get("body"), str) or not isinstance(one.get("signature"), str):
        return None
    return Parcel(one["body"], one["signature"])


def _refused(refusal: Refused) -> JsonResponse:
    return JsonResponse({"code": str(refusal.code), "sentence": refusal.sentence}, status=409)


def _unreadable() -> JsonResponse:
    sentence = gettext("送来的内容读不出来，没有接收。请刷新页面再试，手机里的记录都还在。")
    return JsonResponse({"code": "unreadable", "sentence": sentence}, status=400)
