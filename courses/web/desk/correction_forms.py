"""What is entered to correct a name, a document or a phone, and at which field a refusal stands."""

from enum import StrEnum

from django import forms
from django.utils.translation import gettext_lazy

from courses.models import DocumentKind
from courses.people.corrections import CorrectionRefusal
from courses.people.learners import IdentityRefusal
from courses.people.phones import PhoneSlip
from courses.web.desk.counter import listed

FIELD_OF: dict[StrEnum, str] = {
    CorrectionRefusal.NAME_MISSING: "name",
    CorrectionRefusal.REASON_MISSING: "reason",
    CorrectionRefusal.HELD_BY_ANOTHER: "number",
    IdentityRefusal.DOCUMENT_INVALID: "number",
    IdentityRefusal.UNDER_AGE: "number",
    **dict.fromkeys(PhoneSlip, "phone"),
}


class SeenForm(forms.Form):
    """Which document was seen, and what was wrong."""

    kind = listed(DocumentKind, gettext_lazy("出示的证件"), gettext_lazy("请本人当面出示原件"))
    reason = forms.CharField(
        label=gettext_lazy("哪里不对，怎样核实的"),
        max_length=200,
        help_text=gettext_lazy("如：名单里写错一个字，已核对原件。这里不要写姓名和号码"),
        error_messages={"required": gettext_lazy("请写明哪里不对、怎样核实的")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NameForm(SeenForm):
    name = forms.CharField(
        label=gettext_lazy("证件上的姓名"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填写证件上的姓名")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "kind", "reason")


class DocumentForm(SeenForm):
    number = forms.CharField(
        label=gettext_lazy("新的证件号码"),
        max_length=40,
        help_text=gettext_lazy("加密保存，之后只显示前 2 位和后 3 位"),
        error_messages={"required": gettext_lazy("请填写证件号码")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    field_order = ("kind", "number", "reason")


class PhoneForm(SeenForm):
    phone = forms.CharField(
        label=gettext_lazy("现在的手机号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("不再用手机的就不填，以后当面告知"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    field_order = ("phone", "kind", "reason")
