"""Days and moments as sentences write them, in Asia/Shanghai and in the language of the moment."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language


def day(value: date | datetime) -> str:
    """9 月 15 日 · 15 Sep."""
    there = _there(value)
    return f"{there.day} {there:%b}" if speaks_english() else f"{there.month} 月 {there.day} 日"


def moment(value: datetime) -> str:
    """9 月 15 日 14:00 · 15 Sep 14:00."""
    return f"{day(value)} {clock(value)}"


def clock(value: datetime) -> str:
    """14:00, 9:05."""
    there = value.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{there.hour}:{there.minute:02d}"


def month(number: int, *, short: bool = False) -> str:
    """9 月 · September, or Sep where a column is narrow."""
    if not speaks_english():
        return f"{number} 月"
    return f"{date(2000, number, 1):%b}" if short else f"{date(2000, number, 1):%B}"


def year_month(year: int, number: int) -> str:
    """2026 年 9 月 · September 2026."""
    return f"{month(number)} {year}" if speaks_english() else f"{year} 年 {month(number)}"


def speaks_english() -> bool:
    return (get_language() or "").startswith("en")


def _there(value: date | datetime) -> date | datetime:
    return value.astimezone(ZoneInfo(settings.TIME_ZONE)) if isinstance(value, datetime) else value
