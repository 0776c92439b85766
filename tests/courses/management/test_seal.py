"""Sealing by hand: to yesterday, or to a day that is over."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses import policy
from courses.models import LedgerSeal
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def test_the_seals_made_are_printed_with_their_roots(now) -> None:
    batch(rows=[row(posted_on=date(2026, 9, 1))], now=now)
    out = StringIO()
    call_command("seal", "--day", "2026-09-02", stdout=out)
    seals = LedgerSeal.objects.order_by("pk")
    assert out.getvalue().splitlines() == [f"ledger {seal.day} {seal.rows} rows {seal.root}" for seal in seals]
    assert seals.count() == 2


def test_a_day_that_runs_is_refused_with_its_sentence(now) -> None:
    batch(rows=[row(posted_on=date(2026, 9, 1))], now=now)
    today = policy.local_date(timezone.now())
    with pytest.raises(CommandError, match="还没有过完"):
        call_command("seal", "--day", today.isoformat())
    assert not LedgerSeal.objects.exists()
