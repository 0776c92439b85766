"""离线点名 of one class at the desk: what phones handed in, which numbers are missing, what they disagree about."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import privacy
from courses.access import Permission
from courses.attendance import kit
from courses.attendance.kit import KitView
from courses.web.desk.class_file import fetch
from courses.web.desk.page import show
from courses.web.gate import allow


@allow(Permission.SEE_DESK)
@never_cache
@require_safe
def desk_kits(request: HttpRequest, number: str) -> HttpResponse:
    """Read only: whoever teaches the class or runs it decides on the roster."""
    training_class = fetch(request, number, Permission.SEE_DESK)
    lessons = list(training_class.lessons.order_by("number"))
    context: dict[str, Any] = {
        "training_class": training_class,
        "phones": [_phone(view) for view in kit.overview(lessons=lessons)],
        "crumbs": [(_("班次"), reverse("desk_classes")), (training_class.number, reverse("desk_class", args=[number]))],
        "here": pgettext("page", "离线点名"),
    }
    return show(request, "desk/kits/list.html", context, here="desk_classes")


def _phone(view: KitView) -> dict[str, Any]:
    lines = [{"line": line, "name": privacy.mask_name(line.learner_name)} for line in view.lines]
    return {"view": view, "lines": lines}
