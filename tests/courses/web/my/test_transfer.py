"""转班: a learner asks from the page of an enrolment, takes it back, reads the answer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from courses import enrolment
from courses.models import Enrolment, TrainingClass, TransferRequest
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def there(now: datetime) -> TrainingClass:
    return training_class(now=now, course=catalogue.course(), first=now + timedelta(days=20))


@pytest.fixture
def own(client: Client, there: TrainingClass, now: datetime) -> Enrolment:
    row = enrolled(training_class=training_class(now=now, course=there.course), now=now)
    assert row.learner.user is not None
    client.force_login(row.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return row


def page(client: Client, own: Enrolment) -> BeautifulSoup:
    return BeautifulSoup(client.get(f"/my/enrolment/{own.number}/").content, "lxml")


def post(client: Client, own: Enrolment, what: str, **data: str) -> str:
    return client.post(f"/my/enrolment/{own.number}/{what}/", data, follow=True).content.decode()


def test_a_learner_asks_once_and_takes_it_back(client: Client, own: Enrolment, there: TrainingClass) -> None:
    assert page(client, own).select_one("input[name=to]")["value"] == there.number
    assert "请写明转班原因。" in post(client, own, "transfer", to=there.number)
    assert "请选一个班。" in post(client, own, "transfer", reason="要出海")
    said = post(client, own, "transfer", to=there.number, reason="要出海")
    assert "转班申请已提交" in said
    assert f"您申请转到 {there.number} 班" in said
    assert page(client, own).select_one("input[name=to]") is None
    assert "请等机构答复，或先撤回再申请" in post(client, own, "transfer", to=there.number, reason="再问一次")
    assert "转班申请已撤回" in post(client, own, "transfer/back")
    assert TransferRequest.objects.get().status == "taken_back"
    assert "没有待办理的转班申请" in post(client, own, "transfer/back")


def test_the_answer_stands_on_the_page_and_another_wish_may_follow(
    client: Client, own: Enrolment, there: TrainingClass, now: datetime
) -> None:
    post(client, own, "transfer", to=there.number, reason="要出海")
    enrolment.turn_request_down(enrolment=own, reason="那个班要求有基础", by=people.user(), now=now)
    shown = page(client, own)
    assert f"转到 {there.number} 班未办理成功，原来的席位不变" in shown.text
    assert "那个班要求有基础" in shown.text
    assert shown.select_one("input[name=to]") is not None


def test_where_there_is_no_other_class_nothing_is_offered(client: Client, now: datetime) -> None:
    row = enrolled(training_class=training_class(now=now, course=catalogue.course("alone")), now=now)
    assert row.learner.user is not None
    client.force_login(row.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "申请转班" not in page(client, row).text


def test_who_never_came_reads_what_became_of_the_seat(client: Client, now: datetime) -> None:
    before = now - timedelta(days=9)
    row = enrolled(training_class=training_class(now=before), now=before)
    enrolment.mark_no_show(by=people.user(), enrolment=row, now=now)
    assert row.learner.user is not None
    client.force_login(row.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "没有到课，席位已让出" in page(client, row).select_one("h1").text
