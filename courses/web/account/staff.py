"""The door of staff: name and password, then the second factor; its set-up is part of the first visit."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import privacy
from courses.models import User
from courses.web.account.adapter import home_of
from courses.web.account.forms import (
    PasswordAgainForm,
    SecondFactorActivationForm,
    SecondFactorAgainForm,
    SecondFactorForm,
    StaffForm,
)
from courses.web.appearance import safe_next
from courses.web.gate import public

WANTED = "staff_next"


@public
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """An account that does not exist and a wrong password get the same answer after the same time."""
    wanted = safe_next(request, default="")
    if request.user.is_authenticated:
        return redirect(wanted or home_of(request.user))
    form = StaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = get_adapter(request).authenticate(request, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return render(request, "account/staff.html", {"form": form, "next": wanted}, status=429)
        if user is not None:
            record_authentication(request, user, method="password", reauthenticated=True)
            response: HttpResponse = perform_login(request, Login(user=user, redirect_url=wanted or home_of(user)))
            return response
        form.add_error(None, _("账号或密码不对，没有登录。请核对后再试；忘记密码请找本单位管理员重设。"))
    status = 200 if request.method == "GET" else 422
    return render(request, "account/staff.html", {"form": form, "next": wanted}, status=status)


class Authenticate(base.AuthenticateView):
    form_class = SecondFactorForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"form": self.auth_form, "view": self}


class AuthenticateAgain(base.ReauthenticateView):
    form_class = SecondFactorAgainForm


class PasswordAgain(ReauthenticateView):
    form_class = PasswordAgainForm

    def get_form_class(self) -> Any:
        return PasswordAgainForm


class Activate(totp.ActivateTOTPView):
    form_class = SecondFactorActivationForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.session[WANTED] = safe_next(request, default=request.session.get(WANTED, ""))
        return cast("HttpResponse", super().get(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return {**context, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}

    def form_valid(self, form: Any) -> HttpResponse:
        """The code that activates it has proved it: nobody is asked for a second one at once."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp", reauthenticated=True)
        return response

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes")


class Deactivate(totp.DeactivateTOTPView):
    """A new phone: the old secret ends and the next one is set up at once."""

    success_url = reverse_lazy("mfa_activate_totp")


class RecoveryCodes(recovery.ViewRecoveryCodesView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = self.request.session.get(WANTED) or home_of(cast("User", self.request.user))
        return {**super().get_context_data(**kwargs), "wanted": wanted}


class Overview(base.IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held: dict[str, Any] = super().get_context_data(**kwargs)["authenticators"]
        codes = held.get(Authenticator.Type.RECOVERY_CODES)
        login = cast("User", self.request.user)
        return {
            "phone": privacy.mask_phone(login.phone),
            "email": privacy.mask_email(login.email),
            "active": Authenticator.Type.TOTP in held,
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "home": home_of(login),
        }
