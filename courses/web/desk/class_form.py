"""The forms with which an institution plans a class, its timetable spun from a first day, weekdays and hours, and with
which it corrects one."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import places
from courses.classes import ClassFacts, LessonPlan
from courses.models import Course, District, Institution, Lesson, Post, Project, Room, TrainingClass, User, Venue
from courses.policy import CITY_TIME, local_date

WEEKDAYS = (
    ("0", _("周一")),
    ("1", _("周二")),
    ("2", _("周三")),
    ("3", _("周四")),
    ("4", _("周五")),
    ("5", _("周六")),
    ("6", _("周日")),
)
Mode = TrainingClass.Mode
MOST_LESSONS = 100
# By rank is what approval sets, by the policy; nobody asks for it.
MODES = [(mode.value, mode.label) for mode in TrainingClass.Mode if mode != TrainingClass.Mode.SELECTED]


class FactsForm(forms.Form):
    """What a class states beside its timetable, when it is planned and while it can be corrected."""

    course = forms.ModelChoiceField(Course.objects.none(), label=_("课程"), empty_label=_("请选择"))
    project = forms.ModelChoiceField(
        Project.objects.none(), label=_("项目"), required=False, empty_label=_("不属于项目"),
        help_text=_("项目制培训请选所属项目，结业后计入项目进度。"),
    )  # fmt: skip
    venue = forms.ModelChoiceField(
        Venue.objects.none(), label=_("场地"), required=False, empty_label=_("未定"),
        help_text=_("班次计入场地所在的区市。提交前须定好场地。没有的场地请联系市级主管部门登记，登记后再选。"),
    )  # fmt: skip
    district = forms.ModelChoiceField(
        District.objects.none(), label=_("开班区市"), required=False, empty_label=_("按场地"),
        help_text=_("场地未定时才要选。全程线上的课程算在机构所在的区市。"),
    )  # fmt: skip
    room = forms.CharField(
        label=_("教室"), max_length=40, required=False, widget=forms.TextInput(attrs={"list": "rooms"}),
        help_text=_("场地有教室名单的，从名单里选。"),
    )  # fmt: skip
    seats = forms.IntegerField(label=_("计划人数"), min_value=1, max_value=500)
    mode = forms.ChoiceField(label=_("录取方式"), choices=MODES, widget=forms.RadioSelect)
    second_scan = forms.ChoiceField(
        label=_("签到时老师要不要再扫学员"), choices=TrainingClass.SecondScan.choices, required=False,
        widget=forms.RadioSelect, help_text=_("要再扫的学员，两样都有才算到课；没有手机的用学员卡。"),
    )  # fmt: skip
    trainers = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("教师"), widget=forms.CheckboxSelectMultiple, required=False
    )
    enrol_until = forms.DateTimeField(
        label=_("报名截止"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("不填则到首次上课当天。"),
    )  # fmt: skip

    def __init__(self, *args: Any, institution: Institution, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self._choose("course", Course.objects.select_related("kind"))
        self._choose("project", Project.objects.filter(ends_on__gte=today))
        self._choose("district", District.objects.all())
        self._choose("venue", Venue.objects.all())
        self._choose(
            "trainers",
            User.objects.filter(
                is_active=True,
                posts__in=Post.objects.filter(
                    Post.in_force(timezone.now()), role=Post.Role.TRAINER, institution=institution
                ),
            )
            .distinct()
            .order_by("username"),
        )

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean_enrol_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["enrol_until"]
        if until is not None and local_date(until) < self.today:
            raise forms.ValidationError(_("日期已过，请填今天或以后的日期。"))
        return until

    def listed_rooms(self) -> list[tuple[str, str]]:
        """The rooms of all venues, with the venue that each lies in, for the field to offer."""
        return list(Room.objects.order_by("venue", "name").values_list("name", "venue__name"))

    def clean(self) -> dict[str, Any]:
        """A room of a venue that has a list of them is one of the list, as it stands there."""
        cleaned = super().clean() or {}
        venue, room = cleaned.get("venue"), cleaned.get("room")
        if venue and room:
            cleaned["room"] = places.as_listed(venue=venue, room=room)
            if cleaned["room"] is None:
                known = {"venue": venue.name, "rooms": gettext("、").join(places.rooms_of(venue=venue))}
                self.add_error("room", gettext("%(venue)s的名单里没有这间教室。请从这几间里选：%(rooms)s。") % known)
        return cleaned

    def facts(self) -> ClassFacts:
        """In the words of the domain."""
        values = self.cleaned_data
        return ClassFacts(
            course=values["course"],
            project=values["project"],
            district=values["district"],
            venue=values["venue"],
            room=values["room"],
            seats=values["seats"],
            mode=values["mode"],
            second_scan=values["second_scan"] or TrainingClass.SecondScan.EITHER,
            trainers=list(values["trainers"]),
            enrol_until=values["enrol_until"],
        )


class ClassForm(FactsForm):
    first_day = forms.DateField(label=_("首次上课日期"), widget=forms.DateInput(attrs={"type": "date"}))
    weekdays = forms.MultipleChoiceField(
        label=_("每周哪几天上课"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一天。")},
    )
    starts = forms.TimeField(label=_("每次开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("每次结束"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    number = forms.IntegerField(label=_("共几次课"), min_value=1, max_value=MOST_LESSONS)
    theory = forms.IntegerField(
        label=_("其中前几次是理论"), min_value=0, max_value=MOST_LESSONS, required=False,
        help_text=_("其余按实操登记；不填则全部按理论。"),
    )  # fmt: skip

    def clean_first_day(self) -> date:
        day: date = self.cleaned_data["first_day"]
        if day < self.today:
            raise forms.ValidationError(_("日期已过，请填今天或以后的日期。"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("结束须晚于开始，请改一下时间。"))
        return cleaned

    def lessons(self) -> list[LessonPlan]:
        """The timetable: from the first day on, on the chosen weekdays, until the number is reached."""
        chosen = {int(day) for day in self.cleaned_data["weekdays"]}
        theory = self.cleaned_data["theory"]
        plans: list[LessonPlan] = []
        day: date = self.cleaned_data["first_day"]
        while len(plans) < self.cleaned_data["number"]:
            if day.weekday() in chosen:
                place = len(plans)
                practice = theory is not None and place >= theory
                plans.append(
                    LessonPlan(
                        title=str(_("第 %(number)s 次课")) % {"number": place + 1},
                        starts_at=datetime.combine(day, self.cleaned_data["starts"], CITY_TIME),
                        ends_at=datetime.combine(day, self.cleaned_data["ends"], CITY_TIME),
                        part=Lesson.Part.PRACTICE if practice else Lesson.Part.THEORY,
                        room=self.cleaned_data["room"],
                    )
                )
            day += timedelta(days=1)
        return plans


def stated(*, training_class: TrainingClass) -> dict[str, Any]:
    """What a class states, as the form holds it."""
    return {
        "course": training_class.course_id,
        "project": training_class.project_id,
        "district": None if training_class.venue_id else training_class.district_id,
        "venue": training_class.venue_id,
        "room": training_class.room,
        "seats": training_class.seats,
        "mode": Mode.REVIEWED if training_class.mode == Mode.SELECTED else training_class.mode,
        "second_scan": training_class.second_scan,
        "trainers": [trainer.pk for trainer in training_class.trainers.all()],
        "enrol_until": training_class.enrol_until,
    }


def repeated(*, training_class: TrainingClass, today: date) -> dict[str, Any]:
    """The values of an earlier class, to plan the like of it again; when its enrolment ended is its own."""
    lessons = list(training_class.lessons.all())
    values = stated(training_class=training_class) | {"enrol_until": None}
    if lessons:
        first = lessons[0]
        values |= {
            "first_day": max(today, training_class.starts_on),
            "weekdays": sorted({str(local_date(lesson.starts_at).weekday()) for lesson in lessons}),
            "starts": first.starts_at.astimezone(CITY_TIME).time(),
            "ends": first.ends_at.astimezone(CITY_TIME).time(),
            "number": len(lessons),
            "theory": sum(lesson.part == Lesson.Part.THEORY for lesson in lessons),
        }
    return values
