"""Every step of a completion lies in a book with reasoning and evidence; what the completion shows agrees."""

from datetime import datetime, timedelta

import pytest

from courses import completion
from courses.completion import CompletionRefusal, CompletionRefused, steps
from courses.models import Completion, CompletionStep, Evidence
from tests.factories import people
from tests.factories.completion import counted, revoked, submitted

pytestmark = pytest.mark.django_db
Step = CompletionStep.Step


def test_each_step_is_kept_with_the_reasoning_it_was_taken_by(now: datetime) -> None:
    entry, later = counted(now=now)
    done = entry.completion
    assert done is not None
    revoked(done, now=later)
    kept = {row.step: row for row in done.steps.all()}
    shown = (done.proposed_reasoning, done.submitted_reasoning, done.approved_reasoning)
    assert tuple(kept[step].reasoning for step in ("proposed", "submitted", "approved")) == shown
    assert [row.step for row in done.steps.all()] == ["proposed", "submitted", "approved", "revoked"]
    assert (kept["revoked"].reasoning, kept["revoked"].reason) == (None, "冒名参训")


def test_a_reasoning_names_value_threshold_and_evidence_of_each_requirement(now: datetime) -> None:
    done, _later = submitted(now=now)
    own = done.enrolment
    told = {row["code"]: row for row in CompletionStep.objects.get(step=Step.SUBMITTED).reasoning["findings"]}
    receipts = Evidence.objects.filter(learner=own.learner).order_by("pk").values_list("receipt", flat=True)
    assert told["attendance"] == {
        "code": "attendance", "value": 180, "threshold": 144, "met": True, "evidence": list(receipts),
    }  # fmt: skip
    assert (len(receipts), told["admitted"]["evidence"]) == (2, [own.number])


def test_a_round_that_was_returned_stays_beside_the_next(now: datetime) -> None:
    done, later = submitted(now=now)
    completion.send_back(by=people.user(), completion=done, reason="请核对第 1 次课", now=later)
    again = later + timedelta(hours=1)
    completion.propose(by=people.user(), enrolment=done.enrolment, now=again)
    rows = list(CompletionStep.objects.values_list("step", "at", "reason"))
    assert rows == [
        ("proposed", later, ""), ("submitted", later, ""), ("returned", later, "请核对第 1 次课"),
        ("proposed", again, ""),
    ]  # fmt: skip
    assert list(steps.differences()) == []


def test_who_put_it_forward_before_it_was_returned_does_not_approve_it(now: datetime) -> None:
    done, later = submitted(now=now)
    first = done.submitted_by
    assert first is not None
    completion.send_back(by=people.user(), completion=done, reason="请核对", now=later)
    done = completion.propose(by=people.user(), enrolment=done.enrolment, now=later)
    completion.submit(by=people.user(), completion=done, now=later)
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=first, completion=done, now=later)
    assert refused.value.code == CompletionRefusal.SAME_PERSON


@pytest.mark.parametrize("column", ["proposed_reasoning", "submitted_reasoning", "approved_reasoning"])
def test_the_nightly_check_names_a_reasoning_that_was_changed(column: str, now: datetime) -> None:
    entry, _later = counted(now=now)
    done = entry.completion
    assert done is not None
    assert list(steps.differences()) == []
    told = {**getattr(done, column), "minutes_attended": 9999}
    Completion.objects.filter(pk=done.pk).update(**{column: told})
    assert [row for row, _what in steps.differences()] == [f"completion {done.number}"]


def test_the_nightly_check_names_a_completion_that_no_step_led_to(now: datetime) -> None:
    done, later = submitted(now=now)
    approved = {"status": "approved", "approved_by": people.user(), "approved_at": later}
    Completion.objects.filter(pk=done.pk).update(**approved, approved_reasoning=done.submitted_reasoning)
    assert list(steps.differences()) == [
        (f"completion {done.number}", "approved, and no such step is in the book"),
    ]
