"""Finding a person: a POST, masked, within one's own rows; a whole number only for a written reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import Learner, Post, Reveal, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
Finished = Callable[..., TrainingClass]


@pytest.fixture
def learner(finished: Finished) -> Learner:
    return finished(people_in=1, present=False).enrolments.get().learner


def found(response: HttpResponse) -> list[str]:
    return [row.get_text() for row in soup(response).select(".table tbody th")]


def test_a_person_is_found_by_name_and_by_the_last_four_and_shown_masked(
    cast: Cast, sign_in: Open, learner: Learner
) -> None:
    browser, number = sign_in(cast.district), learner.documents.get().number
    for asked in ({"name": learner.name}, {"last4": number[-4:].lower()}, {"name": learner.name, "last4": number[-4:]}):
        page = browser.post(reverse("desk_learners"), asked)
        assert found(page) == [learner.number]
        assert number not in page.content.decode()
        assert learner.phone not in page.content.decode()
        assert f"370***********{number[-4:]}" in words(page)


def test_a_search_by_address_finds_nobody(cast: Cast, sign_in: Open, learner: Learner) -> None:
    page = sign_in(cast.district).get(reverse("desk_learners"), {"name": learner.name})
    assert found(page) == []


@pytest.mark.parametrize("asked", [{}, {"last4": "12"}, {"name": " "}])
def test_a_search_for_nothing_is_answered_with_what_to_fill_in(
    asked: dict[str, str], cast: Cast, sign_in: Open
) -> None:
    catalogue.policy()
    assert "请填姓名，或证件号码的后四位。" in words(sign_in(cast.district).post(reverse("desk_learners"), asked))


def test_a_person_of_another_district_is_neither_found_nor_revealed(
    now: datetime, sign_in: Open, learner: Learner
) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    browser = sign_in(people.staff(role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=laishan))
    assert found(browser.post(reverse("desk_learners"), {"name": learner.name})) == []
    address = reverse("desk_learner_reveal", args=[learner.number])
    assert browser.post(address, {"field": "document", "reason": "核对"}).status_code == 404
    assert not Reveal.objects.exists()


def test_a_whole_number_is_shown_for_a_reason_and_the_look_is_kept(cast: Cast, sign_in: Open, learner: Learner) -> None:
    browser, address = sign_in(cast.district), reverse("desk_learner_reveal", args=[learner.number])
    number = learner.documents.get().number
    refused = browser.post(address, {"field": "document", "reason": " "})
    assert "请先写明查看原因，本次未显示。" in words(refused)
    assert number not in refused.content.decode()
    assert not Reveal.objects.exists()
    shown = browser.post(address, {"field": "document", "reason": "学员到窗口更正"})
    assert number in words(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert list(Reveal.objects.values_list("by__username", "field", "reason")) == [
        ("cast-d", "document", "学员到窗口更正")
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_takes_the_same_statements_for_one_person_and_for_three(
    number: int, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    finished(people_in=number, present=False)
    browser = sign_in(cast.city)
    browser.post(reverse("desk_learners"), {"name": "王小强"})
    with CaptureQueriesContext(connection) as spent:
        page = browser.post(reverse("desk_learners"), {"name": "王小强"})
    assert len(found(page)) == number
    assert len(spent) == 7
