"""A learner hands in a business plan and a link, and reads what became of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courses import policy, works
from courses.models import Enrolment, Work
from courses.policy import DEFAULTS
from courses.works import regrading
from tests.courses.rosters.conftest import private_folder
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended
from tests.factories.papers import pdf

__all__ = ["private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def own(client: Client, now: datetime) -> Enrolment:
    made = training_class(now=now, lessons=1)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["plan", "link"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    row = enrolled(training_class=made, now=now)
    assert row.learner.user is not None
    client.force_login(row.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return row


def text(response: object) -> str:
    page = BeautifulSoup(response.content, "lxml")  # type: ignore[attr-defined]
    return " ".join(page.get_text(" ").split())


def test_a_plan_goes_in_comes_back_and_goes_in_again(client: Client, own: Enrolment, now: datetime) -> None:
    address = reverse("my_works", args=[own.number])
    told = client.post(address, {"part": "plan", "file": SimpleUploadedFile("x.pdf", pdf())}, follow=True)
    assert "已提交，等机构以外的人评定。" in text(told)
    work = Work.objects.get()
    again = client.post(reverse("my_work", args=[own.number, work.code]))
    assert (again["Content-Type"], again.content) == ("application/pdf", pdf())
    works.judge(by=people.user(), work=work, grade="fail", note="缺成本测算", now=now)
    page = client.get(address)
    assert "缺成本测算" in text(page)
    assert "重新提交" in text(page)


def test_a_changed_grade_is_shown_with_its_date_and_reason_beside_the_first(
    client: Client, own: Enrolment, now: datetime
) -> None:
    assert own.learner.user is not None
    work = works.hand_in_link(enrolment=own, link="https://shop.example.com/", by=own.learner.user, now=now)
    works.judge(by=people.user(), work=work, grade="excellent", note="测算扎实", now=now)
    work.refresh_from_db()
    dropped = regrading.ask(by=people.user(), work=work, grade="pass", reason="偏高了", now=now)
    regrading.decide(by=people.user(), regrade=dropped, agree=False, now=now)
    change = regrading.ask(by=people.user(), work=work, grade="fail", reason="店铺已关", now=now)
    address = reverse("my_works", args=[own.number])
    assert "店铺已关" not in text(client.get(address))
    regrading.decide(by=people.user(), regrade=change, agree=True, now=now + timedelta(days=2))
    page = text(client.get(address))
    assert "原评定：优秀，2026 年 9 月 14 日 9:00，意见：测算扎实" in page
    assert "改评：优秀改为不合格，2026 年 9 月 16 日 9:00，原因：店铺已关" in page
    assert "偏高了" not in page
    client.cookies["django_language"] = "en"
    assert "Grade changed from Excellent to" in text(client.get(address))


def test_a_refusal_stands_at_its_field(client: Client, own: Enrolment) -> None:
    answer = client.post(reverse("my_works", args=[own.number]), {"part": "link", "link": "http://x.example/"})
    assert answer.status_code == 422
    assert "链接要以 https:// 开头" in text(answer)
    assert b'value="http://x.example/"' in answer.content
    assert client.post(reverse("my_works", args=[own.number]), {"part": "thesis"}).status_code == 422


def test_the_hours_alone_are_not_told_to_be_enough(client: Client, own: Enrolment, now: datetime) -> None:
    attended(own, by=own.training_class.trainers.get())
    assert "学时已够，还差：创业计划书评定合格、网店链接评定合格" in text(client.get(reverse("my")))


def test_a_class_that_asks_for_nothing_has_no_such_page(client: Client, own: Enrolment, now: datetime) -> None:
    own.training_class.policy = policy.publish(
        by=None, number="v3", effective_on=date(2026, 2, 1), document=dict(DEFAULTS)
    )
    own.training_class.save()
    assert client.get(reverse("my_works", args=[own.number])).status_code == 404
