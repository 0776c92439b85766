"""学员卡: one live card for each learner, worth nothing without the database, and nothing once it is void."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from courses.models import AuditEvent, Learner, PersonalCard, User
from courses.people import cards
from courses.people.cards import CardRefusal, CardRefused
from courses.people.numbers import CROCKFORD
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return people.user(username="clerk")


@pytest.fixture
def cook(now: datetime) -> Learner:
    return people.learner(now=now, with_login=False)


def test_a_card_is_found_by_its_code_however_it_is_typed(now: datetime, cook: Learner, clerk: User) -> None:
    issued = cards.issue(learner=cook, by=clerk, now=now)
    assert len(issued.code) == 16
    assert set(issued.code) <= set(CROCKFORD)
    spaced = f"{issued.code[:8]} {issued.code[8:12]}-{issued.code[12:]}".lower().replace("0", "o").replace("1", "l")
    for code in (issued.code, spaced):
        found = cards.find(code=code)
        assert found is not None
        assert (found, found.learner) == (issued.card, cook)


@pytest.mark.parametrize("code", ["", "0000000000000000", "U" * 16, "00000000", "370602196803051234"])
def test_any_other_code_finds_nobody(code: str, now: datetime, cook: Learner, clerk: User) -> None:
    cards.issue(learner=cook, by=clerk, now=now)
    assert cards.find(code=code) is None


def test_the_code_is_nowhere_in_the_database(now: datetime, cook: Learner, clerk: User) -> None:
    issued = cards.issue(learner=cook, by=clerk, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM courses_personalcard")
        stored = str(cursor.fetchall())
    assert issued.code not in stored
    assert issued.code not in str(list(AuditEvent.objects.values()))


def test_a_reprint_makes_the_former_card_void(now: datetime, cook: Learner, clerk: User) -> None:
    first = cards.issue(learner=cook, by=clerk, now=now)
    second = cards.issue(learner=cook, by=clerk, now=now + timedelta(minutes=1))
    assert cards.find(code=first.code) is None
    assert cards.find(code=second.code) == second.card
    first.card.refresh_from_db()
    assert (first.card.why, first.card.voided_by) == (PersonalCard.Why.REPLACED, clerk)
    assert cards.live_card(learner=cook) == second.card


def test_a_lost_card_is_void_at_once_and_only_once(now: datetime, cook: Learner, clerk: User) -> None:
    issued = cards.issue(learner=cook, by=clerk, now=now)
    cards.void(card=issued.card, by=clerk, now=now)
    assert (cards.find(code=issued.code), cards.live_card(learner=cook)) == (None, None)
    with pytest.raises(CardRefused) as refused:
        cards.void(card=issued.card, by=clerk, now=now)
    assert refused.value.code == CardRefusal.ALREADY_VOID


def test_nobody_gets_a_card_without_a_document(now: datetime, clerk: User) -> None:
    nobody = people.learner(now=now, verified=False)
    with pytest.raises(CardRefused) as refused:
        cards.issue(learner=nobody, by=clerk, now=now)
    assert refused.value.code == CardRefusal.NOT_VERIFIED
    assert not PersonalCard.objects.exists()


def test_each_print_and_each_void_is_in_the_audit_book(now: datetime, cook: Learner, clerk: User) -> None:
    first = cards.issue(learner=cook, by=clerk, now=now).card
    second = cards.issue(learner=cook, by=clerk, now=now).card
    cards.void(card=second, by=clerk, now=now)
    written = AuditEvent.objects.order_by("pk").values_list("verb", "target", "detail")
    assert list(written) == [
        ("card_issued", first.number, {"learner": cook.number}),
        ("card_voided", first.number, {"why": "replaced"}),
        ("card_issued", second.number, {"learner": cook.number}),
        ("card_voided", second.number, {"why": "lost"}),
    ]


def test_the_database_lets_in_one_live_card_and_no_void_without_who_and_why(
    now: datetime, cook: Learner, clerk: User
) -> None:
    card = cards.issue(learner=cook, by=clerk, now=now).card
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalCard.objects.create(number="K2", learner=cook, digest="0" * 64, issued_at=now, issued_by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalCard.objects.filter(pk=card.pk).update(voided_at=now)
