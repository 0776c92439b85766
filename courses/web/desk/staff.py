"""账号: who holds which post here, given, ended, and their login opened anew."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, privacy
from courses.access import Permission
from courses.models import District, Institution, Post, StaffRequest
from courses.people import posts
from courses.people.posts import Appointment, Given, StaffRefusal, StaffRefused
from courses.policy import CITY_TIME, local_date
from courses.web.contacts import ContactFields, email_field, phone_field
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.told import told

# Officials write 9999-12-31 for 长期.
LONG_TERM = 9999
PER_PAGE = 30
FIELDS = {
    StaffRefusal.USERNAME_FORM: "username",
    StaffRefusal.TAKEN: "username",
    StaffRefusal.ALREADY: "username",
    StaffRefusal.ASKED_ALREADY: "username",
    StaffRefusal.NAME_MISSING: "name",
    StaffRefusal.PERIOD: "until",
}


class AppointForm(ContactFields):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    username = forms.CharField(
        label=gettext_lazy("登录账号"), max_length=40,
        help_text=gettext_lazy("小写字母和数字，如姓名拼音。本人已有工作人员账号的，照填原来的账号。"),
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    district = forms.ModelChoiceField(
        District.objects.none(), label=gettext_lazy("区市"), required=False, empty_label=gettext_lazy("不分区市"),
        help_text=gettext_lazy("区市经办须选。"),
    )  # fmt: skip
    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=gettext_lazy("机构"), required=False, empty_label=gettext_lazy("不属机构"),
        help_text=gettext_lazy("机构管理员和教师须选。"),
    )  # fmt: skip
    phone = phone_field(
        gettext_lazy("手机号"),
        gettext_lazy("可不填。停课、变更等通知发到这里；加密保存，页面上只显示一部分，不能用来登录。"),
    )
    email = email_field(gettext_lazy("邮箱"), gettext_lazy("可不填。没有手机号或短信没送到时，通知发到邮箱。"))
    until = forms.DateField(
        label=gettext_lazy("任期至"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("到这一天为止，第二天起登录不了。不填则一直有效。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(one.value, one.label) for one in access.appointable(user=by, now=now)]
        self._offer("district", access.appointing_districts(user=by, now=now))
        self._offer("institution", access.appointing_institutions(user=by, now=now))

    def _offer(self, name: str, rows: QuerySet[Any]) -> None:
        """What there is to choose; no field where there is nothing, the only one where there is one."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        few = list(rows[:2])
        if not few:
            del self.fields[name]
        elif len(few) == 1:
            self.initial.setdefault(name, few[0].pk)

    def wanted(self) -> Appointment:
        values = self.cleaned_data
        day = values["until"]
        return Appointment(
            username=values["username"],
            name=values["name"],
            role=values["role"],
            phone=values["phone"],
            email=values["email"],
            district=values.get("district"),
            institution=values.get("institution"),
            until=datetime.combine(day + timedelta(days=1), time(), CITY_TIME)
            if day and day.year < LONG_TERM
            else None,
        )


@never_cache
@sensitive_post_parameters("q")
@require_http_methods(["GET", "HEAD", "POST"])
@allow(Permission.APPOINT)
def desk_staff(request: HttpRequest) -> HttpResponse:
    """Who holds a post in what this person sees, and what waits for a second person.

    Post and state are filters of the address; a search for somebody and its pages are POSTs, so that no name stands in
    an address or a log.
    """
    user, now = officer(request), timezone.now()
    asked_for = request.POST if request.method == "POST" else request.GET
    chosen = {name: asked_for.get(name, "").strip() for name in ("role", "state")}
    chosen["q"] = request.POST.get("q", "").strip()
    if request.method == "POST" and not chosen["q"]:
        filters = urlencode({name: value for name, value in chosen.items() if value})
        return redirect(f"{reverse('desk_staff')}?{filters}" if filters else "desk_staff")
    rows = access.visible_posts(user=user, now=now)
    if chosen["state"] != "all":
        rows = rows.filter(Post.in_force(now))
    if chosen["role"]:
        rows = rows.filter(role=chosen["role"])
    if chosen["q"]:
        rows = rows.filter(Q(user__name__icontains=chosen["q"]) | Q(user__username__icontains=chosen["q"]))
    rows = rows.select_related("user__access_link", "district", "institution")
    page = Paginator(rows.order_by("user__username", "pk"), PER_PAGE).get_page(asked_for.get("page"))
    asked = access.visible_staff_requests(user=user, now=now).filter(status=StaffRequest.Status.ASKED)
    context = {
        "page": page,
        "rows": [(post, state_of(post, now)) for post in page],
        "asked": asked.select_related("asked_by", "district", "institution"),
        "roles": Post.Role,
        "chosen": chosen,
        "query": query_without_page(request),
    }
    return show(request, "desk/staff/list.html", context, here="desk_staff")


def state_of(post: Post, now: datetime) -> tuple[str, str | Promise]:
    """How far a login has come: its shape and the word for it."""
    if not post.is_held(now):
        return "none", _("已停用")
    if not post.user.is_active:
        return "no", _("账号停用")
    if post.user.has_usable_password():
        return "ok", _("已开通")
    link = getattr(post.user, "access_link", None)
    if link is None:
        return "slow", _("未开通")
    return ("wait", _("等本人设密码")) if link.expires_at > now else ("slow", _("链接已过期"))


@never_cache
@sensitive_post_parameters("phone", "email")
@require_http_methods(["GET", "POST"])
@allow(Permission.APPOINT)
def desk_staff_new(request: HttpRequest) -> HttpResponse:
    user, now = officer(request), timezone.now()
    form = AppointForm(request.POST if request.method == "POST" else None, by=user, now=now)
    if form.is_valid():
        try:
            return given(request, posts.appoint(by=user, wanted=form.wanted(), now=now))
        except StaffRefused as refusal:
            field = FIELDS.get(refusal.code)  # type: ignore[call-overload]
            form.add_error(field, refusal.sentence)
    context = {
        "form": form,
        "roles": [(one.label, access.ROLES[one].sentence) for one in access.appointable(user=user, now=now)],
        "crumbs": [(_("人员"), reverse("desk_staff"))],
        "here": _("任命"),
    }
    return show(request, "desk/staff/new.html", context, here="desk_staff", status=422 if form.errors else 200)


def given(request: HttpRequest, came: Given) -> HttpResponse:
    """The link, this once; or where it goes on from here."""
    if came.request is not None:
        messages.success(request, _("已提出，还没有生效：须另一位市级管理确认，登录链接届时由他交给本人。"))
        return redirect("desk_staff_request", came.request.number)
    assert came.login is not None
    if not came.code:
        entered = came.login.has_usable_password()
        words = (
            _("已任命。本人用原来的账号和密码登录。") if entered else _("已任命。登录还没开通，链接请找原来的单位要。")
        )
        messages.success(request, words)
        return redirect("desk_staff")
    code = "-".join(came.code[at : at + 4] for at in range(0, len(came.code), 4))
    context = {
        "login": came.login,
        "code": code,
        "address": request.build_absolute_uri(reverse("account_first")),
        "expires_at": timezone.now() + posts.LINK_LIFE,
        "crumbs": [(_("人员"), reverse("desk_staff"))],
        "here": came.login.username,
    }
    return show(request, "desk/staff/given.html", context, here="desk_staff")


def fetch(request: HttpRequest, key: UUID) -> Post:
    seen = access.visible_posts(user=officer(request), now=timezone.now())
    rows = seen.select_related("user__access_link", "district", "institution", "given_by")
    return get_object_or_404(rows, key=key)


@never_cache
@allow(Permission.APPOINT)
def desk_staff_post(request: HttpRequest, key: UUID) -> HttpResponse:
    post, user, now = fetch(request, key), officer(request), timezone.now()
    others = access.visible_posts(user=user, now=now).filter(Post.in_force(now), user=post.user).exclude(pk=post.pk)
    context = {
        "post": post,
        "state": state_of(post, now),
        "in_force": post.is_held(now),
        "last_day": local_date(post.until - timedelta(microseconds=1)) if post.until else None,
        "sentence": access.ROLES[post.role].sentence,
        "others": others.select_related("district", "institution").order_by("pk"),
        "phone": privacy.mask_phone(post.user.phone),
        "email": privacy.mask_email(post.user.email),
        "own": post.user_id == user.pk,
        "manages": access.manages(user=user, login=post.user, now=now),
        "crumbs": [(_("人员"), reverse("desk_staff"))],
        "here": post.user.username,
    }
    return show(request, "desk/staff/show.html", context, here="desk_staff")


@require_POST
@allow(Permission.APPOINT)
def desk_staff_end(request: HttpRequest, key: UUID) -> HttpResponse:
    post = fetch(request, key)
    with told(request, _("已停用，这个岗位的权限马上收回。")):
        posts.end(by=officer(request), post=post, now=timezone.now())
    return redirect("desk_staff_post", key)


@never_cache
@require_POST
@allow(Permission.APPOINT)
def desk_staff_reset(request: HttpRequest, key: UUID) -> HttpResponse:
    post = fetch(request, key)
    try:
        return given(request, posts.reset_access(by=officer(request), login=post.user, now=timezone.now()))
    except StaffRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_staff_post", key)
