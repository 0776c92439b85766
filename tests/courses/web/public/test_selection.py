"""拟录取公示: masked, for its days, and taken down afterwards."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses import selection
from courses.models import Enrolment, Selection
from tests.factories import people
from tests.factories.selection import camp, candidate, proposed, reviewers, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(now: datetime) -> Selection:
    a_camp = camp(now=now, seats=1)
    pair = reviewers()
    for name, points in (("欧阳海燕", 9), ("林小舟", 7), ("孙落榜", 5)):
        scored(candidate(camp=a_camp, now=now, name=name), points, points, by=pair, now=now)
    result = selection.propose(by=people.user(), training_class=a_camp, now=now)
    selection.confirm(by=people.user(), selection=result, now=now)
    return result


def page(address: str, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        return Client().get(address).content.decode()


def test_the_list_names_who_is_let_in_and_who_waits_masked_and_nobody_else(published: Selection, now: datetime) -> None:
    shown = page(reverse("selection_notice", args=[published.number]), now)
    assert "欧阳" not in shown.replace("欧*", "")
    assert "林*" in shown
    assert "拟录取" in shown
    assert "候补" in shown
    rows = list(Enrolment.objects.order_by("pk"))
    assert [row.number in shown for row in rows] == [True, True, False]
    for row in rows:
        assert row.learner.name not in shown
        assert row.learner.phone not in shown
        assert row.learner.documents.get().number not in shown
    assert "90.00" not in shown


def test_a_list_is_announced_while_it_runs_and_taken_down_on_the_day_after(published: Selection, now: datetime) -> None:
    address = reverse("selection_notice", args=[published.number])
    last, after = now + timedelta(days=7), now + timedelta(days=8)
    assert address in page(reverse("selection_list"), last)
    assert "林*" in page(address, last)
    assert address not in page(reverse("selection_list"), after)
    shown = page(address, after)
    assert "公示期已过" in shown
    assert "林*" not in shown
    with time_machine.travel(after, tick=False):
        selection.settle_due(now=after)
    assert "林*" not in page(address, after)


def test_what_is_not_published_or_was_taken_back_is_not_found(published: Selection, now: datetime) -> None:
    waiting = proposed(camp=camp(now=now), now=now)
    selection.send_back(by=people.user(), selection=published, reason="异议成立", now=now)
    with time_machine.travel(now, tick=False):
        for result in (waiting, published):
            assert Client().get(reverse("selection_notice", args=[result.number])).status_code == 404
        assert "现在没有公示的名单" in Client().get(reverse("selection_list")).content.decode()


def test_a_list_takes_as_many_statements_for_many_as_for_one(
    published: Selection, now: datetime, django_assert_num_queries: object
) -> None:
    other = proposed(camp=camp(now=now, seats=9), now=now, points=(9, 9, 8, 8, 7, 7))
    selection.confirm(by=people.user(), selection=other, now=now)
    with time_machine.travel(now, tick=False):
        for _ in range(2):
            Client().get(reverse("selection_notice", args=[other.number]))
        for result in (published, other):
            with django_assert_num_queries(3):  # type: ignore[operator]
                Client().get(reverse("selection_notice", args=[result.number]))
