"""Fault injected at each statement of what changes a count: the state before or after, never between."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from courses import certificates, completion, ledger, merging, tally
from courses.completion import batches, revoking
from courses.models import (
    ApprovalBatch,
    Completion,
    CountEntry,
    MergeProposal,
    MonthClose,
    Revocation,
    User,
    YearClose,
)
from tests.factories import catalogue, people
from tests.factories.completion import counted, submitted
from tests.factories.ledger import batch, row
from tests.faults import faults_of

pytestmark = pytest.mark.django_db


def approving(now) -> Callable[[], object]:
    done, later = submitted(now=now)
    officer = people.user()

    def deed() -> object:
        return completion.approve(by=officer, completion=Completion.objects.get(pk=done.pk), now=later)

    return deed


def posting(now) -> Callable[[], object]:
    """The ledger's own part, for a completion whose status was written by somebody else."""
    done, later = submitted(now=now)
    Completion.objects.filter(pk=done.pk).update(status="approved", approved_by=people.user(), approved_at=later)

    def deed() -> None:
        with transaction.atomic():
            ledger.post(completion=Completion.objects.get(pk=done.pk), by=None, now=later)

    return deed


def settling(now) -> Callable[[], object]:
    done, later = submitted(now=now)
    made = batches.approve_later(by=people.user(), completions=[done], now=later)
    ApprovalBatch.objects.filter(pk=made.pk).update(status="settled", ended_at=later)
    return lambda: batches.settle_due(now=later)


def taking_back(now) -> Callable[[], object]:
    done, later = submitted(now=now)
    made = batches.approve_later(by=people.user(), completions=[done], now=later)
    return lambda: batches.take_back(
        by=User.objects.get(pk=made.by_id), batch=ApprovalBatch.objects.get(pk=made.pk), now=later
    )


def revoking_(now) -> Callable[[], object]:
    entry, later = counted(now=now)
    made = revoking.propose_revocation(by=people.user(), completion=entry.completion, reason="冒名参训", now=later)
    officer = people.user()

    def deed() -> object:
        return revoking.confirm_revocation(by=officer, revocation=Revocation.objects.get(pk=made.pk), now=later)

    return deed


def counting_again(now) -> Callable[[], object]:
    done, later = submitted(now=now)
    Completion.objects.filter(pk=done.pk).update(
        status="approved", approved_by=people.user(), approved_at=later, not_counted="freed"
    )
    officer = people.user()
    return lambda: revoking.count_again(
        by=officer, completion=Completion.objects.get(pk=done.pk), reason="复核属实", now=later
    )


def proposing_a_close(now) -> Callable[[], object]:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 9, 12)) for _ in range(3)], now=now)
    officer = people.user()
    return lambda: tally.propose_close(by=officer, year=2026, month=8, now=now)


def confirming_a_close(now) -> Callable[[], object]:
    proposing_a_close(now)()
    officer = people.user()
    close = MonthClose.objects.get()
    return lambda: tally.confirm_close(by=officer, close=close, seen=close.root, now=now)


def proposing_a_year_close(now) -> Callable[[], object]:
    batch(rows=[row(counted_on=date(2025, 6, 3), posted_on=date(2025, 6, 20))], now=now)
    for month in range(1, 13):
        close = tally.propose_close(by=people.user(), year=2025, month=month, now=now)
        tally.confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    officer = people.user()
    return lambda: tally.propose_year_close(by=officer, year=2025, now=now + timedelta(days=1))


def confirming_a_year_close(now) -> Callable[[], object]:
    proposing_a_year_close(now)()
    officer = people.user()
    close = YearClose.objects.get()
    return lambda: tally.confirm_close(by=officer, close=close, seen=close.root, now=now + timedelta(days=1))


def issuing_what_then_counts(now) -> Callable[[], object]:
    """Where the policy counts by the certificate, its issue posts the line."""
    done, later = submitted(now=now, policy=catalogue.policy("by-certificate", count_date="certificate"))
    assert completion.approve(by=people.user(), completion=done, now=later) is None
    officer = people.user()
    return lambda: certificates.issue(by=officer, completion=Completion.objects.get(pk=done.pk), now=later)


def merging_(now) -> Callable[[], object]:
    kept, merged = people.learner(now=now), people.learner(now=now)
    _first, later = counted(now=now, learner=merged)
    counted(now=now, learner=kept)
    later += timedelta(days=40)
    merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="持证核对", now=later)
    officer = people.user()
    return lambda: merging.confirm_merge(by=officer, proposal=MergeProposal.objects.get(), now=later)


DEEDS = [
    approving, posting, settling, taking_back, revoking_, counting_again, proposing_a_close, confirming_a_close,
    proposing_a_year_close, confirming_a_year_close, issuing_what_then_counts, merging_,
]  # fmt: skip


@pytest.mark.parametrize("plant", DEEDS, ids=lambda deed: deed.__name__.rstrip("_"))
def test_a_fault_at_any_statement_leaves_the_state_before_or_after(plant, now) -> None:
    statements, between = faults_of(plant(now))
    assert statements > 2
    assert between == []


def test_the_issue_that_is_made_to_fail_posts_a_line_as_its_last_run_shows(now) -> None:
    issuing_what_then_counts(now)()
    assert CountEntry.objects.count() == 1


def test_the_harness_has_teeth(now) -> None:
    """Two writes without a transaction around them are caught between."""
    done, _later = submitted(now=now)

    def deed() -> None:
        with connection.cursor() as cursor:
            for word in ("一", "二"):
                cursor.execute("UPDATE courses_completion SET return_reason = %s WHERE id = %s", [word, done.pk])

    statements, between = faults_of(deed)
    assert statements == 2
    assert len(between) == 1
    assert not CountEntry.objects.exists()
