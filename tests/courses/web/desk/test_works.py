"""成果 on the desk: handed in for a learner, opened and judged from outside."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses import policy
from courses.models import Enrolment, Reveal, TrainingClass, Work
from courses.policy import DEFAULTS
from tests.courses.rosters.conftest import private_folder
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories.papers import pdf

__all__ = ["private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]
Make = Callable[..., TrainingClass]
SHOP = "https://shop.example.com/haichan"


@pytest.fixture
def made(finished: Make) -> TrainingClass:
    document = {**DEFAULTS, "assessments": {"skill": ["plan", "link"]}}
    version = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    return finished(people_in=2, policy=version)


@pytest.fixture
def own(made: TrainingClass) -> Enrolment:
    return made.enrolments.order_by("arrival_no")[0]


def hand_in(cast: Cast, sign_in: Open, own: Enrolment, **said: object) -> str:
    address = reverse("desk_work_hand_in", args=[own.training_class.number, own.number])
    return words(sign_in(cast.institution).post(address, said, follow=True))


def test_the_institution_hands_in_what_was_brought_to_it(own: Enrolment, cast: Cast, sign_in: Open) -> None:
    told = hand_in(cast, sign_in, own, part="plan", file=SimpleUploadedFile("计划书.pdf", pdf()))
    assert "已代为提交，等机构以外的人评定。" in told
    work = Work.objects.get()
    assert (work.by, work.part, work.proof.kind) == (cast.institution, "plan", "pdf")  # type: ignore[union-attr]
    refused = hand_in(cast, sign_in, own, part="link", link="http://shop.example.com/")
    assert "链接要以 https:// 开头" in refused


def test_the_district_opens_and_judges_and_the_look_is_kept(own: Enrolment, cast: Cast, sign_in: Open) -> None:
    hand_in(cast, sign_in, own, part="plan", file=SimpleUploadedFile("x", pdf()))
    work = Work.objects.get()
    browser, number = sign_in(cast.district), own.training_class.number
    opened = browser.post(reverse("desk_work_open", args=[number, work.code]))
    assert (opened["Content-Type"], opened.content) == ("application/pdf", pdf())
    assert Reveal.objects.get().by == cast.district
    address = reverse("desk_work_judge", args=[number, work.code])
    assert "不合格的，请写明哪里要改" in words(browser.post(address, {"grade": "fail"}, follow=True))
    assert "评定已保存" in words(browser.post(address, {"grade": "excellent", "note": "测算扎实"}, follow=True))
    work.refresh_from_db()
    assert (work.grade, work.note, work.reviewer) == ("excellent", "测算扎实", cast.district)


def test_the_institution_sees_grades_and_no_link_and_judges_nothing(own: Enrolment, cast: Cast, sign_in: Open) -> None:
    hand_in(cast, sign_in, own, part="link", link=SHOP)
    address = reverse("desk_works", args=[own.training_class.number])
    assert SHOP not in sign_in(cast.institution).get(address).content.decode()
    page = sign_in(cast.district).get(address)
    outside = soup(page).select_one(f'a[href="{SHOP}"]')
    assert outside is not None
    assert set(outside["rel"]) == {"noopener", "noreferrer", "nofollow", "external"}
    judging = sign_in(cast.institution).post(
        reverse("desk_work_judge", args=[own.training_class.number, Work.objects.get().code]), {"grade": "pass"}
    )
    assert judging.status_code == 403


def test_a_wrong_grade_is_put_right_by_two_officers(own: Enrolment, cast: Cast, sign_in: Open) -> None:
    hand_in(cast, sign_in, own, part="link", link=SHOP)
    work, number = Work.objects.get(), own.training_class.number
    district, city = sign_in(cast.district), sign_in(cast.city)
    district.post(reverse("desk_work_judge", args=[number, work.code]), {"grade": "pass"})
    ask, decide = (
        reverse(name, args=[number, work.code]) for name in ("desk_work_regrade", "desk_work_regrade_decide")
    )
    assert "改评须写明原因" in words(district.post(ask, {"grade": "fail"}, follow=True))
    told = words(district.post(ask, {"grade": "fail", "reason": "店铺已关"}, follow=True))
    assert ("改评已提出，等另一人确认后生效。" in told, "等待确认的改评" in told) == (True, True)
    assert "这一份已有改评待确认，未保存。" in words(city.post(ask, {"grade": "fail", "reason": "已关"}, follow=True))
    assert "请交其他有权限的同事确认。" in words(district.post(decide, {"decision": "agree"}, follow=True))
    assert "已确认，新的评定生效。" in words(city.post(decide, {"decision": "agree"}, follow=True))
    work.refresh_from_db()
    assert (work.grade, work.note) == ("fail", "店铺已关")
    page = words(district.get(reverse("desk_works", args=[number])))
    assert ("原评定：合格" in page, "改评：合格改为不合格" in page, page.count("店铺已关")) == (True, True, 1)


def test_a_class_that_asks_for_nothing_says_so(finished: Make, cast: Cast, sign_in: Open) -> None:
    page = sign_in(cast.institution).get(reverse("desk_works", args=[finished(people_in=1).number]))
    assert "这类培训不要求提交成果" in words(page)


@pytest.mark.parametrize("number", [1, 2])
def test_a_list_of_any_length_takes_as_many_statements(
    number: int, made: TrainingClass, cast: Cast, sign_in: Open, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for row in made.enrolments.order_by("arrival_no")[:number]:
        hand_in(cast, sign_in, row, part="link", link=SHOP)
    browser = sign_in(cast.district)
    browser.get(reverse("desk_works", args=[made.number]))
    with django_assert_num_queries(12):
        browser.get(reverse("desk_works", args=[made.number]))
