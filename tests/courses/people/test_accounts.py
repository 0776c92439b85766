"""Proving a phone: 300 s, five tries, once; and failed passwords."""

from datetime import datetime, timedelta

import pytest

from courses.models import Learner, OutboxMessage, User
from courses.people import accounts
from courses.people.accounts import PasswordRefused, PendingCode, ProofRefused
from tests.factories import people

pytestmark = pytest.mark.django_db
PHONE = "19900004321"


def sent(now: datetime, phone: str = PHONE) -> tuple[PendingCode, str]:
    pending, message = accounts.send_code(
        phone=phone, address="10.0.0.1", has_ticket=False, language="zh-hans", now=now
    )
    return pending, OutboxMessage.objects.get(pk=message).params["code"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def tried(pending: PendingCode, code: str, now: datetime) -> str:
    try:
        accounts.prove(pending=pending, code=code, now=now)
    except ProofRefused as refusal:
        return str(refusal.code)
    return "in"


def test_nothing_is_opened_before_the_proof_and_one_account_after(now: datetime) -> None:
    pending, code = sent(now)
    assert User.objects.count() == 0
    user = accounts.prove(pending=pending, code=code, now=now)
    assert (user.phone, user.phone_verified_at, Learner.objects.get().user) == (PHONE, now, user)


def test_who_opens_an_account_on_an_english_page_is_written_to_in_english(now: datetime) -> None:
    pending, code = sent(now)
    accounts.prove(pending=pending, code=code, now=now, language="en")
    assert Learner.objects.get().language == "en"
    pending, code = sent(now + timedelta(minutes=10))
    accounts.prove(pending=pending, code=code, now=now + timedelta(minutes=10))
    assert Learner.objects.get().language == "en", "who comes back keeps what they chose"


def test_the_owner_of_a_known_phone_comes_back_to_the_same_account(now: datetime) -> None:
    learner = people.learner(now=now)
    pending, code = sent(now, learner.phone)
    assert accounts.prove(pending=pending, code=code, now=now) == learner.user


def test_a_code_is_good_for_300_seconds(now: datetime) -> None:
    pending, code = sent(now)
    assert tried(pending, code, now + timedelta(seconds=300)) == "expired"
    assert tried(pending, code, now + timedelta(seconds=299)) == "in"


def test_the_fifth_wrong_try_ends_a_code_and_the_right_one_comes_too_late(now: datetime) -> None:
    pending, code = sent(now)
    assert [tried(pending, wrong(code), now) for _ in range(5)] == ["wrong"] * 4 + ["too_many"]
    assert tried(pending, code, now) == "too_many"


def test_a_code_opens_once(now: datetime) -> None:
    pending, code = sent(now)
    assert [tried(pending, code, now), tried(pending, code, now)] == ["in", "used"]


def test_what_the_browser_keeps_tells_neither_phone_nor_code(now: datetime) -> None:
    pending, code = sent(now)
    sealed = pending.seal()
    assert (PHONE in sealed, code in sealed, accounts.open_pending(sealed=sealed)) == (False, False, pending)
    assert accounts.open_pending(sealed="k1.aes.altered") is None


def test_five_wrong_passwords_shut_one_account_for_one_address(now: datetime) -> None:
    for _ in range(5):
        accounts.allow_password(account="li", address="10.0.0.1", now=now)
    with pytest.raises(PasswordRefused):
        accounts.allow_password(account="li", address="10.0.0.1", now=now + timedelta(minutes=9))
    accounts.allow_password(account="li", address="10.0.0.2", now=now)
    accounts.allow_password(account="li", address="10.0.0.1", now=now + timedelta(minutes=10))


def test_logins_that_hang_on_nothing_are_swept_after_a_day(now: datetime) -> None:
    learner = people.learner(now=now)
    trainer = people.staff(role="editor", now=now)
    people.user(username="lone")
    User.objects.update(date_joined=now, phone_verified_at=None)
    assert accounts.sweep_unproved(now=now + timedelta(hours=23)) == 0
    assert accounts.sweep_unproved(now=now + timedelta(hours=24)) == 1
    assert set(User.objects.all()) == {learner.user, trainer}
