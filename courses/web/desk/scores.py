"""成绩: the scores of one class, entered one by one or from a workbook; changes wait for a second person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from courses import access, completion, scores, scoresheets
from courses.access import Permission
from courses.models import ClassExaminer, Enrolment, Score, TrainingClass
from courses.refusals import Refused
from courses.scores import examiners
from courses.web.attachments import download
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("成绩表"),
        help_text=gettext_lazy("xlsx 或 csv，2 MB 以内。有一格不对就一行也不导入，并把问题写在表里还给您。"),
        error_messages={"required": gettext_lazy("请先选择文件")},
    )


@allow(Permission.SEE_DESK)
def desk_scores(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.SEE_DESK)
    return _page(request, training_class, SheetForm())


def _page(request: HttpRequest, training_class: TrainingClass, form: SheetForm) -> HttpResponse:
    user, now = officer(request), timezone.now()
    enters = access.may_on(user=user, training_class=training_class, permission=Permission.ENTER_SCORES, now=now)
    reviews = access.may_on(user=user, training_class=training_class, permission=Permission.REVIEW, now=now)
    found = table(training_class, "desk_score_record")
    asked = bool(found["parts"])
    context = {
        **found,
        "form": form,
        "may_enter": asked and enters and _nothing_against(request, training_class),
        "may_decide": reviews,
        "named": examiners.named(training_class=training_class) if asked else [],
        "examine": examiners.in_force(training_class=training_class, now=now) if asked else set(),
        "experts": examiners.choices(training_class=training_class, now=now) if asked and reviews else [],
        "user_pk": user.pk,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
        ],
        "here": _("成绩"),
    }
    status = 422 if form.errors else 200
    return show(request, "desk/scores/list.html", context, here="desk_classes", status=status)


def table(training_class: TrainingClass, record: str) -> dict[str, Any]:
    """The scores of a class as its page shows them, under masked names; `record` is the address that takes one."""
    parts = [Score.Part(part) for part in completion.scores_asked(training_class)]
    rows = list(
        Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.ADMITTED)
        .select_related("learner", "completion")
        .order_by("arrival_no")
    )
    held = scores.standing(enrolments=rows)
    return {
        "training_class": training_class,
        "parts": parts,
        "rows": [
            (
                row,
                row.learner.masked_name,
                [(part, held.get(row.pk, {}).get(part)) for part in parts],
                reverse(record, args=[training_class.number, row.number]),
            )
            for row in rows
        ],
        "waiting": scores.waiting(training_class=training_class),
    }


def _nothing_against(request: HttpRequest, training_class: TrainingClass) -> bool:
    against = scores.against_recording(by=officer(request), training_class=training_class, now=timezone.now())
    return against is None


@require_POST
@allow(Permission.ENTER_SCORES)
def desk_scores_sheet(request: HttpRequest, number: str) -> HttpResponseBase:
    """The class's list to fill in."""
    training_class = fetch(request, number, Permission.ENTER_SCORES)
    return download(scoresheets.template(by=officer(request), training_class=training_class, now=timezone.now()))


@require_POST
@allow(Permission.ENTER_SCORES)
def desk_scores_send(request: HttpRequest, number: str) -> HttpResponseBase:
    """Every score of a file, or none; a file with faults comes back with them written in."""
    training_class = fetch(request, number, Permission.ENTER_SCORES)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, training_class, form)
    content = form.cleaned_data["file"].read(scoresheets.FILE_BYTES + 1)
    try:
        reading, back = scoresheets.take(
            by=officer(request), training_class=training_class, content=content, now=timezone.now()
        )
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return _page(request, training_class, form)
    if back is not None:
        return download(back)
    many = reading.written
    words = ngettext("已导入，%(count)s 项成绩有变化。", "已导入，%(count)s 项成绩有变化。", many)
    messages.success(request, words % {"count": many})
    return redirect("desk_scores", number)


@require_POST
@allow(Permission.ENTER_SCORES)
def desk_score_record(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The scores of one learner."""
    training_class = fetch(request, number, Permission.ENTER_SCORES)
    record(request, _enrolment(request, training_class, enrolment_number))
    return redirect("desk_scores", number)


def record(request: HttpRequest, row: Enrolment) -> None:
    """What was entered of one learner; what is empty stays as it is."""
    parts = completion.scores_asked(row.training_class)
    with told(request, _("已保存。结业已提交的，等另一人确认后生效。")):
        points = {part: scores.read_points(request.POST[part]) for part in parts if request.POST.get(part, "").strip()}
        reason = request.POST.get("reason", "")
        scores.record(by=officer(request), enrolment=row, points=points, reason=reason, now=timezone.now())


@require_POST
@allow(Permission.REVIEW)
def desk_examiner_name(request: HttpRequest, number: str) -> HttpResponse:
    """Name somebody from outside to examine the class."""
    training_class, now = fetch(request, number, Permission.REVIEW), timezone.now()
    found = access.experts(training_class=training_class, now=now).filter(username=request.POST.get("examiner", ""))
    with told(request, _("已指派。成绩从现在起由考评员登记，考评员登录后能看到这个班。")):
        examiners.name(by=officer(request), training_class=training_class, examiner=get_object_or_404(found), now=now)
    return redirect("desk_scores", number)


@require_POST
@allow(Permission.REVIEW)
def desk_examiner_end(request: HttpRequest, number: str) -> HttpResponse:
    """They examine it no more; what they recorded stays."""
    training_class = fetch(request, number, Permission.REVIEW)
    rows = ClassExaminer.objects.filter(
        training_class=training_class, examiner__username=request.POST.get("examiner", "")
    )
    row = rows.select_related("examiner", "training_class").order_by("-pk").first()
    if row is None:
        raise Http404
    with told(request, _("已撤下，考评员不再看到这个班；登记过的成绩不变。")):
        examiners.end(by=officer(request), examiner=row, now=timezone.now())
    return redirect("desk_scores", number)


@require_POST
@allow(Permission.REVIEW)
def desk_score_decide(request: HttpRequest, number: str, enrolment_number: str, part: str) -> HttpResponse:
    """The second person lets a change hold, or not."""
    training_class = fetch(request, number, Permission.REVIEW)
    row = _enrolment(request, training_class, enrolment_number)
    asked = get_object_or_404(row.scores, part=part, status=Score.Status.ASKED)
    agree = request.POST.get("decision") == "agree"
    with told(request, _("已确认，新成绩生效。") if agree else _("没有同意，成绩不变。")):
        scores.decide(by=officer(request), score=asked, agree=agree, now=timezone.now())
    return redirect("desk_scores", number)


def _enrolment(request: HttpRequest, training_class: TrainingClass, number: str) -> Enrolment:
    rows = access.visible_enrolments(user=officer(request), now=timezone.now()).select_related("training_class")
    return get_object_or_404(rows, number=number, training_class=training_class)
