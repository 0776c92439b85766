"""The forms of an institution's file: its facts, a trade, a kind of training, a trainer."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses.models import District, Institution, InstitutionKind, Occupation, Post, ProgrammeKind, SkillLevel, User


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class FactsForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("机构名称"), max_length=80, help_text=gettext_lazy("改名的，照新的登记证书填写。")
    )
    district = forms.ModelChoiceField(
        District.objects.all(), label=gettext_lazy("区市"), empty_label=None,
        help_text=gettext_lazy("迁到别的区市的，选现在的区市；已开的班次不变。"),
    )  # fmt: skip
    kind = forms.ModelChoiceField(InstitutionKind.objects.all(), label=gettext_lazy("类别"), empty_label=None)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120)
    contact_phone = forms.CharField(label=gettext_lazy("对外电话"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A trainer on the same page has a name as well.
        super().__init__(*args, **{"auto_id": "facts_%s", **kwargs})


class TradeForm(forms.Form):
    occupation = forms.ModelChoiceField(
        Occupation.objects.all(), label=gettext_lazy("职业（工种）"), empty_label=gettext_lazy("请选择")
    )
    level = forms.ModelChoiceField(
        SkillLevel.objects.all(), label=gettext_lazy("等级"), empty_label=gettext_lazy("请选择")
    )
    valid_from = day_field(gettext_lazy("有效期自"))
    valid_until = day_field(gettext_lazy("有效期至"))


class ProgrammeForm(forms.Form):
    programme = forms.ModelChoiceField(
        ProgrammeKind.objects.all(), label=gettext_lazy("培训类型"), empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("用于没有职业等级的课程，如创业培训、专项职业能力。有职业等级的，请添加职业和等级。"),
    )  # fmt: skip
    runs_from = day_field(gettext_lazy("有效期自"))
    runs_until = day_field(gettext_lazy("有效期至"))


class TrainerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("教师姓名"), max_length=40)
    teaches = forms.ModelChoiceField(
        Occupation.objects.all(), label=gettext_lazy("任教职业"), required=False, empty_label=gettext_lazy("不限")
    )
    login = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("教师账号"), required=False, empty_label=gettext_lazy("没有账号，或以后再定"),
        help_text=gettext_lazy("开班核对教师只认账号，不认姓名。要上课的教师请务必选。"),
    )  # fmt: skip
    certificate = forms.CharField(label=gettext_lazy("证书名称"), max_length=60)
    certificate_number = forms.CharField(
        label=gettext_lazy("证书编号"), max_length=60, help_text=gettext_lazy("加密保存，只有本机构和审核人能看到。")
    )
    until = day_field(gettext_lazy("证书有效期至"))

    def __init__(self, *args: Any, institution: Institution, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login"]
        assert isinstance(field, forms.ModelChoiceField)
        posts = Post.objects.filter(Post.in_force(now), role=Post.Role.TRAINER, institution=institution)
        field.queryset = User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("username")
        field.label_from_instance = lambda obj: f"{obj.name} {obj.username}"  # type: ignore[method-assign]
