"""岗位申请: what one officer asked for and another confirms."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, privacy
from courses.access import Permission
from courses.models import StaffRequest
from courses.people import posts
from courses.people.posts import StaffRefused
from courses.web.desk.page import officer, show
from courses.web.desk.staff import given
from courses.web.gate import allow
from courses.web.told import told


def fetch(request: HttpRequest, number: str) -> StaffRequest:
    seen = access.visible_staff_requests(user=officer(request), now=timezone.now())
    rows = seen.select_related("user", "district", "institution", "asked_by", "decided_by")
    return get_object_or_404(rows, number=number)


@never_cache
@allow(Permission.APPOINT)
def desk_staff_request(request: HttpRequest, number: str) -> HttpResponse:
    asked = fetch(request, number)
    context = {
        "asked": asked,
        "phone": privacy.mask_phone(asked.phone),
        "email": privacy.mask_email(asked.email),
        "waits": asked.status == StaffRequest.Status.ASKED,
        "own": asked.asked_by_id == officer(request).pk,
        "for_me": asked.username == officer(request).username,
        "sentence": access.ROLES[asked.role].sentence if asked.role else "",
        "crumbs": [(_("人员"), reverse("desk_staff"))],
        "here": number,
    }
    return show(request, "desk/staff/request.html", context, here="desk_staff")


@never_cache
@require_POST
@allow(Permission.CONFIRM_STAFF)
def desk_staff_request_confirm(request: HttpRequest, number: str) -> HttpResponse:
    asked = fetch(request, number)
    try:
        return given(request, posts.confirm(by=officer(request), request=asked, now=timezone.now()))
    except StaffRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_staff_request", number)


@require_POST
@allow(Permission.APPOINT)
def desk_staff_request_drop(request: HttpRequest, number: str) -> HttpResponse:
    """Not agreed to by who decides, or taken back by who asked."""
    asked = fetch(request, number)
    with told(request, _("这份申请不办了，什么都没有改动。")):
        posts.drop(by=officer(request), request=asked, now=timezone.now())
    return redirect("desk_staff_request", number)
