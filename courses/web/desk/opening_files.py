"""开班材料的文件: what an institution attaches to its papers, for itself and for who reviews the class."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access
from courses.access import Permission
from courses.classes import paper_files
from courses.models import OpeningFile, TrainingClass
from courses.web.attachments import attachment
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer
from courses.web.gate import allow
from courses.web.told import told


def may_read_papers(request: HttpRequest, training_class: TrainingClass) -> bool:
    """Who runs the class and who reviews it, as of the application form."""
    user, now = officer(request), timezone.now()
    return any(
        access.may_on(user=user, training_class=training_class, permission=permission, now=now)
        for permission in (Permission.RUN_CLASSES, Permission.REVIEW)
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_opening_attach(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    paper = request.POST.get("paper", "")
    if paper not in OpeningFile.Paper.values:
        raise Http404
    with told(request, _("已保存文件。")):
        paper_files.attach(
            by=officer(request),
            training_class=training_class,
            paper=paper,
            content=request.FILES.get("file"),
            now=timezone.now(),
        )
    return redirect("desk_opening", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_opening_file(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One file as a download; each opening is kept."""
    row = _fetch(request, number, code, Permission.SEE_DESK)
    if not may_read_papers(request, row.training_class):
        raise Http404
    content = paper_files.look(by=officer(request), file=row, now=timezone.now())
    return attachment(content=content, kind=row.kind, name=f"{number}-{row.paper}-{row.code[:4]}")


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_opening_remove(request: HttpRequest, number: str, code: str) -> HttpResponse:
    row = _fetch(request, number, code, Permission.RUN_CLASSES)
    with told(request, _("已删除这个文件。")):
        paper_files.remove(by=officer(request), file=row, now=timezone.now())
    return redirect("desk_opening", number)


def _fetch(request: HttpRequest, number: str, code: str, permission: Permission) -> OpeningFile:
    training_class = fetch(request, number, permission)
    held = paper_files.kept(training_class=training_class).select_related("training_class")
    return get_object_or_404(held, code=code)
