"""常用筛选: saved from the list that is on the screen, found again above it."""

from typing import Any
from urllib.parse import parse_qsl

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, saved_views
from courses.access import Permission
from courses.models import SavedView
from courses.web.desk.page import officer
from courses.web.gate import allow
from courses.web.told import told

Listing = SavedView.Listing
ADDRESSES = {
    Listing.QUEUE: "desk",
    Listing.CLASSES: "desk_classes",
    Listing.INSTITUTIONS: "desk_institutions",
}


def kept_views(request: HttpRequest, listing: SavedView.Listing) -> dict[str, Any]:
    """For the bar above a list: this person's views of it, which of them is on the screen, and what would be saved."""
    here = saved_views.filters(listing=listing, query=request.GET.urlencode())
    own = access.own_saved_views(user=officer(request)).filter(listing=listing).order_by("place")
    return {
        "saved": [
            {"view": view, "url": _address(listing, view.query), "current": _same(view.query, here)} for view in own
        ],
        "saves": {"listing": listing, "query": here},
    }


@require_POST
@allow(Permission.SEE_DESK)
def desk_view_save(request: HttpRequest) -> HttpResponse:
    listing = request.POST.get("listing", "")
    if listing not in Listing.values:
        raise Http404
    wanted, query = Listing(listing), request.POST.get("query", "")
    with told(request, _("已保存，以后在列表上方点名称就能打开。")):
        saved_views.keep(
            by=officer(request), listing=wanted, label=request.POST.get("label", ""), query=query, now=timezone.now()
        )
    return redirect(_address(wanted, saved_views.filters(listing=wanted, query=query)))


@require_POST
@allow(Permission.SEE_DESK)
def desk_view_forget(request: HttpRequest, key: str) -> HttpResponse:
    view = get_object_or_404(access.own_saved_views(user=officer(request)), key=key)
    with told(request, _("已删除「%(label)s」。") % {"label": view.label}):
        saved_views.forget(by=officer(request), view=view, now=timezone.now())
    return redirect(_address(Listing(view.listing), ""))


def _address(listing: SavedView.Listing, query: str) -> str:
    return f"{reverse(ADDRESSES[listing])}?{query}" if query else reverse(ADDRESSES[listing])


def _same(one: str, other: str) -> bool:
    return sorted(parse_qsl(one)) == sorted(parse_qsl(other))
