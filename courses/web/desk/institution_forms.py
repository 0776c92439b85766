"""The forms of an institution's file: its facts, a trade, a trainer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.models import InstitutionKind, Occupation, SkillLevel


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class FactsForm(forms.Form):
    kind = forms.ModelChoiceField(InstitutionKind.objects.all(), label=gettext_lazy("类别"), empty_label=None)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120)
    contact_phone = forms.CharField(label=gettext_lazy("对外电话"), max_length=20, required=False)


class TradeForm(forms.Form):
    occupation = forms.ModelChoiceField(
        Occupation.objects.all(), label=gettext_lazy("职业（工种）"), empty_label=gettext_lazy("请选择")
    )
    level = forms.ModelChoiceField(
        SkillLevel.objects.all(), label=gettext_lazy("等级"), empty_label=gettext_lazy("请选择")
    )
    valid_from = day_field(gettext_lazy("有效期自"))
    valid_until = day_field(gettext_lazy("有效期至"))


class TrainerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("教师姓名"), max_length=40)
    teaches = forms.ModelChoiceField(
        Occupation.objects.all(), label=gettext_lazy("任教职业"), required=False, empty_label=gettext_lazy("不限")
    )
    certificate = forms.CharField(label=gettext_lazy("证书名称"), max_length=60)
    certificate_number = forms.CharField(
        label=gettext_lazy("证书编号"), max_length=60, help_text=gettext_lazy("加密保存，只有本机构和审核人能看到。")
    )
    until = day_field(gettext_lazy("证书有效期至"))
