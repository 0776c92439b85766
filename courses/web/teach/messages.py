"""消息: what the service has told this trainer, newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import notices
from courses.access import Permission
from courses.web.gate import allow
from courses.web.teach.classes import teacher

PER_PAGE = 20


@allow(Permission.TEACH)
def message_list(request: HttpRequest) -> HttpResponse:
    """Of oneself alone."""
    page = Paginator(notices.told_staff(user=teacher(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "teach/messages/list.html", {"page": page})
