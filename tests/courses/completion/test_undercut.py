"""What undercuts an approved completion is shown to people with its rows and sum, and changes nothing of itself."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from courses import attendance, completion, policy, scores, tally
from courses.attendance import Mark
from courses.completion import CompletionRefused, revoking, undercut
from courses.completion.revoking import RevocationRefused
from courses.completion.undercut import UndercutRefusal, UndercutRefused
from courses.models import AuditEvent, Completion, CountEntry, Enrolment, Learner, Revocation, Undercut, User
from courses.policy import DEFAULTS
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended, counted, revoked

pytestmark = pytest.mark.django_db


@pytest.fixture
def examined(now: datetime) -> tuple[Completion, datetime]:
    """Approved with 65.0 points of the 60 that its class asks for."""
    trainer = people.user()
    made = training_class(now=now, trainers=[trainer], lessons=1)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["total"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    own = enrolled(training_class=made, now=now)
    later = attended(own, by=trainer)
    scores.record(by=people.user(), enrolment=own, points={"total": 650}, now=later)
    done = completion.propose(by=trainer, enrolment=own, now=later)
    completion.submit(by=people.user(), completion=done, now=later)
    completion.approve(by=people.user(), completion=done, now=later)
    return done, later


def lower(done: Completion, now: datetime, points: int = 480) -> None:
    """Two people agree on another score."""
    own = Enrolment.objects.select_related("training_class").get(pk=done.enrolment_id)
    [asked] = scores.record(by=people.user(), enrolment=own, points={"total": points}, reason="多加了分", now=now)
    scores.decide(by=people.user(), score=asked, agree=True, now=now)


def opened(done: Completion, now: datetime) -> Undercut:
    lower(done, now)
    undercut.tend(now=now)
    return Undercut.objects.select_related("completion__enrolment").get()


def day(now: datetime) -> datetime:
    return now + timedelta(days=1)


def checked() -> str:
    out = StringIO()
    call_command("check_consistency", stdout=out)
    return out.getvalue()


def test_an_agreed_score_below_the_mark_is_shown_with_its_sum_and_its_row(examined) -> None:
    done, later = examined
    found = opened(done, day(later))
    assert found.lost == [{"code": "total", "then": 650, "value": 480, "threshold": 600}]
    assert [(row["what"], row["kind"], row["value"]) for row in found.rows] == [("score", "total", 480)]
    assert (found.status, found.approved_by) == ("open", done.approved_by)


def test_nothing_of_the_completion_or_the_count_follows_of_itself(examined) -> None:
    done, later = examined
    opened(done, day(later))
    done.refresh_from_db()
    assert (done.status, done.not_counted) == ("approved", "")
    assert [one.amount for one in CountEntry.objects.all()] == [1]
    assert not Revocation.objects.exists()


def test_what_is_the_same_is_found_once_what_changed_again_and_what_passed_is_closed(examined) -> None:
    done, later = examined
    opened(done, day(later))
    assert undercut.tend(now=day(later)) == 0
    lower(done, day(day(later)), points=400)
    assert undercut.tend(now=day(day(later))) == 1
    assert Undercut.objects.get().lost[0]["value"] == 400
    lower(done, day(day(later)), points=700)
    assert undercut.tend(now=day(day(later))) == 0
    assert Undercut.objects.get().status == "passed"


def test_a_score_that_still_passes_is_no_finding(examined) -> None:
    done, later = examined
    lower(done, day(later), points=600)
    assert undercut.tend(now=day(later)) == 0
    assert not Undercut.objects.exists()


def test_a_mark_that_is_not_accepted_any_more_is_found_by_its_minutes(now: datetime) -> None:
    entry, approved_at = counted(now=now)
    later = approved_at + timedelta(minutes=1)
    assert entry.completion is not None
    own = entry.completion.enrolment
    lesson = own.training_class.lessons.get()
    by = own.training_class.trainers.get()
    attendance.mark(by=by, lesson=lesson, learner=own.learner, as_=Mark.ABSENT, reason="other", note="x", now=later)
    assert undercut.tend(now=later) == 1
    found = Undercut.objects.get()
    assert found.lost == [{"code": "attendance", "then": 180, "value": 0, "threshold": 144}]
    assert {row["what"] for row in found.rows} == {"evidence"}


def test_who_approved_does_not_keep_it_and_nobody_without_a_word(examined) -> None:
    done, later = examined
    found = opened(done, day(later))
    assert done.approved_by is not None
    with pytest.raises(UndercutRefused) as refused:
        undercut.keep(by=done.approved_by, undercut=found, note="不影响", now=later)
    assert refused.value.code == UndercutRefusal.APPROVER
    with pytest.raises(CompletionRefused):
        undercut.keep(by=people.user(), undercut=found, note=" ", now=later)
    with pytest.raises(CompletionRefused):
        undercut.keep(by=done.submitted_by, undercut=found, note="不影响", now=later)
    found.refresh_from_db()
    assert found.status == "open"


def test_the_database_lets_nobody_keep_what_they_approved(examined) -> None:
    done, later = examined
    found = opened(done, day(later))
    with pytest.raises(IntegrityError, match="undercut_two_people"), transaction.atomic():
        Undercut.objects.filter(pk=found.pk).update(status="kept", decided_by=done.approved_by, note="不影响")


def test_what_was_kept_is_not_shown_again_until_it_changes(examined) -> None:
    done, later = examined
    undercut.keep(by=people.user(), undercut=opened(done, day(later)), note="补考成绩另存", now=day(later))
    assert undercut.tend(now=day(later)) == 0
    lower(done, day(day(later)), points=300)
    assert undercut.tend(now=day(day(later))) == 1
    assert list(Undercut.objects.order_by("pk").values_list("status", flat=True)) == ["kept", "open"]


def test_whoever_confirms_proposes_the_revocation_and_another_decides(examined) -> None:
    done, later = examined
    first = people.user()
    found = opened(done, day(later))
    proposed = undercut.confirm(by=first, undercut=found, note="成绩复核不合格", now=day(later))
    assert (proposed.status, proposed.reason, proposed.proposed_by) == ("proposed", "成绩复核不合格", first)
    with pytest.raises(RevocationRefused):
        revoking.confirm_revocation(by=first, revocation=proposed, now=day(later))
    with pytest.raises(UndercutRefused):
        undercut.confirm(by=people.user(), undercut=found, note="再来", now=day(later))
    revoking.confirm_revocation(by=people.user(), revocation=proposed, now=day(later))
    assert CountEntry.objects.filter(amount=-1).count() == 1


def test_the_check_names_it_and_is_red_only_between_two_peoples_words(examined) -> None:
    done, later = examined
    assert "To look at" not in checked()
    found = opened(done, day(later))
    said = f"To look at: completion {done.number}: total 650 then, 480 of 600 now"
    assert said in checked()
    assert tally.last_check().differences == 0
    proposed = undercut.confirm(by=people.user(), undercut=found, note="属实", now=day(later))
    with pytest.raises(CommandError, match="1 differences"):
        checked()
    revoking.drop_revocation(by=people.user(), revocation=proposed, reason="查无实据", now=day(later))
    assert said in checked()


def test_a_record_that_was_erased_is_left_alone(examined) -> None:
    done, later = examined
    lower(done, day(later))
    Learner.objects.update(erased_at=later)
    assert undercut.tend(now=day(later)) == 0


@pytest.mark.parametrize("number", [1, 3])
def test_many_are_compared_in_as_many_statements_as_one(
    number: int, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        counted(now=now)
    rows = list(Completion.objects.select_related(*undercut.NEEDED))
    with django_assert_num_queries(2):
        assert undercut.compare(completions=rows, now=now + timedelta(days=9)) == {row.pk: [] for row in rows}


def test_somebody_is_named_as_who_decided(examined) -> None:
    done, later = examined
    by: User = people.user()
    undercut.keep(by=by, undercut=opened(done, day(later)), note=" 不影响  结业 ", now=day(later))
    kept = Undercut.objects.get()
    assert (kept.decided_by, kept.note) == (by, "不影响 结业")


def test_each_thing_that_the_sweep_writes_of_a_finding_leaves_its_event(examined) -> None:
    done, later = examined
    found = opened(done, day(later))
    for points in (400, 700, 300):
        lower(done, day(day(later)), points=points)
        undercut.tend(now=day(day(later)))
    again = Undercut.objects.get(status="open")
    revoked(done, now=day(day(later)))
    undercut.tend(now=day(day(later)))
    events = AuditEvent.objects.filter(target__in=(found.number, again.number)).order_by("pk")
    assert [(row.target, row.verb, row.by_id, row.detail) for row in events] == [
        (found.number, "completion_undercut", None, {"completion": done.number}),
        (found.number, "undercut_changed", None, {"completion": done.number}),
        (found.number, "undercut_passed", None, {"completion": done.number}),
        (again.number, "completion_undercut", None, {"completion": done.number}),
        (again.number, "undercut_passed", None, {"completion": done.number}),
    ]
