"""Finding a person: a POST, masked, within one's own rows; a whole number only for a written reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import AuditEvent, Learner, Post, Reveal, TrainingClass
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
        assert f"37*************{number[-3:]}" in words(page)


def test_a_search_by_address_finds_nobody(cast: Cast, sign_in: Open, learner: Learner) -> None:
    page = sign_in(cast.district).get(reverse("desk_learners"), {"name": learner.name})
    assert found(page) == []


@pytest.mark.parametrize("asked", [{}, {"last4": "12"}, {"name": " "}])
def test_a_search_for_nothing_is_answered_with_what_to_fill_in(
    asked: dict[str, str], cast: Cast, sign_in: Open
) -> None:
    catalogue.policy()
    page = words(sign_in(cast.district).post(reverse("desk_learners"), asked))
    assert "请填姓名，或证件号码的后四位。" in page
    assert "要写全名，一字不差" in page


def test_a_person_of_another_district_is_neither_found_nor_revealed(
    now: datetime, sign_in: Open, learner: Learner
) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    browser = sign_in(people.staff(role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=laishan))
    assert found(browser.post(reverse("desk_learners"), {"name": learner.name})) == []
    address = reverse("desk_learner_reveal", args=[learner.number])
    assert browser.post(address, {"field": "document", "reason": "核对"}).status_code == 404
    assert not Reveal.objects.exists()


def test_an_institution_finds_the_people_of_its_own_classes_masked_and_reveals_none(
    now: datetime, cast: Cast, sign_in: Open, learner: Learner
) -> None:
    browser, number = sign_in(cast.institution), learner.documents.get().number
    other = catalogue.institution("J002", "莱山学校")
    stranger = sign_in(people.staff(role=Post.Role.INSTITUTION, now=now - timedelta(days=9), institution=other))
    for asked in ({"name": learner.name}, {"last4": number[-4:]}):
        page = browser.post(reverse("desk_learners"), asked)
        assert found(page) == [learner.number]
        assert number not in page.content.decode()
        assert learner.phone not in page.content.decode()
        assert "写原因" not in words(page)
        assert found(stranger.post(reverse("desk_learners"), asked)) == []
    address = reverse("desk_learner_reveal", args=[learner.number])
    assert browser.post(address, {"field": "document", "reason": "核对"}).status_code == 403
    assert not Reveal.objects.exists()
    looked = AuditEvent.objects.filter(verb="people_searched").order_by("pk")
    assert [row.detail for row in looked][:2] == [
        {"by": ["name"], "found": 1, "page": 1}, {"by": ["name"], "found": 0, "page": 1},
    ]  # fmt: skip


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
    assert len(spent) == 13


def test_the_filters_narrow_a_search_and_find_nobody_alone(cast: Cast, sign_in: Open, finished: Finished) -> None:
    first, second = (finished(people_in=1, present=False) for _ in range(2))
    own = first.enrolments.get().learner
    other = second.enrolments.get().learner
    Learner.objects.filter(pk=own.pk).update(district=catalogue.district())
    browser, address = sign_in(cast.district), reverse("desk_learners")
    assert set(found(browser.post(address, {"name": own.name}))) == {own.number, other.number}
    assert found(browser.post(address, {"name": own.name, "district": "zhifu"})) == [own.number]
    assert found(browser.post(address, {"name": own.name, "training_class": second.number})) == [other.number]
    alone = browser.post(address, {"training_class": second.number})
    assert (alone.status_code, found(alone)) == (422, [])


def test_a_class_of_strangers_finds_nobody(now: datetime, sign_in: Open, cast: Cast, finished: Finished) -> None:
    """Somebody of one's own district who also sits in a class of another one is not found through that class."""
    laishan = catalogue.district("laishan", "莱山区", "370613")
    there = finished(people_in=1, present=False, district=laishan)
    name = there.enrolments.get().learner.name
    finished(people_in=1, present=False)
    page = sign_in(cast.district).post(reverse("desk_learners"), {"name": name, "training_class": there.number})
    assert found(page) == []


def test_each_answer_leaves_one_row_that_says_who_looked_and_never_for_whom(
    cast: Cast, sign_in: Open, learner: Learner
) -> None:
    browser, last4 = sign_in(cast.district), learner.documents.get().number[-4:]
    browser.post(reverse("desk_learners"), {"name": learner.name, "last4": last4})
    browser.post(reverse("desk_learners"), {"name": "无此人"})
    browser.post(reverse("desk_learners"), {"name": " "})
    browser.get(reverse("desk_learners"))
    rows = list(AuditEvent.objects.filter(verb="people_searched").order_by("pk"))
    assert [(row.by_name, row.target, row.detail) for row in rows] == [
        ("cast-d", "cast-d", {"by": ["name", "last4"], "found": 1, "page": 1}),
        ("cast-d", "cast-d", {"by": ["name"], "found": 0, "page": 1}),
    ]


def test_many_people_come_in_pages_whose_addresses_hold_no_name(cast: Cast, sign_in: Open, finished: Finished) -> None:
    finished(people_in=23, present=False)
    browser, address = sign_in(cast.city), reverse("desk_learners")
    first = browser.post(address, {"name": "王小强"})
    assert (len(found(first)), "第 1 页，共 2 页" in words(first)) == (20, True)
    form = soup(first).select_one("form.pager")
    assert form is not None
    assert form["method"] == "post"
    sent = {field["name"]: field.get("value", "") for field in form.select("[name]")}
    second = browser.post(address, sent)
    assert (len(found(second)), sent["page"]) == (3, "2")
    assert not set(found(first)) & set(found(second))
    assert len(found(browser.post(address, {"name": "王小强", "page": "999"}))) == 3
    assert len(found(browser.post(address, {"name": "王小强", "page": "x"}))) == 20
    assert "王小强" not in "".join(str(link["href"]) for link in soup(second).select("a[href]"))
