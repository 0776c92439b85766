"""常用浏览器: where this learner scans without signing in, and how to end that."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import policy
from courses.models import Learner
from courses.people import devices
from courses.web.gate import learner_only
from courses.web.public.binding import forget_binding, read_binding


@learner_only
def device_list(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    binding = read_binding(request)
    now = timezone.now()
    context = {
        "devices": devices.bound(learner=learner, now=now),
        "this": binding.device_code if binding else "",
        "limits": policy.current(on=policy.local_date(now)),
    }
    return render(request, "my/devices/list.html", context)


@learner_only
@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    if not devices.revoke(learner=learner, code=code, now=timezone.now()):
        raise Http404
    messages.success(request, _("已解除。用那个浏览器扫码，要先登录。"))
    response = redirect("my_devices")
    binding = read_binding(request)
    if binding is not None and binding.device_code == code:
        forget_binding(response)
    return response
