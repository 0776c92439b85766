"""电话回访: classes from which learners were drawn, and what each of them said on the phone."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, policy, privacy, supervision, turns
from courses.access import Permission
from courses.models import CallBack, CallBackLine
from courses.refusals import Refused
from courses.supervision import Answers, CallBackRefusal, CallBackRefused
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
SHOWN = ("training_class__course", "training_class__institution", "training_class__district", "training_class__policy")
Result = CallBackLine.Result
# 本人，参加了，按计划讲课，没有收费: what one press says.
ALL_FINE = Answers(is_learner=True, attended=True, as_taught=True, charged=False)


class AnswerForm(forms.Form):
    is_learner = forms.NullBooleanField(required=False)
    attended = forms.NullBooleanField(required=False)
    days = forms.IntegerField(required=False)
    as_taught = forms.NullBooleanField(required=False)
    charged = forms.NullBooleanField(required=False)
    satisfaction = forms.IntegerField(required=False)
    note = forms.CharField(required=False)


@allow(Permission.SEE_CALL_BACKS)
def desk_call_backs(request: HttpRequest) -> HttpResponse:
    """Classes with learners still to be called first, or all of them, with what was heard so far."""
    of = {result: Count("lines", filter=Q(lines__result=result)) for result in Result.values}
    of[Result.OPEN] = Count("lines", filter=Q(lines__in=turns.to_call()))
    rows = _visible(request, Permission.SEE_CALL_BACKS).select_related(*SHOWN).annotate(drawn=Count("lines"), **of)
    state = "all" if request.GET.get("state") == "all" else "open"
    if state == "open":
        rows = rows.filter(pk__in=turns.to_call().values("call_back"))
    page = Paginator(rows.order_by("drawn_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "share": policy.current(on=policy.local_date(timezone.now())).callback_share,
        "query": query_without_page(request),
        "crumbs": [(_("待看"), reverse("desk_signals"))],
        "here": _("电话回访"),
    }
    return show(request, "desk/call_backs/list.html", context, here="desk_signals")


@never_cache
@allow(Permission.SEE_CALL_BACKS)
def desk_call_back(request: HttpRequest, number: str) -> HttpResponse:
    """The learners who were drawn from one class."""
    return _page(request, number)


@never_cache
@require_POST
@allow(Permission.CALL_BACK)
def desk_call_back_number(request: HttpRequest, code: str) -> HttpResponse:
    """The same page with the one number that was asked for, this once."""
    line = _line(request, code)
    number = line.call_back.training_class.number
    try:
        phone = supervision.number_of_call_back(by=officer(request), line=line, now=timezone.now())
    except Refused as refusal:
        return _page(request, number, code=code, sentence=refusal.sentence)
    return _page(request, number, code=code, phone=phone)


@never_cache
@require_POST
@allow(Permission.CALL_BACK)
def desk_call_back_answer(request: HttpRequest, code: str) -> HttpResponse:
    """What was typed stays on the page when it is refused."""
    line, how, now = _line(request, code), request.POST.get("as"), timezone.now()
    number = line.call_back.training_class.number
    try:
        if how == "unreachable":
            supervision.unreachable(by=officer(request), line=line, now=now)
        else:
            said = ALL_FINE if how == "fine" else _said(request)
            supervision.answer(by=officer(request), line=line, said=said, now=now)
    except Refused as refusal:
        return _page(request, number, code=code, sentence=refusal.sentence, typed={} if how else request.POST)
    messages.success(request, _("已记下。"))
    return redirect("desk_call_back", number)


def _said(request: HttpRequest) -> Answers:
    """Numbers that cannot be read are refused by the rule like any that are none."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise CallBackRefused(CallBackRefusal.WRONG_NUMBER)
    return Answers(**form.cleaned_data)


def _page(
    request: HttpRequest,
    number: str,
    *,
    code: str = "",
    phone: str = "",
    sentence: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """`phone`, `sentence` and what was typed are of the line `code`."""
    rows = _visible(request, Permission.SEE_CALL_BACKS).select_related(*SHOWN)
    call_back = get_object_or_404(rows, training_class__number=number)
    lines = call_back.lines.select_related("enrolment__learner__merge__kept", "by")
    context = {
        "call_back": call_back,
        "training_class": call_back.training_class,
        "lines": [
            {
                "line": line,
                "name": line.enrolment.learner.masked_name,
                "phone": privacy.mask_phone(line.enrolment.learner.surviving.phone),
                "said": typed if line.code == code else None,
                "shown": phone if line.code == code else "",
                "sentence": sentence if line.code == code else "",
                "reached": line.result in CallBackLine.REACHED,
                "erased": line.enrolment.learner.erased_at is not None,
            }
            for line in lines
        ],
        "same": supervision.drawn_as_kept(call_back=call_back),
        "crumbs": [(_("待看"), reverse("desk_signals")), (_("电话回访"), reverse("desk_call_backs"))],
        "here": number,
    }
    status = 422 if sentence else 200
    return show(request, "desk/call_backs/show.html", context, here="desk_signals", status=status)


def _visible(request: HttpRequest, permission: Permission) -> QuerySet[CallBack]:
    return access.visible_call_backs(user=officer(request), now=timezone.now(), permission=permission)


def _line(request: HttpRequest, code: str) -> CallBackLine:
    needed = ("call_back__training_class", "enrolment__learner__merge__kept")
    rows = CallBackLine.objects.filter(call_back__in=_visible(request, Permission.CALL_BACK)).select_related(*needed)
    return get_object_or_404(rows, code=code)
