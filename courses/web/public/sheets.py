"""/S/: the number of a sheet, typed or scanned, leads whoever may enter it to its rows."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses import access
from courses.access import Permission
from courses.attendance import paper
from courses.attendance.paper import Found
from courses.models import PaperSheet
from courses.web.gate import signed_in
from courses.web.sheets import DESK, TEACH
from courses.web.teach.classes import teacher

DOORS = (TEACH, DESK)


@require_safe
@signed_in
def sheet_find(request: HttpRequest) -> HttpResponse:
    found = _lead(request, paper.find(code=request.GET.get("code", "")))
    if found is not None:
        return found
    messages.error(request, _("没有找到这张签到表。请核对表头的编号，或看看是不是别的班的。"))
    teaches = access.may(user=teacher(request), permission=Permission.TEACH, now=timezone.now())
    return redirect("teach" if teaches else "desk")


@require_safe
@signed_in
def sheet_go(request: HttpRequest, number: str) -> HttpResponse:
    found = _lead(request, paper.find(code=number))
    if found is None:
        raise Http404
    return found


def _lead(request: HttpRequest, found: Found) -> HttpResponse | None:
    """To the form on one's own side, at the row of the code if it is a row's."""
    now, user = timezone.now(), teacher(request)
    for door in DOORS:
        rows = access.visible_sheets(user=user, now=now, permission=door.permission)
        sheet = rows.filter(number=found.number, form=PaperSheet.Form.SIGN_IN).first()
        if sheet is not None:
            place = f"#in-{found.position}" if found.position else ""
            return redirect(reverse(door.addresses["enter"], args=[sheet.number]) + place)
    return None
