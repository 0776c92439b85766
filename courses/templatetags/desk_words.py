"""Words of the desk: masked names, moments, statuses and reasons that are kept as codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import privacy
from courses.completion import REQUIREMENT_WORDS, Requirement
from courses.ledger.post import NOT_COUNTED_WORDS, NotCounted
from courses.models import Score, TrainingClass, User
from courses.templatetags.words import clock, full_day, hours_words

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
def requirement_words(finding: Mapping[str, Any]) -> str:
    """A stored requirement in words; attendance with its hours, since that is what is argued about."""
    if finding["code"] == Requirement.ATTENDANCE:
        values = {"value": hours_words(finding["value"]), "threshold": hours_words(finding["threshold"])}
        return _("出勤 %(value)s，要求 %(threshold)s") % values
    words = str(REQUIREMENT_WORDS[Requirement(finding["code"])])
    if finding["code"] in set(Score.Part):
        tenths = {"words": words, "value": finding["value"] / 10, "threshold": finding["threshold"] // 10}
        return _("%(words)s：%(value)g 分，要求 %(threshold)s 分") % tenths
    return words


@register.simple_tag
def month_names() -> list[str]:
    """1 月 … 12 月."""
    return [_("%(month)s 月") % {"month": month} for month in range(1, 13)]


@register.filter
def absolute(value: int) -> int:
    return abs(value)


@register.filter
def export_words(value: str) -> str:
    """What kind of file was taken."""
    words = {
        "tally": _("年度计数"),
        "classes": _("班次"),
        "entries": _("计数明细"),
        "roster": _("花名册"),
        "roster_problems": _("标红的名单"),
        "group_list": _("团报名单"),
        "scores": _("成绩表"),
    }
    return words.get(value, value)


@register.filter
def tenths(points: int | None) -> str:
    """875 → 87.5; none is an en dash."""
    return "–" if points is None else f"{points / 10:g}"
