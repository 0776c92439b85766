"""/demo/: the demo city's accounts by role, one press signs in. Demo settings and this machine only."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import access
from courses.models import Learner, Post, User
from courses.web.account.adapter import home_of
from courses.web.account.browsers import bind_browser
from courses.web.appearance import safe_next
from courses.web.gate import public

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


@dataclass(frozen=True)
class Group:
    """The accounts of one role, with what the role may do."""

    name: str
    sentence: str
    accounts: list[dict[str, str]]


@public
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO or request.META["REMOTE_ADDR"] not in LOOPBACK or "HTTP_X_FORWARDED_FOR" in request.META:
        raise Http404
    users = User.objects.filter(username__startswith="demo-", is_active=True).order_by("pk")
    if request.method == "POST":
        return _enter(request, get_object_or_404(users, username=request.POST.get("username", "")))
    return render(request, "demo/index.html", {"groups": _groups(users), "next": safe_next(request, default="")})


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """As if password, code and second factor had been given."""
    logout(request)
    get_adapter(request).login(request, user)
    now = timezone.now()
    if access.is_staff(user=user, now=now):
        record_authentication(request, user, method="mfa", type="demo", reauthenticated=True)
    response = redirect(safe_next(request, default=home_of(user)))
    bind_browser(request, response, user=user, now=now)
    return response


def _groups(users: Any) -> list[Group]:
    learners = Learner.objects.filter(user__in=users).select_related("user", "district").order_by("user_id")
    groups = [Group(_("学员"), _("找课、报名、扫码签到，看自己的学时和证书。"), [_learner(row) for row in learners])]
    posts = Post.objects.filter(user__in=users, until__isnull=True).select_related("user", "district", "institution")
    for role in Post.Role:
        held = [_staff(post) for post in posts.order_by("user_id") if post.role == role]
        groups.append(Group(str(role.label), str(access.ROLES[role].sentence), held))
    return [group for group in groups if group.accounts]


def _learner(learner: Learner) -> dict[str, str]:
    assert learner.user is not None
    of = learner.district.label if learner.district else ""
    name = learner.name or _("新学员")
    return {"username": learner.user.username, "name": name, "of": of if learner.verified_at else _("还没有实名")}


def _staff(post: Post) -> dict[str, str]:
    scope = post.district.label if post.district else post.institution.name if post.institution else _("全市")
    return {"username": post.user.username, "name": post.user.name, "of": scope}
