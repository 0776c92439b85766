"""我的签到码: the learner's own rotating code, made on the phone from a seed of the day, also without signal."""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.attendance import personal
from courses.models import Device, Learner
from courses.people import devices
from courses.web.gate import learner_only
from courses.web.public.binding import read_binding
from courses.web.teach.qr import qr_svg

WORKER = Path(settings.BASE_DIR) / "static" / "js" / "code-worker.js"


@learner_only
@never_cache
@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """The page holds a masked name, the learner's number and the seed of the day, and nothing else of anybody."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    now = timezone.now()
    device = _own_device(request, learner, now)
    context = {
        "now": now,
        "path": request.path,
        "masked": learner.masked_name,
        "verified": learner.verified_at is not None,
        "device": device,
        **(_code(learner, device, now) if device else {}),
    }
    return render(request, "my/code/show.html", context)


def _own_device(request: HttpRequest, learner: Learner, now: datetime) -> Device | None:
    binding = read_binding(request)
    if binding is None or binding.learner_id != learner.pk:
        return None
    return devices.bound(learner=learner, now=now).filter(code=binding.device_code).first()


def _code(learner: Learner, device: Device, now: datetime) -> dict[str, object]:
    """The code of this moment as a picture, for a browser without script; and what the script makes others of."""
    text = personal.code_at(learner=learner, device=device, moment=now)
    seed = personal.seed(learner_number=learner.number, device_code=device.code, on=personal.day_of(now))
    return {
        "qr": qr_svg(text),
        "text": text,
        "maker": json.dumps(
            {
                "name": text[: personal.NUMBER_LENGTH],
                "seed": seed.hex(),
                "step": personal.STEP_SECONDS,
                "ends": int(personal.day_ends(now).timestamp() * 1000),
                "now": int(now.timestamp() * 1000),
            }
        ),
    }


@learner_only
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker lies under the page's own address, so that it can look after this page and no other."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
