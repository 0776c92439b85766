"""开班材料: what an opening still lacks, what it files, its checks, and the application form on paper."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from courses import access, classes, policy
from courses.access import Permission
from courses.classes import ClassRefused, Reading, TimetableRefused, paper_files
from courses.classes.timetable import COLUMNS, MAX_BYTES
from courses.models import Lesson, OpeningFile, OpeningPapers, SizeOverride, TrainingClass
from courses.policy import local_date
from courses.web.attachments import blank
from courses.web.desk.class_file import fetch
from courses.web.desk.opening_files import may_read_papers
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

Status = TrainingClass.Status
# What form D lists as attached.
ATTACHED = frozenset({"timetable", "materials", "assessment", "commitment"})
EDITABLE = (Status.DRAFT, Status.RETURNED)


class PapersForm(forms.Form):
    materials = forms.CharField(
        label=gettext_lazy("教材"), max_length=300,
        help_text=gettext_lazy("写教材名称和出版社，有几本写几本。"),
    )  # fmt: skip
    assessment = forms.CharField(
        label=gettext_lazy("考核方案"), max_length=300,
        help_text=gettext_lazy("写怎么考、考什么、多少分合格。"),
    )  # fmt: skip
    head = forms.CharField(label=gettext_lazy("负责人"), max_length=40)
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=40)
    contact_phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=20)


@allow(Permission.SEE_DESK)
def desk_opening(request: HttpRequest, number: str) -> HttpResponse:
    """The papers of one class: what is missing first, then the form, the commitment and the checks."""
    files = request.method == "POST"
    training_class = fetch(request, number, Permission.RUN_CLASSES if files else Permission.SEE_DESK)
    form = PapersForm(request.POST if files else None, initial=_filed(training_class))
    if files and form.is_valid() and _keep(request, form, training_class):
        return redirect("desk_opening", number)
    return _page(request, training_class, form, now=timezone.now())


def _filed(training_class: TrainingClass) -> dict[str, Any]:
    papers = OpeningPapers.objects.filter(training_class=training_class).first()
    return {name: getattr(papers, name) for name in PapersForm.base_fields} if papers else {}


def _keep(request: HttpRequest, form: PapersForm, training_class: TrainingClass) -> bool:
    """What was written stays in the form where it is refused."""
    try:
        classes.keep_papers(by=officer(request), training_class=training_class, now=timezone.now(), **form.cleaned_data)
    except ClassRefused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, _("已保存开班材料。"))
    return True


def _page(
    request: HttpRequest,
    training_class: TrainingClass,
    form: PapersForm,
    *,
    now: datetime,
    reading: Reading | None = None,
) -> HttpResponse:
    user = officer(request)
    text = classes.commitment_text(on=local_date(now))
    papers = classes.papers_of(training_class=training_class, now=now)
    may_run = access.may_on(user=user, training_class=training_class, permission=Permission.RUN_CLASSES, now=now)
    may_review = access.may_on(user=user, training_class=training_class, permission=Permission.REVIEW, now=now)
    may_read = may_run or may_review
    rules = policy.current(on=local_date(now))
    context = {
        "training_class": training_class,
        "form": form,
        "papers": papers,
        "missing": [paper for paper in papers if not paper.filed],
        "faults": reading.faults if reading else [],
        "columns": [column.name for column in COLUMNS.values()],
        "lessons": training_class.lessons.select_related("trainer", "venue"),
        "findings": classes.checks(training_class=training_class, now=now),
        "text": text,
        "accepted": training_class.commitments.filter(text=text).select_related("by").first(),
        "overrides": SizeOverride.objects.filter(training_class=training_class).select_related("by"),
        "may_edit": may_run and training_class.status in EDITABLE,
        "may_allow": may_review and training_class.status in (*EDITABLE, Status.SUBMITTED),
        "may_read": may_read,
        "files": paper_files.kept(training_class=training_class).select_related("uploaded_by") if may_read else [],
        "file_papers": OpeningFile.Paper.choices,
        "rules": rules,
        "crumbs": [(_("班次"), reverse("desk_classes")), (training_class.number, _address(training_class))],
        "here": _("开班材料"),
    }
    return show(
        request, "desk/opening/papers.html", context, here="desk_classes", status=422 if form.errors or reading else 200
    )


def _address(training_class: TrainingClass) -> str:
    return reverse("desk_class", args=[training_class.number])


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_commitment(request: HttpRequest, number: str) -> HttpResponse:
    """Accept the wording that the page showed."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    with told(request, _("已确认承诺，并记下文本版本和时间。")):
        classes.accept_commitment(
            by=officer(request), training_class=training_class, number=request.POST.get("text", ""), now=timezone.now()
        )
    return redirect("desk_opening", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_timetable(request: HttpRequest, number: str) -> HttpResponse:
    """Replace the timetable by that of a file; with one bad cell nothing is written, and each is named."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    upload = request.FILES.get("file")
    content = upload.read(MAX_BYTES + 1) if isinstance(upload, UploadedFile) else b""
    try:
        reading = classes.import_timetable(by=officer(request), training_class=training_class, content=content, now=now)
    except (ClassRefused, TimetableRefused) as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_opening", number)
    if reading.faults:
        return _page(request, training_class, PapersForm(initial=_filed(training_class)), now=now, reading=reading)
    many = len(reading.lessons)
    words = ngettext("已导入 %(count)s 次课，原课程表已换掉。", "已导入 %(count)s 次课，原课程表已换掉。", many)
    messages.success(request, words % {"count": many})
    return redirect("desk_opening", number)


@require_safe
@allow(Permission.RUN_CLASSES)
def desk_timetable_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The timetable as a workbook, to be changed and sent back."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    hour = policy.current(on=local_date(timezone.now())).hour_minutes
    file = classes.timetable_workbook(training_class=training_class, hour_minutes=hour)
    return blank(file, _("课程表-%(number)s") % {"number": number})


@require_POST
@allow(Permission.REVIEW)
def desk_size_allow(request: HttpRequest, number: str) -> HttpResponse:
    """Give leave for a class above the size limit."""
    training_class = fetch(request, number, Permission.REVIEW)
    seats = request.POST.get("seats", "")
    with told(request, _("已准许，原因已写明。")):
        classes.allow_size(
            by=officer(request),
            training_class=training_class,
            seats=int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 5 else 0,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    return redirect("desk_opening", number)


@allow(Permission.SEE_DESK)
def desk_opening_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """开班申请表 on A4, for who runs the class and who reviews it."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.SEE_DESK)
    if not may_read_papers(request, training_class):
        raise Http404
    theory, practice = classes.approved_hours(training_class)
    frozen = training_class if training_class.policy_id else training_class.course
    context = {
        "training_class": training_class,
        "course": training_class.course,
        "frozen": frozen,
        "hours": {"theory": theory, "practice": practice, "online": frozen.hours_online},
        "total": theory + practice + frozen.hours_online,
        "papers": OpeningPapers.objects.filter(training_class=training_class).first(),
        "filed": [
            paper
            for paper in classes.papers_of(training_class=training_class, now=now)
            if paper.filed and paper.key in ATTACHED
        ],
        "trainers": [trainer.name or trainer.username for trainer in training_class.trainers.order_by("pk")],
        "lessons": training_class.lessons.filter(status=Lesson.Status.PLANNED).select_related("trainer", "venue"),
        "commitment": training_class.commitments.select_related("text", "by").order_by("at").last(),
        "hour": policy.of_class(training_class=training_class, on=local_date(now)).hour_minutes,
        "now": now,
    }
    return render(request, "desk/opening/sheet.html", context)
