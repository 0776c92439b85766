"""点名 on the learner's phone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

from courses import attendance
from courses.models import Evidence, Learner, RollCall, RollCallTry
from courses.people import devices
from courses.web.public.binding import cookie_name, write_binding
from tests.courses.attendance.conftest import Room, open_room, scan

pytestmark = pytest.mark.django_db
ADDRESS = "/C/ROLLCALL"


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now + timedelta(minutes=60), tick=False) as moved:
        yield moved


@pytest.fixture
def room(now: datetime, clock: time_machine.Traveller) -> Room:
    return open_room(now=now)


def called(room: Room) -> RollCall:
    return attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60))


def signed_in(learner: Learner) -> Client:
    assert learner.user is not None
    phone = Client()
    phone.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return phone


def bound(learner: Learner, now: datetime) -> Client:
    response = HttpResponse()
    write_binding(response, devices.bind(learner=learner, label="", now=now))
    phone = Client()
    phone.cookies[cookie_name()] = response.cookies[cookie_name()].value
    return phone


def page(answer: object) -> BeautifulSoup:
    return BeautifulSoup(answer.content.decode(), "lxml")  # type: ignore[attr-defined]


def wrong(call: RollCall) -> str:
    return next(picture for picture in call.offered if picture != call.picture)


def test_a_bound_phone_picks_the_picture_without_signing_in(room: Room, now: datetime) -> None:
    learner = room.learner("王小强")
    scan(room, learner, 0)
    call, phone = called(room), bound(learner, now)
    shown = page(phone.get(ADDRESS))
    assert [button["value"] for button in shown.select(".roll-grid button")] == attendance.pictures_for(
        roll_call=call, learner_id=learner.pk
    )
    assert not RollCallTry.objects.exists()
    answer = phone.post(ADDRESS, {"call": call.code, "picture": call.picture})
    assert (answer.status_code, page(answer).h1.get_text()) == (200, "已答到")  # type: ignore[union-attr]
    assert "王*强" in answer.content.decode()
    assert Evidence.objects.filter(kind="rollcall", learner=learner).count() == 1


def test_my_pages_lead_to_it_while_it_runs(room: Room, clock: time_machine.Traveller) -> None:
    phone = signed_in(room.learner())
    assert "老师正在点名" not in phone.get("/my/").content.decode()
    called(room)
    assert page(phone.get("/my/")).select_one(f'a[href="{ADDRESS}"]') is not None
    clock.move_to(room.at(63))
    assert "老师正在点名" not in phone.get("/my/").content.decode()


def test_a_wrong_picture_says_what_is_left_and_then_sends_to_the_trainer(room: Room) -> None:
    learner, call = room.learner(), called(room)
    phone = signed_in(learner)
    first = phone.post(ADDRESS, {"call": call.code, "picture": wrong(call)})
    assert first.status_code == 409
    assert "还可以选 1 次" in page(first).select_one("[role=alert]").get_text()  # type: ignore[union-attr]
    second = phone.post(ADDRESS, {"call": call.code, "picture": wrong(call)})
    assert "已经选错 2 次，请当面告诉老师您在教室" in page(second).get_text()
    assert "您的签到没有变化" in page(second).get_text()


def test_two_people_on_one_phone_are_shown_to_the_trainer(room: Room) -> None:
    one, other = room.learner("王一"), room.learner("王二")
    call = called(room)
    for learner, heading in ((one, "已答到"), (other, "请老师确认一下")):
        phone = signed_in(learner)
        phone.cookies["browser"] = "SAMEBROWSER"
        answer = phone.post(ADDRESS, {"call": call.code, "picture": call.picture})
        assert page(answer).h1.get_text() == heading  # type: ignore[union-attr]


def test_without_a_roll_call_and_for_strangers_there_is_nothing_to_answer(room: Room, now: datetime) -> None:
    other = open_room(now=now)
    learner = other.learner()
    assert signed_in(room.learner()).get(ADDRESS).status_code == 404
    call = called(room)
    phone = signed_in(learner)
    assert phone.get(ADDRESS).status_code == 404
    assert phone.post(ADDRESS, {"call": call.code, "picture": call.picture}).status_code == 403
    assert not RollCallTry.objects.exists()


def test_after_its_time_it_is_over(room: Room, clock: time_machine.Traveller) -> None:
    learner, call = room.learner(), called(room)
    clock.move_to(room.at(63))
    assert signed_in(learner).post(ADDRESS, {"call": call.code, "picture": call.picture}).status_code == 410


def test_who_is_unknown_signs_in_first_and_comes_back(room: Room) -> None:
    called(room)
    assert Client().get(ADDRESS)["Location"] == f"/account/?next={ADDRESS}"


def test_a_phone_whose_binding_was_removed_is_nobody(room: Room, now: datetime) -> None:
    learner = room.learner()
    called(room)
    phone = bound(learner, now)
    devices.revoke(learner=learner, code=learner.devices.get().code, now=now)
    assert phone.get(ADDRESS).status_code == 302
