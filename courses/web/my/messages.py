"""消息: what the service has told this learner, newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import notices
from courses.models import Learner
from courses.web.gate import learner_only


@learner_only
def message_list(request: HttpRequest) -> HttpResponse:
    learner: Learner = request.learner  # type: ignore[attr-defined]
    page = Paginator(notices.told(learner=learner), 20).get_page(request.GET.get("page"))
    return render(request, "my/messages/list.html", {"page": page})
