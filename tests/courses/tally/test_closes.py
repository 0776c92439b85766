"""月结: two people, a month that is over, figures that stay."""

from datetime import date, timedelta

import pytest

from courses.models import LedgerSeal, Target
from courses.tally import CloseRefusal, CloseRefused, confirm_close, propose_close
from tests.factories import people
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def august(now) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20)) for _ in range(3)], now=now)


def test_a_close_holds_the_figures_of_the_last_day_and_seals_the_ledger_to_it(august, now) -> None:
    first, second = people.user(), people.user()
    close = propose_close(by=first, year=2026, month=8, now=now)
    assert close.snapshot["as_of"] == "2026-08-31"
    assert {row["line"]: row["verified"] for row in close.snapshot["lines"]} == {"skills": 3, "entrepreneurship": 0}
    assert LedgerSeal.objects.get(book="ledger", day=date(2026, 8, 31)).root == close.snapshot["ledger"]
    confirm_close(by=second, close=close, now=now)
    close.refresh_from_db()
    assert (close.proposed_by, close.closed_by) == (first, second)


def test_what_is_posted_after_the_month_does_not_stand_in_the_way(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    batch(rows=[row(counted_on=date(2026, 8, 30), posted_on=date(2026, 9, 14))], now=now)
    confirm_close(by=people.user(), close=close, now=now + timedelta(days=1))
    close.refresh_from_db()
    assert close.closed_at is not None


def test_who_proposed_does_not_confirm(august, now) -> None:
    officer = people.user()
    close = propose_close(by=officer, year=2026, month=8, now=now)
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=officer, close=close, now=now)
    assert refused.value.code == CloseRefusal.SAME_PERSON


def test_a_month_that_runs_and_a_month_that_was_proposed_are_refused(august, now) -> None:
    propose_close(by=people.user(), year=2026, month=8, now=now)
    for month, code in ((9, CloseRefusal.NOT_OVER), (8, CloseRefusal.ALREADY)):
        with pytest.raises(CloseRefused) as refused:
            propose_close(by=people.user(), year=2026, month=month, now=now)
        assert refused.value.code == code


def test_december_closes_in_january(now) -> None:
    with pytest.raises(CloseRefused):
        propose_close(by=people.user(), year=2026, month=12, now=now.replace(month=12, day=31, hour=15))
    # 16:00 UTC of 31 December is midnight in Yantai.
    close = propose_close(by=people.user(), year=2026, month=12, now=now.replace(month=12, day=31, hour=16))
    assert close.snapshot["as_of"] == "2026-12-31"


def test_other_figures_than_the_proposal_are_not_confirmed(august, now) -> None:
    close = propose_close(by=people.user(), year=2026, month=8, now=now)
    Target.objects.create(year=2026, line="skills", amount=9, source="改", at=now - timedelta(days=60))
    with pytest.raises(CloseRefused) as refused:
        confirm_close(by=people.user(), close=close, now=now)
    assert refused.value.code == CloseRefusal.CHANGED
