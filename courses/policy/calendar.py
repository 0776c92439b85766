"""Business dates of the city, and its working days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from courses.models import Holiday

CITY_TIME = ZoneInfo("Asia/Shanghai")


def local_date(now: datetime) -> date:
    """The business date in Asia/Shanghai, whatever zone the machine is set to."""
    return now.astimezone(CITY_TIME).date()


def moments_between(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of one day to the last of another, in Asia/Shanghai."""
    return datetime.combine(first, time.min, tzinfo=CITY_TIME), datetime.combine(last, time.max, tzinfo=CITY_TIME)


def is_working_day(day: date, *, calendar: dict[date, str]) -> bool:
    """Monday to Friday, but for days off and make-up working days of the published calendar."""
    kind = calendar.get(day)
    return day.weekday() < 5 if kind is None else kind == Holiday.Kind.WORK


def calendar_between(*, start: date, end: date) -> dict[date, str]:
    """The published days off and make-up days after `start` up to `end`; read once for a whole list."""
    return dict(Holiday.objects.filter(date__gt=start, date__lte=end).values_list("date", "kind"))


def working_days_after(*, start: date, days: int, calendar: dict[date, str] | None = None) -> date:
    """The date that lies `days` working days after `start`; counting begins on the day after."""
    known = calendar_between(start=start, end=start + timedelta(days=days * 3 + 30)) if calendar is None else calendar
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, calendar=known)
    return day


def working_days_left(*, today: date, due: date, calendar: dict[date, str]) -> int:
    """How many working days are left until `due`, 0 on the day itself; past it negative, on a day off as well: the
    first day after is already late."""
    left = working_days_between(start=today, end=due, calendar=calendar)
    return min(left, -1) if today > due else left


def working_days_between(*, start: date, end: date, calendar: dict[date, str]) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is past."""
    if end < start:
        return -working_days_between(start=end, end=start, calendar=calendar)
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=step), calendar=calendar) for step in range(1, days + 1))
