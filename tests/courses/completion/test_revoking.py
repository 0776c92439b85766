"""A counted completion is taken back by two people; what it kept out counts only by a decision."""

from datetime import timedelta

import pytest

from courses import attendance, completion, ledger
from courses.attendance import Mark
from courses.completion import CompletionRefusal, CompletionRefused, revoking, undercut
from courses.completion.revoking import RevocationRefusal, RevocationRefused
from courses.ledger import NotCounted
from courses.models import CountEntry, Lesson, Revocation, Signal, Undercut
from tests.factories import catalogue, people
from tests.factories.completion import counted, revoked, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(now):
    return counted(now=now)


def proposed(entry, now, by=None) -> Revocation:
    return revoking.propose_revocation(by=by or people.user(), completion=entry.completion, reason="冒名参训", now=now)


def test_a_proposal_alone_changes_no_figure(entry) -> None:
    line, later = entry
    proposed(line, later)
    assert [one.amount for one in CountEntry.objects.all()] == [1]
    line.completion.refresh_from_db()
    assert line.completion.status == "approved"


def test_another_person_confirms_and_the_reversal_keeps_the_day_of_counting(entry) -> None:
    line, later = entry
    made = proposed(line, later)
    minus = revoking.confirm_revocation(by=people.user(), revocation=made, now=later + timedelta(days=40))
    assert minus is not None
    assert (minus.amount, minus.reverses, minus.counted_on, minus.reason) == (-1, line, line.counted_on, "冒名参训")
    assert list(ledger.differences()) == []


@pytest.mark.parametrize(
    ("who", "code"), [("proposed_by", RevocationRefusal.SAME_PERSON), ("approved_by", RevocationRefusal.APPROVER)]
)
def test_who_proposed_and_who_approved_do_not_confirm(entry, who, code) -> None:
    line, later = entry
    made = proposed(line, later)
    by = made.proposed_by if who == "proposed_by" else line.completion.approved_by
    with pytest.raises(RevocationRefused) as refused:
        revoking.confirm_revocation(by=by, revocation=made, now=later)
    assert refused.value.code == code
    assert CountEntry.objects.count() == 1


def test_one_proposal_at_a_time_decided_once_and_never_without_a_reason(entry) -> None:
    line, later = entry
    with pytest.raises(CompletionRefused):
        revoking.propose_revocation(by=people.user(), completion=line.completion, reason=" ", now=later)
    made = proposed(line, later)
    with pytest.raises(RevocationRefused) as refused:
        proposed(line, later)
    assert refused.value.code == RevocationRefusal.ALREADY
    revoking.drop_revocation(by=people.user(), revocation=made, reason="查无实据", now=later)
    with pytest.raises(RevocationRefused) as refused:
        revoking.confirm_revocation(by=people.user(), revocation=made, now=later)
    assert refused.value.code == RevocationRefusal.DECIDED
    proposed(line, later)


def test_what_is_not_approved_is_not_revoked(now) -> None:
    done, later = submitted(now=now)
    with pytest.raises(RevocationRefused) as refused:
        revoking.propose_revocation(by=people.user(), completion=done, reason="疑", now=later)
    assert refused.value.code == RevocationRefusal.NOT_APPROVED


def test_a_freed_duplicate_counts_once_by_a_decision_with_its_reason(now) -> None:
    learner = people.learner(now=now)
    first, later = counted(now=now, learner=learner)
    second, much_later = submitted(now=later, learner=learner, policy=catalogue.second_time_policy())
    assert completion.approve(by=people.user(), completion=second, now=much_later) is None
    revoked(first.completion, now=much_later)
    second.refresh_from_db()
    assert second.not_counted == NotCounted.FREED
    with pytest.raises(CompletionRefused):
        revoking.count_again(by=second.submitted_by, completion=second, reason="复核", now=much_later)
    entry = revoking.count_again(by=people.user(), completion=second, reason="复核属实", now=much_later)
    assert entry is not None
    assert (entry.amount, entry.reason) == (1, "复核属实")
    with pytest.raises(RevocationRefused) as refused:
        revoking.count_again(by=people.user(), completion=second, reason="再一次", now=much_later)
    assert refused.value.code == RevocationRefusal.NOT_FREED
    assert list(ledger.differences()) == []


@pytest.fixture
def freed(now):
    learner = people.learner(now=now)
    first, later = counted(now=now, learner=learner)
    second, much_later = submitted(now=later, learner=learner, policy=catalogue.second_time_policy())
    completion.approve(by=people.user(), completion=second, now=much_later)
    revoked(first.completion, now=much_later)
    second.refresh_from_db()
    return second, much_later


def not_counted_again(freed) -> tuple[str, str, int]:
    """The code of the refusal, what the completion says of the count, and what its person-time is."""
    done, now = freed
    with pytest.raises((CompletionRefused, RevocationRefused)) as refused:
        revoking.count_again(by=people.user(), completion=done, reason="复核属实", now=now)
    done.refresh_from_db()
    return str(refused.value.code), done.not_counted, CountEntry.objects.filter(completion=done).count()


def test_what_its_rules_no_longer_bear_out_is_not_counted_again(freed) -> None:
    done, now = freed
    lesson = Lesson.objects.select_related("training_class").get(training_class=done.enrolment.training_class_id)
    absent = {"as_": Mark.ABSENT, "reason": "x", "now": now}
    attendance.mark(by=people.user(), lesson=lesson, learner=done.enrolment.learner, **absent)
    assert not_counted_again(freed) == (CompletionRefusal.NOT_MET, NotCounted.FREED, 0)


def test_whom_an_open_signal_names_is_not_counted_again(freed) -> None:
    done, now = freed
    lesson = Lesson.objects.get(training_class=done.enrolment.training_class_id)
    rows = [{"learner": done.enrolment.learner.number}]
    Signal.objects.create(code="S1", lesson=lesson, kind="two_rooms", figures={}, rows=rows, at=now)
    assert not_counted_again(freed) == (CompletionRefusal.SIGNAL_OPEN, NotCounted.FREED, 0)


def test_what_people_have_yet_to_decide_on_is_not_counted_again(freed) -> None:
    done, now = freed
    row = {"number": "Y1", "completion": done, "approved_by_id": done.approved_by_id, "lost": [], "rows": []}
    found = Undercut.objects.create(found_at=now, **row)
    assert not_counted_again(freed) == (RevocationRefusal.UNDERCUT, NotCounted.FREED, 0)
    undercut.keep(by=people.user(), undercut=found, note="核对过", now=now)
    assert revoking.count_again(by=people.user(), completion=done, reason="复核属实", now=now) is not None


def test_who_approved_does_not_drop_a_doubt_about_it(entry) -> None:
    line, later = entry
    made = proposed(line, later)
    with pytest.raises(RevocationRefused) as refused:
        revoking.drop_revocation(by=line.completion.approved_by, revocation=made, reason="查无实据", now=later)
    assert refused.value.code == RevocationRefusal.APPROVER
    made.refresh_from_db()
    assert made.status == "proposed"
