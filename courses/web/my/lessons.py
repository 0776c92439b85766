"""我的课次: each lesson with its status and why; leave is asked for and a record contested from here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, attendance, completion, dates, policy
from courses.attendance import Account, LeaveRefusal, LeaveRefused, LessonAccount, disputes, leave, makeup
from courses.models import Attendance, Enrolment, Learner, LeaveRequest, Lesson, User
from courses.refusals import Refused
from courses.web.gate import learner_only
from courses.web.presence import GAPS, SHAPES
from courses.web.told import told

Status = Attendance.Status
FILES = "image/jpeg,image/png,image/heic,image/heif,application/pdf"
TEXT_ROWS = 4


class LessonChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Lesson) -> str:
        return _("第 %(number)s 次课，%(starts)s，%(title)s") % {
            "number": obj.number,
            "starts": dates.moment(obj.starts_at),
            "title": obj.title,
        }


class LeaveForm(forms.Form):
    lessons = LessonChoices(
        Lesson.objects.none(),
        label=gettext_lazy("哪几次课"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": LeaveRefused.sentences[LeaveRefusal.NO_LESSONS]},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("请什么假"), choices=LeaveRequest.Kind.choices, widget=forms.RadioSelect, initial="leave"
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=leave.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": TEXT_ROWS}),
        help_text=gettext_lazy("写清楚就行，只有本班老师和机构能看。"),
    )
    file = forms.FileField(
        label=gettext_lazy("证明"),
        required=False,
        widget=forms.FileInput(attrs={"accept": FILES}),
        help_text=gettext_lazy("病历、通知等，照片或 PDF 都可以。加密保存，谁看过您都查得到。"),
    )

    def __init__(self, *args: Any, lessons: list[Lesson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lessons"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Lesson.objects.filter(pk__in=[row.pk for row in lessons]).order_by("starts_at")


class DisputeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=disputes.TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": TEXT_ROWS}),
        help_text=gettext_lazy("当时在不在、几点到、有谁看到，写清楚更好办。"),
    )
    file = forms.FileField(
        label=gettext_lazy("证明"),
        required=False,
        widget=forms.FileInput(attrs={"accept": FILES}),
        help_text=gettext_lazy("照片或 PDF 都可以。加密保存，谁看过您都查得到。"),
    )


@dataclass(frozen=True)
class Line:
    """One lesson as the page shows it: a shape, a word, and each gap in words with its minutes."""

    known: LessonAccount
    shape: str
    word: str | Promise
    gaps: list[tuple[str | Promise, int]]


@learner_only
def lesson_list(request: HttpRequest, number: str) -> HttpResponse:
    own, now = _own(request, number), timezone.now()
    told = attendance.account(enrolment=own, now=now)
    rules = policy.of_class(training_class=own.training_class, on=policy.local_date(now))
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "progress": told.progress,
        "lines": [_line(row) for row in told.lessons],
        "may_make_up": makeup.allowed(enrolment=own, now=now),
        "ratio": rules.completion_ratio,
        "hour": rules.hour_minutes,
        **_outlook(request, own, told, now),
        "now": now,
    }
    return render(request, "my/lessons/list.html", context)


def _outlook(request: HttpRequest, own: Enrolment, told: Account, now: datetime) -> dict[str, Any]:
    """Part by part what is missing; and, where lessons were ticked, what would follow. A GET that changes nothing."""
    asked, progress = "if" in request.GET, told.progress
    numbers = {int(text) for text in request.GET.getlist("attend") if text.isascii() and text.isdigit()}
    ahead = [row.lesson for row in progress.ahead]
    ticked = {lesson.number for lesson in ahead if not asked or lesson.number in numbers}
    supposed = completion.what_if(enrolment=own, progress=progress, attending=ticked, now=now) if asked else None
    return {
        "standing": completion.reach(enrolment=own, progress=progress, now=now, to_make_up=told.to_make_up),
        "ahead": [(lesson, lesson.number in ticked) for lesson in ahead],
        "supposed": supposed,
        "ticked": len(ticked),
        "asks_works": bool(completion.works_asked(own.training_class)),
    }


def _line(known: LessonAccount) -> Line:
    row = known.row
    if not row.theirs:
        return Line(known, "none", gettext_lazy("不是您的课次"), [])
    if not row.over and row.status == Status.UNMARKED:
        return Line(known, "", gettext_lazy("还没上") if not row.begun else gettext_lazy("正在上课"), [])
    if known.waits_on_paper:
        return Line(known, *SHAPES[Status.AWAITING], [])
    gaps = [(GAPS[gap.code], gap.minutes) for gap in row.missing if gap.minutes]
    return Line(known, *SHAPES[row.status], gaps)


@learner_only
@require_http_methods(["GET", "POST"])
def leave_ask(request: HttpRequest, number: str) -> HttpResponse:
    """What was asked so far, and the form for more."""
    own, now = _own(request, number), timezone.now()
    learner: Learner = request.learner  # type: ignore[attr-defined]
    choices = attendance.lessons_to_excuse(enrolment=own, now=now)
    asks = request.method == "POST"
    initial = {"lessons": [row.pk for row in choices if str(row.number) == request.GET.get("lesson")]}
    form = LeaveForm(request.POST if asks else None, request.FILES if asks else None, lessons=choices, initial=initial)
    if asks and form.is_valid() and _ask(request, own, form, now):
        return redirect("my_leave", number=number)
    rows = access.own_leave(learner=learner).filter(enrolment=own).prefetch_related("covers__lesson")
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "form": form,
        "choices": choices,
        "requests": rows,
    }
    return render(request, "my/lessons/leave.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, own: Enrolment, form: LeaveForm, now: datetime) -> bool:
    said = form.cleaned_data
    try:
        leave.ask(
            enrolment=own,
            lessons=list(said["lessons"]),
            kind=said["kind"],
            reason=said["reason"],
            content=said["file"],
            by=_user(request),
            now=now,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, _("请假已提交，等老师决定。决定后发短信通知您。"))
    return True


@require_POST
@learner_only
def leave_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    row = get_object_or_404(access.own_leave(learner=learner).select_related("enrolment"), code=code)
    assert learner.user is not None
    with told(request, _("已撤回。")):
        leave.take_back(request=row, by=learner.user, now=timezone.now())
    return redirect("my_leave", number=row.enrolment.number)


@learner_only
@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, number: str, lesson: int) -> HttpResponse:
    """The form; once it is raised, what became of it, with both answers."""
    own, now = _own(request, number), timezone.now()
    told = attendance.account(enrolment=own, now=now)
    known = next((row for row in told.lessons if row.row.lesson.number == lesson), None)
    if known is None or (known.dispute is None and known.contest_until is None and request.method == "GET"):
        raise Http404
    form = DisputeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _raise(request, own, known.row.lesson, form, now):
        return redirect("my_dispute", number=number, lesson=lesson)
    context = {
        "enrolment": own,
        "training_class": own.training_class,
        "line": _line(known),
        "lesson": known.row.lesson,
        "dispute": known.dispute,
        "hour": policy.of_class(training_class=own.training_class, on=policy.local_date(now)).hour_minutes,
        "form": form,
    }
    return render(request, "my/lessons/dispute.html", context, status=422 if form.errors else 200)


def _raise(request: HttpRequest, own: Enrolment, lesson: Lesson, form: DisputeForm, now: datetime) -> bool:
    said = form.cleaned_data
    try:
        attendance.raise_dispute(
            enrolment=own, lesson=lesson, text=said["text"], content=said["file"], by=_user(request), now=now
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, _("异议已提交。先由老师答复，再由机构决定，结果发短信通知您。"))
    return True


@require_POST
@learner_only
def dispute_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    row = get_object_or_404(access.own_disputes(learner=learner).select_related("enrolment"), code=code)
    assert learner.user is not None
    try:
        disputes.take_back(dispute=row, by=learner.user, now=timezone.now())
        messages.success(request, _("已撤回。"))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("my_lessons", number=row.enrolment.number)


def _own(request: HttpRequest, number: str) -> Enrolment:
    """An enrolment of one's own by which one is or was a member of the class."""
    learner: Learner = request.learner  # type: ignore[attr-defined]
    rows = access.own_enrolments(learner=learner).filter(admitted_at__isnull=False)
    return get_object_or_404(
        # With its own learner: an enrolment of a record that was merged keeps its evidence there.
        rows.select_related("learner", "training_class__course", "training_class__venue", "training_class__policy"),
        number=number,
    )


def _user(request: HttpRequest) -> User | None:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    return learner.user
