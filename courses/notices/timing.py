"""When a message may go out, and how many: quiet hours, one person's day, the city's hour.

Login codes know none of this: somebody waits for them, and `limits.allow_code` counts them.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from courses.models import OutboxMessage
from courses.notices.limits import DAY, HOUR, take
from courses.notices.texts import URGENT

Channel = OutboxMessage.Channel
HOURS = 24


def city_time(now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE))


def due(*, kind: str, channel: str, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours that it falls into.

    An SMS alone makes a noise; whoever must know at once (`URGENT`) is told at once.
    """
    local = city_time(now)
    if channel != Channel.SMS or kind in URGENT or not _is_quiet(local.hour):
        return now
    end = local.replace(hour=settings.SMS_QUIET_UNTIL % HOURS, minute=0, second=0, microsecond=0)
    return end if local < end else end + timedelta(days=1)


def _is_quiet(hour: int) -> bool:
    """From SMS_QUIET_FROM to before SMS_QUIET_UNTIL o'clock, over midnight or within one day; never where they are the
    same."""
    start, end = int(settings.SMS_QUIET_FROM) % HOURS, int(settings.SMS_QUIET_UNTIL) % HOURS
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def over_a_days_share(*, message: OutboxMessage, now: datetime) -> bool:
    """Count this SMS against its reader's day; True when SMS_PERSON_DAILY were sent already."""
    if message.channel != Channel.SMS or message.kind in URGENT:
        return False
    taken = take(what="sms-person", value=message.to, window=DAY, now=now)
    return taken.count > int(settings.SMS_PERSON_DAILY)


def seconds_until_the_city_may_send(*, message: OutboxMessage, now: datetime) -> int:
    """Count this SMS against the city's hour (SMS_HOURLY_BUDGET); 0 when it may go, else seconds until it may."""
    if message.channel != Channel.SMS or message.kind in URGENT:
        return 0
    taken = take(what="sms-all", value="", window=HOUR, now=now)
    return taken.seconds if taken.count > settings.SMS_HOURLY_BUDGET else 0
