"""考勤待确认 of one class at the desk: late additions of its trainers, which the institution confirms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.access import Permission
from courses.web import seconds
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.RUN_CLASSES)
def desk_presence(request: HttpRequest, number: str) -> HttpResponse:
    training_class, user = fetch(request, number, Permission.RUN_CLASSES), officer(request)
    if request.method == "POST":
        seconds.decide(request, by=user, training_class=training_class, door=seconds.DESK, now=timezone.now())
        return redirect("desk_presence", number)
    context = {
        **seconds.page(request, by=user, training_class=training_class, door=seconds.DESK),
        "crumbs": [(_("班次"), reverse("desk_classes")), (training_class.number, reverse("desk_class", args=[number]))],
        "here": _("考勤待确认"),
    }
    return show(request, "desk/presence/list.html", context, here="desk_classes")
