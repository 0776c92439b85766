"""给我的消息: what the service has told this person, newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from courses import notices
from courses.access import Permission
from courses.web.desk.page import officer, show
from courses.web.gate import allow

PER_PAGE = 20


@allow(Permission.READ_INBOX)
def desk_inbox(request: HttpRequest) -> HttpResponse:
    """Of oneself alone; to a reviewer from outside as well, who finds nothing else of the desk."""
    page = Paginator(notices.told_staff(user=officer(request)), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "desk/inbox/list.html", {"page": page, "here": _("给我的消息")}, here="desk")
