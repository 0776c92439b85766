"""注销 in two steps: what goes and what stays is read before anything is asked for."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from courses import erasure
from courses.models import ErasureRequest, Learner, TrainingClass
from tests.courses.web.desk.conftest import words
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.erasure import certified, closed

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(client: Client, now: datetime) -> Learner:
    catalogue.policy()
    made = people.learner(now=now)
    assert made.user is not None
    client.force_login(made.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def test_it_is_asked_for_in_two_steps_and_can_be_taken_back(client: Client, learner: Learner, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        assert "/my/erasure/" in client.get("/my/data/").content.decode()
        first = words(client.get("/my/erasure/"))
        assert "办结时删除" in first
        assert "15 个工作日" in first
        refused = client.post("/my/erasure/confirm/", {})
        assert (refused.status_code, ErasureRequest.objects.count()) == (422, 0)
        client.post("/my/erasure/confirm/", {"sure": "on"})
        asked = ErasureRequest.objects.get()
        assert (asked.learner, asked.asked_by, asked.status) == (learner, learner.user, "asked")
        assert asked.number in words(client.get("/my/erasure/"))
        client.post("/my/erasure/back/")
        asked.refresh_from_db()
        assert asked.status == "taken_back"
        assert client.post("/my/erasure/back/").status_code == 404


def test_who_completed_reads_until_when_the_name_stays(client: Client, learner: Learner, now: datetime) -> None:
    certificate, later = certified(learner, now=now)
    a_class = closed(certificate)
    with time_machine.travel(later, tick=False):
        page = words(client.get("/my/erasure/"))
    assert f"{a_class.ends_on.year + 10} 年" in page
    assert a_class.course.label in page
    assert "姓名和性别" not in page


def test_what_stands_in_the_way_is_read_before_and_nothing_can_be_asked(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now, lessons=1)
    enrolled(training_class=a_class, now=now, learner=learner)
    with time_machine.travel(now, tick=False):
        assert "会退出的报名" in words(client.get("/my/erasure/"))
    TrainingClass.objects.filter(pk=a_class.pk).update(status=TrainingClass.Status.RUNNING)
    with time_machine.travel(now + timedelta(days=1), tick=False):
        assert a_class.number in words(client.get("/my/erasure/"))
        assert client.get("/my/erasure/confirm/").status_code == 302
        client.post("/my/erasure/confirm/", {"sure": "on"})
    assert not ErasureRequest.objects.exists()


def test_a_refusal_is_read_with_its_reason(client: Client, learner: Learner, now: datetime) -> None:
    assert learner.user is not None
    asked = erasure.ask(learner=learner, by=learner.user, now=now)
    erasure.receive(request=asked, by=people.user(), note="回电", now=now)
    erasure.refuse(request=asked, by=people.user(), reason="电话里不是本人", now=now)
    with time_machine.travel(now, tick=False):
        assert "电话里不是本人" in words(client.get("/my/erasure/"))
