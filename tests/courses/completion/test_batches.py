"""Many approved together: taken back before they count, settled by the clock, and never twice."""

from datetime import timedelta

import pytest

from courses import completion, policy
from courses.completion import batches
from courses.completion.batches import BatchRefusal, BatchRefused
from courses.models import ApprovalBatch, ApprovalLine, AuditEvent, Completion, CountEntry
from courses.policy import DEFAULTS
from tests.factories import catalogue, people
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(now):
    """Two submitted completions of different occupations, and the moment."""
    first, later = submitted(now=now)
    second, _later = submitted(now=now, course=catalogue.course(occupation=catalogue.occupation("baker")))
    return [first, second], later


def test_nothing_counts_and_nothing_is_approved_before_the_window_is_over(two) -> None:
    rows, later = two
    batch = batches.approve_later(by=people.user(), completions=rows, now=later)
    assert batch.settles_at == later + timedelta(minutes=10)
    assert batches.settle_due(now=later + timedelta(minutes=9)) == 0
    assert not CountEntry.objects.exists()
    assert batches.settle_due(now=later + timedelta(minutes=10)) == 2
    assert CountEntry.objects.count() == 2
    assert set(Completion.objects.values_list("status", "approved_by")) == {("approved", batch.by_id)}


def test_a_batch_that_is_taken_back_leaves_no_trace_in_the_ledger(two) -> None:
    rows, later = two
    officer = people.user()
    batch = batches.approve_later(by=officer, completions=rows, now=later)
    batches.take_back(by=officer, batch=batch, now=later + timedelta(minutes=9))
    assert batches.settle_due(now=later + timedelta(days=1)) == 0
    assert not CountEntry.objects.exists()
    assert not AuditEvent.objects.filter(verb="completion_approved").exists()
    # The same rows wait again, and may be approved again.
    batches.approve_later(by=officer, completions=rows, now=later + timedelta(days=1))


def test_what_has_settled_is_not_taken_back_and_settles_once(two) -> None:
    rows, later = two
    officer = people.user()
    batch = batches.approve_later(by=officer, completions=rows, now=later)
    batches.settle_now(by=officer, batch=batch, now=later)
    stale = ApprovalBatch(pk=batch.pk, by=officer, status="open")
    for deed in (batches.take_back, batches.settle_now):
        with pytest.raises(BatchRefused) as refused:
            deed(by=officer, batch=stale, now=later)
        assert refused.value.code == BatchRefusal.TOO_LATE
    assert batches.settle_due(now=later + timedelta(days=1)) == 0
    assert CountEntry.objects.count() == 2


def test_only_who_made_a_batch_ends_it_early(two) -> None:
    rows, later = two
    batch = batches.approve_later(by=people.user(), completions=rows, now=later)
    for deed in (batches.take_back, batches.settle_now):
        with pytest.raises(BatchRefused) as refused:
            deed(by=people.user(), batch=batch, now=later)
        assert refused.value.code == BatchRefusal.NOT_YOURS


def test_a_completion_lies_in_one_open_batch(two) -> None:
    rows, later = two
    batches.approve_later(by=people.user(), completions=rows[:1], now=later)
    with pytest.raises(BatchRefused) as refused:
        batches.approve_later(by=people.user(), completions=rows, now=later)
    assert refused.value.code == BatchRefusal.IN_ANOTHER
    assert ApprovalBatch.objects.count() == 1
    with pytest.raises(BatchRefused):
        batches.approve_later(by=people.user(), completions=[], now=later)


def test_one_that_is_refused_when_it_settles_keeps_its_sentence_and_the_others_count(two) -> None:
    rows, later = two
    officer = people.user()
    batches.approve_later(by=officer, completions=rows, now=later)
    completion.send_back(by=people.user(), completion=rows[0], reason="缺签字", now=later)
    assert batches.settle_due(now=later + timedelta(hours=1)) == 1
    sentences = dict(ApprovalLine.objects.values_list("completion__number", "refused"))
    assert "已退回" in sentences[rows[0].number]
    assert sentences[rows[1].number] == ""


def test_a_line_that_a_killed_worker_left_open_is_taken_up_by_the_next(two) -> None:
    rows, later = two
    batch = batches.approve_later(by=people.user(), completions=rows, now=later)
    ApprovalBatch.objects.filter(pk=batch.pk).update(status="settled", ended_at=later)
    assert batches.settle_due(now=later) == 2
    assert CountEntry.objects.count() == 2


def test_the_window_is_as_long_as_the_policy_says(two) -> None:
    rows, later = two
    policy.publish(
        by=None, number="v2", effective_on=policy.local_date(later), document={**DEFAULTS, "approval_undo_minutes": 45}
    )
    batch = batches.approve_later(by=people.user(), completions=rows, now=later)
    assert batch.settles_at - batch.at == timedelta(minutes=45)
