"""The turn of year, month and day in Yantai, whatever zone the server is set to."""

import os
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from courses import completion, ledger, tally
from courses.models import Completion, CountEntry, LedgerSeal
from courses.policy import CITY_TIME
from courses.tally import CloseRefused, Scope, propose_close
from tests.factories import catalogue, people
from tests.factories.completion import submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata")
TICK = timedelta(milliseconds=100)


@pytest.fixture(params=ZONES, autouse=True)
def server(request: pytest.FixtureRequest):
    """A machine, its process and its framework set to that zone."""
    former = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    with timezone.override(request.param):
        yield
    if former is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = former
    time.tzset()


def approved_at(moment: datetime, *, key: str) -> CountEntry:
    """A completion under a policy that counts by the day of approval, approved at exactly that moment."""
    course = catalogue.course(occupation=catalogue.occupation(key))
    by_approval = catalogue.policy("by-approval", count_date="approval")
    done, _later = submitted(now=moment - timedelta(days=30), course=course, policy=by_approval)
    entry = completion.approve(by=people.user(), completion=done, now=moment.astimezone(UTC))
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (date(2025, 12, 31), date(2026, 1, 1)),
        (date(2026, 4, 30), date(2026, 5, 1)),
        (date(2028, 2, 29), date(2028, 3, 1)),
    ],
)
def test_a_tenth_of_a_second_before_midnight_belongs_to_the_old_day(before, after) -> None:
    midnight = datetime(after.year, after.month, after.day, tzinfo=CITY_TIME)
    old, new = approved_at(midnight - TICK, key="one"), approved_at(midnight, key="two")
    assert (old.counted_on, old.posted_on) == (before, before)
    assert (new.counted_on, new.posted_on) == (after, after)
    told = {
        year: tally.for_year(year=year, scope=Scope(), as_of=None, today=after).lines["skills"].monthly
        for year in {before.year, after.year}
    }
    expected = {year: [0] * 12 for year in told}
    expected[before.year][before.month - 1] += 1
    expected[after.year][after.month - 1] += 1
    assert {year: list(months) for year, months in told.items()} == expected


def test_a_day_is_sealed_with_its_last_moment_and_not_with_the_next_days_first() -> None:
    midnight = datetime(2026, 1, 1, tzinfo=CITY_TIME)
    approved_at(midnight - TICK, key="one")
    approved_at(midnight, key="two")
    seal = ledger.seal(book=LedgerSeal.Book.LEDGER, day=date(2025, 12, 31), now=midnight + timedelta(hours=1))
    assert seal.rows == 1
    assert list(ledger.verify_seals()) == []


def test_a_month_closes_at_its_midnight_in_yantai_and_not_before() -> None:
    midnight = datetime(2026, 5, 1, tzinfo=CITY_TIME)
    batch(rows=[row(counted_on=date(2026, 4, 30), posted_on=date(2026, 4, 30))], now=midnight - timedelta(hours=2))
    with pytest.raises(CloseRefused):
        propose_close(by=people.user(), year=2026, month=4, now=midnight - TICK)
    close = propose_close(by=people.user(), year=2026, month=4, now=midnight)
    assert (close.cut_off, close.snapshot["figures"]["line"]) == (date(2026, 4, 30), [["skills", "", 1, 1]])
    assert not Completion.objects.exists()
