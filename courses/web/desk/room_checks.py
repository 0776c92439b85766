"""检查记录: what an inspector found in a room that they counted, written on the spot; the list, and one record."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import access, attendance, supervision
from courses.access import Permission
from courses.models import Lesson, RoomCheck, RoomCheckLine
from courses.supervision import CheckRefused, Inspected
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.signals import fetch_lesson
from courses.web.gate import allow

PER_PAGE = 30
What = RoomCheckLine.What
NEEDED = ("room_count__lesson__training_class__course", "room_count__lesson__training_class__institution", "by")
MATCHES = [("", gettext_lazy("没有核对")), ("true", gettext_lazy("相符")), ("false", gettext_lazy("不符"))]


class CheckForm(forms.Form):
    conclusion = forms.ChoiceField(
        label=gettext_lazy("结论"), choices=RoomCheck.Conclusion.choices, widget=forms.RadioSelect
    )
    teacher_matches = forms.TypedChoiceField(
        label=gettext_lazy("教师与课程表相符"), choices=MATCHES, required=False, coerce=lambda one: one == "true",
        empty_value=None,
    )  # fmt: skip
    course_matches = forms.TypedChoiceField(
        label=gettext_lazy("课程与课程表相符"), choices=MATCHES, required=False, coerce=lambda one: one == "true",
        empty_value=None,
    )  # fmt: skip
    found = forms.CharField(
        label=gettext_lazy("发现的情况"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("需要整改或问题严重的须写。缺席和冒名的人请在上面勾选，这里不要写姓名。"),
    )
    handling = forms.CharField(
        label=gettext_lazy("处理"), max_length=200, required=False, help_text=gettext_lazy("例如：责令三日内整改。")
    )


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.COUNT_HEADS)
def desk_room_check_new(request: HttpRequest, name: str) -> HttpResponse:
    """The members of the class to tick, and the conclusion; what was kept before stands in the fields."""
    lesson = fetch_lesson(request, name)
    user = officer(request)
    counted = supervision.own_count(by=user, lesson=lesson)
    if counted is None:
        messages.error(request, _("检查记录由清点人数的人填写，请先清点人数。"))
        return redirect("desk_count", name)
    form = CheckForm(request.POST or None, initial=_kept(counted.checks.order_by("version").last()))
    if form.is_valid() and (made := _recorded(request, lesson, form)):
        return redirect("desk_room_check", made.number)
    ticked = _ticked(request) if request.method == "POST" else _named(counted.checks.order_by("version").last())
    members = attendance.current_members(training_class=lesson.training_class).select_related("learner")
    context = {
        "lesson": lesson,
        "name": name,
        "counted": counted,
        "form": form,
        "members": [(row, row.number in ticked[What.ABSENT], row.number in ticked[What.IMPOSTOR]) for row in members],
        "crumbs": [(_("待看"), reverse("desk_signals")), (_("检查记录"), reverse("desk_room_checks"))],
        "here": _("写检查记录"),
    }
    status = 422 if form.errors else 200
    return show(request, "desk/room_checks/new.html", context, here="desk_signals", status=status)


def _kept(check: RoomCheck | None) -> dict[str, Any]:
    if check is None:
        return {}
    said = {None: "", True: "true", False: "false"}
    return {
        "conclusion": check.conclusion,
        "teacher_matches": said[check.teacher_matches],
        "course_matches": said[check.course_matches],
        "found": check.found,
        "handling": check.handling,
    }


def _named(check: RoomCheck | None) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {What.ABSENT: set(), What.IMPOSTOR: set()}
    for line in check.lines.select_related("enrolment") if check else ():
        found[line.what].add(line.enrolment.number)
    return found


def _ticked(request: HttpRequest) -> dict[str, set[str]]:
    return {what: set(request.POST.getlist(what)) for what in (What.ABSENT, What.IMPOSTOR)}


def _recorded(request: HttpRequest, lesson: Lesson, form: CheckForm) -> RoomCheck | None:
    ticked = _ticked(request)
    inspected = Inspected(absent=ticked[What.ABSENT], impostors=ticked[What.IMPOSTOR], **form.cleaned_data)
    try:
        made = supervision.record_check(by=officer(request), lesson=lesson, inspected=inspected, now=timezone.now())
    except CheckRefused as refusal:
        form.add_error(None, refusal.sentence)
        return None
    messages.success(request, _("检查记录已保存。考勤没有变化，要更正请通知任课老师。"))
    return made


def visible(request: HttpRequest) -> QuerySet[RoomCheck]:
    rows = access.visible_room_checks(user=officer(request), now=timezone.now(), permission=Permission.SEE_SIGNALS)
    return rows.select_related(*NEEDED)


@allow(Permission.SEE_SIGNALS)
def desk_room_checks(request: HttpRequest) -> HttpResponse:
    """Of each head-count the newest record, newest first."""
    rows = supervision.current_checks(visible(request))
    chosen = request.GET.get("conclusion", "")
    if chosen in RoomCheck.Conclusion.values:
        rows = rows.filter(conclusion=chosen)
    context = {
        "page": Paginator(rows.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "conclusions": RoomCheck.Conclusion.choices,
        "query": query_without_page(request),
        "crumbs": [(_("待看"), reverse("desk_signals"))],
        "here": _("检查记录"),
    }
    return show(request, "desk/room_checks/list.html", context, here="desk_signals")


@never_cache
@allow(Permission.SEE_SIGNALS)
def desk_room_check(request: HttpRequest, number: str) -> HttpResponse:
    check = get_object_or_404(visible(request), number=number)
    lines = check.lines.select_related("enrolment__learner")
    newest = check.room_count.checks.order_by("version").last()
    context = {
        "check": check,
        "counted": check.room_count,
        "lesson": check.room_count.lesson,
        "name": attendance.lesson_name(check.room_count.lesson),
        "absent": [line.enrolment.learner.masked_name for line in lines if line.what == What.ABSENT],
        "impostors": [line.enrolment.learner.masked_name for line in lines if line.what == What.IMPOSTOR],
        "newest": newest if newest != check else None,
        "own": check.by_id == officer(request).pk,
        "crumbs": [(_("待看"), reverse("desk_signals")), (_("检查记录"), reverse("desk_room_checks"))],
        "here": number,
    }
    return show(request, "desk/room_checks/show.html", context, here="desk_signals")
