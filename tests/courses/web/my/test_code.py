"""我的签到码: what the page holds, and for whom."""

import json
import re
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from courses.attendance import personal
from courses.models import Device, Learner
from courses.people import devices
from courses.policy import Policy
from courses.web.public.binding import cookie_name, write_binding
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
MAKER = re.compile(r'<script type="application/json" id="mycode-maker">(.*?)</script>')


@pytest.fixture
def moment() -> datetime:
    catalogue.policy()
    return timezone.now()


@pytest.fixture
def owner(client: Client, moment: datetime) -> Learner:
    learner = people.learner(now=moment)
    assert learner.user is not None
    client.force_login(learner.user)
    return learner


@pytest.fixture
def phone(client: Client, owner: Learner, moment: datetime) -> Device:
    from django.http import HttpResponse

    device = devices.bind(learner=owner, label="Android", now=moment)
    answer = HttpResponse()
    write_binding(answer, device)
    client.cookies[cookie_name()] = answer.cookies[cookie_name()].value
    return device


def test_the_page_makes_the_code_of_this_phone_and_names_nobody(client: Client, owner: Learner, phone: Device) -> None:
    page = client.get("/my/code/").content.decode()
    maker = json.loads(MAKER.search(page)[1])  # type: ignore[index]
    now = timezone.now()
    assert (
        maker["seed"]
        == personal.seed(learner_number=owner.number, device_code=phone.code, on=personal.day_of(now)).hex()
    )
    assert (maker["name"], maker["step"]) == (owner.number.removeprefix("X"), 30)
    assert ("王*强" in page, owner.name in page, owner.phone in page, phone.code in page) == (True, False, False, False)


def test_without_script_the_page_shows_the_code_of_the_moment(client: Client, owner: Learner, phone: Device) -> None:
    shown = client.get("/my/code/").context["text"]
    found = personal.read(text=shown, policy=Policy(), now=timezone.now())
    assert found is not None
    assert (found.learner, found.device, found.fresh) == (owner, phone, True)


def test_a_browser_that_is_not_bound_gets_no_seed(client: Client, owner: Learner, moment: datetime) -> None:
    assert MAKER.search(client.get("/my/code/").content.decode()) is None
    stranger = devices.bind(learner=people.learner(now=moment), label="", now=moment)
    assert Device.objects.get() == stranger


def test_a_binding_that_was_ended_gets_no_seed(client: Client, owner: Learner, phone: Device) -> None:
    devices.revoke(learner=owner, code=phone.code, now=timezone.now())
    assert MAKER.search(client.get("/my/code/").content.decode()) is None


def test_the_worker_lies_where_it_can_look_after_this_page_alone(client: Client, owner: Learner) -> None:
    answer = client.get("/my/code/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers


def test_signing_out_takes_the_kept_page_away(client: Client, owner: Learner) -> None:
    assert client.post("/account/logout/")["Clear-Site-Data"] == '"cache", "storage"'
