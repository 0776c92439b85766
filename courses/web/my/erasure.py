"""注销: what will be deleted and what has to stay, asked for in two steps, and taken back until it is decided."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import access
from courses import erasure as erasures
from courses import policy as policies
from courses.models import ErasureRequest, Learner
from courses.web.gate import learner_only
from courses.web.told import told


class SureForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("我已看清上面的说明，要注销"),
        error_messages={"required": gettext_lazy("还没有勾选，没有提交。请看清说明后再勾选。")},
    )


@never_cache
@require_safe
@learner_only
def erasure(request: HttpRequest) -> HttpResponse:
    """Step one: everything that will happen, or the request that is under way."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    now = timezone.now()
    last = access.own_erasures(learner=learner).order_by("-asked_at", "-pk").first()
    context = {
        "last": last,
        "is_open": last is not None and last.status in ErasureRequest.OPEN,
        "seen": erasures.outlook(learner=learner, now=now),
        "policy": policies.current(on=policies.local_date(now)),
    }
    return render(request, "my/erasure/show.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@learner_only
def confirm(request: HttpRequest) -> HttpResponse:
    """Step two: the tick and the button."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    assert learner.user is not None
    now = timezone.now()
    seen = erasures.outlook(learner=learner, now=now)
    form = SureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with told(request, _("注销申请已提交。办结以前可以在这里撤回。")):
            erasures.ask(learner=learner, by=learner.user, now=now)
        return redirect("my_erasure")
    if seen.obstacles:
        return redirect("my_erasure")
    context = {"form": form, "seen": seen, "policy": policies.current(on=policies.local_date(now))}
    return render(request, "my/erasure/confirm.html", context, status=422 if form.errors else 200)


@require_POST
@learner_only
def take_back(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    assert learner.user is not None
    own = get_object_or_404(access.own_erasures(learner=learner), status__in=ErasureRequest.OPEN)
    with told(request, _("注销申请已撤回，一切照旧。")):
        erasures.take_back(request=own, by=learner.user, now=timezone.now())
    return redirect("my_erasure")
