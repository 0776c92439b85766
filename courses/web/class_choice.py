"""A class to change to, and why: asked by a learner of the institution, or entered by staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates
from courses.models import TrainingClass


class ClassChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: TrainingClass) -> str:
        said = {
            "number": obj.number,
            "starts": dates.day(obj.starts_on),
            "where": obj.venue.name if obj.venue else obj.district.label,
            "free": obj.seats_left,
        }
        return _("%(number)s，%(starts)s 开班，%(where)s，空位 %(free)s") % said


class TransferForm(forms.Form):
    to = ClassChoice(
        TrainingClass.objects.none(),
        label=gettext_lazy("转到哪个班"),
        to_field_name="number",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选一个班。"),
            "invalid_choice": gettext_lazy(
                "这个班现在不能转入，没有转班。请另选一个班；没有可选的，请答复本人，或等新班。"
            ),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("转班原因"),
        max_length=200,
        help_text=gettext_lazy("会留记录，学员本人也看得到。"),
        error_messages={
            "required": gettext_lazy("请写明转班原因。"),
            "max_length": gettext_lazy("原因最多 200 个字，请写短一些。"),
        },
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = choices


class TransferWish(TransferForm):
    """The same as a learner fills it in."""

    to = ClassChoice(
        TrainingClass.objects.none(),
        label=gettext_lazy("转到哪个班"),
        to_field_name="number",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选一个班。"),
            "invalid_choice": gettext_lazy("这个班现在不能转入，未保存。请另选一个班。"),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("转班原因"),
        max_length=200,
        help_text=gettext_lazy("例如上班时间冲突。机构看得到。"),
        error_messages={
            "required": gettext_lazy("请写明转班原因。"),
            "max_length": gettext_lazy("原因最多 200 个字，请写短一些。"),
        },
    )
