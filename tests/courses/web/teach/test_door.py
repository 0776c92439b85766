"""No message on the phone: two digits there and on the roster; one press on a name, and the phone turns green."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses import attendance
from courses.attendance import lesson_name
from courses.models import Direction, DoorRequest, Evidence
from courses.policy import Policy
from tests.courses.attendance.conftest import Room, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(room: Room, now: datetime) -> Client:
    """A browser that has scanned the wall and is signed in as nobody."""
    client = Client()
    code = attendance.issue(lesson=room.lesson, direction=Direction.IN, policy=Policy(), now=now)
    assert client.get(reverse("scan", args=[code.text])).status_code == 200
    return client


@pytest.fixture
def row(phone: Client) -> DoorRequest:
    answer = phone.post(reverse("scan_ask"))
    made = DoorRequest.objects.get()
    assert answer.headers["Location"] == reverse("scan_asked", args=[made.code])
    return made


def standing(phone: Client, row: DoorRequest) -> str:
    return str(phone.get(reverse("scan_asked_state", args=[row.code])).json()["standing"])


def test_the_way_to_the_trainer_stands_where_one_would_sign_in(phone: Client) -> None:
    page = BeautifulSoup(phone.get(reverse("ticket")).content, "lxml")
    [form] = page.select(".scan-foot form")
    assert (form["action"], form["method"]) == (reverse("scan_ask"), "post")


def test_the_digits_are_on_both_and_a_name_settles_it(
    room: Room, teacher: Client, phone: Client, row: DoorRequest, clock: time_machine.Traveller
) -> None:
    learner, other = room.learner("王小强"), room.learner("李梅")
    scan(room, other, 0)
    assert row.pairing in phone.get(reverse("scan_asked", args=[row.code])).content.decode()
    roster = BeautifulSoup(teacher.get(reverse("roster", args=[lesson_name(room.lesson)])).content, "lxml")
    address = reverse("door", args=[lesson_name(room.lesson), row.code])
    assert [pair.get_text() for pair in roster.select(".roster-pair")] == [row.pairing]
    assert roster.select_one(f"a[href='{address}']") is not None
    page = BeautifulSoup(teacher.get(address).content, "lxml")
    assert [name.get_text(strip=True) for name in page.select(".door-names button")] == ["1　王小强"]
    clock.shift(timedelta(minutes=2))
    assert standing(phone, row) == "awaits"
    teacher.post(address, {"learner": learner.number})
    assert standing(phone, row) == "counts"
    said = Evidence.objects.get(learner=learner)
    green = phone.get(reverse("scan_asked", args=[row.code])).content.decode()
    assert ("老师已为您登记" in green, "王*强" in green, "王小强" in green) == (True, True, False)
    assert said.happened_at == room.at(0)
    assert teacher.get(address).status_code == 404


def test_nobody_with_these_digits_is_said_and_nothing_counts(
    room: Room, teacher: Client, phone: Client, row: DoorRequest
) -> None:
    room.learner()
    teacher.post(reverse("door", args=[lesson_name(room.lesson), row.code]), {"learner": ""})
    assert standing(phone, row) == "denied"
    assert "还没有签到" in phone.get(reverse("scan_asked", args=[row.code])).content.decode()
    assert not Evidence.objects.exists()


def test_a_learner_of_another_class_is_not_found_and_a_stranger_finds_no_request(
    room: Room, teacher: Client, stranger: Client, row: DoorRequest
) -> None:
    address = reverse("door", args=[lesson_name(room.lesson), row.code])
    assert teacher.post(address, {"learner": "X000000000"}).status_code == 404
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"learner": ""}).status_code == 404


def test_without_a_scan_there_is_nobody_to_ask(room: Room) -> None:
    answer = Client().post(reverse("scan_ask"))
    assert (answer.status_code, DoorRequest.objects.exists()) == (410, False)
