"""/demo/: the demo city's accounts by role, one press signs in. Demo settings and this machine only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses import access, attendance, policy
from courses.models import Learner, Lesson, Post, TrainingClass, User
from courses.web.account.adapter import home_of
from courses.web.account.browsers import bind_browser
from courses.web.appearance import safe_next
from courses.web.gate import public
from courses.web.teach.wall import SHOWS_CODE

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
    _only_here(request)
    users = User.objects.filter(username__startswith="demo-", is_active=True).order_by("pk")
    if request.method == "POST":
        return _enter(request, get_object_or_404(users, username=request.POST.get("username", "")))
    lessons = [(attendance.lesson_name(one), one.training_class.course.label) for one in _running(timezone.now())]
    context = {"groups": _groups(users), "next": safe_next(request, default=""), "lessons": lessons}
    return render(request, "demo/index.html", context)


@public
@require_safe
def scan(request: HttpRequest, name: str) -> HttpResponse:
    """To the address that the wall shows at this moment, for who has no second camera: as if it had been scanned. A
    wall that shows none has none to give."""
    _only_here(request)
    now = timezone.now()
    lesson = get_object_or_404(_running(now), code=attendance.lesson_code(name))
    state = attendance.wall_state(lesson=lesson, now=now)
    if state.phase not in SHOWS_CODE:
        return redirect("demo")
    pinned = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    code = attendance.issue(lesson=lesson, direction=state.direction, policy=pinned, now=now)
    return redirect("scan", code=code.text)


def _only_here(request: HttpRequest) -> None:
    if not settings.DEMO or request.META["REMOTE_ADDR"] not in LOOPBACK or "HTTP_X_FORWARDED_FOR" in request.META:
        raise Http404


def _running(now: datetime) -> QuerySet[Lesson]:
    """Lessons of the demo's trainer that are going on."""
    taught = Lesson.objects.filter(trainer__username="demo-trainer", starts_at__lte=now, ends_at__gt=now)
    return (
        taught.exclude(training_class__status__in=TrainingClass.UNAPPROVED)
        .select_related("training_class__course", "training_class__policy", "trainer")
        .order_by("-starts_at")
    )


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
