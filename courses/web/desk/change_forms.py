"""The forms of 变更申请: a lesson that moves or is cancelled, one that makes up for a cancelled one, other seats."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates
from courses.models import Lesson, Post, TrainingClass, User, Venue
from courses.policy import CITY_TIME


class LessonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Lesson) -> str:
        return _("第 %(number)s 次课，%(starts)s，%(title)s") % {
            "number": obj.number,
            "starts": dates.moment(obj.starts_at),
            "title": obj.title,
        }


class ChangeForm(forms.Form):
    """What is left empty stays as it is."""

    status: str = Lesson.Status.PLANNED

    lesson = LessonChoice(Lesson.objects.none(), label=gettext_lazy("哪次课"), empty_label=gettext_lazy("请选择"))
    day = forms.DateField(label=gettext_lazy("新日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    starts = forms.TimeField(
        label=gettext_lazy("新的开始时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("新的结束时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    venue = forms.ModelChoiceField(
        Venue.objects.none(),
        label=gettext_lazy("新场地"),
        required=False,
        to_field_name="number",
        empty_label=gettext_lazy("不变"),
    )
    room = forms.CharField(label=gettext_lazy("新教室"), max_length=40, required=False)
    trainer = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("新教师"), required=False, empty_label=gettext_lazy("不变")
    )
    cancels = forms.BooleanField(
        label=gettext_lazy("这次课不上了，取消"),
        required=False,
        help_text=gettext_lazy("取消的课次不计入应到学时，上面的时间和教室不用填。取消后可以申请补上。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会告知学员，请写清楚。")
    )

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lessons = training_class.lessons.filter(status=self.status)
        posts = Post.objects.filter(
            Post.in_force(timezone.now()), role=Post.Role.TRAINER, institution=training_class.institution_id
        )
        for name, rows in (
            ("lesson", lessons.select_related("training_class__venue", "training_class__district", "trainer", "venue")),
            ("trainer", User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("username")),
            ("venue", Venue.objects.filter(district=training_class.district_id)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def wanted(self) -> dict[str, Any]:
        """The request in the words of the domain."""
        values = self.cleaned_data
        lesson: Lesson = values["lesson"]
        starts, ends = lesson.starts_at.astimezone(CITY_TIME), lesson.ends_at.astimezone(CITY_TIME)
        day = values["day"] or starts.date()
        return {
            "lesson": lesson,
            "starts_at": datetime.combine(day, values["starts"] or starts.time(), CITY_TIME),
            "ends_at": datetime.combine(day, values["ends"] or ends.time(), CITY_TIME),
            "venue": values["venue"] or lesson.venue,
            "room": values["room"] or lesson.room,
            "trainer": values["trainer"] or lesson.trainer,
            "reason": values["reason"],
        }


class ReplacementForm(ChangeForm):
    """Of what a cancelled lesson had, only the day has to be another."""

    status = Lesson.Status.CANCELLED
    cancels = None  # type: ignore[assignment]

    lesson = LessonChoice(
        Lesson.objects.none(), label=gettext_lazy("补哪次取消的课"), empty_label=gettext_lazy("请选择")
    )
    day = forms.DateField(label=gettext_lazy("新日期"), widget=forms.DateInput(attrs={"type": "date"}))


class SeatsForm(forms.Form):
    seats = forms.IntegerField(
        label=gettext_lazy("改为多少个名额"),
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)
