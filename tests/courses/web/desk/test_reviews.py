"""分给我的成果: a reviewer from outside opens and judges what was given to them, and finds nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses import notices
from courses.models import Enrolment, Post, Reveal, TrainingClass, User, Work
from tests.courses.rosters.conftest import private_folder
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_works import SHOP, hand_in, made, own
from tests.factories import people
from tests.factories.papers import pdf

__all__ = ["made", "own", "private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]


@pytest.fixture
def expert(now: datetime) -> User:
    return people.staff(role=Post.Role.EXPERT, now=now - timedelta(days=9), username="cast-x", name="邹教授")


@pytest.fixture
def give(cast: Cast, sign_in: Open, own: Enrolment) -> Callable[[User], str]:
    def to(expert: User) -> str:
        address = reverse("desk_works_assign", args=[own.training_class.number])
        return words(sign_in(cast.district).post(address, {"expert": expert.username}, follow=True))

    return to


def test_the_district_gives_what_waits_and_the_reviewer_judges_it(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, give: Callable[[User], str]
) -> None:
    hand_in(cast, sign_in, own, part="plan", file=SimpleUploadedFile("x", pdf()))
    browser, work = sign_in(expert), Work.objects.get()
    assert "还没有分给您的成果" in words(browser.get(reverse("desk_reviews")))
    told = give(expert)
    assert ("已分给专家" in told, "已分给 邹*授" in told) == (True, True)
    page = browser.get(reverse("desk_reviews"))
    assert own.learner.masked_name in words(page)
    assert own.learner.name not in page.content.decode()
    opened = browser.post(reverse("desk_review_open", args=[work.code]))
    assert (opened.content, Reveal.objects.get().by) == (pdf(), expert)
    judged = browser.post(reverse("desk_review_judge", args=[work.code]), {"grade": "pass"}, follow=True)
    assert "评定已保存" in words(judged)
    work.refresh_from_db()
    assert (work.grade, work.reviewer) == ("pass", expert)
    assert browser.post(reverse("desk_review_open", args=[work.code])).status_code == 404


def test_what_was_not_given_is_not_found(
    made: TrainingClass, cast: Cast, sign_in: Open, expert: User, give: Callable[[User], str]
) -> None:
    first, second = made.enrolments.order_by("arrival_no")
    hand_in(cast, sign_in, first, part="link", link=SHOP)
    give(expert)
    hand_in(cast, sign_in, second, part="link", link=SHOP + "/2")
    browser, other = sign_in(expert), Work.objects.get(enrolment=second)
    assert [row.text.strip() for row in soup(browser.get(reverse("desk_reviews"))).select("main .lesson-lines h2")]
    assert SHOP + "/2" not in browser.get(reverse("desk_reviews")).content.decode()
    for name in ("desk_review_open", "desk_review_judge"):
        assert browser.post(reverse(name, args=[other.code]), {"grade": "pass"}).status_code == 404
    for address in (reverse("desk_works", args=[made.number]), "/desk/", reverse("desk_class", args=[made.number])):
        assert browser.get(address).status_code == 403


def test_a_reviewer_reads_on_the_site_what_was_told_to_them_and_nothing_that_was_told_to_others(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, now: datetime, give: Callable[[User], str]
) -> None:
    browser, address = sign_in(expert), reverse("desk_inbox")
    assert "有学员成果分给您评定，会在这里告诉您。" in words(browser.get(address))
    hand_in(cast, sign_in, own, part="link", link=SHOP)
    give(expert)
    said = {"form": "月报", "number": "DC1", "fetch_by": now.isoformat()}
    notices.queue(kind="export_ready", channel="site", user=cast.city, params=said, now=now)
    page = soup(browser.get(address))
    listed = [row.text for row in page.select("main .rows > li > p:first-child")]
    assert listed == ["有学员成果分给您评定，请登录工作台，在「分给我的成果」里办理。今天再分给您的不另通知。"]
    door = page.select_one(".desk-head .brand")
    assert (door["href"], [link["href"] for link in page.select(".desk-nav a")]) == (
        "/desk/reviews/",
        ["/desk/reviews/", "/desk/examining/"],
    )
    menu = soup(browser.get(reverse("desk_reviews"))).select(".desk-me a")
    assert address in {link["href"] for link in menu}


def test_a_reviewer_whose_post_ended_reads_no_message_any_more(expert: User, sign_in: Open, now: datetime) -> None:
    browser = sign_in(expert)
    assert browser.get(reverse("desk_inbox")).status_code == 200
    Post.objects.filter(user=expert).update(until=now)
    assert browser.get(reverse("desk_inbox")).status_code == 403


def test_a_reviewer_who_belongs_to_the_institution_is_not_offered(
    own: Enrolment, cast: Cast, sign_in: Open, expert: User, now: datetime, give: Callable[[User], str]
) -> None:
    hand_in(cast, sign_in, own, part="link", link=SHOP)
    address = reverse("desk_works", args=[own.training_class.number])
    assert "请专家评定" in words(sign_in(cast.district).get(address))
    Post.objects.create(user=expert, role="trainer", since=now, institution=own.training_class.institution)
    assert "请专家评定" not in words(sign_in(cast.district).get(address))


@pytest.mark.parametrize("number", [1, 2])
def test_a_list_of_any_length_takes_as_many_statements(
    number: int,
    made: TrainingClass,
    cast: Cast,
    sign_in: Open,
    expert: User,
    give: Callable[[User], str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for row in made.enrolments.order_by("arrival_no")[:number]:
        hand_in(cast, sign_in, row, part="link", link=SHOP)
    give(expert)
    browser = sign_in(expert)
    with django_assert_num_queries(11):
        browser.get(reverse("desk_reviews"))
