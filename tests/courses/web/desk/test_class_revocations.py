"""What counts of a whole class is taken back together: one reason, each line still by two people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import completion, ledger
from courses.completion import CompletionRefusal, CompletionRefused, whole_class
from courses.completion.revoking import RevocationRefusal, drop_revocation
from courses.models import Completion, CountEntry, Revocation, TrainingClass, User
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import cards, people

pytestmark = pytest.mark.django_db
Finished = Callable[..., TrainingClass]


@pytest.fixture
def approver(now: datetime) -> User:
    return people.staff(role="city", now=now - timedelta(days=9), username="cast-approver")


@pytest.fixture
def a_class(submitted: Finished, approver: User, now: datetime) -> TrainingClass:
    """Three who count; the red card came afterwards."""
    made = submitted(people_in=3)
    rows = Completion.objects.select_related(*completion.NEEDED)
    completion.approve_all(by=approver, completions=rows, now=now)
    cards.shown(training_class=made, on=now.date(), now=now)
    return made


def standing() -> int:
    return CountEntry.objects.filter(amount=1, reversal__isnull=True).count()


def numbers() -> list[str]:
    return list(Revocation.objects.values_list("number", flat=True))


def test_one_reason_stands_on_every_line_and_nothing_goes_before_another_confirms(
    a_class: TrainingClass, approver: User, now: datetime
) -> None:
    by, other = people.user(), people.user()
    with pytest.raises(CompletionRefused) as refused:
        whole_class.propose_class(by=by, training_class=a_class, reason=" ", now=now)
    assert refused.value.code == CompletionRefusal.REASON_MISSING
    assert whole_class.propose_class(by=by, training_class=a_class, reason="红牌", now=now) == (3, [])
    assert whole_class.propose_class(by=by, training_class=a_class, reason="红牌", now=now) == (0, [])
    assert (standing(), set(Revocation.objects.values_list("reason", flat=True))) == (3, {"红牌"})
    for nobody, code in ((by, RevocationRefusal.SAME_PERSON), (approver, RevocationRefusal.APPROVER)):
        taken = whole_class.confirm_class(by=nobody, training_class=a_class, numbers=numbers(), now=now)
        assert (taken.done, [one.code for one in taken.refused]) == (0, [code] * 3)
    assert whole_class.confirm_class(by=other, training_class=a_class, numbers=numbers(), now=now) == (3, [])
    assert standing() == 0
    assert list(ledger.differences()) == []


def test_only_what_the_second_person_has_read_is_confirmed_and_what_was_decided_is_not_proposed_again(
    a_class: TrainingClass, now: datetime
) -> None:
    whole_class.propose_class(by=people.user(), training_class=a_class, reason="红牌", now=now)
    first, second, third = Revocation.objects.order_by("pk")
    other = people.user()
    assert whole_class.confirm_class(by=other, training_class=a_class, numbers=[first.number], now=now).done == 1
    drop_revocation(by=other, revocation=second, reason="本人在场", now=now)
    assert whole_class.propose_class(by=people.user(), training_class=a_class, reason="红牌", now=now).done == 0
    assert (standing(), Revocation.objects.get(pk=third.pk).status) == (2, "proposed")


def test_from_the_card_an_officer_comes_to_the_lines_and_two_people_take_them_back(
    a_class: TrainingClass, cast: Cast, sign_in: Open, now: datetime
) -> None:
    district, city = sign_in(cast.district), sign_in(cast.city)
    address = reverse("desk_class_revocations", args=[a_class.number])
    card = a_class.cards.get()
    assert soup(district.get(reverse("desk_card", args=[card.number]))).select_one(f'a[href="{address}"]') is not None
    assert "提出撤销 3 人次" in words(district.get(address))
    assert "已提出撤销 3 人次" in words(district.post(address, {"reason": "红牌"}, follow=True))
    assert "确认撤销" not in words(district.get(address))
    page = soup(city.get(address))
    seen = [box["value"] for box in page.select('input[name="revocation"]')]
    confirm = reverse("desk_class_revocations_confirm", args=[a_class.number])
    assert "已撤销 3 人次" in words(city.post(confirm, {"revocation": seen}, follow=True))
    assert standing() == 0
    assert sign_in(cast.institution).get(address).status_code in (403, 404)


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_takes_the_same_statements_for_one_line_and_for_three(
    many: int, submitted: Finished, cast: Cast, sign_in: Open, approver: User, now: datetime
) -> None:
    made = submitted(people_in=many)
    completion.approve_all(by=approver, completions=Completion.objects.select_related(*completion.NEEDED), now=now)
    browser, address = sign_in(cast.city), reverse("desk_class_revocations", args=[made.number])
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        browser.get(address)
    assert len(spent) == 7
