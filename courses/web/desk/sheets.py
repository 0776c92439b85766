"""纸质签到表 of one class at the desk: printed, entered and confirmed by the institution."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.access import Permission
from courses.attendance import paper
from courses.attendance.paper import SheetRefused
from courses.models import Lesson, PaperSheet, TrainingClass
from courses.web import sheet_rows, sheets
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.sheets import DESK
from courses.web.teach.printed import sign_in_page, summary_page
from courses.web.teach.sheets import SAID


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_sheets(request: HttpRequest, number: str) -> HttpResponse:
    """Every lesson with its sheets; POST prints a new one for the lesson of that number."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    if request.method == "POST":
        return _print(request, training_class)
    lessons = Lesson.objects.filter(training_class=training_class).select_related("training_class")
    context = {
        "training_class": training_class,
        "items": sheets.listed(lessons=lessons.order_by("starts_at", "number")),
        **sheets.framed(DESK),
        **_crumbs(training_class),
        "here": _("纸质签到表"),
    }
    return show(request, "desk/sheets/list.html", context, here="desk_classes")


def _print(request: HttpRequest, training_class: TrainingClass) -> HttpResponse:
    text = request.POST.get("lesson", "")
    lessons = Lesson.objects.filter(training_class=training_class)
    lesson = get_object_or_404(lessons, number=int(text) if text.isascii() and text.isdigit() else -1)
    try:
        made = paper.print_sign_in(by=officer(request), lesson=lesson, now=timezone.now())
    except SheetRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_sheets", training_class.number)
    return redirect("desk_sheet_show", made.number)


@never_cache
@require_safe
@allow(Permission.RUN_CLASSES)
def desk_sheet_show(request: HttpRequest, number: str) -> HttpResponse:
    sheet = _own(request, number, timezone.now())
    if sheet.lesson is None:
        raise Http404
    return sign_in_page(request, sheet=sheet, back=("desk_sheets", sheet.training_class.number))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_sheet_enter(request: HttpRequest, number: str) -> HttpResponse:
    now, user = timezone.now(), officer(request)
    sheet, refused = _own(request, number, now), None
    if request.method == "POST":
        fields = sheet_rows.typed_rows(request, sheet=sheet, door=DESK)
        try:
            made = sheet_rows.enter(request, by=user, sheet=sheet, fields=fields, now=now)
            messages.success(request, _("已保存，等另一位老师或机构管理员确认。确认前不计考勤。"))
            return redirect("desk_sheet_entry", number, made.number)
        except SheetRefused as refusal:
            refused = refusal
    else:
        fields = sheet_rows.first_rows(sheet=sheet, door=DESK, filled="all" in request.GET)
    context = {
        **sheets.entering(sheet=sheet, fields=fields, door=DESK, now=now, refused=refused),
        **_crumbs(sheet.training_class, sheets_too=True),
        "here": sheet.number,
    }
    return show(request, "teach/sheets/enter.html", context, here="desk_classes", status=422 if refused else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_sheet_entry(request: HttpRequest, number: str, entry_number: str) -> HttpResponse:
    now, user = timezone.now(), officer(request)
    sheet = _own(request, number, now)
    entry = sheets.entry_of(user=user, sheet=sheet, number=entry_number, door=DESK, now=now)
    if request.method == "POST":
        try:
            messages.success(request, SAID[sheets.decide(request, by=user, entry=entry, now=now)])
        except SheetRefused as refusal:
            messages.error(request, refusal.sentence)
        return redirect("desk_sheet_entry", number, entry_number)
    context = {
        **sheets.entry_page(user=user, entry=entry, door=DESK, now=now),
        **_crumbs(sheet.training_class, sheets_too=True),
        "here": entry.number,
    }
    return show(request, "teach/sheets/entry.html", context, here="desk_classes")


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_sheet_photo(request: HttpRequest, number: str, code: str) -> HttpResponse:
    now = timezone.now()
    return sheets.photo_of(user=officer(request), sheet=_own(request, number, now), code=code, now=now)


@never_cache
@require_POST
@allow(Permission.RUN_CLASSES)
def desk_summary(request: HttpRequest, number: str) -> HttpResponse:
    """学员出勤簿: the figures of this moment, under a number of their own."""
    training_class, now = fetch(request, number, Permission.RUN_CLASSES), timezone.now()
    try:
        sheet = paper.print_summary(by=officer(request), training_class=training_class, now=now)
    except SheetRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_sheets", number)
    return summary_page(request, sheet=sheet, back=("desk_sheets", number), now=now)


def _own(request: HttpRequest, number: str, now: datetime) -> PaperSheet:
    return sheets.sheet_of(user=officer(request), number=number, door=DESK, now=now)


def _crumbs(training_class: TrainingClass, *, sheets_too: bool = False) -> dict[str, list[tuple[str, str]]]:
    crumbs = [
        (_("班次"), reverse("desk_classes")),
        (training_class.number, reverse("desk_class", args=[training_class.number])),
    ]
    if sheets_too:
        crumbs.append((_("纸质签到表"), reverse("desk_sheets", args=[training_class.number])))
    return {"crumbs": crumbs}
