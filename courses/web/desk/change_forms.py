"""The forms of 变更申请: a lesson that moves or is cancelled, one that makes up for a cancelled one, other seats,
another deadline."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates
from courses.models import Lesson, Post, TrainingClass, User, Venue
from courses.policy import CITY_TIME


class LessonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Lesson) -> str:
        return _named(obj)


class LessonsChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Lesson) -> str:
        return _named(obj)


def _named(lesson: Lesson) -> str:
    return _("第 %(number)s 次课，%(starts)s，%(title)s") % {
        "number": lesson.number,
        "starts": dates.moment(lesson.starts_at),
        "title": lesson.title,
    }


def _own_trainers(training_class: TrainingClass) -> QuerySet[User]:
    """Those who teach for the institution of the class now."""
    posts = Post.objects.filter(
        Post.in_force(timezone.now()), role=Post.Role.TRAINER, institution=training_class.institution_id
    )
    return User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("username")


def _put(form: forms.Form, **rows: QuerySet[Any]) -> None:
    """What each of these fields offers."""
    for name, queryset in rows.items():
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset


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
        _put(
            self,
            lesson=lessons.select_related("training_class__venue", "training_class__district", "trainer", "venue"),
            trainer=_own_trainers(training_class),
            venue=Venue.objects.filter(district=training_class.district_id),
        )

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


class SeveralForm(forms.Form):
    """Another trainer or room for several lessons that are still ahead; what is left empty stays as it is."""

    lessons = LessonsChoice(
        Lesson.objects.none(),
        label=gettext_lazy("哪几次课"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一次课。")},
    )
    trainer = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("新教师"), required=False, empty_label=gettext_lazy("不变")
    )
    room = forms.CharField(label=gettext_lazy("新教室"), max_length=40, required=False)
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会告知学员，请写清楚。")
    )

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ahead = training_class.lessons.filter(status=Lesson.Status.PLANNED, starts_at__gt=timezone.now())
        _put(
            self,
            lessons=ahead.select_related("training_class__venue", "training_class__district", "trainer", "venue"),
            trainer=_own_trainers(training_class),
        )


class SeatsForm(forms.Form):
    seats = forms.IntegerField(
        label=gettext_lazy("改为多少个名额"),
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class DeadlineForm(forms.Form):
    until = forms.DateTimeField(
        label=gettext_lazy("报名截止改到"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("可以延后，也可以提前。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("提前截止时会告知候补的人，请写清楚。")
    )
