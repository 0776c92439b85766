"""考勤待确认 of one's own class: what another trainer added late, and what of one's own waits for somebody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.access import Permission
from courses.web import seconds
from courses.web.gate import allow
from courses.web.teach.classes import own_class, teacher


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.TEACH)
def class_presence(request: HttpRequest, number: str) -> HttpResponse:
    training_class, user = own_class(request, number), teacher(request)
    if request.method == "POST":
        seconds.decide(request, by=user, training_class=training_class, door=seconds.TEACH, now=timezone.now())
        return redirect("class_presence", number=number)
    context = seconds.page(request, by=user, training_class=training_class, door=seconds.TEACH)
    return render(request, "desk/presence/list.html", context)
