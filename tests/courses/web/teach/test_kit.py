"""离线点名 over HTTP: the page holds nobody, the answers hold no name, and a stranger finds nothing."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from courses import attendance
from courses.models import Evidence, Kit, KitEntry
from tests.courses.attendance.conftest import Room
from tests.factories.phones import Phone, milliseconds

pytestmark = pytest.mark.django_db


def address(room: Room, rest: str = "") -> str:
    return f"/teach/lesson/{attendance.lesson_name(room.lesson)}/kit/{rest}"


def post(client: Client, url: str, content: Any) -> Any:
    return client.post(url, json.dumps(content), content_type="application/json")


def prepared(client: Client, room: Room, now: datetime) -> Phone:
    phone = Phone(room.lesson, room.trainer)
    answer = post(client, address(room, "prepare/"), {"key": phone.public_key, "clock": milliseconds(now)})
    assert answer.status_code == 200
    phone.content = answer.json()
    return phone


def parcel(one: Any) -> dict[str, str]:
    return {"body": one.body, "signature": one.signature}


def handed_over(client: Client, room: Room, phone: Phone, now: datetime) -> Any:
    entries = [parcel(one) for one in phone.written]
    content = {"kit": phone.number, "entries": entries, "report": parcel(phone.word(now))}
    return post(client, address(room, "upload/"), content)


def test_the_page_that_the_phone_keeps_says_nothing_of_anybody(teacher: Client, room: Room) -> None:
    learner = room.learner("金丝雀")
    answer = teacher.get(address(room))
    page = answer.content.decode()
    assert (answer.status_code, "开始准备" in page, "no-store" in answer["Cache-Control"]) == (200, True, True)
    assert [one for one in ("金", learner.number, room.trainer.name, room.trainer.username) if one in page] == []


def test_the_worker_looks_after_this_page_alone(teacher: Client, room: Room) -> None:
    answer = teacher.get(address(room, "worker.js"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_phone_is_prepared_hands_over_and_gets_its_receipts(teacher: Client, room: Room, now: datetime) -> None:
    learner = room.learner("金丝雀")
    phone = prepared(teacher, room, now)
    assert [member["name"] for member in phone.content["members"]] == ["金**"]
    phone.mark(learner, "present", now)
    phone.mark(learner, "present", now, member="000000000000")
    answer = handed_over(teacher, room, phone, now)
    told, row = answer.json(), KitEntry.objects.order_by("pk")[0]
    assert [(one["state"], one["again"]) for one in told["receipts"]] == [("accepted", False), ("refused", False)]
    assert told["receipts"][0]["receipt"] == row.receipt
    assert told["kits"][0]["gaps"] == []
    assert [(line["n"], line["member"]) for line in told["kits"][0]["lines"]] == [(2, "")]
    assert "no-store" in answer["Cache-Control"]
    assert [one for one in ("金", learner.number) if one in answer.content.decode()] == []
    assert (Evidence.objects.get().by, Kit.objects.get().by, row.by) == (room.trainer,) * 3


def test_phones_that_disagree_are_asked_about_on_the_roster(teacher: Client, room: Room, now: datetime) -> None:
    learner = room.learner()
    for as_ in ("present", "absent"):
        phone = prepared(teacher, room, now)
        phone.mark(learner, as_, now)
        assert handed_over(teacher, room, phone, now).status_code == 200
    page = teacher.get(address(room).removesuffix("kit/")).content.decode()
    assert ("几条离线记录不一样" in page, "等另一人确认" in page) == (True, True)


def test_what_cannot_be_read_is_refused_with_a_sentence_and_nothing_is_written(
    teacher: Client, room: Room, now: datetime
) -> None:
    phone = prepared(teacher, room, now)
    sound = parcel(phone.word(now))
    for content in (
        [], {}, {"kit": phone.number, "entries": 1, "report": sound}, {"kit": phone.number, "entries": [], "report": 1},
        {"kit": phone.number, "entries": [{"body": 1}], "report": sound}, {"kit": 1, "entries": [], "report": sound},
    ):  # fmt: skip
        answer = post(teacher, address(room, "upload/"), content)
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert teacher.post(address(room, "upload/"), b"\xff", content_type="application/json").status_code == 400
    for content in ({"key": phone.public_key}, {"key": 1, "clock": 1}, {"key": "AAAA", "clock": True}):
        assert post(teacher, address(room, "prepare/"), content).status_code == 400
    refused = post(teacher, address(room, "prepare/"), {"key": "AAAA", "clock": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "bad_key")
    foreign = {"kit": "L0000000000", "entries": [], "report": sound}
    assert post(teacher, address(room, "upload/"), foreign).json()["code"] == "not_this_kit"
    assert KitEntry.objects.count() == 0


def test_a_stranger_finds_neither_page_nor_worker_and_hands_in_nothing(
    teacher: Client, stranger: Client, room: Room, now: datetime
) -> None:
    phone = prepared(teacher, room, now)
    phone.mark(room.learner(), "present", now)
    for rest in ("", "worker.js", "pulse"):
        assert stranger.get(address(room, rest)).status_code == 404
    assert handed_over(stranger, room, phone, now).status_code == 404
    assert Client().get(address(room, "pulse")).status_code == 302
    assert KitEntry.objects.count() == 0


def test_the_time_and_the_token_come_apart_from_the_page(teacher: Client, room: Room, now: datetime) -> None:
    told = teacher.get(address(room, "pulse")).json()
    assert (told["now"], len(told["token"])) == (milliseconds(now), 64)
