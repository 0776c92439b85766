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


def speaks_english() -> bool:
    return (get_language() or "").startswith("en")


def _there(value: date | datetime) -> date | datetime:
    return value.astimezone(ZoneInfo(settings.TIME_ZONE)) if isinstance(value, datetime) else value
