"""证明材料 at the counter: who took it in stays with it, and somebody else admits."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from courses import enrolment, seating
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused
from courses.models import AuditEvent, Enrolment, LearnerCategory, Proof, TrainingClass, User
from courses.people import proofs
from courses.people.proofs import ProofRefusal, ProofRefused
from tests.factories import papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
CARD = papers.pdf()


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def clerk() -> User:
    return people.user()


@pytest.fixture
def veteran() -> LearnerCategory:
    return LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran", proof="退役军人优待证")


@pytest.fixture
def reviewed(now: datetime) -> TrainingClass:
    return training_class(now=now, seats=2, mode=TrainingClass.Mode.REVIEWED)


def applied(reviewed: TrainingClass, veteran: LearnerCategory, now: datetime) -> Enrolment:
    learner = people.learner(now=now)
    learner.category = veteran
    learner.save()
    return enrolled(training_class=reviewed, learner=learner, now=now)


@pytest.fixture
def row(reviewed: TrainingClass, veteran: LearnerCategory, now: datetime) -> Enrolment:
    return applied(reviewed, veteran, now)


def hand_in(row: Enrolment, by: User, now: datetime, content: bytes = CARD) -> Proof:
    return enrolment.hand_in_proof(enrolment=row, content=ContentFile(content), by=by, now=now)


def against_admitting(row: Enrolment, by: User, now: datetime) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.admit(by=by, enrolment=row, now=now)
    row.refresh_from_db()
    assert row.status == Status.APPLIED
    return str(refused.value.code)


def test_a_proof_taken_in_at_the_counter_names_the_category_of_the_enrolment_and_who_took_it_in(
    row: Enrolment, clerk: User, now: datetime
) -> None:
    made = hand_in(row, clerk, now)
    assert (made.learner, made.category, made.uploaded_by) == (row.learner, row.category, clerk)
    assert list(AuditEvent.objects.filter(verb="proof_handed_in").values_list("by_id", flat=True)) == [clerk.pk]
    assert list(proofs.of_enrolments(enrolments=[row])) == [made]


def test_who_took_the_proof_in_does_not_admit_and_another_does(row: Enrolment, clerk: User, now: datetime) -> None:
    hand_in(row, clerk, now)
    assert against_admitting(row, clerk, now) == EnrolmentRefusal.PROVED_BY_YOU
    enrolment.admit(by=people.user(), enrolment=row, now=now)
    row.refresh_from_db()
    assert row.status == Status.ADMITTED


def test_of_two_who_took_proofs_in_neither_admits(row: Enrolment, clerk: User, now: datetime) -> None:
    second = people.user()
    hand_in(row, clerk, now)
    hand_in(row, second, now, papers.photo())
    assert [against_admitting(row, by, now) for by in (clerk, second)] == [EnrolmentRefusal.PROVED_BY_YOU] * 2


def test_the_same_file_again_stays_with_who_took_it_in_first(row: Enrolment, clerk: User, now: datetime) -> None:
    second = people.user()
    assert hand_in(row, clerk, now) == hand_in(row, second, now)
    assert against_admitting(row, clerk, now) == EnrolmentRefusal.PROVED_BY_YOU
    enrolment.admit(by=second, enrolment=row, now=now)


def test_of_many_at_once_only_those_are_kept_out_whose_proof_the_same_person_took_in(
    row: Enrolment, reviewed: TrainingClass, veteran: LearnerCategory, clerk: User, now: datetime
) -> None:
    other = applied(reviewed, veteran, now)
    hand_in(row, clerk, now)
    ahead = enrolment.foresee(by=clerk, enrolments=[row, other], now=now)
    assert [one.refusal.code if one.refusal else "" for one in ahead.rows] == [EnrolmentRefusal.PROVED_BY_YOU, ""]
    done = enrolment.admit_all(by=clerk, enrolments=[row, other], seen=ahead.seal, now=now)
    assert (done.done, [one.enrolment for one in done.refused]) == ([other], [row])
    colleague = enrolment.foresee(by=people.user(), enrolments=[row], now=now)
    assert [one.refusal for one in colleague.rows] == [None]


def test_who_took_the_proof_in_does_not_call_the_learner_into_a_free_seat(
    veteran: LearnerCategory, clerk: User, now: datetime
) -> None:
    held = training_class(now=now, seats=1, first=now + timedelta(days=10))
    first, waits = enrolled(training_class=held, now=now), applied(held, veteran, now)
    late = enrolment.cut_off(training_class=held, now=now)
    enrolment.withdraw(by=clerk, enrolment=first, reason="不来了", now=late)
    hand_in(waits, clerk, late)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.call_in(by=clerk, enrolment=waits, now=late)
    assert refused.value.code == EnrolmentRefusal.PROVED_BY_YOU
    assert enrolment.occupancy_differences() == []
    waits.refresh_from_db()
    assert waits.status == Status.WAITLISTED
    enrolment.call_in(by=people.user(), enrolment=waits, now=late)
    waits.refresh_from_db()
    assert waits.status == Status.ADMITTED


def test_what_the_learner_handed_in_keeps_nobody_from_admitting(row: Enrolment, clerk: User, now: datetime) -> None:
    assert row.category is not None
    content = ContentFile(CARD)
    proofs.hand_in(learner=row.learner, category=row.category, content=content, by=row.learner.user, now=now)
    enrolment.admit(by=clerk, enrolment=row, now=now)


def test_proofs_of_another_category_of_other_people_and_deleted_ones_keep_nobody_from_admitting(
    row: Enrolment, reviewed: TrainingClass, veteran: LearnerCategory, clerk: User, now: datetime
) -> None:
    other = LearnerCategory.objects.create(key="student", name="在校学生", name_en="Student")
    proofs.hand_in(learner=row.learner, category=other, content=ContentFile(CARD), by=clerk, now=now)
    hand_in(applied(reviewed, veteran, now), clerk, now)
    gone = hand_in(row, clerk, now)
    Proof.objects.filter(pk=gone.pk).update(deleted_at=now)
    enrolment.admit(by=clerk, enrolment=row, now=now)


def test_who_admitted_a_learner_does_not_hand_the_proof_in_afterwards(
    row: Enrolment, clerk: User, now: datetime
) -> None:
    enrolment.admit(by=clerk, enrolment=row, now=now)
    with pytest.raises(EnrolmentRefused) as refused:
        hand_in(row, clerk, now)
    assert (refused.value.code, Proof.objects.count()) == (EnrolmentRefusal.ADMITTED_BY_YOU, 0)
    assert hand_in(row, people.user(), now).category == row.category


def test_an_enrolment_that_is_over_takes_no_proof_and_one_that_is_no_paper_is_refused(
    row: Enrolment, clerk: User, now: datetime
) -> None:
    with pytest.raises(ProofRefused) as unread:
        hand_in(row, clerk, now, b"MZ")
    assert unread.value.code == ProofRefusal.WRONG_TYPE
    enrolment.refuse(by=clerk, enrolment=row, reason="材料不全", now=now)
    with pytest.raises(EnrolmentRefused) as refused:
        hand_in(row, clerk, now)
    assert (refused.value.code, Proof.objects.count()) == (EnrolmentRefusal.WRONG_STATUS, 0)


def test_a_suspended_class_is_said_before_who_took_the_proof_in(
    row: Enrolment, reviewed: TrainingClass, clerk: User, now: datetime
) -> None:
    hand_in(row, clerk, now)
    to = TrainingClass.Status.SUSPENDED
    seating.advance(by=clerk, training_class=reviewed, to=to, reason="整改", now=now)
    assert against_admitting(row, clerk, now) == EnrolmentRefusal.ON_HOLD
