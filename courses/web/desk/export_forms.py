"""One form of the bureau: what it wants to know, and the file, the page for the printer or the place in the line."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from courses import access, dates, exports
from courses.access import Permission
from courses.exports import FORMS, MONTHLY, By, Form, Taken, Wanted
from courses.exports.asking import ELSEWHERE
from courses.models import District, Export
from courses.policy import local_date
from courses.refusals import Refused
from courses.tasks import wake_exports
from courses.web.attachments import download
from courses.web.desk.exports import OF_THE_CITY, district_names
from courses.web.desk.page import officer, show
from courses.web.desk.tally import only_institution
from courses.web.gate import allow
from courses.web.told import told

FIELDS: dict[By, tuple[str, ...]] = {
    By.CLASS: ("number",),
    By.LESSON: ("number", "lesson"),
    By.PEOPLE: ("number", "year", "month", "district"),
    By.MONTH: ("year", "month", "district"),
    By.PERIOD: ("year", "month", "district"),
    By.LINES: ("year", "month", "district"),
    By.YEAR: ("year", "district"),
}


class ExportForm(forms.Form):
    """The fields that the form asked for has; which values are somebody's is the domain's to say."""

    number = forms.CharField(label=gettext_lazy("班级编号"), max_length=20)
    lesson = forms.IntegerField(label=gettext_lazy("第几次课"), min_value=1, max_value=999)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    month = forms.TypedChoiceField(label=gettext_lazy("月份"), coerce=int, empty_value=None)
    district = forms.ChoiceField(label=gettext_lazy("区市"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("格式"), widget=forms.RadioSelect)
    full = forms.BooleanField(
        required=False,
        help_text=gettext_lazy("须写明用途，由第二人同意后生成，只有 xlsx。"),
    )
    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("会留在导出记录里，例如：核对补贴。"),
    )

    def __init__(self, *args: Any, asked: Form, may_full: bool, own_districts: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {*FIELDS[asked.by], "kind", "purpose"} | ({"full"} if asked.whole and may_full else set())
        for name in set(self.fields) - kept:
            del self.fields[name]
        if "full" in self.fields:
            self.fields["full"].label = str(asked.whole)
        kinds = [(kind, Export.Kind(kind).label) for kind in asked.kinds]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0][0]
        if "month" in self.fields:
            self._months(whole_year=asked.by != By.MONTH)
        if "district" in self.fields:
            self._districts(own_districts)
        if asked.by == By.PEOPLE:
            self.fields["number"].required = self.fields["year"].required = False
            self.fields["number"].help_text = _("填了班级编号，就只出这个班；不填就按年月。")

    def _months(self, *, whole_year: bool) -> None:
        months = [(str(month), dates.month(month)) for month in range(1, 13)]
        self.fields["month"].choices = [("", _("全年")), *months] if whole_year else months  # type: ignore[attr-defined]
        self.fields["month"].required = not whole_year

    def _districts(self, own: tuple[str, ...]) -> None:
        rows = District.objects.filter(key__in=own) if own else District.objects.all()
        named = [(row.key, row.label) for row in rows]
        self.fields["district"].choices = named if own else [("", _("全部")), *named]  # type: ignore[attr-defined]

    def wanted(self, key: str) -> Wanted:
        said = self.cleaned_data
        filters = {"class": said.get("number", "").strip() or None, "lesson": said.get("lesson")}
        filters |= {name: said.get(name) or None for name in ("year", "month", "district")}
        return Wanted(key, said["kind"], filters, said.get("full", False), said.get("purpose", ""))


@sensitive_post_parameters("purpose")
@never_cache
@allow(Permission.EXPORT)
def desk_export_form(request: HttpRequest, key: str) -> HttpResponseBase:
    """GET shows the questions; POST gives the file, the page for the printer, or leads to where it is being made."""
    now, asked = timezone.now(), FORMS.get(key)
    if asked is None or asked.by in ELSEWHERE or (key in OF_THE_CITY and only_institution(request, now)):
        raise Http404
    form = ExportForm(
        request.POST or None,
        asked=asked,
        may_full=access.may(user=officer(request), permission=Permission.EXPORT_FULL, now=now),
        own_districts=access.tally_districts(user=officer(request), now=now),
        initial=_initial(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            taken = exports.take(by=officer(request), wanted=form.wanted(key), now=now)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return _answer(request, taken)
    context = {
        "asked": asked,
        "form": form,
        "days": range(1, 29),
        "may_plan": key in MONTHLY,
        "crumbs": [(_("报表"), reverse("desk_exports"))],
        "here": asked.title,
    }
    return show(request, "desk/exports/form.html", context, here="desk_exports", status=422 if form.errors else 200)


def month_before(now: datetime) -> tuple[int, int]:
    today = local_date(now)
    return (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The class of the page that led here, and the month that is over."""
    year, month = month_before(timezone.now())
    return {"number": request.GET.get("class", ""), "year": year, "month": month}


def _answer(request: HttpRequest, taken: Taken) -> HttpResponseBase:
    if taken.given is not None:
        return download(taken.given)
    if taken.book is not None and taken.mark is not None:
        about = exports.about_of(taken.book, taken.mark)
        context = {"book": taken.book, "mark": taken.mark, "about": about, "export": taken.export}
        answer = render(request, "desk/exports/print.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    if taken.export.status == Export.Status.QUEUED:
        wake_exports()
    return redirect("desk_export", taken.export.number)


@require_POST
@allow(Permission.EXPORT)
def desk_export_plan(request: HttpRequest, key: str) -> HttpResponse:
    """Every month on a day: the form of the month before."""
    if key not in FORMS or FORMS[key].by in ELSEWHERE:
        raise Http404
    day = request.POST.get("day", "")
    with told(request, _("已定下，每月到日子自动生成，在本页领取。")):
        exports.plan(
            by=officer(request),
            form=key,
            kind=request.POST.get("kind", ""),
            district=request.POST.get("district", ""),
            day=int(day) if day.isascii() and day.isdigit() else 0,
            now=timezone.now(),
        )
    return redirect("desk_exports")


@require_POST
@allow(Permission.EXPORT)
def desk_export_stop(request: HttpRequest, number: str) -> HttpResponse:
    schedule = get_object_or_404(access.own_schedules(user=officer(request)), number=number)
    with told(request, _("已停止。已经生成的不受影响。")):
        exports.stop(by=officer(request), schedule=schedule, now=timezone.now())
    return redirect("desk_exports")


@never_cache
@allow(Permission.SEE_DESK)
def desk_export(request: HttpRequest, number: str) -> HttpResponse:
    """One export wherever it stands: waiting for a second person, being made, ready, failed, gone.

    Who exports sees their own; who reads the records sees that of anybody, and is given no file.
    """
    user, now = officer(request), timezone.now()
    export = _fetch(request, number)
    exporting = access.may(user=user, permission=Permission.EXPORT, now=now)
    above = (_("报表"), reverse("desk_exports")) if exporting else (_("导出记录"), reverse("desk_export_log"))
    context = {
        "export": export,
        "districts": district_names(),
        "own": export.asked_by_id == user.pk,
        "may_agree": access.exports_to_decide(user=user, now=now).filter(pk=export.pk).exists(),
        "crumbs": [above],
        "here": export.number,
    }
    return show(request, "desk/exports/show.html", context, here="desk_exports")


def _fetch(request: HttpRequest, number: str) -> Export:
    found = access.visible_exports(user=officer(request), now=timezone.now())
    return get_object_or_404(found.select_related("asked_by", "decided_by", "schedule"), number=number)


@require_POST
@allow(Permission.EXPORT_FULL)
def desk_export_agree(request: HttpRequest, number: str) -> HttpResponse:
    export = _fetch(request, number)
    with told(request, _("已同意，正在生成。文件只交给申请人。")):
        exports.agree(by=officer(request), export=export, now=timezone.now())
    wake_exports()
    return redirect("desk_export", number)


@require_POST
@allow(Permission.EXPORT_FULL)
def desk_export_drop(request: HttpRequest, number: str) -> HttpResponse:
    """By the second person, or by who asked."""
    export = _fetch(request, number)
    with told(request, _("没有导出，申请已了结。")):
        exports.drop(by=officer(request), export=export, now=timezone.now())
    return redirect("desk_export", number)


@require_POST
@allow(Permission.EXPORT)
def desk_export_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The file that was made, to who asked for it."""
    export = _fetch(request, number)
    try:
        given = exports.fetch(by=officer(request), export=export, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_export", number)
    return download(given)
