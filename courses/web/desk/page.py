"""What every page of the desk carries: its navigation with the number of things that wait, and who is signed in."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import access, privacy
from courses.access import Permission
from courses.models import Post, User

NAVIGATION: tuple[tuple[str, str | Promise, Permission], ...] = (
    ("desk", _("待我办"), Permission.SEE_DESK),
    ("desk_classes", _("班次"), Permission.SEE_DESK),
    ("desk_completions", pgettext_lazy("menu", "结业"), Permission.SEE_DESK),
    ("desk_selections", _("评选"), Permission.REVIEW),
    ("desk_reviews", _("分给我的成果"), Permission.JUDGE_WORKS),
    ("desk_examining", _("指派我考核的班"), Permission.EXAMINE),
    ("desk_tally", _("计数"), Permission.SEE_TALLY),
    ("desk_signals", _("待看"), Permission.SEE_SIGNALS),
    ("desk_closes", _("月结"), Permission.CLOSE_MONTH),
    ("desk_learners", pgettext_lazy("menu", "学员"), Permission.FIND_LEARNERS),
    ("desk_institutions", pgettext_lazy("menu", "机构"), Permission.SEE_DESK),
    ("desk_staff", _("人员"), Permission.APPOINT),
    ("desk_exports", _("报表"), Permission.EXPORT),
    ("desk_messages", _("消息"), Permission.RUN_MESSAGES),
)


def officer(request: HttpRequest) -> User:
    """The signed-in person; the gate has let nobody else in."""
    return cast("User", request.user)


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    here: str,
    status: int = 200,
    badge: int | None = None,
) -> HttpResponse:
    """A page of the desk. `here` is the entry of the navigation that it lies under; `badge` is how many things wait for
    this person, where the page knows; else `desk_counts` is asked after the page."""
    user = officer(request)
    now = timezone.now()
    entries = navigation(user=user, now=now, here=here, badge=badge)
    frame = {
        "desk_nav": entries,
        "desk_me": introduce(user=user, now=now),
        "desk_door": entries[0]["url"] if entries else request.path,
        "held": access.permissions(user=user, now=now),
    }
    return render(request, template, {**frame, **context}, status=status)


def navigation(*, user: User, now: datetime, here: str, badge: int | None) -> list[dict[str, Any]]:
    granted = access.permissions(user=user, now=now)
    return [
        {
            "url": reverse(name),
            "label": label,
            "current": name == here,
            "badge": badge if name == "desk" else 0,
        }
        for name, label, permission in NAVIGATION
        if permission in granted
    ]


def introduce(*, user: User, now: datetime) -> str:
    """市级管理，刘*: the first post that opens the desk, and the masked name."""
    roles = [post.role for post in access.held(user=user, now=now) if opens_desk(post)]
    name = privacy.mask_name(user.name) or user.username
    said = {"role": Post.Role(roles[0]).label, "name": name} if roles else {}
    return _("%(role)s，%(name)s") % said if said else name


def opens_desk(post: Post) -> bool:
    return bool({Permission.SEE_DESK, Permission.JUDGE_WORKS} & access.ROLES[post.role].permissions)


def query_without_page(request: HttpRequest) -> str:
    """The filters of a list for the pager's links."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""
