"""Numbers, dates and hours as sentences and tables write them, in Chinese and in English."""

import re
from datetime import date, datetime, time
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import dates
from courses.dates import speaks_english

register = template.Library()

WEEKDAYS = "一二三四五六日"
HAN = re.compile(r"[\u3400-\u9fff]")
LEVELLED = re.compile(r"[^\s，。；、（）]+（[^）]{1,12}）")


def local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def nb(text: Any) -> SafeString:
    """A name keeps its level on the same line: 中式烹调师（四级）."""
    safe = conditional_escape(text)
    return mark_safe(LEVELLED.sub(lambda found: f'<span class="nb">{found.group()}</span>', safe))  # noqa: S308


@register.filter
def han(text: Any) -> SafeString:
    """Words that exist in Chinese alone (a venue, the title of a lesson, a name): on an English page they are marked as
    Chinese, so that a screen reader speaks them as such."""
    safe = conditional_escape("" if text is None else text)
    if not speaks_english() or not HAN.search(safe):
        return safe
    return mark_safe(f'<span lang="zh-Hans">{safe}</span>')  # noqa: S308


@register.simple_tag
def in_chinese() -> SafeString:
    """The same for a whole block: `<div{% in_chinese %}>`."""
    return SafeString(' lang="zh-Hans"' if speaks_english() else "")


@register.filter
def thousands(value: Any) -> str:
    """22146 → 22,146; a missing number is an en dash."""
    if value is None or value == "":
        return "–"
    return f"{value:,}"


@register.filter
def percent(value: Any, total: Any) -> str:
    """Share of `total` with one decimal, rounded down so that 100.0% is never shown before it is reached."""
    if not total:
        return "–"
    tenths = int(value * 1000 // total)
    return f"{tenths // 10}.{tenths % 10}%"


@register.filter
def day_words(value: date | datetime | None) -> str:
    """9 月 15 日 周二 · Tue 15 Sep. With another year than the present one the caller adds it."""
    day = local(value)
    if day is None:
        return ""
    if speaks_english():
        return f"{day:%a} {day.day} {day:%b}"
    return f"{day.month} 月 {day.day} 日 周{WEEKDAYS[day.weekday()]}"


@register.filter
def day_only(value: date | datetime | None) -> str:
    """9 月 15 日 · 15 Sep."""
    return "" if value is None else dates.day(value)


@register.filter
def full_day(value: date | datetime | None) -> str:
    """2026 年 9 月 15 日 · 15 Sep 2026."""
    day = local(value)
    if day is None:
        return ""
    return f"{day.day} {day:%b} {day.year}" if speaks_english() else f"{day.year} 年 {day.month} 月 {day.day} 日"


@register.filter
def month_words(number: int) -> str:
    """9 月 · September."""
    return dates.month(number)


@register.filter
def year_month(year: int, month: int) -> str:
    """2026 年 9 月 · September 2026."""
    return dates.year_month(year, month)


@register.filter
def weekday(value: date | datetime | None) -> str:
    """周二 · Tue."""
    day = local(value)
    if day is None:
        return ""
    return f"{day:%a}" if speaks_english() else f"周{WEEKDAYS[day.weekday()]}"


@register.filter
def day_short(value: date | datetime | None) -> str:
    """9-15, for dense lists."""
    day = local(value)
    return "" if day is None else f"{day.month}-{day.day}"


@register.filter
def clock(value: datetime | time | None) -> str:
    """14:00 in the service's time zone."""
    moment = local(value)
    return "" if moment is None else f"{moment.hour}:{moment.minute:02d}"


@register.filter
def time_range(start: datetime | time | None, end: datetime | time | None) -> str:
    """14:00–17:00 with an en dash."""
    return f"{clock(start)}–{clock(end)}"


@register.filter
def hours_number(minutes: int | None, per: int) -> str:
    """Minutes as 学时 of `per` minutes, which the policy of the class says; one decimal when needed, rounded down:
    200 by 45 → 4.4."""
    tenths = int(minutes or 0) * 10 // per
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


@register.filter
def hours_figure(minutes: int | None, per: int) -> float:
    """Minutes as 学时 for a drawing, rounded as `hours_number` rounds: 200 by 45 → 4.4."""
    return float(hours_number(minutes, per))


@register.filter
def hours_words(minutes: int | None, per: int) -> str:
    """4 学时."""
    count = hours_number(minutes, per)
    return ngettext("%(count)s 学时", "%(count)s 学时", 1 if count == "1" else 2) % {"count": count}


@register.filter
def person_times(value: int | None) -> str:
    """22,146 人次: a count of completions is never written without its unit."""
    return _("%(count)s 人次") % {"count": thousands(value)}


@register.filter
def points(hundredths: Any) -> str:
    """Points of 100 that are kept in hundredths: 8250 → 82.50; none is an en dash."""
    if hundredths is None or hundredths == "":
        return "–"
    return f"{hundredths // 100}.{hundredths % 100:02d}"


@register.filter
def groups(text: Any, size: int = 4) -> str:
    """7K3M9QW2 → 7K3M 9QW2."""
    plain = "".join(str(text or "").split())
    return " ".join(plain[at : at + size] for at in range(0, len(plain), size))
