"""变更申请: another time, room or trainer for a lesson of an approved class; asked here, decided here by another."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import access, attendance, classes, dates
from courses.access import Permission
from courses.classes import ChangeRefused
from courses.models import ChangeRequest, Lesson, Post, TrainingClass, User
from courses.policy import CITY_TIME
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show, told
from courses.web.gate import allow


class LessonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Lesson) -> str:
        return _("第 %(number)s 次课，%(starts)s，%(title)s") % {
            "number": obj.number,
            "starts": dates.moment(obj.starts_at),
            "title": obj.title,
        }


class ChangeForm(forms.Form):
    """What is left empty stays as it is."""

    lesson = LessonChoice(Lesson.objects.none(), label=gettext_lazy("哪次课"), empty_label=gettext_lazy("请选择"))
    day = forms.DateField(label=gettext_lazy("新日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    starts = forms.TimeField(
        label=gettext_lazy("新的开始时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("新的结束时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    room = forms.CharField(label=gettext_lazy("新教室"), max_length=40, required=False)
    trainer = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("新教师"), required=False, empty_label=gettext_lazy("不变")
    )
    cancels = forms.BooleanField(
        label=gettext_lazy("这次课不上了，取消"),
        required=False,
        help_text=gettext_lazy("取消的课次不计入应到学时，上面的时间和教室不用填。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会告知学员，请写清楚。")
    )

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
        posts = Post.objects.filter(
            role=Post.Role.TRAINER, institution=training_class.institution_id, until__isnull=True
        )
        for name, rows in (
            ("lesson", planned.select_related("training_class", "trainer")),
            ("trainer", User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("username")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def wanted(self) -> dict[str, Any]:
        """The request in the words of the domain."""
        values = self.cleaned_data
        lesson: Lesson = values["lesson"]
        starts, ends = lesson.starts_at.astimezone(CITY_TIME), lesson.ends_at.astimezone(CITY_TIME)
        day = values["day"] or starts.date()
        return {
            "lesson": lesson,
            "starts_at": datetime.combine(day, values["starts"] or starts.time(), CITY_TIME),
            "ends_at": datetime.combine(day, values["ends"] or ends.time(), CITY_TIME),
            "room": values["room"] or lesson.room,
            "trainer": values["trainer"] or lesson.trainer,
            "reason": values["reason"],
        }


@allow(Permission.SEE_DESK)
def desk_changes(request: HttpRequest, number: str) -> HttpResponse:
    """The requests of one class, with what was and what shall be; and the form for another."""
    now = timezone.now()
    asks = request.method == "POST"
    training_class = fetch(request, number, Permission.RUN_CLASSES if asks else Permission.SEE_DESK)
    form = ChangeForm(request.POST if asks else None, training_class=training_class)
    if asks and form.is_valid() and _ask(request, form, now):
        return redirect("desk_changes", number)

    def may(permission: Permission) -> bool:
        return access.may_on(user=officer(request), training_class=training_class, permission=permission, now=now)

    requests = ChangeRequest.objects.filter(lesson__training_class=training_class)
    context = {
        "training_class": training_class,
        "form": form,
        "requests": requests.select_related("lesson", "was_trainer", "trainer", "asked_by", "decided_by"),
        "may_ask": may(Permission.RUN_CLASSES) and training_class.status in classes.CHANGEABLE,
        "may_review": may(Permission.REVIEW),
        "user_pk": officer(request).pk,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("变更申请"),
    }
    return show(request, "desk/changes/list.html", context, here="desk_classes", status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: ChangeForm, now: datetime) -> bool:
    wanted = form.wanted()
    try:
        if form.cleaned_data["cancels"]:
            classes.ask_cancel(by=officer(request), lesson=wanted["lesson"], reason=wanted["reason"], now=now)
        else:
            classes.ask_change(by=officer(request), now=now, **wanted)
    except ChangeRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, _("已提交变更申请，等区市审核。审核前仍按原安排上课。"))
    return True


@require_POST
@allow(Permission.REVIEW)
def desk_change_decide(request: HttpRequest, number: str, request_number: str) -> HttpResponse:
    """Grant or refuse one request."""
    training_class = fetch(request, number, Permission.REVIEW)
    rows = ChangeRequest.objects.filter(lesson__training_class=training_class)
    row = get_object_or_404(
        rows.select_related("lesson__training_class__course", "was_trainer", "trainer"), number=request_number
    )
    grant = request.POST.get("decision") == "grant"
    with told(request, _("已同意变更，并通知学员和教师。") if grant else _("未同意变更，原因已写明。")):
        affected = attendance.decide_change(
            by=officer(request), request=row, grant=grant, answer=request.POST.get("answer", ""), now=timezone.now()
        )
        again = sum(one.scan_again for one in affected)
        if again:
            words = ngettext(
                "%(count)s 人已按原时间签到，记录保留但不计，须按新时间重新签到。",
                "%(count)s 人已按原时间签到，记录保留但不计，须按新时间重新签到。",
                again,
            )
            messages.info(request, words % {"count": again})
    return redirect("desk_changes", number)
