"""From a number back to the scan, link by link."""

import pytest

from courses import ledger, tally
from courses.models import CountEntry
from tests.factories.completion import counted, revoked
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db


def test_every_link_is_there_from_the_line_to_the_evidence(now, django_assert_num_queries) -> None:
    entry, later = counted(now=now, lessons=3)
    ledger.seal_through(day=later.date(), now=later.replace(day=later.day + 1))
    posted = CountEntry.objects.get(pk=entry.pk)
    with django_assert_num_queries(7):
        chain = tally.chain(entry=posted)
        assert chain.completion is not None
        assert chain.enrolment is not None
        assert chain.training_class is not None
        assert chain.training_class.number == entry.class_number
        assert chain.enrolment.learner.person == entry.person
        assert chain.training_class.approved_by is not None
    reasonings = (
        chain.completion.proposed_reasoning,
        chain.completion.submitted_reasoning,
        chain.completion.approved_reasoning,
    )
    assert [said["passed"] for said in reasonings if said] == [True, True, True]
    assert [link.lesson.number for link in chain.lessons] == [1, 2, 3]
    assert [[row.direction for row in link.evidence] for link in chain.lessons] == [["in", "out"]] * 3
    assert [link.attendance.minutes for link in chain.lessons if link.attendance] == [180, 180, 180]
    assert chain.seal is not None
    assert chain.seal.day == entry.posted_on
    assert (chain.reversal, chain.batch) == (None, None)


def test_a_line_that_was_taken_back_shows_by_what(now) -> None:
    entry, later = counted(now=now)
    assert entry.completion is not None
    reversal = revoked(entry.completion, now=later)
    chain = tally.chain(entry=entry)
    assert chain.reversal == reversal
    assert chain.reversal is not None
    assert chain.reversal.reason == "冒名参训"


def test_a_line_of_a_batch_shows_its_batch_and_claims_no_evidence(now) -> None:
    made = batch(rows=[row()], now=now)
    chain = tally.chain(entry=CountEntry.objects.get())
    assert (chain.batch, chain.completion, chain.lessons) == (made, None, ())
