"""The fields of the doors."""

import re
import unicodedata
from typing import Any

from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.people.phones import PhoneRefused, normalise_mobile


def digits(raw: str) -> str:
    """What was typed from a screen or a message: full width, spaces and hyphens are no mistake."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", raw))


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        error_messages={"required": gettext_lazy("请填写手机号")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return normalise_mobile(self.cleaned_data["phone"])
        except PhoneRefused as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


def code_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        error_messages={"required": gettext_lazy("请填写数字")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class CodeForm(forms.Form):
    code = code_field(gettext_lazy("6 位验证码"))

    def clean_code(self) -> str:
        code = digits(self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise forms.ValidationError(_("验证码是 6 位数字，请照短信填写"))
        return code


class StaffForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写账号")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=128,
        strip=False,
        error_messages={"required": gettext_lazy("请填写密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def new_password_field(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=128,
        strip=False,
        help_text=hint,
        error_messages={"required": gettext_lazy("请填写密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class FirstPasswordForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("开通码"),
        max_length=40,
        help_text=gettext_lazy("打开链接会自动填好；也可以照纸上的填，大小写不分。"),
        error_messages={"required": gettext_lazy("请填写开通码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    password = new_password_field(
        gettext_lazy("设一个密码"), gettext_lazy("至少 12 位，不能全是数字，也不要用常见的密码。")
    )
    again = new_password_field(gettext_lazy("再输一次密码"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("两次输的密码不一样，没有设置。请再输一次。"))
        return cleaned


class SecondFactorForm(AuthenticateForm):
    code = code_field(gettext_lazy("动态码或恢复码"))


class SecondFactorAgainForm(ReauthenticateForm):
    code = code_field(gettext_lazy("动态码或恢复码"))


class SecondFactorActivationForm(ActivateTOTPForm):
    code = code_field(gettext_lazy("手机上显示的 6 位动态码"))


class PasswordAgainForm(AllauthReauthenticateForm):
    password = forms.CharField(
        label=gettext_lazy("密码"),
        strip=False,
        error_messages={"required": gettext_lazy("请填写密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
