"""考勤文件: a register kept on another machine comes in as a table, and another person lets it count."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from courses.access import Permission
from courses.attendance import imported
from courses.models import TrainingClass
from courses.refusals import Refused
from courses.rosters import registers
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow

SHOWN = 50
TURNED_DOWN = "not_accepted"


class RegisterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("考勤文件"),
        help_text=gettext_lazy("xlsx 或 csv，2 MB 以内。有一格不对就一行也不导入。"),
        error_messages={"required": gettext_lazy("请先选择文件")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_registers(request: HttpRequest, number: str) -> HttpResponse:
    """What waits, and the field for a file; POST takes every row of it or none."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    if request.method != "POST":
        return _page(request, training_class, RegisterForm())
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, training_class, form)
    content = form.cleaned_data["file"].read(registers.FILE_BYTES + 1)
    try:
        taken = registers.take_register(
            by=officer(request), training_class=training_class, content=content, now=timezone.now()
        )
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return _page(request, training_class, form)
    if taken.faults:
        return _page(request, training_class, form, faults=taken.faults)
    if taken.wrote:
        many = taken.wrote
        words = ngettext(
            "已导入 %(count)s 条，等另一人确认后计入考勤。", "已导入 %(count)s 条，等另一人确认后计入考勤。", many
        )
        messages.success(request, words % {"count": many})
    else:
        messages.info(request, _("文件里的到课都已经有记录，没有重复导入。"))
    return redirect("desk_registers", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_register_decide(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Another person lets the rows of one file count, or not."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    agree = request.POST.get("decision") == "agree"
    try:
        many = imported.decide(
            by=officer(request),
            training_class=training_class,
            key=key,
            reason="" if agree else TURNED_DOWN,
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        agreed = ngettext("已确认 %(count)s 条，计入考勤。", "已确认 %(count)s 条，计入考勤。", many)
        refused = ngettext("%(count)s 条不认可，不计考勤。", "%(count)s 条不认可，不计考勤。", many)
        messages.success(request, (agreed if agree else refused) % {"count": many})
    return redirect("desk_registers", number)


def _page(
    request: HttpRequest, training_class: TrainingClass, form: RegisterForm, faults: tuple[str, ...] = ()
) -> HttpResponse:
    context = {
        "training_class": training_class,
        "waiting": imported.waiting(training_class=training_class),
        "user_pk": officer(request).pk,
        "form": form,
        "faults": faults[:SHOWN],
        "more": max(0, len(faults) - SHOWN),
        "total": len(faults),
        "headings": [names[0] for names in registers.HEADINGS.values()],
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[training_class.number])),
        ],
        "here": _("考勤文件"),
    }
    status = 422 if form.errors or faults else 200
    return show(request, "desk/registers/list.html", context, here="desk_classes", status=status)
