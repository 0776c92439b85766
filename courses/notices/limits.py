"""How many login codes may go out: counted in the database, one statement a window, the same on every worker."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from courses import privacy
from courses.models import RateCount
from courses.refusals import Refused

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# A window opens with its first request and closes by the clock, so "one a minute" holds over the turn of a minute too.
TAKE = """
INSERT INTO courses_ratecount ("key", "window", "count", "expires_at") VALUES (%s, %s, 1, %s)
ON CONFLICT ("key", "window") DO UPDATE SET
   "count" = CASE WHEN courses_ratecount."expires_at" <= %s THEN 1 ELSE courses_ratecount."count" + 1 END,
   "expires_at" = CASE WHEN courses_ratecount."expires_at" <= %s THEN excluded."expires_at"
                       ELSE courses_ratecount."expires_at" END
RETURNING "count", "expires_at"
"""


class CodeRefusal(StrEnum):
    PHONE_MINUTE = "phone_minute"
    PHONE_HOUR = "phone_hour"
    PHONE_DAY = "phone_day"
    ADDRESS_HOUR = "address_hour"
    BREAKER = "breaker"


class CodeRefused(Refused):
    """No code was sent; `seconds` tells when the next may be asked for."""

    sentences = {
        CodeRefusal.PHONE_MINUTE: _("验证码刚刚发过，这一次没有再发。请先看看短信，%(seconds)s 秒后可以重新获取。"),
        CodeRefusal.PHONE_HOUR: _(
            "这个号码 1 小时内已获取 5 次，这一次没有发。请 %(minutes)s 分钟后再来；在教室签到请老师帮您登记。"
        ),
        CodeRefusal.PHONE_DAY: _("这个号码今天已获取 10 次，这一次没有发。请明天再来；着急办理请致电咨询电话。"),
        CodeRefusal.ADDRESS_HOUR: _(
            "同一网络获取验证码的次数较多，这一次没有发。请 %(minutes)s 分钟后再来；在教室请先扫签到码再登录。"
        ),
        CodeRefusal.BREAKER: _(
            "现在获取验证码的人很多，这一次没有发。请 %(minutes)s 分钟后再来；在教室签到请老师帮您登记。"
        ),
    }

    def __init__(self, code: CodeRefusal, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(code, seconds=seconds, minutes=math.ceil(seconds / 60))


@dataclass(frozen=True)
class Taken:
    """The count of an open window, this request included, and the seconds until it closes."""

    count: int
    seconds: int

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)


def allow_code(*, phone: str, address: str, has_ticket: bool, now: datetime) -> None:
    """Count one login code, or refuse it (CodeRefused) and count nothing.

    Per phone 1 a minute, 5 an hour, 10 a day; per address 10 an hour, unless the browser holds a live arrival ticket (a
    class of first-comers shares one address); SMS_HOURLY_BREAKER an hour in all.
    """
    with transaction.atomic():
        _take_code("phone", phone, MINUTE, 1, CodeRefusal.PHONE_MINUTE, now)
        if not has_ticket:
            _take_code("address", address, HOUR, 10, CodeRefusal.ADDRESS_HOUR, now)
        _take_code("phone", phone, HOUR, 5, CodeRefusal.PHONE_HOUR, now)
        _take_code("phone", phone, DAY, 10, CodeRefusal.PHONE_DAY, now)
        _take_code("all", "", HOUR, settings.SMS_HOURLY_BREAKER, CodeRefusal.BREAKER, now)


def _take_code(what: str, value: str, window: timedelta, limit: int, refusal: CodeRefusal, now: datetime) -> None:
    taken = take(what=f"code-{what}", value=value, window=window, now=now)
    if taken.count > limit:
        raise CodeRefused(refusal, seconds=taken.seconds)


def take(*, what: str, value: str, window: timedelta, now: datetime) -> Taken:
    """Count one more in the window of `what` and `value`; one statement, right under any number of workers."""
    adapt = connection.ops.adapt_datetimefield_value
    moment, end = adapt(now), adapt(now + window)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [_key(what, value), f"{window.total_seconds():.0f}", end, moment, moment])
        count, closes_at = cursor.fetchone()
    return Taken(count, max(1, math.ceil((_moment(closes_at) - now).total_seconds())))


def forget(*, what: str, value: str) -> None:
    RateCount.objects.filter(key=_key(what, value)).delete()


def _key(what: str, value: str) -> str:
    return privacy.digest(value, purpose=f"limit/{what}")


def _moment(value: str | datetime) -> datetime:
    """SQLite answers in text, without the zone that Django stores by."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    assert moment is not None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
