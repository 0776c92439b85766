"""When an SMS may make a noise, whichever way the quiet hours lie on the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from courses import notices
from courses.notices.timing import city_time

HOURS = st.integers(0, 23)
MOMENTS = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def quiet(start: int, until: int) -> set[int]:
    """The hours themselves, counted one by one around the clock."""
    hours, hour = set(), start
    while hour != until:
        hours.add(hour)
        hour = (hour + 1) % 24
    return hours


def heard(now: datetime, start: int, until: int, kind: str = "enrolment_admitted", channel: str = "sms") -> datetime:
    with override_settings(SMS_QUIET_FROM=start, SMS_QUIET_UNTIL=until):
        return notices.due(kind=kind, channel=channel, now=now)


@given(start=HOURS, until=HOURS, now=MOMENTS)
def test_a_message_goes_at_once_outside_the_quiet_hours_and_at_their_end_inside(
    start: int, until: int, now: datetime
) -> None:
    then = heard(now, start, until)
    if city_time(now).hour not in quiet(start, until):
        assert then == now
        return
    told = city_time(then)
    assert (told.hour, told.minute, told.second) == (until, 0, 0)
    assert timedelta(0) < then - now <= timedelta(hours=len(quiet(start, until)))


@given(start=HOURS, until=HOURS, now=MOMENTS)
def test_a_login_code_and_what_makes_no_noise_never_wait(start: int, until: int, now: datetime) -> None:
    assert heard(now, start, until, kind="login_code") == now
    assert heard(now, start, until, channel="site") == now


@pytest.mark.parametrize(
    ("start", "until", "hours"), [(21, 8, {*range(21, 24), *range(8)}), (12, 14, {12, 13}), (21, 24, {21, 22, 23})]
)
def test_over_midnight_at_noon_and_up_to_midnight(start: int, until: int, hours: set[int]) -> None:
    midnight = datetime(2026, 11, 28, 16, tzinfo=UTC)
    moments = [midnight + timedelta(hours=hour) for hour in range(24)]
    assert {city_time(now).hour for now in moments if heard(now, start, until) != now} == hours


def test_the_same_hour_twice_is_no_quiet_hour() -> None:
    midnight = datetime(2026, 11, 28, 16, tzinfo=UTC)
    moments = [midnight + timedelta(hours=hour) for hour in range(24)]
    assert [heard(now, 8, 8) for now in moments] == moments
