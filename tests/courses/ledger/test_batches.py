"""Earlier years entered as one file: all of it or nothing, each line marked by its batch."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from courses import ledger, tally
from courses.ledger import BatchRefusal, BatchRefused, LedgerRefused
from courses.models import AuditEvent, CountClaim, CountEntry, LedgerSeal, OpeningBatch
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def test_a_batch_is_counted_and_proved_by_its_total_and_hash(now) -> None:
    made = batch(rows=[row(sex="1"), row(sex="2"), row(line="entrepreneurship")], now=now)
    assert (made.total, made.source) == (3, "往年台账")
    assert CountEntry.objects.filter(batch=made, completion__isnull=True, amount=1).count() == 3
    figures = tally.for_year(year=2025, scope=tally.Scope(), as_of=None, today=date(2026, 9, 14))
    assert {line: (told.verified, told.people) for line, told in figures.lines.items()} == {
        "skills": (2, 2),
        "entrepreneurship": (1, 1),
    }
    assert AuditEvent.objects.get(verb="batch_entered").detail == {"total": 3, "hash": "0" * 64}
    assert list(ledger.differences()) == []


def test_a_person_is_held_once_inside_a_file_and_against_the_ledger(now) -> None:
    person = uuid4()
    twice = [row(person=person, claim_key="module:syb"), row(person=person, claim_key="module:syb")]
    with pytest.raises(BatchRefused) as refused:
        batch(rows=twice, now=now)
    assert refused.value.code == BatchRefusal.DUPLICATE
    batch(rows=twice[:1], now=now)
    with pytest.raises(BatchRefused):
        batch(rows=[row(), twice[1]], now=now)
    assert (OpeningBatch.objects.count(), CountEntry.objects.count(), CountClaim.objects.count()) == (1, 1, 1)


def test_another_number_of_rows_than_said_enters_nothing(now) -> None:
    with pytest.raises(BatchRefused) as refused:
        batch(rows=[row(), row()], total=3, now=now)
    assert refused.value.code == BatchRefusal.WRONG_TOTAL
    assert "声明 3 行，文件里有 2 行" in refused.value.sentence
    assert not CountEntry.objects.exists()
    assert not OpeningBatch.objects.exists()


def test_a_row_of_a_sealed_day_refuses_the_whole_file(now) -> None:
    batch(rows=[row(posted_on=date(2026, 9, 1))], now=now)
    ledger.seal(book=LedgerSeal.Book.LEDGER, day=date(2026, 9, 3), now=now)
    for day in (date(2026, 9, 2), date(2026, 9, 3)):
        with pytest.raises(LedgerRefused):
            batch(rows=[row(posted_on=day), row(posted_on=date(2026, 9, 4))], now=now)
    batch(rows=[row(posted_on=date(2026, 9, 4))], now=now + timedelta(minutes=1))
    assert CountEntry.objects.count() == 2
