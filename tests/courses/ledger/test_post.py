"""What a line freezes, what stands against it, and how it is taken back."""

from datetime import date, timedelta

import pytest

from courses import completion, ledger
from courses.completion import revoking
from courses.ledger import LedgerRefusal, LedgerRefused, NotCounted
from courses.ledger.post import age_band
from courses.models import (
    AuditEvent,
    CountClaim,
    CountEntry,
    EducationLevel,
    HeadCount,
    LearnerCategory,
    LedgerSeal,
    TrainingClass,
)
from tests.factories import catalogue, people
from tests.factories.completion import revoked, submitted

pytestmark = pytest.mark.django_db


def test_a_line_keeps_what_was_true_when_it_was_posted(now) -> None:
    learner = people.learner(now=now, born_on=date(1985, 3, 2))
    learner.education = EducationLevel.objects.create(key="61", name="高中", name_en="Senior high school")
    learner.save()
    funded = catalogue.project()
    done, later = submitted(now=now, learner=learner, course=catalogue.course(hours_online=10), project=funded)
    done.enrolment.category = LearnerCategory.objects.create(key="rural", name="农村转移", name_en="Rural worker")
    done.enrolment.save()
    entry = completion.approve(by=people.user(), completion=done, now=later)
    assert entry is not None
    frozen = CountEntry.objects.get(pk=entry.pk)
    learner.sex, learner.born_on = "2", date(1960, 1, 1)
    learner.save()
    TrainingClass.objects.update(project=None)
    assert frozen.project == funded.number
    assert (frozen.sex, frozen.age_band, frozen.education, frozen.category) == ("1", "41-50", "61", "rural")
    assert (frozen.kind, frozen.brand, frozen.occupation, frozen.level) == ("skill", "lucai", "chinese-cook", "4")
    assert (frozen.person, frozen.claim_key) == (learner.person, "occupation:chinese-cook:4")
    assert (frozen.online_share, frozen.district, frozen.institution) == (20, "zhifu", "J001")


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (date(2010, 9, 15), "16-20"),
        (date(2005, 9, 15), "16-20"),
        (date(2005, 9, 14), "21-30"),
        (date(1965, 9, 14), "61+"),
        (date(1965, 9, 15), "51-60"),
        (None, ""),
    ],
)
def test_age_bands_turn_on_the_birthday(born_on, band) -> None:
    assert age_band(born_on=born_on, on=date(2026, 9, 14)) == band


def test_the_year_is_that_of_the_last_day_of_class_even_when_approved_in_january(now) -> None:
    december = now.replace(month=12, day=29)
    done, _later = submitted(now=december)
    entry = completion.approve(by=people.user(), completion=done, now=december + timedelta(days=10))
    assert entry is not None
    assert (entry.year, entry.month, entry.posted_on.year) == (2026, 12, 2027)


def test_a_policy_may_count_by_the_day_of_approval(now) -> None:
    policy = catalogue.policy("by-approval", count_date="approval")
    done, later = submitted(now=now, policy=policy)
    entry = completion.approve(by=people.user(), completion=done, now=later + timedelta(days=30))
    assert entry is not None
    assert entry.counted_on == entry.posted_on
    assert entry.month == 10


def test_what_a_revoked_completion_kept_out_counts_by_a_decision_and_not_by_itself(now) -> None:
    learner = people.learner(now=now)
    first, later = submitted(now=now, learner=learner)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    again = catalogue.second_time_policy()
    second, much_later = submitted(now=later, learner=learner, district=laishan, policy=again)
    completion.approve(by=people.user(), completion=first, now=later)
    assert completion.approve(by=people.user(), completion=second, now=much_later) is None
    assert second.not_counted == NotCounted.DUPLICATE
    revoked(first, now=much_later)
    second.refresh_from_db()
    assert second.not_counted == NotCounted.FREED
    assert not CountClaim.objects.exists()
    assert list(ledger.differences()) == []
    revoking.count_again(by=people.user(), completion=second, reason="复核属实", now=much_later)
    second.refresh_from_db()
    assert second.not_counted == ""
    assert list(CountEntry.objects.order_by("pk").values_list("district", "amount")) == [
        ("zhifu", 1),
        ("zhifu", -1),
        ("laishan", 1),
    ]
    assert CountClaim.objects.get().entry.completion_id == second.pk
    heads = {row.scope: row.people for row in HeadCount.objects.all()}
    assert heads == {"city": 1, "zhifu": 0, "laishan": 1}
    assert AuditEvent.objects.filter(verb="completion_counted_again").count() == 1
    assert list(ledger.differences()) == []


def test_nothing_enters_a_sealed_day_and_the_completion_stays_submitted(now) -> None:
    done, later = submitted(now=now)
    ledger.seal(book=LedgerSeal.Book.LEDGER, day=later.date(), now=later + timedelta(days=2))
    with pytest.raises(LedgerRefused) as refused:
        completion.approve(by=people.user(), completion=done, now=later)
    assert refused.value.code == LedgerRefusal.DAY_SEALED
    assert "未保存" in refused.value.sentence
    done.refresh_from_db()
    assert done.status == "submitted"
    assert not CountEntry.objects.exists()


def test_a_sealed_day_refuses_one_of_many_with_its_sentence(now) -> None:
    done, later = submitted(now=now)
    ledger.seal(book=LedgerSeal.Book.LEDGER, day=later.date(), now=later + timedelta(days=2))
    bulk = completion.approve_all(by=people.user(), completions=[done], now=later)
    assert [refusal.code for refusal in bulk.refused] == [LedgerRefusal.DAY_SEALED]
