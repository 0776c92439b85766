"""What the sign-in library asks of this project: its stages, its silence, and where people go."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import access
from courses.access import Permission
from courses.models import User
from courses.people import accounts
from courses.web.errors import error_page

HOMES = (
    (Permission.SEE_DESK, "/desk/"),
    (Permission.TEACH, "/teach/"),
    (Permission.EDIT_PAGES, "/cms/"),
    (Permission.JUDGE_WORKS, "/desk/reviews/"),
)


def home_of(user: User) -> str:
    """The door that a login's posts open; learners have their own."""
    granted = access.permissions(user=user, now=timezone.now())
    return next((address for permission, address in HOMES if permission in granted), "/my/")


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as limits count it: an IPv6 network (/64) is one address, as it has 2^64 to use."""
    address = ip_address(get_adapter(request).get_client_ip(request))
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": gettext_lazy("密码不对，没有继续。请核对大小写后再输一次。"),
        "too_many_login_attempts": gettext_lazy("10 分钟内已输错 5 次，这一次没有核对。请 10 分钟后再试。"),
    }

    def get_login_stages(self) -> list[str]:
        """The phone is proved before the login starts, so only the second factor stands between."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Learners' logins open with a proved phone, staff are given theirs."""
        return False

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The library's own notices are silent: our screens say what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Messages leave through the outbox alone."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user) if isinstance(request.user, User) else "/my/"

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return error_page(
            request,
            403,
            heading=_("这个账号已停用"),
            happened=_("手机号或密码是对的，但账号已停用，没有登录。"),
            next_step=_("学员请致电咨询电话；工作人员请找本单位管理员恢复。"),
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            accounts.allow_password(**_who(request, credentials), now=timezone.now())
        except accounts.PasswordRefused as refusal:
            raise ValidationError(refusal.sentence, code=str(refusal.code)) from refusal

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            accounts.forget_failures(**_who(request, credentials))
        return user


def _who(request: HttpRequest, credentials: dict[str, Any]) -> dict[str, str]:
    """Names are found whatever their case, so LI and li are one account."""
    return {"account": str(credentials.get("username", "")).casefold(), "address": address_of(request)}
