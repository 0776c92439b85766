"""Whatever is done to the completions of two classes, by whomever and in whatever order: what always holds."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from courses import completion, ledger, merging, scores, works
from courses.completion import batches, revoking, steps, undercut
from courses.models import (
    ApprovalBatch,
    Completion,
    CountEntry,
    Enrolment,
    Evidence,
    Learner,
    MergeProposal,
    Regrade,
    Revocation,
    Score,
    Undercut,
    User,
    Work,
)
from courses.policy import ELIGIBILITY
from courses.refusals import Refused
from courses.works import regrading
from tests.courses.rosters.conftest import private_folder
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended

__all__ = ["private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]
Status = Completion.Status
ANY = st.integers(min_value=0, max_value=99)
STAFF = 5


@dataclass(frozen=True)
class World:
    now: datetime
    staff: list[User]
    kept: Learner
    twin: Learner


@pytest.fixture
def world(now: datetime) -> World:
    """Two classes of one course, which counts once: one is examined, of the other a plan is asked. One learner was in
    both under one record, another under two; the first of the staff teaches and marked everybody."""
    course, staff = catalogue.course(), [people.user() for _ in range(STAFF)]
    twice = {**ELIGIBILITY, "same_module": "warn"}
    kept, twin, both, once = (people.learner(now=now) for _ in range(4))
    later = now
    for number, (part, who) in enumerate((("total", [kept, both, once]), ("plan", [twin, both]))):
        version = catalogue.policy(f"asks-{part}", eligibility=twice, assessments={"skill": [part]})
        made = training_class(
            now=now,
            lessons=1,
            course=course,
            policy=version,
            trainers=staff[:1],
            first=now + timedelta(days=1 + number),
        )
        for own in [enrolled(training_class=made, now=now, learner=one) for one in who]:
            later = max(later, attended(own, by=staff[0]))
    return World(later + timedelta(days=2), staff, kept, twin)


class Completions(RuleBasedStateMachine):
    """Each example lives in a transaction of its own that is taken back; a minute passes with each step."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now = world, world.now
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        transaction.set_rollback(False)

    @contextmanager
    def step(self) -> Iterator[None]:
        """What is refused changes nothing, and is no fault."""
        self.now += timedelta(minutes=1)
        try:
            yield
        except Refused:
            return

    def staff(self, who: int) -> User:
        return User.objects.get(pk=self.world.staff[who % STAFF].pk)

    def enrolment(self, which: int, part: str = "") -> Enrolment:
        rows = Enrolment.objects.select_related("learner__user", "training_class__policy").order_by("pk")
        if part:
            rows = rows.filter(training_class__policy__number=f"asks-{part}")
        return rows[which % rows.count()]

    def some(self, rows: Any, which: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    def completion(self, which: int, *statuses: Status) -> Completion | None:
        rows = Completion.objects.select_related(*completion.NEEDED)
        found: Completion | None = self.some(rows.filter(status__in=statuses) if statuses else rows, which)
        return found

    @rule(which=ANY, who=ANY)
    def propose(self, which: int, who: int) -> None:
        with self.step():
            completion.propose(by=self.staff(who), enrolment=self.enrolment(which), now=self.now)

    @rule(which=ANY, who=ANY)
    def submit(self, which: int, who: int) -> None:
        if row := self.completion(which, Status.PROPOSED):
            with self.step():
                completion.submit(by=self.staff(who), completion=row, now=self.now)

    @rule(which=ANY, who=ANY)
    def approve(self, which: int, who: int) -> None:
        if row := self.completion(which, Status.SUBMITTED):
            with self.step():
                completion.approve(by=self.staff(who), completion=row, now=self.now)

    @rule(which=ANY, who=ANY)
    def send_back(self, which: int, who: int) -> None:
        if row := self.completion(which):
            with self.step():
                completion.send_back(by=self.staff(who), completion=row, reason="请核对", now=self.now)

    @rule(which=ANY, who=ANY)
    def take_back(self, which: int, who: int) -> None:
        if row := self.completion(which):
            with self.step():
                revoking.propose_revocation(by=self.staff(who), completion=row, reason="冒名参训", now=self.now)

    @rule(which=ANY, who=ANY, agrees=st.booleans())
    def decide_revocation(self, which: int, who: int, agrees: bool) -> None:
        rows = Revocation.objects.select_related(
            "completion__enrolment__training_class", "completion__enrolment__learner"
        )
        if row := self.some(rows, which):
            with self.step():
                if agrees:
                    revoking.confirm_revocation(by=self.staff(who), revocation=row, now=self.now)
                else:
                    revoking.drop_revocation(by=self.staff(who), revocation=row, reason="查实无误", now=self.now)

    @rule(which=ANY, who=ANY)
    def count_again(self, which: int, who: int) -> None:
        if row := self.completion(which, Status.APPROVED):
            with self.step():
                revoking.count_again(by=self.staff(who), completion=row, reason="重新计数", now=self.now)

    @rule(which=ANY, who=ANY, points=st.sampled_from([590, 600, 900]))
    def score(self, which: int, who: int, points: int) -> None:
        with self.step():
            scores.record(
                by=self.staff(who), enrolment=self.enrolment(which, "total"), points={"total": points},
                reason="登记有误", now=self.now,
            )  # fmt: skip

    @rule(which=ANY, who=ANY, agree=st.booleans())
    def decide_score(self, which: int, who: int, agree: bool) -> None:
        if row := self.some(Score.objects.filter(status="asked").select_related("enrolment__training_class"), which):
            with self.step():
                scores.decide(by=self.staff(who), score=row, agree=agree, now=self.now)

    @rule(which=ANY, who=ANY)
    def hand_in(self, which: int, who: int) -> None:
        with self.step():
            paper = ContentFile(papers.pdf())
            own = self.enrolment(which, "plan")
            works.hand_in_plan(enrolment=own, content=paper, by=self.staff(who), now=self.now)

    def work(self, which: int) -> Any:
        return self.some(Work.objects.select_related("enrolment__learner", "enrolment__training_class"), which)

    @rule(which=ANY, who=ANY, grade=st.sampled_from(["excellent", "pass", "fail"]))
    def judge(self, which: int, who: int, grade: str) -> None:
        if row := self.work(which):
            with self.step():
                works.judge(by=self.staff(who), work=row, grade=grade, note="请补成本", now=self.now)

    @rule(which=ANY, who=ANY, grade=st.sampled_from(["excellent", "pass", "fail"]))
    def regrade(self, which: int, who: int, grade: str) -> None:
        if row := self.work(which):
            with self.step():
                regrading.ask(by=self.staff(who), work=row, grade=grade, reason="看错了", now=self.now)

    @rule(which=ANY, who=ANY, agree=st.booleans())
    def decide_regrade(self, which: int, who: int, agree: bool) -> None:
        rows = Regrade.objects.select_related("work__enrolment__learner", "work__enrolment__training_class")
        if row := self.some(rows, which):
            with self.step():
                regrading.decide(by=self.staff(who), regrade=row, agree=agree, now=self.now)

    @rule(who=ANY)
    def approve_together(self, who: int) -> None:
        rows = list(Completion.objects.filter(status=Status.SUBMITTED).select_related(*completion.NEEDED))
        with self.step():
            batches.approve_later(by=self.staff(who), completions=rows, now=self.now)

    @rule(which=ANY, who=ANY, takes_back=st.booleans())
    def end_batch(self, which: int, who: int, takes_back: bool) -> None:
        if row := self.some(ApprovalBatch.objects.all(), which):
            with self.step():
                end = batches.take_back if takes_back else batches.settle_now
                end(by=self.staff(who), batch=row, now=self.now)

    @rule(minutes=st.sampled_from([1, 9, 11]))
    def settle(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        batches.settle_due(now=self.now)

    @rule(who=ANY, other=ANY)
    def merge(self, who: int, other: int) -> None:
        with self.step():
            kept, twin = (Learner.objects.get(pk=one.pk) for one in (self.world.kept, self.world.twin))
            said = MergeProposal.objects.filter(status="proposed").select_related("kept", "merged").first()
            said = said or merging.propose_merge(
                by=self.staff(who), kept=kept, merged=twin, reason="核对", now=self.now
            )
            merging.confirm_merge(by=self.staff(other), proposal=said, now=self.now)

    @rule()
    def tend(self) -> None:
        """Right after it, no approved completion that its rules no longer bear out is hidden from people."""
        self.now += timedelta(minutes=1)
        undercut.tend(now=self.now)
        rows = list(Completion.objects.filter(status=Status.APPROVED).select_related(*undercut.NEEDED))
        lost = {row.pk for row in rows if undercut.compare(completions=[row], now=self.now)[row.pk]}
        known = set(Undercut.objects.exclude(status="passed").values_list("completion", flat=True))
        assert lost <= known

    @rule(which=ANY, who=ANY, keeps=st.booleans())
    def decide_undercut(self, which: int, who: int, keeps: bool) -> None:
        if row := self.some(Undercut.objects.select_related("completion__enrolment__learner"), which):
            with self.step():
                decide = undercut.keep if keeps else undercut.confirm
                decide(by=self.staff(who), undercut=row, note="核对过", now=self.now)

    @invariant()
    def the_ledger_adds_up_to_the_approved_completions_that_count(self) -> None:
        counted = set(Completion.objects.filter(ledger.counts_q()).values_list("pk", flat=True))
        sums = CountEntry.objects.values_list("completion").annotate(sum=Sum("amount"))
        assert {pk for pk, total in sums if total} == counted
        assert all(total in (0, 1) for _pk, total in sums)
        assert list(ledger.differences()) == []

    @invariant()
    def nobody_counts_twice_for_one_class_or_one_module(self) -> None:
        standing = list(CountEntry.objects.filter(amount=1, reversal__isnull=True))
        for key in ("class_number", "claim_key"):
            assert max(Counter((row.person, getattr(row, key)) for row in standing).values(), default=1) == 1
        kept = {row.person for row in Learner.objects.filter(merge__isnull=True)}
        assert {row.person for row in standing} <= kept

    @invariant()
    def who_approved_had_no_part_in_it(self) -> None:
        for row in Completion.objects.filter(approved_by__isnull=False).select_related("enrolment"):
            own, by, at = row.enrolment, row.approved_by, row.approved_at
            assert not row.steps.filter(step__in=["proposed", "submitted"], by=by).exists()
            assert not Score.objects.filter(enrolment=own, by=by, at__lt=at).exists()
            assert not Work.objects.filter(enrolment=own, reviewer=by, judged_at__lt=at).exists()
            assert not Regrade.objects.filter(work__enrolment=own, by=by, at__lt=at).exists()
            assert not Evidence.objects.filter(learner=own.learner_id, by=by).exists()

    @invariant()
    def what_was_approved_was_borne_out_then_and_its_steps_are_in_the_book(self) -> None:
        for row in Completion.objects.filter(status=Status.APPROVED):
            assert row.approved_reasoning["passed"]
        assert list(steps.differences()) == []


def test_the_rules_of_a_completion_hold_whatever_is_done_in_whatever_order(world: World) -> None:
    run_state_machine_as_test(
        lambda: Completions(world),
        settings=settings(
            max_examples=10, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
