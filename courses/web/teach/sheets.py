"""纸质签到表 for the trainer: print it, enter the signed one, confirm what somebody else has entered."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import access
from courses.access import Permission
from courses.attendance import lesson_name, paper
from courses.attendance.paper import SheetRefused
from courses.models import PaperSheet
from courses.web import sheet_rows, sheets
from courses.web.gate import allow
from courses.web.sheets import TEACH
from courses.web.teach.classes import own_lesson, teacher
from courses.web.teach.printed import sign_in_page, summary_page
from courses.web.teach.screens import forget_moment

SAID = {
    "confirm": gettext_lazy("已确认，计入考勤。"),
    "return": gettext_lazy("已退回，录入的人可以重新录入。"),
    "withdraw": gettext_lazy("已撤回，可以重新录入。"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.TEACH)
def lesson_sheets(request: HttpRequest, name: str) -> HttpResponse:
    """The sheets of a lesson; POST prints a new one, with its own number."""
    lesson = own_lesson(request, name)
    if request.method == "POST":
        try:
            made = paper.print_sign_in(by=teacher(request), lesson=lesson, now=timezone.now())
            return redirect("sheet_show", number=made.number)
        except SheetRefused as refusal:
            messages.error(request, refusal.sentence)
            return redirect("roster_sheet", name=name)
    [item] = sheets.listed(lessons=[lesson])
    context = {"lesson": lesson, "name": name, "item": item, **sheets.framed(TEACH)}
    return render(request, "teach/sheets/lesson.html", context)


@never_cache
@require_safe
@allow(Permission.TEACH)
def sheet_show(request: HttpRequest, number: str) -> HttpResponse:
    """The paper itself, as often as it jams: the same rows, the same number."""
    sheet = _own(request, number)
    if sheet.lesson is None:
        raise Http404
    return sign_in_page(request, sheet=sheet, back=("roster_sheet", lesson_name(sheet.lesson)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.TEACH)
def sheet_enter(request: HttpRequest, number: str) -> HttpResponse:
    sheet, now, user = _own(request, number), timezone.now(), teacher(request)
    refused = None
    if request.method == "POST":
        fields = sheet_rows.typed_rows(request, sheet=sheet, door=TEACH)
        try:
            made = sheet_rows.enter(request, by=user, sheet=sheet, fields=fields, now=now)
            messages.success(request, _("已保存，等另一位老师或机构管理员确认。确认前不计考勤。"))
            return redirect("sheet_entry", number=number, entry_number=made.number)
        except SheetRefused as refusal:
            refused = refusal
    else:
        fields = sheet_rows.first_rows(sheet=sheet, door=TEACH, filled="all" in request.GET)
    context = sheets.entering(sheet=sheet, fields=fields, door=TEACH, now=now, refused=refused)
    return render(request, "teach/sheets/enter.html", context, status=422 if refused else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.TEACH)
def sheet_entry(request: HttpRequest, number: str, entry_number: str) -> HttpResponse:
    """What was entered beside what was scanned; POST decides."""
    now, user, sheet = timezone.now(), teacher(request), _own(request, number)
    entry = sheets.entry_of(user=user, sheet=sheet, number=entry_number, door=TEACH, now=now)
    if request.method == "POST":
        try:
            messages.success(request, SAID[sheets.decide(request, by=user, entry=entry, now=now)])
        except SheetRefused as refusal:
            messages.error(request, refusal.sentence)
        if sheet.lesson is not None:
            forget_moment(sheet.lesson)
        return redirect("sheet_entry", number=number, entry_number=entry_number)
    context = sheets.entry_page(user=user, entry=entry, door=TEACH, now=now)
    return render(request, "teach/sheets/entry.html", context)


@require_POST
@allow(Permission.TEACH)
def sheet_photo(request: HttpRequest, number: str, code: str) -> HttpResponse:
    sheet = _own(request, number)
    return sheets.photo_of(user=teacher(request), sheet=sheet, code=code, now=timezone.now())


@never_cache
@require_POST
@allow(Permission.TEACH)
def class_summary(request: HttpRequest, number: str) -> HttpResponse:
    """学员出勤簿: the figures of this moment, under a number of their own."""
    now, user = timezone.now(), teacher(request)
    found = access.visible_classes(user=user, now=now, permission=Permission.TEACH)
    training_class = found.select_related("course", "institution", "venue", "policy").filter(number=number).first()
    if training_class is None:
        raise Http404
    try:
        sheet = paper.print_summary(by=user, training_class=training_class, now=now)
    except SheetRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("class_completion", number=number)
    return summary_page(request, sheet=sheet, back=("class_completion", number), now=now)


def _own(request: HttpRequest, number: str) -> PaperSheet:
    return sheets.sheet_of(user=teacher(request), number=number, door=TEACH, now=timezone.now())
