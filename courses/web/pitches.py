"""项目材料: the form of the project that an application to a camp stands for, in one's own hands or at the counter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from courses import selection
from courses.models import Pitch


class PitchForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("项目名称"), max_length=60)
    summary = forms.CharField(
        label=gettext_lazy("项目简介"),
        max_length=selection.SUMMARY_MAX,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("做什么、为谁做、做到了哪一步，1000 字以内。请不要写证件号码和手机号。"),
    )
    jobs = forms.IntegerField(
        label=gettext_lazy("现有员工人数"),
        min_value=0,
        max_value=9999,
        help_text=gettext_lazy("含本人；还没有就填 0。"),
    )


def as_known(known: Pitch | None) -> dict[str, Any]:
    """What the form begins with: the papers as they were handed in last."""
    return {"title": known.title, "summary": known.summary, "jobs": known.jobs} if known else {}
