"""Two records of one citizen become one: what counted twice counts once, and both histories are read together."""

from datetime import date, timedelta

import pytest

from courses import access, certificates, ledger, merging, privacy
from courses.ledger import NotCounted
from courses.merging import MergeRefusal, MergeRefused
from courses.models import (
    CountClaim,
    CountEntry,
    Course,
    Enrolment,
    HeadCount,
    IdentityDocument,
    Learner,
    PersonMerge,
    User,
)
from courses.people import consents
from courses.people.learners import document_digest
from tests.factories import catalogue, people
from tests.factories.certificates import approved, issued
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted, revoked, submitted
from tests.factories.ledger import counted as counted_before
from tests.factories.ledger import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(now):
    """One citizen who completed the same occupation and level under two records, the merged one first."""
    merged, kept = people.learner(now=now), people.learner(now=now)
    first, later = counted(now=now, learner=merged)
    second, much_later = counted(now=later, learner=kept)
    return kept, merged, first, second, much_later + timedelta(days=40)


def of_another(occupation: str) -> Course:
    return catalogue.course(occupation=catalogue.occupation(occupation))


def merge(kept: Learner, merged: Learner, now) -> PersonMerge:
    proposal = merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="持证到窗口核对", now=now)
    return merging.confirm_merge(by=people.user(), proposal=proposal, now=now)


def test_what_counted_twice_counts_once_the_earlier_stays_and_goes_over(twice) -> None:
    kept, merged, first, second, now = twice
    assert {each.scope: each.people for each in HeadCount.objects.all()} == {"city": 2, "zhifu": 2}
    merge(kept, merged, now)
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True).get()
    assert (standing.person, standing.completion, standing.counted_on) == (
        kept.person,
        first.completion,
        first.counted_on,
    )
    assert {each.reverses for each in CountEntry.objects.filter(amount=-1)} == {first, second}
    second.completion.refresh_from_db()
    assert second.completion.not_counted == NotCounted.DUPLICATE
    assert {each.scope: each.people for each in HeadCount.objects.all()} == {"city": 1, "zhifu": 1}
    assert CountClaim.objects.get().entry == standing
    assert list(ledger.differences()) == []


def test_the_page_foresees_exactly_what_the_merge_then_does(twice) -> None:
    kept, merged, _first, second, now = twice
    counted_before(learner=merged, key="module:other", now=now)
    foreseen = ledger.foresee_join(kept=kept, merged=merged)
    assert (len(foreseen.moved), foreseen.duplicates) == (2, [second])
    before = CountEntry.objects.count()
    merge(kept, merged, now)
    assert CountEntry.objects.count() == before + 3 + 2
    assert CountClaim.objects.filter(person=kept.person).count() == 2
    assert not CountClaim.objects.filter(person=merged.person).exists()
    assert list(ledger.differences()) == []


def test_beyond_the_limit_of_a_year_no_line_goes_over_and_the_kept_records_lines_stay(now) -> None:
    """One citizen who had a second record would else count twice where the rule says once."""
    once = catalogue.policy("once-a-year", counted_per_year=1)
    merged, kept = people.learner(now=now), people.learner(now=now)
    gone, later = counted(now=now, learner=merged, policy=once, course=of_another("baker"))
    stays, later = counted(now=later, learner=kept, policy=once)
    free, later = counted(now=later, learner=merged, course=of_another("waiter"))
    foreseen = ledger.foresee_join(kept=kept, merged=merged)
    assert (foreseen.moved, foreseen.duplicates, foreseen.beyond) == ([free], [], [gone])
    later += timedelta(days=40)
    merge(kept, merged, later)
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True)
    assert set(standing.values_list("completion", "person")) == {
        (stays.completion_id, kept.person),
        (free.completion_id, kept.person),
    }
    gone.completion.refresh_from_db()
    assert gone.completion.not_counted == NotCounted.OVER_LIMIT
    assert list(ledger.differences()) == []
    revoked(stays.completion, now=later)
    gone.completion.refresh_from_db()
    assert gone.completion.not_counted == NotCounted.FREED, "somebody decides whether it counts now"


def test_of_two_that_are_double_none_goes_lost_to_the_limit(now) -> None:
    """The earlier one would not fit into its year, so that the later one stays."""
    once = catalogue.policy("once-a-year", counted_per_year=1)
    merged, kept = people.learner(now=now), people.learner(now=now)
    early, later = counted(now=now, learner=merged, policy=once)
    first, later = counted(now=later, learner=kept, course=of_another("baker"))
    double, later = counted(now=later, learner=kept)
    foreseen = ledger.foresee_join(kept=kept, merged=merged)
    assert (foreseen.moved, foreseen.duplicates, foreseen.beyond) == ([], [early], [])
    merge(kept, merged, later)
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True)
    assert set(standing) == {first, double}
    assert list(ledger.differences()) == []


def test_an_approval_after_the_merge_finds_the_duplicate_under_the_kept_record(now) -> None:
    from courses import completion

    kept, merged = people.learner(now=now), people.learner(now=now)
    counted(now=now, learner=kept)
    done, later = submitted(now=now, learner=merged)
    later += timedelta(days=40)
    merge(kept, merged, later)
    done.refresh_from_db()
    assert completion.approve(by=people.user(), completion=done, now=later) is None
    assert done.not_counted == NotCounted.DUPLICATE
    assert list(ledger.differences()) == []


def test_who_proposed_does_not_confirm_and_it_is_decided_once(twice) -> None:
    kept, merged, _first, _second, now = twice
    proposal = merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="核对", now=now)
    with pytest.raises(MergeRefused) as refused:
        merging.confirm_merge(by=proposal.proposed_by, proposal=proposal, now=now)
    assert refused.value.code == MergeRefusal.SAME_PERSON
    merging.drop_merge(by=people.user(), proposal=proposal, now=now)
    with pytest.raises(MergeRefused) as refused:
        merging.confirm_merge(by=people.user(), proposal=proposal, now=now)
    assert refused.value.code == MergeRefusal.DECIDED
    assert not PersonMerge.objects.exists()


def test_what_cannot_be_merged_is_refused_with_its_reason(now) -> None:
    kept, merged, gone = (people.learner(now=now) for _ in range(3))
    cases = [
        (kept, kept, "核对", MergeRefusal.SAME_RECORD),
        (kept, merged, "  ", MergeRefusal.REASON_MISSING),
    ]
    Learner.objects.filter(pk=gone.pk).update(erased_at=now)
    gone.refresh_from_db()
    cases.append((kept, gone, "核对", MergeRefusal.ERASED))
    busy = people.learner(now=now)
    enrolled(training_class=training_class(now=now), now=now, learner=busy)
    cases.append((kept, busy, "核对", MergeRefusal.STILL_IN_CLASS))
    for one, other, reason, code in cases:
        with pytest.raises(MergeRefused) as refused:
            merging.propose_merge(by=people.user(), kept=one, merged=other, reason=reason, now=now)
        assert refused.value.code == code
    merge(kept, merged, now)
    with pytest.raises(MergeRefused) as refused:
        merge(people.learner(now=now), merged, now)
    assert refused.value.code == MergeRefusal.MERGED_ALREADY


def test_either_document_leads_to_the_kept_record_and_one_login_is_left(now) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    number = merged.documents.get().number
    merge(kept, merged, now)
    held = IdentityDocument.objects.get(digest=document_digest(kind_key="resident", number=number))
    assert (held.learner, held.until) == (kept, now)
    assert kept.documents.filter(until__isnull=True).count() == 1
    assert User.objects.get(pk=merged.user_id).is_active is False
    assert User.objects.get(pk=kept.user_id).is_active is True


def test_a_kept_record_without_a_login_takes_the_other_over(now) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    Learner.objects.filter(pk=kept.pk).update(user=None)
    kept.refresh_from_db()
    Learner.objects.filter(pk=merged.pk).update(email="yu@example.cn")
    merged.refresh_from_db()
    merge(kept, merged, now)
    assert Learner.objects.get(user=merged.user_id) == kept
    assert [row.email for row in (Learner.objects.get(pk=kept.pk), Learner.objects.get(pk=merged.pk))] == [
        "yu@example.cn",
        "",
    ]


def test_histories_stay_where_they_happened_and_are_read_together(twice) -> None:
    kept, merged, first, second, now = twice
    merge(kept, merged, now)
    told = {one.learner: one for one in merging.histories(learners=merging.records_of(learner=kept))}
    assert set(told) == {kept, merged}
    assert [each.completion for each in told[merged].enrolments] == [first.completion]
    assert [each.completion for each in told[kept].enrolments] == [second.completion]
    assert {each.learner_id for each in access.own_enrolments(learner=kept)} == {kept.pk, merged.pk}
    assert Enrolment.objects.filter(learner=merged).count() == 1


def test_lines_of_an_opening_batch_go_over_and_its_proof_still_holds(now) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    from tests.factories.ledger import batch

    made = batch(rows=[row(person=merged.person, claim_key="module:x", counted_on=date(2025, 3, 1)), row()], now=now)
    merge(kept, merged, now)
    assert CountEntry.objects.filter(batch=made, person=kept.person, amount=1).count() == 1
    assert list(ledger.differences()) == []


def test_a_second_merge_takes_what_was_merged_before_along(now) -> None:
    kept, between, first = (people.learner(now=now) for _ in range(3))
    merge(between, first, now)
    merge(kept, between, now)
    assert set(PersonMerge.objects.values_list("kept", flat=True)) == {kept.pk}


def test_certificates_of_a_merged_record_stay_its_owners_with_document_and_consent_of_the_kept_one(now) -> None:
    kept, merged, agreed = people.learner(now=now), people.learner(now=now), consents.CERTIFICATE_NAME
    catalogue.consent_notice(agreed)
    before = issued(now=now, learner=merged)
    owed = approved(now=now, learner=merged)
    for each in (kept, merged):
        consents.switch(by=each.user, learner=each, key=agreed, on=True, now=now)
    later = now + timedelta(days=40)
    merge(kept, merged, later)
    assert consents.holders(learners=[merged.pk], key=agreed) == {merged.pk}
    consents.switch(by=kept.user, learner=kept, key=agreed, on=False, now=later)
    assert consents.holders(learners=[merged.pk], key=agreed) == set()
    after = certificates.issue(by=people.user(), completion=owed, now=later)
    assert after.snapshot["document"] == privacy.mask_id(kept.documents.get(until__isnull=True).number)
    assert set(access.own_certificates(learner=kept)) == {before, after}


def test_an_officers_login_is_not_shut_with_the_merged_record(now) -> None:
    kept, merged = people.learner(now=now), people.learner(now=now)
    officer = people.staff(role="city", now=now)
    Learner.objects.filter(pk=merged.pk).update(user=officer)
    merged.refresh_from_db()
    merge(kept, merged, now)
    officer.refresh_from_db()
    merged.refresh_from_db()
    assert (officer.is_active, merged.user) == (True, None)
