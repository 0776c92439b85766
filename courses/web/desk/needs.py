"""培训需求目录 at the desk: what stands in the list, each entry with its history, and the forms that write a version."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import institutions
from courses.access import Permission
from courses.institutions import NeedFacts, NeedRefused
from courses.models import Occupation, ProgrammeKind, SkillLevel, TrainingNeed
from courses.policy import local_date
from courses.web.desk.institutions import sections
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
STATED = ("name", "name_en", "kind", "occupation", "level", "planned")


class VersionForm(forms.Form):
    """From when, and why. `version` is the one that was read: another written since is refused."""

    effective_on = forms.DateField(
        label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("写明依据，如文件名称和文号。")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class NeedForm(VersionForm):
    name = forms.CharField(label=gettext_lazy("需求名称"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=120)
    kind = forms.ModelChoiceField(
        ProgrammeKind.objects.all(), label=gettext_lazy("培训类型"), empty_label=gettext_lazy("请选择")
    )
    occupation = forms.ModelChoiceField(
        Occupation.objects.all(), label=gettext_lazy("职业"), required=False, empty_label=gettext_lazy("不限")
    )
    level = forms.ModelChoiceField(
        SkillLevel.objects.all(), label=gettext_lazy("等级"), required=False, empty_label=gettext_lazy("不限")
    )
    planned = forms.IntegerField(label=gettext_lazy("计划人次"), required=False, min_value=1, max_value=1_000_000)
    field_order = (*STATED, "effective_on", "reason", "version")

    def facts(self) -> NeedFacts:
        return NeedFacts(**{name: self.cleaned_data[name] for name in STATED})


@allow(Permission.SEE_DESK)
def desk_needs(request: HttpRequest) -> HttpResponse:
    """Every entry as its last version says; those that were withdrawn come last."""
    context = {
        "page": Paginator(institutions.latest_needs(), PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "today": local_date(timezone.now()),
        "sections": sections(here="desk_needs"),
    }
    return show(request, "desk/needs/list.html", context, here="desk_institutions")


@allow(Permission.KEEP_NEEDS)
def desk_need_new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = NeedForm(request.POST or None, initial={"effective_on": local_date(now)})
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = institutions.add_need(
                by=officer(request),
                facts=form.facts(),
                effective_on=given["effective_on"],
                reason=given["reason"],
                now=now,
            )
        except NeedRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("desk_need", made.key)
    context = {"form": form, "crumbs": [(_("培训需求"), reverse("desk_needs"))], "here": _("新增需求")}
    return show(request, "desk/needs/new.html", context, here="desk_institutions", status=422 if form.errors else 200)


def versions(key: str) -> list[TrainingNeed]:
    found = institutions.versions_of(key=key)
    if not found:
        raise Http404
    return found


@allow(Permission.SEE_DESK)
def desk_need(request: HttpRequest, key: str) -> HttpResponse:
    """What an entry says and said: when, by whom and why; and the forms for who keeps the list."""
    return _entry(request, versions(key))


@require_POST
@allow(Permission.KEEP_NEEDS)
def desk_need_change(request: HttpRequest, key: str) -> HttpResponse:
    found, form = versions(key), NeedForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            institutions.change_need(
                by=officer(request),
                latest=_read(found, given["version"]),
                facts=form.facts(),
                effective_on=given["effective_on"],
                reason=given["reason"],
                now=timezone.now(),
            )
        except NeedRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("desk_need", key)
    return _entry(request, found, change=form)


@require_POST
@allow(Permission.KEEP_NEEDS)
def desk_need_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    found, form = versions(key), VersionForm(request.POST, prefix="out")
    if form.is_valid():
        given = form.cleaned_data
        try:
            institutions.withdraw_need(
                by=officer(request),
                latest=_read(found, given["version"]),
                effective_on=given["effective_on"],
                reason=given["reason"],
                now=timezone.now(),
            )
        except NeedRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("desk_need", key)
    return _entry(request, found, withdraw=form)


def _read(found: list[TrainingNeed], version: int | None) -> TrainingNeed:
    """The version that the form was filled from."""
    return next((one for one in found if one.version == version), found[-1])


def _entry(
    request: HttpRequest,
    found: list[TrainingNeed],
    *,
    change: NeedForm | None = None,
    withdraw: VersionForm | None = None,
) -> HttpResponse:
    latest, today = found[0], local_date(timezone.now())
    begins: dict[str, Any] = {"effective_on": max(today, latest.effective_on), "version": latest.version}
    wrong = (change or withdraw) is not None
    context = {
        "need": latest,
        "versions": found,
        "today": today,
        "change": change or NeedForm(initial={name: getattr(latest, name) for name in STATED} | begins),
        "withdraw": withdraw or VersionForm(initial=begins, prefix="out"),
        "form": change or withdraw,
        "crumbs": [(_("培训需求"), reverse("desk_needs"))],
        "here": latest.label,
    }
    return show(request, "desk/needs/show.html", context, here="desk_institutions", status=422 if wrong else 200)
