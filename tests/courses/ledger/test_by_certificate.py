"""Where the policy counts by the certificate, a completion counts from the day of its issue (domain §9.11)."""

from datetime import date, datetime, timedelta

import pytest

from courses import certificates, completion, ledger, policy, tally
from courses.ledger import LedgerRefusal, NotCounted
from courses.models import Completion, CountEntry, PolicyVersion, TrainingClass
from courses.policy import DEFAULTS, ELIGIBILITY, PolicyRefused
from courses.tally import Setting
from tests.factories import catalogue, people
from tests.factories.completion import counted, revoked, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_certificate() -> PolicyVersion:
    return catalogue.policy(
        "by-certificate", count_date="certificate", eligibility={**ELIGIBILITY, "same_module": "warn"}
    )


@pytest.fixture
def waiting(now: datetime, by_certificate: PolicyVersion) -> tuple[Completion, datetime]:
    """Approved in September under that policy."""
    done, later = submitted(now=now, policy=by_certificate)
    assert completion.approve(by=people.user(), completion=done, now=later) is None
    done.refresh_from_db()
    return done, later


def certified(done: Completion, now: datetime) -> CountEntry:
    certificates.issue(by=people.user(), completion=done, now=now)
    return CountEntry.objects.get(completion=done, amount=1)


def test_an_approval_alone_counts_nothing_and_says_why(waiting) -> None:
    done, _later = waiting
    assert done.not_counted == NotCounted.NO_CERTIFICATE
    assert not CountEntry.objects.exists()
    assert list(ledger.differences()) == []


def test_the_certificate_counts_it_on_its_own_day_in_its_own_year(waiting) -> None:
    done, _later = waiting
    new_year = datetime(2027, 1, 4, 1, tzinfo=_later.tzinfo)
    entry = certified(done, new_year)
    assert (entry.counted_on, entry.year, entry.month, entry.posted_on) == (
        date(2027, 1, 4), 2027, 1, date(2027, 1, 4),
    )  # fmt: skip
    done.refresh_from_db()
    assert done.not_counted == ""
    assert list(ledger.differences()) == []


def test_on_a_day_that_is_sealed_neither_the_certificate_nor_the_line_is_written(waiting) -> None:
    done, later = waiting
    counted(now=later - timedelta(days=2))
    ledger.seal_through(day=later.date(), now=later + timedelta(days=1))
    [refused] = certificates.issue_class(
        by=people.user(), training_class=done.enrolment.training_class, now=later
    ).refused
    assert refused.code == LedgerRefusal.DAY_SEALED
    assert not done.certificates.exists()
    done.refresh_from_db()
    assert done.not_counted == NotCounted.NO_CERTIFICATE


def test_a_replacement_counts_nothing_again_and_moves_nothing(waiting) -> None:
    done, later = waiting
    entry = certified(done, later)
    after = later + timedelta(days=200)
    asked = certificates.ask(
        by=people.user(), certificate=done.certificates.get(), kind="replace", reason="x", now=after
    )
    certificates.agree(by=people.user(), withdrawal=asked, now=after)
    assert [row.counted_on for row in CountEntry.objects.all()] == [entry.counted_on]


def test_two_completions_of_one_module_count_once_whichever_is_certified_first(
    now: datetime, by_certificate: PolicyVersion
) -> None:
    learner = people.learner(now=now)
    one, later = submitted(now=now, learner=learner, policy=by_certificate)
    completion.approve(by=people.user(), completion=one, now=later)
    other, much_later = submitted(now=later, learner=learner, policy=by_certificate)
    completion.approve(by=people.user(), completion=other, now=much_later)
    certified(other, much_later)
    certificates.issue(by=people.user(), completion=one, now=much_later)
    one.refresh_from_db()
    assert one.not_counted == NotCounted.DUPLICATE
    assert [row.completion for row in CountEntry.objects.all()] == [other]
    assert list(ledger.differences()) == []


def test_taken_back_and_freed_it_counts_again_on_the_day_of_the_first_certificate(
    now: datetime, by_certificate: PolicyVersion
) -> None:
    learner = people.learner(now=now)
    one, later = submitted(now=now, learner=learner, policy=by_certificate)
    completion.approve(by=people.user(), completion=one, now=later)
    other, much_later = submitted(now=later, learner=learner, policy=by_certificate)
    completion.approve(by=people.user(), completion=other, now=much_later)
    certified(other, much_later)
    certificates.issue(by=people.user(), completion=one, now=much_later + timedelta(days=1))
    revoked(other, now=much_later + timedelta(days=40))
    one.refresh_from_db()
    entry = completion.revoking.count_again(
        by=people.user(), completion=one, reason="另一条已撤销", now=much_later + timedelta(days=41)
    )
    assert entry is not None
    assert entry.counted_on == policy.local_date(much_later + timedelta(days=1))
    assert list(ledger.differences()) == []


def test_the_outlook_foresees_that_it_waits(now: datetime, by_certificate: PolicyVersion) -> None:
    done, later = submitted(now=now, policy=by_certificate)
    rows = Completion.objects.select_related(*ledger.NEEDED).filter(pk=done.pk)
    assert ledger.foresee(completions=list(rows), now=later) == {done.pk: NotCounted.NO_CERTIFICATE}


def test_one_that_was_certified_and_not_counted_is_found(waiting) -> None:
    done, later = waiting
    certified(done, later)
    Completion.objects.filter(pk=done.pk).update(not_counted=NotCounted.NO_CERTIFICATE)
    assert f"completion {done.number}" in {difference.row for difference in ledger.differences()}


def test_the_preview_leaves_out_what_has_no_certificate_and_moves_the_rest_to_its_day(now: datetime) -> None:
    catalogue.policy()
    entry, later = counted(now=now)
    counted(now=now)
    assert entry.completion is not None
    certificates.issue(by=people.user(), completion=entry.completion, now=later + timedelta(days=60))
    found = tally.preview(year=2026, proposed=setting("certificate"), today=later.date())
    assert [found.present.of(line="skills", month=month) for month in (9, 11)] == [2, 0]
    assert [found.proposed.of(line="skills", month=month) for month in (9, 11)] == [0, 1]


def test_the_preview_brings_in_what_waits_now(waiting) -> None:
    _done, later = waiting
    document = {**DEFAULTS, "count_date": "certificate"}
    policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    found = tally.preview(year=2026, proposed=setting("class_end"), today=later.date())
    assert found.proposed.of(line="skills") == 1
    assert found.present.of(line="skills") == 0


def setting(count_date: str) -> Setting:
    return Setting(inside=False, count_date=count_date, counts_as=dict(DEFAULTS["counts_as"]))


def test_a_policy_takes_this_day_and_no_fourth(now: datetime) -> None:
    policy.validate({**DEFAULTS, "count_date": "certificate"})
    with pytest.raises(PolicyRefused):
        policy.validate({**DEFAULTS, "count_date": "payment"})
    assert TrainingClass.objects.count() == 0


def test_a_completion_whose_revocation_waits_is_not_counted_by_a_certificate(waiting) -> None:
    done, later = waiting
    completion.revoking.propose_revocation(by=people.user(), completion=done, reason="冒名参训", now=later)
    with pytest.raises(certificates.CertificateRefused):
        certificates.issue(by=people.user(), completion=done, now=later)
    done.refresh_from_db()
    assert (done.not_counted, CountEntry.objects.count()) == (NotCounted.NO_CERTIFICATE, 0)
