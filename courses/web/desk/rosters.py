"""导入名单: send a file, see what was found, confirm, see the result, take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import access, rosters
from courses.access import Permission
from courses.models import RosterImport, RosterRow, TrainingClass
from courses.refusals import Refused
from courses.rosters.grid import FILE_BYTES
from courses.web.attachments import blank, download
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow

Status, Verdict, Decision = RosterImport.Status, RosterRow.Verdict, RosterRow.Decision
SLIPS_SHOWN = 100
DECISION = "row-"


class RosterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("名单文件"), help_text=gettext_lazy("xlsx、xls 或 csv，10 MB 以内，一次最多 5,000 行。")
    )
    consent = forms.BooleanField(
        label=gettext_lazy(
            "已告知名单上的学员用途，并取得本人同意，其中使用证件号码由本人单独同意；本人确认所报情况属实"
        )
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > FILE_BYTES:
            raise forms.ValidationError(_("文件超过 10 MB，没有导入。请去掉图片，或分成几个文件。"))
        return file


@allow(Permission.RUN_CLASSES)
def desk_roster_send(request: HttpRequest, number: str) -> HttpResponse:
    """The form and the earlier imports of the class; a file that can be read leads to its findings."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            roster = rosters.receive(
                content=file.read(),
                file_name=file.name or "",
                training_class=training_class,
                consent=form.cleaned_data["consent"],
                by=officer(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return redirect("desk_roster", roster.number)
    context = {
        "training_class": training_class,
        "form": form,
        "open": training_class.status == TrainingClass.Status.ENROLLING,
        "free": max(0, training_class.seats - training_class.taken),
        "earlier": training_class.roster_imports.filter(booking=None)
        .exclude(status=Status.DISCARDED)
        .select_related("by"),
        "crumbs": _crumbs(training_class),
        "here": _("导入名单"),
    }
    return show(request, "desk/rosters/send.html", context, here="desk_classes", status=422 if form.errors else 200)


@require_safe
@allow(Permission.RUN_CLASSES)
def desk_roster_template(request: HttpRequest, number: str) -> HttpResponseBase:
    """An empty form; it holds nobody."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    return blank(rosters.template(training_class=training_class), _("花名册模板-%(number)s") % {"number": number})


@never_cache
@require_safe
@allow(Permission.RUN_CLASSES)
def desk_roster(request: HttpRequest, number: str) -> HttpResponse:
    """One upload wherever it stands: being checked, to mend, to confirm, done, undone. Rows, never people."""
    roster = _fetch(request, number)
    context = {
        **findings(roster),
        "training_class": roster.training_class,
        "seen": rosters.outlook(roster=roster),
        "enrolled": roster.rows.exclude(enrolment=None).count(),
        "may_undo": rosters.may_undo(roster=roster, now=timezone.now()),
        "crumbs": [
            *_crumbs(roster.training_class),
            (_("导入名单"), reverse("desk_roster_send", args=[roster.training_class.number])),
        ],
        "here": roster.number,
    }
    return show(request, "desk/rosters/file.html", context, here="desk_classes")


def findings(roster: RosterImport) -> dict[str, Any]:
    """What stands in the list, by line and cell: the same on every page that shows one."""
    slips = rosters.slips(roster=roster)
    beside = roster.rows.filter(Q(verdict=Verdict.ALREADY) | Q(decision=Decision.SKIP)).values_list(
        "row_no", "decision"
    )
    return {
        "roster": roster,
        "total": roster.rows.count(),
        "slips": slips[:SLIPS_SHOWN],
        "slips_more": max(0, len(slips) - SLIPS_SHOWN),
        "slip_rows": len({slip.row_no for slip in slips}),
        "questions": rosters.questions(roster=roster),
        "already": [row_no for row_no, decision in beside if decision != Decision.SKIP],
        "left_out": [row_no for row_no, decision in beside if decision == Decision.SKIP],
    }


def _fetch(request: HttpRequest, number: str) -> RosterImport:
    found = access.visible_rosters(
        user=officer(request), now=timezone.now(), permission=Permission.RUN_CLASSES
    ).select_related("training_class__course", "by", "committed_by", "undone_by")
    return get_object_or_404(found, number=number, booking=None)


def _crumbs(training_class: TrainingClass) -> list[tuple[str, str]]:
    return [
        (_("班次"), reverse("desk_classes")),
        (training_class.number, reverse("desk_class", args=[training_class.number])),
    ]


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_roster_decide(request: HttpRequest, number: str) -> HttpResponse:
    roster = _fetch(request, number)
    try:
        rosters.decide(roster=roster, decisions=chosen_rows(request), by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk_roster", number)


def chosen_rows(request: HttpRequest) -> dict[int, str]:
    """row-7=same: what was decided, by row number."""
    return {
        int(name.removeprefix(DECISION)): str(value)
        for name, value in request.POST.items()
        if name.startswith(DECISION) and name.removeprefix(DECISION).isdecimal()
    }


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_roster_commit(request: HttpRequest, number: str) -> HttpResponse:
    roster = _fetch(request, number)
    try:
        rosters.commit(roster=roster, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk_roster", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_roster_undo(request: HttpRequest, number: str) -> HttpResponse:
    roster = _fetch(request, number)
    try:
        gone = rosters.undo(roster=roster, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = ngettext("已撤销，退出 %(count)s 人。", "已撤销，退出 %(count)s 人。", gone)
        messages.success(request, said % {"count": gone})
    return redirect("desk_roster", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_roster_problems(request: HttpRequest, number: str) -> HttpResponseBase:
    """The file that was sent, with its problems written in; a POST, since it leaves its row in the audit book."""
    roster = _fetch(request, number)
    try:
        given = rosters.with_problems(roster=roster, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_roster", number)
    return download(given)
