"""Addresses that outlive the page tree, doors that stay shut, and the page that says why another may not go out."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.models import Page

from cms import review
from cms.memory import remembered
from cms.models import CourseIndexPage, CoursePage
from courses.access import Permission
from courses.models import User
from courses.web.gate import allow, public


@public
def course(_request: HttpRequest, number: str) -> HttpResponse:
    """The lasting address of a course; leads to its live page wherever the editor keeps it."""
    page = CoursePage.objects.live().filter(course__number=number).first()
    if page is None:
        raise Http404
    return HttpResponseRedirect(page.address)


@public
def course_list(request: HttpRequest) -> HttpResponse:
    """The list that everybody comes by, without the walk down the page tree."""
    page = remembered("course-index", CourseIndexPage.objects.live().first)
    if page is None:
        raise Http404
    answer: HttpResponse = page.serve(request)
    return answer


@public
def staff_door(request: HttpRequest) -> HttpResponse:
    """Wagtail's own sign-in takes a bare password, so it is shut: staff sign in at one door, with the second factor."""
    target = request.GET.get("next", "/cms/")
    return HttpResponseRedirect(f"{reverse('account_staff_login')}?{urlencode({'next': target})}")


@allow(Permission.EDIT_PAGES)
def held(request: HttpRequest, page_id: int) -> HttpResponse:
    """What holds back the version of a page that waits for review, or its latest, place by place."""
    page = get_object_or_404(Page, pk=page_id, depth__gt=1).specific
    state = review.state_of(page=page, user=cast("User", request.user), now=timezone.now())
    return render(request, "cms/review/held.html", {"page": page, "state": state})


@allow(Permission.REVIEW_PAGES)
@require_POST
def release(request: HttpRequest, page_id: int) -> HttpResponse:
    """A reviewer lets chosen findings pass."""
    page = get_object_or_404(Page, pk=page_id, depth__gt=1).specific
    chosen, reason = request.POST.getlist("key"), request.POST.get("reason", "")
    try:
        count = review.release(page=page, keys=chosen, reason=reason, by=cast("User", request.user), now=timezone.now())
    except review.ReleaseRefused as refused:
        messages.error(request, refused.sentence)
    else:
        told = ngettext("已放行 %(count)d 处，记下了理由。", "已放行 %(count)d 处，记下了理由。", count)
        messages.success(request, told % {"count": count})
    return redirect("review_held", page_id=page.pk)
