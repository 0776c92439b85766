"""Counting toward the targets, sentence by sentence (domain §8.8, 64–68); 59–63 and 66 stand beside the ledger."""

from datetime import date, datetime, timedelta

import pytest

from courses import completion, ledger, policy, tally
from courses.ledger import LedgerRefused
from courses.models import DailyBreakdown
from courses.policy import DEFAULTS
from courses.tally import By, Scope, State
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted, submitted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 31)


def skills(today: date = TODAY):
    return tally.for_year(year=2026, scope=Scope(), as_of=None, today=today).lines["skills"]


def test_64_enrolled_in_training_on_their_way_and_verified_stand_apart(now: datetime) -> None:
    counted(now=now)
    submitted(now=now)
    for status, seats in (("enrolling", 2), ("running", 3)):
        made = training_class(now=now)
        for _ in range(seats):
            enrolled(training_class=made, now=now)
        type(made).objects.filter(pk=made.pk).update(status=status)
    told = tally.for_year(year=2026, scope=Scope(), as_of=None, today=TODAY)
    assert (told.lines["skills"].verified, told.pending) == (1, 1)
    assert told.in_training == 3


@pytest.mark.parametrize(("verified", "state"), [(45, State.OK), (44, State.SLOW), (40, State.SLOW), (39, State.LATE)])
def test_65_progress_is_held_against_the_share_of_the_year_that_is_gone(
    verified: int, state: State, now: datetime
) -> None:
    """A target of 100 when 183 of 365 days are gone asks for 50: less than 90 % of it is yellow, than 80 % red."""
    tally.set_target(by=people.user(), year=2026, line="skills", district=None, amount=100, source="文", now=now)
    batch(rows=[row(counted_on=date(2026, 3, 1), posted_on=date(2026, 3, 2)) for _ in range(verified)], now=now)
    told = skills(date(2026, 7, 2))
    assert (told.expected_today, told.state) == (50, state)
    marks = {**DEFAULTS, "pace_yellow": 100, "pace_red": 90}
    policy.publish(by=None, number="strict", effective_on=date(2026, 7, 1), document=marks)
    stricter = State.LATE if verified < 45 else State.SLOW
    assert skills(date(2026, 7, 2)).state == stricter, "the marks are numbers of policy"


def test_67_a_closed_month_takes_adjustments_with_their_reason_and_nothing_else(now: datetime) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20))], now=now)
    catalogue.policy()
    done, later = submitted(now=now - timedelta(days=25))
    tally.propose_close(by=people.user(), year=2026, month=8, now=now)
    with pytest.raises(LedgerRefused):
        completion.approve(by=people.user(), completion=done, now=now)
    entry = completion.approve(by=people.user(), completion=done, now=now, reason="补报材料")
    assert entry is not None
    assert (entry.is_adjustment, entry.reason, entry.month, later.month) == (True, "补报材料", 8, 8)
    assert list(ledger.differences()) == []


@pytest.mark.parametrize("by", [one for one in By if one != By.PROOF])
def test_68_the_year_is_broken_down_by_each_dimension_to_the_same_sum(by: By, now: datetime) -> None:
    counted(now=now)
    found = tally.breakdown(year=2026, scope=Scope(), by=by, today=TODAY)
    assert found.totals["skills"] == skills().verified == 1
    assert DailyBreakdown.objects.exists()
