"""Every step of a completion lies in a book with reasoning and evidence; what the completion shows agrees."""

from datetime import datetime, timedelta

import pytest

from courses import completion
from courses.completion import CompletionRefusal, CompletionRefused, steps
from courses.models import AuditEvent, Completion, CompletionStep, Evidence, User
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended, counted, revoked, submitted

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


def proposed(now: datetime) -> tuple[Completion, datetime]:
    trainer = people.user()
    own = enrolled(training_class=training_class(now=now, trainers=[trainer], lessons=1), now=now)
    later = attended(own, by=trainer)
    return completion.propose(by=trainer, enrolment=own, now=later), later


def test_a_wrong_proposal_is_withdrawn_by_its_trainer_and_may_be_made_again(now: datetime) -> None:
    done, later = proposed(now)
    completion.withdraw(by=done.proposed_by, completion=done, reason="看错了行", now=later)
    assert (done.status, done.return_reason, done.sent_back_by) == ("returned", "看错了行", done.proposed_by)
    again = completion.propose(by=done.proposed_by, enrolment=done.enrolment, now=later)
    assert [(row.step, row.reason) for row in again.steps.all()] == [
        ("proposed", ""), ("withdrawn", "看错了行"), ("proposed", ""),
    ]  # fmt: skip
    assert list(steps.differences()) == []
    verbs = AuditEvent.objects.filter(target=done.number).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["completion_proposed", "completion_withdrawn", "completion_proposed"]


def test_an_institution_returns_one_proposal_and_hands_in_those_that_it_names(now: datetime) -> None:
    done, later = proposed(now)
    office = people.user()
    completion.return_proposal(by=office, completion=done, reason="缺实操成绩", now=later)
    assert (done.status, done.return_reason) == ("returned", "缺实操成绩")
    again = completion.propose(by=people.user(), enrolment=done.enrolment, now=later)
    a_class = done.enrolment.training_class
    assert completion.submit_all(by=office, training_class=a_class, now=later, numbers=["Z-none"]).done == []
    bulk = completion.submit_all(by=office, training_class=a_class, now=later, numbers=[again.number])
    assert [row.number for row in bulk.done] == [again.number]


def test_nobody_else_withdraws_and_nobody_without_a_reason_or_after_it_was_handed_in(now: datetime) -> None:
    done, later = proposed(now)
    own = done.proposed_by

    def refusals(by: User, reason: str) -> list[CompletionRefusal]:
        found = []
        for verb in (completion.withdraw, completion.return_proposal):
            with pytest.raises(CompletionRefused) as refused:
                verb(by=by, completion=Completion.objects.get(pk=done.pk), reason=reason, now=later)
            assert isinstance(refused.value.code, CompletionRefusal)
            found.append(refused.value.code)
        return found

    assert refusals(own, " ") == [CompletionRefusal.REASON_MISSING] * 2
    with pytest.raises(CompletionRefused) as refused:
        completion.withdraw(by=people.user(), completion=done, reason="看错了行", now=later)
    assert refused.value.code == CompletionRefusal.NOT_PROPOSER
    completion.submit(by=people.user(), completion=done, now=later)
    assert refusals(own, "看错了行") == [CompletionRefusal.WRONG_STATUS] * 2
    assert Completion.objects.get().status == "submitted"


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
