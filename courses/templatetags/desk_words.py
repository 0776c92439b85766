"""Words of the desk: masked names, moments, statuses and reasons that are kept as codes."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates, privacy
from courses.completion import REQUIREMENT_WORDS, Requirement
from courses.exports import FORMS
from courses.ledger.post import NOT_COUNTED_WORDS, NotCounted
from courses.models import Line, Score, TrainingClass, User, Work
from courses.outgoing import TITLES
from courses.tally.listed import IN_TRAINING_WORD
from courses.templatetags.words import clock, full_day, hours_words
from courses.works import GRADES

register = template.Library()


@register.filter
def who(user: User | None) -> str:
    """刘*; nobody is the system, and a login without a name its account."""
    if user is None:
        return _("系统")
    return privacy.mask_name(user.name) or user.username


@register.filter
def masked_name(name: str) -> str:
    """王**, for a name that stands in a file and has no login."""
    return privacy.mask_name(name)


@register.filter
def moment(value: datetime | None) -> str:
    """2026 年 9 月 14 日 9:00."""
    return f"{full_day(value)} {clock(value)}" if value else ""


@register.filter
def class_status(value: str) -> str:
    """The word of a class's status kept in its history."""
    return str(TrainingClass.Status(value).label) if value in TrainingClass.Status.values else value


@register.filter
def moment_seconds(value: datetime | None) -> str:
    """9-14 9:00:05, for evidence, where seconds matter."""
    moment_here = timezone.localtime(value) if value else None
    return f"{moment_here.month}-{moment_here.day} {moment_here:%H:%M:%S}" if moment_here else ""


@register.filter
def not_counted_words(value: str) -> str:
    """Why an approved completion adds nothing to a target."""
    return str(NOT_COUNTED_WORDS[NotCounted(value)]) if value in set(NotCounted) else value


@register.filter
def requirement_words(finding: Mapping[str, Any], per: int) -> str:
    """A stored requirement in words; attendance in 学时 of `per` minutes, since that is what is argued about."""
    if finding["code"] == Requirement.ATTENDANCE:
        values = {"value": hours_words(finding["value"], per), "threshold": hours_words(finding["threshold"], per)}
        return _("出勤 %(value)s，要求 %(threshold)s") % values
    words = str(REQUIREMENT_WORDS[Requirement(finding["code"])])
    if finding["code"] in set(Score.Part):
        tenths = {"words": words, "value": finding["value"] / 10, "threshold": finding["threshold"] // 10}
        return _("%(words)s：%(value)g 分，要求 %(threshold)s 分") % tenths
    if finding["code"] in set(Work.Part):
        told = {"what": Work.Part(finding["code"]).label, "grade": _grade_words(finding["value"])}
        return _("%(what)s：%(grade)s，要求合格") % told
    return words


def _grade_words(worth: int) -> str:
    grade = next(name for name, value in GRADES.items() if value == worth)
    return str(Work.Grade(grade).label) if grade else _("还没有评定")


@register.filter
def difference_words(row: Mapping[str, Any], per: int) -> str:
    """What moved between two steps of a completion, in the units of the page."""
    return _("%(what)s：%(first)s时为 %(old)s，%(second)s时为 %(new)s") % {
        "what": REQUIREMENT_WORDS[Requirement(row["code"])],
        "first": row["first"],
        "second": row["second"],
        "old": _kept_words(row["code"], row["then"], per),
        "new": _kept_words(row["code"], row["now"], per),
    }


def _kept_words(code: str, value: int | None, per: int) -> str:
    """The stored value of a requirement: minutes, tenths of a point, a grade, how many lessons, or yes and no."""
    if value is None:
        return _("没有这一项")
    if code == Requirement.ATTENDANCE:
        return _("%(hours)s（%(minutes)s 分钟）") % {"hours": hours_words(value, per), "minutes": value}
    if code in set(Score.Part):
        return _("%(points)s 分") % {"points": f"{value / 10:g}"}
    if code in set(Work.Part):
        return _grade_words(value)
    if code in (Requirement.LESSONS_BEGUN, Requirement.DECIDED):
        return _("%(number)s 次课") % {"number": value}
    return _("是") if value else _("否")


@register.filter
def lost_words(row: Mapping[str, Any], per: int) -> str:
    """The sum of a requirement that an approval met and that is not met now: then, now, what is asked."""
    if row["code"] == Requirement.ATTENDANCE:
        given = {name: hours_words(row[name], per) for name in ("then", "value", "threshold")}
        return _("出勤：批准时 %(then)s，现在 %(value)s，要求 %(threshold)s") % given
    words = {"what": str(REQUIREMENT_WORDS[Requirement(row["code"])])}
    if row["code"] in set(Score.Part):
        marks = {name: f"{row[name] / 10:g}" for name in ("then", "value", "threshold")}
        return _("%(what)s：批准时 %(then)s 分，现在 %(value)s 分，要求 %(threshold)s 分") % {**words, **marks}
    return _("%(what)s：批准时符合，现在不符合") % words


@register.simple_tag
def month_names() -> list[str]:
    """1 月 … 12 月 · Jan … Dec, for narrow columns."""
    return [dates.month(number, short=True) for number in range(1, 13)]


@register.filter
def absolute(value: int) -> int:
    return abs(value)


@register.filter
def export_words(value: str) -> str:
    """What kind of file was taken."""
    return str(TITLES.get(value) or (FORMS[value].title if value in FORMS else value))


@register.filter
def named(key: str, names: Mapping[str, str]) -> str:
    """What something is called whose key a record keeps."""
    return names.get(key, key)


# What a filter is called; the district and the month are said by their names.
FILTER_WORDS = {
    "class": gettext_lazy("班级 %(number)s"),
    "lesson": gettext_lazy("第 %(number)s 次课"),
    "year": gettext_lazy("%(number)s 年"),
    "month": "",
    "district": "",
    "status": "",
    "line": "",
    "institution": gettext_lazy("机构 %(number)s"),
    "q": gettext_lazy("查找「%(number)s」"),
    "own": gettext_lazy("自备表 %(number)s"),
    "as_of": gettext_lazy("截至 %(number)s"),
    "group": gettext_lazy("团报 %(number)s"),
    "roster": gettext_lazy("名单 %(number)s"),
}


@register.filter
def filter_words(filters: Mapping[str, Any], districts: Mapping[str, str]) -> str:
    """By what an export was cut: 班级 02F…，2026 年，8 月，芝罘区. What cannot be read is said as it was asked."""
    told = {key: str(filters[key]) for key in FILTER_WORDS if key in filters}
    named_ones: dict[str, Callable[[str], str]] = {
        "month": _month_word,
        "district": partial(named, names=districts),
        "status": _status_word,
        "line": _line_word,
    }
    said = [
        named_ones[key](value) if key in named_ones else str(FILTER_WORDS[key]) % {"number": value}
        for key, value in told.items()
    ]
    said += [f"{key}={value}" for key, value in filters.items() if key not in FILTER_WORDS]
    return "，".join(said) or _("全部")


def _month_word(text: str) -> str:
    """8 → 8 月, 2026-08 → 2026 年 8 月."""
    year, _dash, number = text.rpartition("-")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 12):
        return text
    return dates.year_month(int(year), int(number)) if year.isascii() and year.isdigit() else dates.month(int(number))


def _line_word(text: str) -> str:
    return str(Line(text).label) if text in Line.values else text


def _status_word(text: str) -> str:
    words = {IN_TRAINING_WORD: _("在训"), **dict(TrainingClass.Status.choices)}
    return str(words.get(text, text))


@register.filter
def tenths(points: int | None) -> str:
    """875 → 87.5; none is an en dash."""
    return "–" if points is None else f"{points / 10:g}"
