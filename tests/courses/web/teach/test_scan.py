"""扫学员 and 固定扫码台: the colour comes with the receipt, for the trainer, for the kiosk, with script and without."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from courses import attendance
from courses.attendance import Mark, PersonRefusal, PersonRefused, personal
from courses.models import Evidence, Kiosk, Learner
from courses.people import devices
from tests.courses.attendance.conftest import Room
from tests.drill.decode import photographed, symbol

pytestmark = pytest.mark.django_db


def address(room: Room, rest: str = "scan/") -> str:
    return f"/teach/lesson/{attendance.lesson_name(room.lesson)}/{rest}"


def code(learner: Learner, now: datetime) -> str:
    device = devices.bind(learner=learner, label="Android", now=now)
    return personal.code_at(learner=learner, device=device, moment=now)


def ask(client: Client, url: str, **fields: Any) -> dict[str, str]:
    answer = client.post(url, fields, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    told: dict[str, str] = answer.json()
    return told


def test_a_scan_turns_the_page_green_with_the_name(teacher: Client, room: Room, now: datetime) -> None:
    told = ask(teacher, address(room), code=code(room.learner(), now))
    assert told["tone"] == "go"
    for part in ("到了", "王小强", Evidence.objects.get().receipt[:4]):
        assert part in told["html"]


def test_the_same_code_again_shows_the_first_time(teacher: Client, room: Room, now: datetime) -> None:
    text = code(room.learner(), now)
    ask(teacher, address(room), code=text)
    told = ask(teacher, address(room), code=text)
    assert ("已签到过" in told["html"], "没有重复记" in told["html"], Evidence.objects.count()) == (True, True, 1)


def test_what_must_be_looked_at_is_amber_and_what_is_no_code_red(teacher: Client, room: Room, now: datetime) -> None:
    learner = room.learner()
    old = code(learner, now - timedelta(minutes=5))
    assert ask(teacher, address(room), code=old)["tone"] == "wait"
    told = ask(teacher, address(room), code="nonsense")
    assert (told["tone"], "不认" in told["html"]) == ("stop", True)


def test_who_is_marked_absent_is_amber_for_trainer_and_kiosk_and_asks_for_the_roster(
    teacher: Client, kiosk: Client, room: Room, now: datetime
) -> None:
    learner = room.learner()
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="other", now=now)
    for client, url in ((teacher, address(room)), (kiosk, "/kiosk/")):
        told = ask(client, url, code=code(learner, now))
        assert (told["tone"], "已记为缺勤或请假，现在来了" in told["html"]) == ("wait", True)
    roster = teacher.get(address(room, "")).content.decode()
    assert "已记为缺勤或请假，现在来了，请当面确认" in roster


def test_without_script_the_page_comes_back_with_the_answer(teacher: Client, room: Room, now: datetime) -> None:
    page = teacher.post(address(room), {"code": code(room.learner(), now)}).content.decode()
    assert ("scan-go" in page, "到了" in page, 'name="code"' in page) == (True, True, True)


def test_a_photo_is_read_on_the_server(teacher: Client, room: Room, now: datetime) -> None:
    written = io.BytesIO()
    photographed(symbol(code(room.learner(), now)), turn=9).save(written, "JPEG")
    photo = SimpleUploadedFile("a.jpg", written.getvalue(), content_type="image/jpeg")
    assert ask(teacher, address(room), photo=photo)["tone"] == "go"
    empty = SimpleUploadedFile("a.jpg", b"GIF89a", content_type="image/jpeg")
    assert ask(teacher, address(room), photo=empty)["tone"] == "stop"


def test_a_strangers_lesson_is_not_found(stranger: Client, room: Room, now: datetime) -> None:
    text = code(room.learner(), now)
    assert stranger.post(address(room), {"code": text}).status_code == 404
    assert stranger.post(address(room, "kiosk/"), {"for": "lesson"}).status_code == 404
    assert Evidence.objects.count() == 0


# ── Every refusal, in both languages ──────────────────────────────────────────────────────────────────────────────────

VALUES = {"opens": "08:30", "closes": "12:00", "room": "205 教室"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("refused", PersonRefusal)
def test_a_refusal_says_what_happened_and_what_to_do_to_trainer_and_kiosk(
    refused: PersonRefusal,
    language: str,
    teacher: Client,
    kiosk: Client,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T09: the closed list is what may be raised; each of it reaches the screen as its own sentence, and is red
    but for a guest."""

    def refuse(**_asked: object) -> None:
        raise PersonRefused(refused, learner=None, **VALUES)

    monkeypatch.setattr(attendance, "scan_person", refuse)
    with override(language):
        sentence = PersonRefused(refused, learner=None, **VALUES).sentence
    for client, url in ((teacher, address(room)), (kiosk, "/kiosk/")):
        headers = {"Accept": "application/json", "Accept-Language": language}
        told = client.post(url, {"code": "X"}, headers=headers).json()
        assert told["tone"] == ("wait" if refused == PersonRefusal.GUEST else "stop")
        assert sentence in BeautifulSoup(told["html"], "lxml").get_text()
    assert Evidence.objects.count() == 0


# ── The kiosk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def kiosk(teacher: Client, room: Room) -> Client:
    """A machine that was opened with the code of the trainer's phone; nobody is signed in at it."""
    started = teacher.post(address(room, "kiosk/"), {"for": "lesson"}).context["started"]
    machine = Client()
    assert machine.post("/kiosk/open/", {"opening": started.code})["Location"] == "/kiosk/"
    assert "sessionid" not in machine.cookies
    return machine


def test_a_kiosk_scans_and_shows_masked_names(kiosk: Client, room: Room, now: datetime) -> None:
    told = ask(kiosk, "/kiosk/", code=code(room.learner(), now))
    assert (told["tone"], "王*强" in told["html"], "王小强" in told["html"]) == ("go", True, False)
    row = Evidence.objects.get()
    assert (row.origin, row.note, row.by) == (Evidence.Origin.KIOSK, Kiosk.objects.get().number, None)


def test_a_kiosk_opens_no_other_door(kiosk: Client, room: Room) -> None:
    for door in (address(room), address(room, ""), "/my/", "/desk/"):
        assert kiosk.get(door).status_code == 302


def test_a_kiosk_that_was_ended_scans_nothing(kiosk: Client, teacher: Client, room: Room, now: datetime) -> None:
    number = Kiosk.objects.get().number
    assert teacher.post(address(room, f"kiosk/{number}/end/")).status_code == 302
    text = code(room.learner(), now)
    assert kiosk.post("/kiosk/", {"code": text}, headers={"Accept": "application/json"}).status_code == 403
    assert "还不是扫码台" in kiosk.get("/kiosk/").content.decode()
    assert Evidence.objects.count() == 0


def test_a_machine_without_a_token_is_asked_for_the_opening_code(db: None) -> None:
    page = Client().get("/kiosk/")
    assert (page.status_code, "开机码" in page.content.decode()) == (200, True)
    wrong = Client().post("/kiosk/open/", {"opening": "00000000"})
    assert (wrong.status_code, "没有开启" in wrong.content.decode()) == (422, True)
