"""From presence to a counted person-time, and back."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from courses import attendance, completion, ledger, policy, supervision
from courses.attendance import Mark
from courses.completion import CompletionRefusal, CompletionRefused, Requirement
from courses.ledger import NotCounted
from courses.models import (
    AuditEvent,
    Completion,
    CountClaim,
    CountEntry,
    DailyTotal,
    Enrolment,
    HeadCount,
    Learner,
    Lesson,
    PersonMerge,
    Signal,
    SignalRun,
    TrainingClass,
    User,
)
from tests.factories import cards, catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended, revoked

pytestmark = pytest.mark.django_db
Status = Completion.Status


@pytest.fixture
def trainer() -> User:
    return people.user(username="trainer", name="王老师")


@pytest.fixture
def school() -> User:
    return people.user(username="school")


@pytest.fixture
def officer() -> User:
    return people.user(username="officer")


def completed(
    now: datetime, trainer: User, school: User, *, learner=None, alone=False, looked=True, **fields
) -> tuple[Completion, datetime]:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer], **fields), now=now, learner=learner)
    later = attended(own, by=trainer, alone=alone, looked=looked)
    done = completion.propose(by=trainer, enrolment=own, now=later)
    completion.submit(by=school, completion=done, now=later)
    return done, later


def test_the_whole_way_adds_one_person_time(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    entry = completion.approve(by=officer, completion=done, now=later)
    assert entry is not None
    assert (entry.amount, entry.line, entry.district, entry.class_number) == (
        1,
        "skills",
        "zhifu",
        done.enrolment.training_class.number,
    )
    assert entry.counted_on == done.enrolment.training_class.ends_on
    assert [row.count for row in DailyTotal.objects.all()] == [1]
    assert {(row.scope, row.people) for row in HeadCount.objects.all()} == {("city", 1), ("zhifu", 1)}
    assert list(ledger.differences()) == []
    done.refresh_from_db()
    reasonings = (done.proposed_reasoning, done.submitted_reasoning, done.approved_reasoning)
    assert [said["passed"] for said in reasonings] == [True, True, True]


def test_assessing_writes_nothing_and_names_each_requirement(now, trainer, django_assert_num_queries) -> None:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer]), now=now)
    events = AuditEvent.objects.count()
    own = Enrolment.objects.select_related("learner", "training_class__policy").get(pk=own.pk)
    policy.of_pinned(version_id=own.training_class.policy_id)  # read once per process
    with django_assert_num_queries(2):
        found = completion.assess(enrolment=own, now=now)
    assert not found.passed
    assert [finding.code for finding in found.missing] == [Requirement.LESSONS_BEGUN, Requirement.ATTENDANCE]
    assert (found.minutes_attended, found.minutes_scheduled, found.minutes_needed) == (0, 360, 288)
    assert AuditEvent.objects.count() == events
    assert not Completion.objects.exists()


def test_a_minute_short_of_eighty_percent_is_short(now, trainer) -> None:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer], lessons=1, minutes=100), now=now)
    lesson = Lesson.objects.select_related("training_class").get()
    attendance.mark(by=trainer, lesson=lesson, learner=own.learner, as_=Mark.LATE, reason="no_phone",
                    now=lesson.starts_at + timedelta(minutes=21))  # fmt: skip
    attendance.mark(by=trainer, lesson=lesson, learner=own.learner, as_=Mark.OUT, reason="no_phone", now=lesson.ends_at)
    found = completion.assess(enrolment=own, now=lesson.ends_at)
    assert (found.minutes_attended, found.minutes_needed, found.passed) == (79, 80, False)


def test_the_trainer_cannot_propose_what_is_not_reached(now, trainer) -> None:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer]), now=now)
    with pytest.raises(CompletionRefused) as refused:
        completion.propose(by=trainer, enrolment=own, now=now + timedelta(days=9))
    assert refused.value.code == CompletionRefusal.NOT_MET
    assert "出勤" in refused.value.sentence


def test_neither_who_proposed_nor_who_submitted_approves(now, trainer, school) -> None:
    done, later = completed(now, trainer, school)
    for person in (trainer, school):
        with pytest.raises(CompletionRefused) as refused:
            completion.approve(by=person, completion=done, now=later)
        assert refused.value.code == CompletionRefusal.SAME_PERSON
    assert not CountEntry.objects.exists()


def test_the_database_itself_wants_two_people(now, trainer, school) -> None:
    done, later = completed(now, trainer, school)
    with pytest.raises(DatabaseError), transaction.atomic():
        Completion.objects.filter(pk=done.pk).update(status=Status.APPROVED, approved_by=school, approved_at=later)


def test_an_approval_happens_once(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    stale = Completion.objects.select_related(*completion.NEEDED).get(pk=done.pk)
    completion.approve(by=officer, completion=done, now=later)
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=officer, completion=stale, now=later)
    assert refused.value.code == CompletionRefusal.WRONG_STATUS
    assert CountEntry.objects.count() == 1


def test_whom_an_open_signal_names_is_not_approved_before_somebody_has_looked(now, trainer, school, officer) -> None:
    """Marked by one trainer alone, in and out: nobody else vouches for this learner."""
    done, later = completed(now, trainer, school, alone=True)
    [foreseen] = completion.foresee(by=officer, completions=[done], now=later).values()
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=officer, completion=done, now=later)
    assert refused.value.code == foreseen.refusal.code == CompletionRefusal.SIGNAL_OPEN
    assert "只有一方的凭据" in refused.value.sentence
    assert not CountEntry.objects.exists()
    signal = Signal.objects.get(kind="one_sided")
    supervision.explain(by=trainer, signal=signal, text="手机坏了，每次都是我登记", now=later)
    assert completion.held(completions=[done], now=later) == {done.pk: ["one_sided"]}
    supervision.look_at(by=officer, signal=signal, text="电话核对过，本人到课", now=later)
    assert completion.held(completions=[done], now=later) == {}
    assert completion.approve(by=officer, completion=done, now=later) is not None


def not_yet(by: User, done: Completion, now: datetime) -> str:
    """The sentence of the refusal, the same at the approval and beforehand; nothing counts."""
    [foreseen] = completion.foresee(by=by, completions=[done], now=now).values()
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=by, completion=done, now=now)
    assert refused.value.code == foreseen.refusal.code == CompletionRefusal.SIGNALS_PENDING
    assert refused.value.sentence == foreseen.refusal.sentence
    assert not CountEntry.objects.exists()
    return refused.value.sentence


def test_nobody_is_approved_before_the_sweep_has_looked_through_the_class(now, trainer, school, officer) -> None:
    """Marked by one trainer alone: the sweep that comes after is what shows it."""
    done, later = completed(now, trainer, school, alone=True, looked=False)
    assert "9 月 16 日 13:11 之前完成" in not_yet(officer, done, later)
    assert supervision.compute_due(now=later + timedelta(minutes=9)) == 2
    with pytest.raises(CompletionRefused, match="signal_open"):
        completion.approve(by=officer, completion=done, now=later + timedelta(minutes=10))


def test_a_look_before_the_last_scan_out_or_before_the_newest_evidence_is_none(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    last = Lesson.objects.latest("starts_at")
    SignalRun.objects.filter(lesson=last).update(at=last.ends_at + timedelta(minutes=29))
    not_yet(officer, done, later)
    supervision.compute(lesson=last, now=later)
    assert completion.pending(completions=[done], now=later) == {}
    other = enrolled(training_class=done.enrolment.training_class, now=now).learner
    attendance.mark(
        by=trainer, lesson=last, learner=other, as_=Mark.PRESENT, reason="no_phone", now=later + timedelta(minutes=5)
    )
    not_yet(officer, done, later + timedelta(minutes=6))
    assert supervision.compute_due(now=later + timedelta(minutes=7)) == 1
    assert completion.approve(by=officer, completion=done, now=later + timedelta(minutes=8)) is not None


def test_a_policy_that_lets_no_signal_hold_waits_for_none(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school, looked=False, policy=catalogue.policy("holds-none", holds=[]))
    assert completion.approve(by=officer, completion=done, now=later) is not None


def test_what_is_pending_costs_as_much_for_one_class_as_for_three(
    now, trainer, school, officer, django_assert_num_queries
) -> None:
    rows = [completed(now, people.user(), school, looked=False)[0] for _ in range(3)]
    rows = list(Completion.objects.select_related(*completion.NEEDED).filter(pk__in=[row.pk for row in rows]))
    completion.pending(completions=rows, now=now)
    for chosen in (rows[:1], rows):
        with django_assert_num_queries(4):
            assert len(completion.pending(completions=chosen, now=now)) == len(chosen)


def test_a_signal_holds_nobody_else_and_no_kind_that_policy_leaves_out(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school, looked=False)
    lesson = Lesson.objects.latest("starts_at")

    def signal(kind: str, learner: str) -> None:
        Signal.objects.create(
            code=f"S{kind}{learner}"[:12], lesson=lesson, kind=kind, figures={}, rows=[{"learner": learner}], at=later
        )

    signal("by_hand", done.enrolment.learner.number)
    signal("burst", "X0000000000")
    assert completion.held(completions=[done], now=later) == {}
    signal("two_rooms", done.enrolment.learner.number)
    assert completion.held(completions=[done], now=later) == {done.pk: ["two_rooms"]}


def test_the_same_module_counts_once_in_the_whole_city(now, trainer, school, officer) -> None:
    learner = people.learner(now=now)
    first, later = completed(now, trainer, school, learner=learner, course=catalogue.course())
    other = catalogue.district("laishan", "莱山区", "370613")
    again = catalogue.second_time_policy()
    second, much_later = completed(
        now + timedelta(days=9), trainer, school, learner=learner, district=other, policy=again
    )
    assert completion.approve(by=officer, completion=first, now=later) is not None
    assert completion.approve(by=officer, completion=second, now=much_later) is None
    second.refresh_from_db()
    assert (second.status, second.not_counted) == (Status.APPROVED, NotCounted.DUPLICATE)
    assert CountClaim.objects.count() == 1
    assert list(ledger.differences()) == []


def test_a_red_card_and_an_own_line_are_not_counted_and_say_why(now, trainer, school, officer) -> None:
    carded, later = completed(now, trainer, school)
    cards.shown(training_class=carded.enrolment.training_class, on=later.date(), now=later)
    assert completion.approve(by=officer, completion=carded, now=later) is None
    trainers_course = catalogue.course(kind=catalogue.kind("tot", "own", "tot", letter="T"))
    own_line, later = completed(now, trainer, school, course=trainers_course)
    assert completion.approve(by=officer, completion=own_line, now=later) is None
    assert set(Completion.objects.values_list("not_counted", flat=True)) == {NotCounted.RED_CARD, NotCounted.OWN_LINE}
    assert not CountEntry.objects.exists()


def test_a_revocation_is_a_line_of_its_own_and_frees_the_claim(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    entry = completion.approve(by=officer, completion=done, now=later)
    reversal = revoked(done, now=later + timedelta(days=40))
    assert entry
    assert reversal
    assert (reversal.amount, reversal.reverses_id, reversal.counted_on) == (-1, entry.pk, entry.counted_on)
    assert reversal.posted_on > entry.posted_on
    assert not CountClaim.objects.exists()
    assert {row.people for row in HeadCount.objects.all()} == {0}
    assert list(ledger.differences()) == []


def test_returned_is_proposed_anew(now, trainer, school) -> None:
    done, later = completed(now, trainer, school)
    completion.send_back(by=people.user(), completion=done, reason="缺签字", now=later)
    again = completion.propose(by=trainer, enrolment=done.enrolment, now=later)
    assert (again.pk, again.status) == (done.pk, Status.PROPOSED)


@pytest.mark.parametrize("statement", ["UPDATE courses_countentry SET amount = 1", "DELETE FROM courses_countentry"])
def test_the_books_refuse_update_and_delete(now, trainer, school, officer, statement) -> None:
    done, later = completed(now, trainer, school)
    completion.approve(by=officer, completion=done, now=later)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert CountEntry.objects.count() == 1


def test_differences_between_two_reasonings_are_shown(now, trainer) -> None:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer]), now=now)
    before = completion.assess(enrolment=own, now=now).as_json()
    later = attended(own, by=trainer)
    after = completion.assess(enrolment=own, now=later).as_json()
    assert completion.differences(before, after) == [
        (Requirement.LESSONS_BEGUN, 2, 0),
        (Requirement.ATTENDANCE, 0, 360),
    ]


def test_who_gave_evidence_by_hand_does_not_approve(now, trainer, school) -> None:
    own = enrolled(training_class=training_class(now=now, trainers=[trainer]), now=now)
    later = attended(own, by=(helper := people.user(username="helper")))
    done = completion.propose(by=trainer, enrolment=own, now=later)
    completion.submit(by=school, completion=done, now=later)
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=helper, completion=done, now=later)
    assert refused.value.code == CompletionRefusal.SAME_PERSON
    assert not CountEntry.objects.exists()


def test_a_class_suspended_meanwhile_counts_nobody(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    done.enrolment.training_class.status = TrainingClass.Status.SUSPENDED
    done.enrolment.training_class.save()
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=officer, completion=done, now=later)
    assert refused.value.code == CompletionRefusal.CLASS_STOPPED
    assert "暂停" in refused.value.sentence
    assert not CountEntry.objects.exists()


def test_many_at_once_each_stand_alone(now, trainer, school, officer) -> None:
    done, later = completed(now, trainer, school)
    other, _later = completed(now, trainer, officer)
    bulk = completion.approve_all(by=officer, completions=[done, other], now=later)
    assert bulk.done == [done]
    assert [refusal.code for refusal in bulk.refused] == [CompletionRefusal.SAME_PERSON]
    assert CountEntry.objects.count() == 1


@pytest.mark.parametrize("merged", [False, True])
def test_nobody_approves_their_own_completion(merged, now, trainer, school) -> None:
    done, later = completed(now, trainer, school)
    learner, officer = done.enrolment.learner, people.user()
    if merged:
        learner = people.learner(now=now)
        PersonMerge.objects.create(kept=learner, merged=done.enrolment.learner, by=school, at=later, reason="核对")
    Learner.objects.filter(pk=learner.pk).update(user=officer)
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=officer, completion=done, now=later)
    assert refused.value.code == CompletionRefusal.SAME_PERSON
