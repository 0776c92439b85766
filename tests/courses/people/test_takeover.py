"""Registered by an institution first, by oneself later: one citizen, one record, with everything in it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from courses.models import (
    AuditEvent,
    Consent,
    ConsentNotice,
    Device,
    Enrolment,
    EnrolmentDraft,
    IdentityDocument,
    Learner,
    LearnerCategory,
    OutboxMessage,
    PersonMerge,
    Proof,
)
from courses.people import devices
from courses.people.learners import NOTICES, IdentityRefusal, IdentityRefused, verify_identity
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
NUMBER = people.resident_number(born_on=date(1990, 3, 7), serial=501)


@pytest.fixture
def held(now: datetime) -> Learner:
    """Whom a roster registered, with a seat in a class."""
    catalogue.policy()
    made = people.learner(now=now, name="王小强", with_login=False, document=NUMBER, born_on=date(1990, 3, 7))
    enrolled(training_class=training_class(now=now), learner=made, now=now)
    OutboxMessage.objects.all().delete()
    return made


@pytest.fixture
def newcomer(held: Learner, now: datetime) -> Learner:
    return signed_in_with(held.phone, now)


def signed_in_with(phone: str, now: datetime) -> Learner:
    made = people.learner(now=now, verified=False)
    assert made.user
    made.user.phone = made.phone = phone
    made.user.save()
    made.save()
    return made


def verify(learner: Learner, now: datetime, **changes: Any) -> Learner:
    said: dict[str, Any] = {
        "kind_key": "resident", "number": NUMBER, "name": "王小强", "education_id": None, "category_id": None,
        "district_id": None, "consent": True, "by": learner.user, "now": now, **changes,
    }  # fmt: skip
    return verify_identity(learner=learner, **said)


def refusal(learner: Learner, now: datetime, **changes: Any) -> str:
    with pytest.raises(IdentityRefused) as refused:
        verify(learner, now, **changes)
    assert refused.value.sentence
    return str(refused.value.code)


def test_the_record_with_the_history_becomes_that_of_the_login(held: Learner, newcomer: Learner, now: datetime) -> None:
    login, registered = newcomer.user, held.phone
    later = now + timedelta(days=3)
    assert verify(newcomer, later).pk == held.pk
    mine = Learner.objects.get(user=login)
    assert (mine.pk, mine.phone, mine.verified_at) == (held.pk, registered, now)
    assert Enrolment.objects.get().learner == mine
    assert IdentityDocument.objects.get(learner=mine).number == NUMBER
    merge = PersonMerge.objects.get()
    assert (merge.kept, merge.merged, merge.by, merge.at) == (mine, newcomer, login, later)
    left = Learner.objects.get(pk=newcomer.pk)
    assert (left.user, left.phone, left.verified_at) == (None, "", None)
    told = AuditEvent.objects.filter(target=held.number).values_list("verb", flat=True)
    assert {"record_taken_over", "identity_verified"} <= set(told)


def test_everything_live_of_the_empty_record_moves_along(held: Learner, newcomer: Learner, now: datetime) -> None:
    notices = [
        ConsentNotice.objects.create(key=key, version="1.0", title=key, title_en=key, text="文", text_en="text")
        for key in NOTICES
    ]
    both = Consent.objects.create(learner=held, notice=notices[0], given_at=now)
    Consent.objects.create(learner=newcomer, notice=notices[0], given_at=now)
    Consent.objects.create(learner=newcomer, notice=notices[1], given_at=now)
    device = devices.bind(learner=newcomer, label="手机", now=now)
    asked = [training_class(now=now, first=now + timedelta(days=9)) for _place in range(2)]
    EnrolmentDraft.objects.create(learner=held, training_class=asked[0], answers={"of": "held"}, updated_at=now)
    for one in asked:
        EnrolmentDraft.objects.create(learner=newcomer, training_class=one, answers={"of": "new"}, updated_at=now)
    category = LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran")
    for owner, digest in ((held, "a" * 64), (newcomer, "a" * 64), (newcomer, "b" * 64)):
        Proof.objects.create(
            code=f"{owner.pk}{digest[:5]}", file=f"proofs/{owner.pk}{digest[:5]}", learner=owner, category=category,
            kind="jpeg", size=1, digest=digest, uploaded_at=now,
        )  # fmt: skip
    verify(newcomer, now)
    assert Device.objects.get(pk=device.pk).learner == held
    drafts = EnrolmentDraft.objects.filter(learner=held).order_by("training_class")
    assert [row.answers["of"] for row in drafts] == ["held", "new"]
    assert sorted(Proof.objects.filter(learner=held).values_list("digest", flat=True)) == ["a" * 64, "b" * 64]
    assert set(Consent.objects.filter(learner=held).values_list("notice__key", flat=True)) == set(NOTICES)
    assert both in Consent.objects.filter(learner=held)


def test_another_name_is_sent_to_the_counter_and_nothing_changes(
    held: Learner, newcomer: Learner, now: datetime
) -> None:
    assert refusal(newcomer, now, name="王小刚") == IdentityRefusal.NAME_NOT_ON_RECORD
    held.refresh_from_db()
    newcomer.refresh_from_db()
    assert (held.user, newcomer.user is None, PersonMerge.objects.count()) == (None, False, 0)


@pytest.mark.parametrize("registered", ["same", "none"])
def test_who_knows_number_and_name_but_has_another_phone_gets_nothing(
    held: Learner, now: datetime, registered: str
) -> None:
    if registered == "none":
        Learner.objects.filter(pk=held.pk).update(phone="")
    stranger = people.learner(now=now, verified=False)
    assert refusal(stranger, now) == IdentityRefusal.PHONE_NOT_ON_RECORD
    held.refresh_from_db()
    assert (held.user, PersonMerge.objects.count()) == (None, 0)


@pytest.mark.parametrize("name", ["王 小强", "王小强 ", "王·小强"])
def test_a_name_written_another_way_is_the_same(held: Learner, newcomer: Learner, now: datetime, name: str) -> None:
    assert verify(newcomer, now, name=name).pk == held.pk


def test_a_login_with_a_history_of_its_own_is_sent_to_the_counter(
    held: Learner, newcomer: Learner, now: datetime
) -> None:
    Enrolment.objects.create(
        number="B1", learner=newcomer, training_class=training_class(now=now), status="withdrawn", arrival_no=9,
        applied_at=now, decided_at=now,
    )  # fmt: skip
    assert refusal(newcomer, now) == IdentityRefusal.TWO_RECORDS
    held.refresh_from_db()
    assert held.user is None


def test_a_record_has_one_owner(held: Learner, newcomer: Learner, now: datetime) -> None:
    verify(newcomer, now)
    other = people.learner(now=now, verified=False)
    assert refusal(other, now) == IdentityRefusal.DUPLICATE_PERSON


def test_of_two_logins_at_once_the_second_finds_it_taken(
    held: Learner, newcomer: Learner, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one read the record before the first was done."""
    from courses.people import learners

    def meanwhile(one: str, other: str) -> bool:
        Learner.objects.filter(pk=held.pk).update(user=people.user())
        return True

    monkeypatch.setattr(learners, "same_name", meanwhile)
    assert refusal(newcomer, now) == IdentityRefusal.DUPLICATE_PERSON
    newcomer.refresh_from_db()
    assert newcomer.user is not None
    assert newcomer.phone


def test_the_same_form_sent_twice_ends_well(held: Learner, newcomer: Learner, now: datetime) -> None:
    before = Learner.objects.get(pk=newcomer.pk)
    verify(newcomer, now)
    assert refusal(before, now) == IdentityRefusal.ALREADY_VERIFIED


def test_an_erased_record_is_nobodys(held: Learner, newcomer: Learner, now: datetime) -> None:
    Learner.objects.filter(pk=held.pk).update(erased_at=now)
    assert refusal(newcomer, now) == IdentityRefusal.ERASED
