"""The form by which somebody of the staff, or who appoints them, changes how they are reached."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.models import User
from courses.people.contacts import EMAIL_LENGTH, tidy_email, tidy_phone
from courses.refusals import Refused


def phone_field(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=30, required=False, help_text=hint,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )  # fmt: skip


def email_field(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=EMAIL_LENGTH, required=False, help_text=hint,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off", "inputmode": "email"}),
    )  # fmt: skip


class ContactFields(forms.Form):
    """A phone and an address as the domain would keep them."""

    def clean_phone(self) -> str:
        return self._tidy(tidy_phone, "phone")

    def clean_email(self) -> str:
        return self._tidy(tidy_email, "email")

    def _tidy(self, tidy: Any, name: str) -> str:
        try:
            return str(tidy(self.cleaned_data[name]))
        except Refused as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


class ContactForm(ContactFields):
    """What is left empty stays as it is; what there is may be taken away. Nothing full is shown again."""

    phone = phone_field(gettext_lazy("新手机号"), gettext_lazy("不改的留空。"))
    forget_phone = forms.BooleanField(label=gettext_lazy("删除现在的手机号"), required=False)
    email = email_field(gettext_lazy("新邮箱"), gettext_lazy("不改的留空。"))
    forget_email = forms.BooleanField(label=gettext_lazy("删除现在的邮箱"), required=False)

    def __init__(self, *args: Any, login: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if login.phone_digest:
            del self.fields["phone"]
        if login.phone_digest or not login.phone:
            del self.fields["forget_phone"]
        if not login.email:
            del self.fields["forget_email"]

    def wanted(self) -> dict[str, str | None]:
        values = self.cleaned_data
        return {name: values.get(name) or ("" if values.get(f"forget_{name}") else None) for name in ("phone", "email")}
