"""评选 for the applicant: the project papers, and the own result with its reasons."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses import selection
from courses.models import Enrolment, Learner, Pitch, TrainingClass
from tests.factories import people
from tests.factories.selection import camp, candidate, proposed, reviewers, scored

pytestmark = pytest.mark.django_db
PAPERS = {"title": "海产加工", "summary": "把养殖户的海产做成预制菜。", "jobs": "6"}


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def a_camp(now: datetime) -> TrainingClass:
    return camp(now=now)


@pytest.fixture
def learner(now: datetime) -> Learner:
    return people.learner(now=now, name="孙小海")


@pytest.fixture
def row(learner: Learner, a_camp: TrainingClass, now: datetime) -> Enrolment:
    return candidate(camp=a_camp, now=now, learner=learner, pitch=False)


@pytest.fixture
def browser(learner: Learner) -> Client:
    client = Client()
    assert learner.user is not None
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def read(browser: Client, row: Enrolment) -> str:
    page = browser.get(reverse("my_enrolment", args=[row.number])).content.decode()
    return " ".join(BeautifulSoup(page, "lxml").get_text(" ").split())


def test_an_applicant_is_asked_for_the_project_papers_and_hands_them_in(browser: Client, row: Enrolment) -> None:
    assert "没有项目材料的申请不能评分，也不能录取。" in read(browser, row)
    address = reverse("my_pitch", args=[row.number])
    assert browser.get(address).status_code == 200
    assert browser.post(address, PAPERS).status_code == 302
    assert "已提交「海产加工」，等待评分。" in read(browser, row)
    assert Pitch.objects.get().jobs == 6


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": " "}, {"summary": ""}, {"jobs": "-1"}, {"summary": "长" * 1001}]
)
def test_papers_that_lack_something_are_shown_again(browser: Client, row: Enrolment, wrong: dict[str, str]) -> None:
    assert browser.post(reverse("my_pitch", args=[row.number]), PAPERS | wrong).status_code == 422
    assert not Pitch.objects.exists()


def test_papers_are_closed_once_scoring_has_begun(browser: Client, row: Enrolment, now: datetime) -> None:
    address = reverse("my_pitch", args=[row.number])
    browser.post(address, PAPERS)
    scored(row, 8, by=reviewers(1), now=now)
    answer = browser.post(address, PAPERS | {"title": "别的"})
    assert answer.status_code == 422
    assert "已经开始评分，项目材料不能再改" in answer.content.decode()


def test_somebody_elses_papers_and_those_of_an_ordinary_class_are_not_found(
    browser: Client, row: Enrolment, a_camp: TrainingClass, now: datetime
) -> None:
    other = candidate(camp=a_camp, now=now)
    assert browser.get(reverse("my_pitch", args=[other.number])).status_code == 404
    TrainingClass.objects.filter(pk=a_camp.pk).update(mode="reviewed")
    assert browser.get(reverse("my_pitch", args=[row.number])).status_code == 404


def test_the_result_is_shown_with_the_own_points_and_without_a_reviewer(
    browser: Client, row: Enrolment, a_camp: TrainingClass, now: datetime
) -> None:
    browser.post(reverse("my_pitch", args=[row.number]), PAPERS)
    first, second = people.user(name="曲芳芳"), people.user(name="刘洋洋")
    scored(row, 9, 8, by=[first, second], now=now)
    result = proposed(camp=a_camp, now=now, points=(6,))
    assert "评选结果" not in read(browser, row)
    selection.confirm(by=people.user(), selection=result, now=now)
    page = read(browser, row)
    assert "结果 拟录取" in page
    assert "得分 85.00" in page
    assert "项目可行性 8.5 / 10" in page
    assert "对结果有异议，请在公示期内联系" in page
    assert "60.00" not in page
    assert "曲" not in page
    assert "刘" not in page


def test_who_withdraws_leaves_the_selection(browser: Client, row: Enrolment, a_camp: TrainingClass) -> None:
    answer = browser.post(reverse("my_withdraw", args=[row.number]), follow=True)
    assert "已退出，申请不再参加评选。" in answer.content.decode()
    row.refresh_from_db()
    a_camp.refresh_from_db()
    assert (row.status, a_camp.taken, a_camp.waiting) == ("withdrawn", 0, 0)
