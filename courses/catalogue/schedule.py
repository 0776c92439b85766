"""When a class meets, in one line, read off its lessons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Lesson
from courses.policy import CITY_TIME

WEEKDAYS: tuple[str | Promise, ...] = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
EVENING = time(17, 30)


@dataclass(frozen=True)
class Schedule:
    """Days and hours in the city's time. `hours` is None where the days differ in their hours."""

    days: tuple[date, ...]
    lessons: int
    hours: tuple[time, time] | None
    first_at: datetime | None

    @property
    def is_consecutive(self) -> bool:
        return len(self.days) > 1 and self.days[-1] - self.days[0] == timedelta(days=len(self.days) - 1)

    @property
    def span(self) -> str:
        if self.hours is None:
            return ""
        start, end = self.hours
        return f"{_clock(start)}–{_clock(end)}"

    @property
    def count(self) -> str:
        """How often one comes: 次 of a lesson a day, 天 where a day holds several, 晚 for evening classes."""
        if self.lessons != len(self.days):
            return _("%(count)s 天") % {"count": len(self.days)}
        if self.hours and self.hours[0] >= EVENING:
            return _("%(count)s 晚") % {"count": len(self.days)}
        count = len(self.days)
        return ngettext("%(count)s 次课", "%(count)s 次课", count) % {"count": count}

    @property
    def sentence(self) -> str:
        if not self.days:
            return _("课表另行通知")
        values = {"span": self.span, "count": self.count, "days": self._weekdays()}
        if len(self.days) == 1:
            return _("当天 %(span)s") % values
        if self.hours is None:
            return _("%(days)s，共 %(count)s") % values
        if self.is_consecutive:
            return _("连续 %(days)s 天 %(span)s") % {"days": len(self.days), "span": self.span}
        return _("%(days)s %(span)s，共 %(count)s") % values

    def _weekdays(self) -> str:
        names = [str(WEEKDAYS[number]) for number in sorted({day.weekday() for day in self.days})]
        return _("每%(weekdays)s") % {"weekdays": _("、").join(names)}


def schedule(lessons: Sequence[Lesson]) -> Schedule:
    """`lessons` are those that take place, in any order."""
    spans: dict[date, tuple[time, time]] = {}
    for lesson in lessons:
        starts, ends = (at.astimezone(CITY_TIME) for at in (lesson.starts_at, lesson.ends_at))
        earliest, latest = spans.get(starts.date(), (starts.time(), ends.time()))
        spans[starts.date()] = (min(earliest, starts.time()), max(latest, ends.time()))
    hours = set(spans.values())
    return Schedule(
        days=tuple(sorted(spans)),
        lessons=len(lessons),
        hours=hours.pop() if len(hours) == 1 else None,
        first_at=min((lesson.starts_at for lesson in lessons), default=None),
    )


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"
