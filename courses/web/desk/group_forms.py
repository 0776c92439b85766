"""The forms of an employer's booking: as it is taken down, and as it is corrected."""

from django import forms
from django.utils.translation import gettext_lazy

from courses.groups import Employer, GroupRefusal
from courses.people.credit_codes import CreditCodeRefused
from courses.people.phones import PhoneRefused
from courses.refusals import Refused

SEATS_MOST = 500
FIELD_OF = {
    GroupRefusal.EMPLOYER_MISSING: "employer",
    GroupRefusal.CONTACT_MISSING: "contact",
    GroupRefusal.NOBODY: "seats",
    GroupRefusal.NO_SEATS: "seats",
    GroupRefusal.SEATS_SUSPENDED: "seats",
    GroupRefusal.ALREADY_OPEN: "credit_code",
}


class GroupForm(forms.Form):
    employer = forms.CharField(label=gettext_lazy("单位名称"), max_length=60)
    credit_code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"), max_length=30, help_text=gettext_lazy("18 位，营业执照上有。")
    )
    contact = forms.CharField(
        label=gettext_lazy("单位联系人"), max_length=40, help_text=gettext_lazy("替单位办这件事的人。")
    )
    phone = forms.CharField(
        label=gettext_lazy("联系人手机"), max_length=20, help_text=gettext_lazy("占到名额后给这个号码发一条短信。")
    )
    seats = forms.IntegerField(
        label=gettext_lazy("团报人数"),
        min_value=1,
        max_value=SEATS_MOST,
        help_text=gettext_lazy("要与名单人数一致。名额不够时一个也不占。"),
    )

    def asked(self) -> tuple[Employer, int]:
        values = self.cleaned_data
        employer = Employer(values["employer"], values["credit_code"], values["contact"], values["phone"])
        return employer, values["seats"]

    def refuse(self, refusal: Refused) -> None:
        """The sentence at the field that it is about."""
        if isinstance(refusal, PhoneRefused):
            self.add_error("phone", refusal.sentence)
        elif isinstance(refusal, CreditCodeRefused):
            self.add_error("credit_code", refusal.sentence)
        else:
            self.add_error(FIELD_OF.get(GroupRefusal(refusal.code)), refusal.sentence)


class AmendForm(GroupForm):
    """The number that is kept is not shown again."""

    phone = forms.CharField(
        label=gettext_lazy("联系人手机"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("不改就留空，仍用原来的号码。"),
    )
