"""跟踪服务: whom an institution is to ask now, class by class, and what was learnt, institution by institution."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, policy, privacy, supervision, turns
from courses.access import Permission
from courses.models import FollowUp, TrainingClass
from courses.refusals import Refused
from courses.supervision import FollowUpRefusal, FollowUpRefused, Said
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
YEAR_DIGITS = 4


class SaidForm(forms.Form):
    outcome = forms.CharField(required=False)
    employer = forms.CharField(required=False)
    credit_code = forms.CharField(required=False)
    registered_on = forms.DateField(required=False)
    jobs = forms.IntegerField(required=False)
    wants = forms.CharField(required=False)


@allow(Permission.SEE_TALLY)
def desk_follow_ups(request: HttpRequest) -> HttpResponse:
    """The figures of a year by institution; for who asks, the classes with somebody to ask now."""
    now, user = timezone.now(), officer(request)
    year = _year(request, policy.local_date(now).year)
    seen = access.visible_follow_ups(user=user, now=now, permission=Permission.SEE_TALLY)
    of_year = seen.filter(opens_at__range=supervision.bounds_of_year(year=year))
    page = Paginator(_due_classes(request), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "figures": supervision.by_institution(follow_ups=of_year, now=now),
        "year": year,
        "years": range(policy.local_date(now).year, policy.local_date(now).year - 5, -1),
        "months": policy.current(on=policy.local_date(now)).follow_up_months,
        "page": page,
        "query": query_without_page(request),
        "crumbs": [(_("结业"), reverse("desk_completions"))],
        "here": _("跟踪服务"),
    }
    return show(request, "desk/follow_ups/list.html", context, here="desk_completions")


def _due_classes(request: HttpRequest) -> QuerySet[TrainingClass]:
    """Classes with somebody to ask now, who closes first on top."""
    now = timezone.now()
    mine = turns.mine(turn=turns.Turn.FOLLOW_UP, user=officer(request), now=now)
    open_ones = FollowUp.objects.filter(turns.open_follow_ups(now=now), outcome="")
    waits = Q(enrolments__completion__follow_ups__in=open_ones.values("pk"))
    told = mine.annotate(
        many=Count("enrolments__completion__follow_ups", filter=waits),
        until=Max("enrolments__completion__follow_ups__closes_at", filter=waits),
    )
    return told.select_related("course").order_by("until", "number")


def _year(request: HttpRequest, this: int) -> int:
    text = request.GET.get("year", "")
    known = text.isascii() and text.isdigit() and len(text) == YEAR_DIGITS and 2000 <= int(text) <= 2100
    return int(text) if known else this


@never_cache
@allow(Permission.FOLLOW_UP)
def desk_follow_up(request: HttpRequest, number: str) -> HttpResponse:
    """Those of one class who are to be asked now."""
    return _page(request, number)


@never_cache
@require_POST
@allow(Permission.FOLLOW_UP)
def desk_follow_up_number(request: HttpRequest, code: str) -> HttpResponse:
    """The same page with the one number that was asked for, this once."""
    row = _row(request, code)
    number = row.completion.enrolment.training_class.number
    try:
        phone = supervision.number_of_follow_up(by=officer(request), follow_up=row, now=timezone.now())
    except Refused as refusal:
        return _page(request, number, code=code, sentence=refusal.sentence)
    return _page(request, number, code=code, phone=phone)


@never_cache
@require_POST
@allow(Permission.FOLLOW_UP)
def desk_follow_up_enter(request: HttpRequest, code: str) -> HttpResponse:
    """What was typed stays on the page when it is refused."""
    row = _row(request, code)
    number = row.completion.enrolment.training_class.number
    try:
        supervision.enter(by=officer(request), follow_up=row, said=_said(request), now=timezone.now())
    except Refused as refusal:
        return _page(request, number, code=code, sentence=refusal.sentence, typed=request.POST)
    messages.success(request, _("已记下。"))
    return redirect("desk_follow_up", number)


def _said(request: HttpRequest) -> Said:
    """What cannot be read as a date or a number is refused by the rule like any that is none."""
    form = SaidForm(request.POST)
    if not form.is_valid():
        wrong = FollowUpRefusal.WRONG_JOBS if "jobs" in form.errors else FollowUpRefusal.WRONG_DATE
        raise FollowUpRefused(wrong)
    return Said(**form.cleaned_data)


def _page(
    request: HttpRequest,
    number: str,
    *,
    code: str = "",
    phone: str = "",
    sentence: str = "",
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """`phone`, `sentence` and what was typed are of the row `code`."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.FOLLOW_UP)
    seen = access.visible_follow_ups(user=officer(request), now=now, permission=Permission.FOLLOW_UP)
    of_class = seen.filter(completion__enrolment__training_class=training_class)
    listed = list(supervision.open_now(follow_ups=of_class, now=now))
    context = {
        "training_class": training_class,
        "rows": [
            {
                "row": row,
                "name": row.completion.enrolment.learner.masked_name,
                "phone": privacy.mask_phone(row.completion.enrolment.learner.surviving.phone),
                "said": (typed if row.code == code else None) or _entered(row),
                "typed": bool(typed) and row.code == code,
                "shown": phone if row.code == code else "",
                "sentence": sentence if row.code == code else "",
            }
            for row in listed
        ],
        "outcomes": FollowUp.Outcome,
        "plain": [one for one in FollowUp.Outcome if one not in FollowUp.WORKING],
        "today": policy.local_date(now),
        "sentence": sentence if code not in {row.code for row in listed} else "",
        "crumbs": [(_("结业"), reverse("desk_completions")), (_("跟踪服务"), reverse("desk_follow_ups"))],
        "here": number,
    }
    status = 422 if sentence else 200
    return show(request, "desk/follow_ups/show.html", context, here="desk_completions", status=status)


def _entered(row: FollowUp) -> dict[str, str]:
    """What was entered before, as it stands in the fields."""
    return {
        "employer": row.employer,
        "credit_code": row.credit_code,
        "registered_on": row.registered_on.isoformat() if row.registered_on else "",
        "jobs": "" if row.jobs is None else str(row.jobs),
        "wants": row.wants,
    }


def _row(request: HttpRequest, code: str) -> FollowUp:
    rows = access.visible_follow_ups(user=officer(request), now=timezone.now(), permission=Permission.FOLLOW_UP)
    needed = ("completion__enrolment__learner__merge__kept", "completion__enrolment__training_class")
    return get_object_or_404(rows.select_related(*needed), code=code)
