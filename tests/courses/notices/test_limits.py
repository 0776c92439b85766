"""How many codes go out: per phone, per address, in all; a refused request counts nowhere."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from courses import notices
from courses.models import RateCount
from courses.notices import CodeRefused

pytestmark = pytest.mark.django_db


def ask(now: datetime, *, phone: str = "19900000001", address: str = "10.0.0.1", has_ticket: bool = False) -> str:
    try:
        notices.allow_code(phone=phone, address=address, has_ticket=has_ticket, now=now)
    except CodeRefused as refusal:
        return f"{refusal.code} {refusal.seconds}"
    return "sent"


def test_a_phone_gets_one_a_minute_even_over_the_turn_of_a_minute(now: datetime) -> None:
    at = now + timedelta(seconds=50)
    assert [ask(at), ask(at + timedelta(seconds=20)), ask(at + timedelta(seconds=60))] == [
        "sent",
        "phone_minute 40",
        "sent",
    ]


def test_a_phone_gets_five_an_hour_and_ten_a_day(now: datetime) -> None:
    answers = [ask(now + timedelta(minutes=minute), has_ticket=True) for minute in range(0, 12, 2)]
    assert answers == ["sent"] * 5 + ["phone_hour 3000"]
    later = [ask(now + timedelta(minutes=61 + minute), has_ticket=True) for minute in range(0, 10, 2)]
    assert later == ["sent"] * 5
    last = ask(now + timedelta(hours=3), has_ticket=True)
    assert last == f"phone_day {21 * 3600}"


def test_an_address_gets_ten_an_hour_without_a_ticket(now: datetime) -> None:
    answers = [ask(now, phone=f"1990000{number:04d}") for number in range(12)]
    assert answers == ["sent"] * 10 + ["address_hour 3600"] * 2


def test_a_class_of_first_comers_behind_one_address_gets_through_with_tickets(now: datetime) -> None:
    answers = [ask(now, phone=f"1990000{number:04d}", has_ticket=True) for number in range(120)]
    assert set(answers) == {"sent"}


def test_the_breaker_holds_for_everybody(now: datetime, settings: Any) -> None:
    settings.SMS_HOURLY_BREAKER = 3
    answers = [ask(now, phone=f"1990000{number:04d}", has_ticket=True) for number in range(4)]
    assert answers == ["sent", "sent", "sent", "breaker 3600"]


def test_a_refused_request_counts_nowhere(now: datetime) -> None:
    ask(now)
    before = sorted(RateCount.objects.values_list("key", "window", "count"))
    ask(now)
    assert sorted(RateCount.objects.values_list("key", "window", "count")) == before


def test_neither_phone_nor_address_can_be_read_back(now: datetime) -> None:
    ask(now)
    kept = " ".join(f"{row.key} {row.window}" for row in RateCount.objects.all())
    assert ("19900000001" in kept, "10.0.0.1" in kept) == (False, False)


def test_closed_windows_are_pruned(now: datetime) -> None:
    ask(now)
    notices.prune(now=now + timedelta(hours=2))
    assert list(RateCount.objects.values_list("window", flat=True)) == ["86400"]
