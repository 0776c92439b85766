"""个人信息注销: requests in the order of their last day; received by one officer, decided by another; whoever has no phone
is told of a refusal by people, and by whom and how is kept."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, erasure, notices, privacy
from courses import policy as policies
from courses.access import Permission
from courses.erasure import ErasureRefused
from courses.models import ErasureRequest
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

LATEST = 40


class CounterForm(forms.Form):
    learner = forms.CharField(label=gettext_lazy("学员编号"), max_length=16)
    note = forms.CharField(label=gettext_lazy("怎样确认是本人"), max_length=200)


@never_cache
@allow(Permission.ERASE_PEOPLE)
def desk_erasures(request: HttpRequest) -> HttpResponse:
    """What waits first, by its last day, and the form for who asks at the counter."""
    now = timezone.now()
    form = CounterForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (made := _asked(request, form)):
        return redirect("desk_erasure", made.number)
    rows = access.visible_erasures(user=officer(request), now=now).select_related("learner", "received_by")
    context = {
        "form": form,
        "waiting": rows.filter(status__in=ErasureRequest.OPEN).order_by("due_on", "pk"),
        "untold": rows.filter(ErasureRequest.UNTOLD).order_by("due_on", "pk"),
        "settled": rows.exclude(status__in=ErasureRequest.OPEN).exclude(ErasureRequest.UNTOLD)[:LATEST],
        "today": policies.local_date(now),
        "crumbs": [(_("学员"), reverse("desk_learners"))],
        "here": _("注销"),
    }
    return show(request, "desk/erasures/list.html", context, here="desk_learners", status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: CounterForm) -> ErasureRequest | None:
    now = timezone.now()
    seen = access.visible_learners(user=officer(request), now=now, permission=Permission.ERASE_PEOPLE)
    learner = seen.filter(number=form.cleaned_data["learner"].strip()).first()
    if learner is None:
        form.add_error("learner", _("没有这个学员编号，请在查学员里核对。"))
        return None
    try:
        return erasure.ask_at_counter(learner=learner, by=officer(request), note=form.cleaned_data["note"], now=now)
    except ErasureRefused as refusal:
        form.add_error(None, refusal.sentence)
        return None


def _fetch(request: HttpRequest, number: str) -> ErasureRequest:
    rows = access.visible_erasures(user=officer(request), now=timezone.now())
    people = ("learner__user", "received_by", "decided_by", "told_by")
    return get_object_or_404(rows.select_related(*people), number=number)


@never_cache
@allow(Permission.ERASE_PEOPLE)
def desk_erasure(request: HttpRequest, number: str) -> HttpResponse:
    """Who asks, what would go and stay, and what stands in the way."""
    asked = _fetch(request, number)
    now = timezone.now()
    is_open = asked.status in ErasureRequest.OPEN
    context = {
        "asked": asked,
        "is_open": is_open,
        "untold": asked.by_people and asked.told_at is None and asked.learner.erased_at is None,
        "name": asked.learner.masked_name,
        "phone": privacy.mask_phone(asked.learner.phone),
        "reached": notices.is_reached(learner=asked.learner),
        "own": asked.received_by_id == officer(request).pk,
        "seen": erasure.outlook(learner=asked.learner, now=now) if is_open else None,
        "policy": policies.current(on=policies.local_date(now)),
        "crumbs": [(_("学员"), reverse("desk_learners")), (_("注销"), reverse("desk_erasures"))],
        "here": number,
    }
    return show(request, "desk/erasures/show.html", context, here="desk_learners")


@require_POST
@allow(Permission.ERASE_PEOPLE)
def desk_erasure_receive(request: HttpRequest, number: str) -> HttpResponse:
    asked = _fetch(request, number)
    with told(request, _("已受理，请交他人决定。")):
        erasure.receive(request=asked, by=officer(request), note=request.POST.get("note", ""), now=timezone.now())
    return redirect("desk_erasure", number)


@require_POST
@allow(Permission.ERASE_PEOPLE)
def desk_erasure_agree(request: HttpRequest, number: str) -> HttpResponse:
    asked = _fetch(request, number)
    with told(request, _("已注销。个人信息已删除，账号已停用。")):
        erasure.agree(request=asked, by=officer(request), now=timezone.now())
    return redirect("desk_erasure", number)


@require_POST
@allow(Permission.ERASE_PEOPLE)
def desk_erasure_refuse(request: HttpRequest, number: str) -> HttpResponse:
    asked = _fetch(request, number)
    heard = _("没有同意。已发短信请本人登录查看原因。")
    unheard = _("没有同意。本人没有手机号，请当面或书面告知原因，告知后在这里登记。")
    with told(request, heard if notices.is_reached(learner=asked.learner) else unheard):
        erasure.refuse(request=asked, by=officer(request), reason=request.POST.get("reason", ""), now=timezone.now())
    return redirect("desk_erasure", number)


@require_POST
@allow(Permission.ERASE_PEOPLE)
def desk_erasure_told(request: HttpRequest, number: str) -> HttpResponse:
    asked = _fetch(request, number)
    with told(request, _("已登记，这件事办完了。")):
        erasure.tell(request=asked, by=officer(request), how=request.POST.get("how", ""), now=timezone.now())
    return redirect("desk_erasure", number)
