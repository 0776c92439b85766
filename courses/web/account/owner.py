"""A number that rested for long: name and last four digits before the old account opens, or the number is let go."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courses.models import User
from courses.people import learners, resting
from courses.people.resting import OwnerRefused
from courses.web.account.views import PROVED, sign_in
from courses.web.gate import public

PROVED_LIFE = timedelta(minutes=10)


class OwnerForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("姓名"), max_length=60, error_messages={"required": gettext_lazy("请填写姓名")}
    )
    last4 = forms.CharField(
        label=gettext_lazy("证件号码后四位"),
        max_length=8,
        error_messages={"required": gettext_lazy("请填写证件号码后四位")},
    )


@public
@never_cache
@sensitive_post_parameters("name", "last4")
@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest) -> HttpResponse:
    """Shows nothing of the account; a stranger who has the number by now learns that there is one, and no more."""
    now = timezone.now()
    user = _proved(request, now)
    if user is None:
        return redirect("account_login")
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            resting.prove_owner(user=user, now=now, **form.cleaned_data)
            del request.session[PROVED]
            return sign_in(request, user, now)
        except OwnerRefused as refusal:
            form.add_error(None, refusal.sentence)
    return render(request, "account/owner.html", {"form": form}, status=200 if request.method == "GET" else 422)


@public
@require_POST
def let_go(request: HttpRequest) -> HttpResponse:
    """The number is new to who has it: the old account loses it, and one of their own opens."""
    now = timezone.now()
    user = _proved(request, now)
    if user is None:
        return redirect("account_login")
    phone = user.phone
    del request.session[PROVED]
    resting.let_go(user=user, now=now)
    fresh = learners.open_login(phone=phone, now=now, language=get_language() or settings.LANGUAGE_CODE)
    return sign_in(request, fresh, now)


def _proved(request: HttpRequest, now: datetime) -> User | None:
    """Whose number this browser proved by code within ten minutes."""
    pk, at = request.session.get(PROVED, (None, 0))
    if pk is None or now.timestamp() - at > PROVED_LIFE.total_seconds():
        return None
    return User.objects.filter(pk=pk, phone_digest__isnull=False).first()
