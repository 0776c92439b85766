import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
import time_machine
import zxingcpp
from bs4 import BeautifulSoup
from django.test import Client
from PIL import Image, ImageDraw
from pytest_django import DjangoAssertNumQueries, Settings

from courses import attendance
from courses.models import AuditEvent, Lesson, Post
from tests.courses.attendance.conftest import Room, leave, scan
from tests.courses.web.teach.conftest import sign_in
from tests.factories import people

pytestmark = pytest.mark.django_db


def address(room: Room, what: str = "") -> str:
    return f"/teach/lesson/{attendance.lesson_name(room.lesson)}/wall/{what}"


def page(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


def opened(teacher: Client, room: Room) -> BeautifulSoup:
    return page(teacher.get(address(room)).content.decode())


def token(teacher: Client, room: Room) -> str:
    return str(opened(teacher, room).select_one("#wall")["data-screen"])  # type: ignore[index]


def ask(room: Room, screen: str, **headers: str):  # type: ignore[no-untyped-def]
    """As the projector asks: without a cookie."""
    return Client().get(address(room, "state"), headers={"x-screen": screen, **headers})


def drawn(svg: object) -> str:
    """The symbol painted from its path and read by a reader."""
    side = int(svg["viewbox"].split()[2])  # type: ignore[index]
    picture = Image.new("L", (side * 8, side * 8), 255)
    brush = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg.select("path")[1]["d"]):  # type: ignore[attr-defined]
        left, top = int(x) * 8, int(y) * 8
        brush.rectangle((left, top, left + int(length) * 8 - 1, top + 7), fill=0)
    picture.save(BytesIO(), "PNG")
    [found] = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_the_wall_shows_a_code_that_a_phone_reads_and_the_server_takes(room: Room, teacher: Client) -> None:
    svg = opened(teacher, room).select_one(".wall-panel svg")
    text = drawn(svg)
    assert re.fullmatch(r"HTTP://TESTSERVER/C/[0-9A-HJKMNP-TV-Z]{16}", text)
    assert svg["viewbox"] == "0 0 37 37"  # type: ignore[index]
    assert teacher.get(text[text.index("/C/") :]).status_code == 200


def test_the_origin_and_the_case_are_settings(room: Room, teacher: Client, settings: Settings) -> None:
    settings.SCAN_ORIGIN, settings.SCAN_CASE = "https://px.example.gov.cn", "lower"
    text = drawn(opened(teacher, room).select_one(".wall-panel svg"))
    assert text.startswith("https://px.example.gov.cn/C/")


def test_a_long_host_keeps_the_symbol_at_29_modules(room: Room, teacher: Client, settings: Settings) -> None:
    settings.SCAN_ORIGIN = "https://peixun.rsj.yantai.example.gov.cn"
    svg = opened(teacher, room).select_one(".wall-panel svg")
    assert svg["viewbox"] == "0 0 37 37"  # type: ignore[index]
    assert drawn(svg).startswith("HTTPS://PEIXUN.RSJ.YANTAI.EXAMPLE.GOV.CN/C/")


@pytest.mark.parametrize(
    ("minutes", "phase", "code", "words"),
    [
        (-40, "before", False, "8:30 起可以扫码签到"),
        (0, "open", True, "可签到至"),
        (12, "closing", True, "9:15 后算迟到"),
        (30, "late", True, "现在签到算迟到"),
        (170, "out", True, "现在扫码是签退"),
        (211, "ended", False, "已下课"),
    ],
)
def test_the_wall_has_its_faces(
    room: Room,
    teacher: Client,
    clock: time_machine.Traveller,
    minutes: int,
    phase: str,
    code: bool,
    words: str,
) -> None:
    clock.move_to(room.at(minutes))
    wall = opened(teacher, room).select_one("#wall")
    assert wall["data-phase"] == phase  # type: ignore[index]
    assert (wall.select_one(".wall-panel svg") is not None) == code  # type: ignore[union-attr]
    assert words in wall.get_text()  # type: ignore[union-attr]


def test_a_cancelled_lesson_shows_no_code(room: Room, teacher: Client) -> None:
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    wall = opened(teacher, room).select_one("#wall")
    assert wall["data-phase"] == "cancelled"  # type: ignore[index]
    assert wall.select_one(".wall-panel") is None  # type: ignore[union-attr]


def test_a_paused_wall_shows_no_code_and_goes_on_when_told(room: Room, teacher: Client) -> None:
    screen = token(teacher, room)
    teacher.post(address(room, "pause/"), {"paused": "1"})
    body = ask(room, screen).json()
    assert (body["phase"], body["step"]) == ("paused", 0)
    assert '<svg class="qr"' not in body["html"]
    teacher.post(address(room, "pause/"), {"paused": "0"})
    assert ask(room, screen).json()["phase"] == "open"


def test_the_state_tells_the_code_its_rest_and_the_servers_time(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    screen = token(teacher, room)
    clock.move_to(now + timedelta(seconds=3))
    answer = ask(room, screen)
    body = answer.json()
    assert (body["ends"] - int(answer["X-Now"]), body["step"]) == (7000, 10_000)
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer
    first = drawn(page(body["html"]).select_one("svg.qr"))
    clock.move_to(now + timedelta(seconds=10))
    assert drawn(page(ask(room, screen).json()["html"]).select_one("svg.qr")) != first


def test_while_nothing_changed_the_answer_is_empty(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    screen = token(teacher, room)
    etag = ask(room, screen)["ETag"]
    clock.move_to(now + timedelta(seconds=8))
    again = ask(room, screen, **{"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    clock.move_to(now + timedelta(seconds=10))
    assert ask(room, screen, **{"if-none-match": etag}).status_code == 200


def test_many_screens_cost_no_query_session_or_user(
    room: Room, teacher: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    screen = token(teacher, room)
    ask(room, screen)
    with django_assert_num_queries(0):
        for _ in range(5):
            assert ask(room, screen).status_code == 200


def test_a_screen_that_knows_it_all_is_told_so_before_anything_else(
    room: Room, teacher: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Neither language nor session nor page is asked; who comes for the first time, or without token, goes around."""
    screen = token(teacher, room)
    first = ask(room, screen)
    assert "Content-Language" in first
    with django_assert_num_queries(0):
        again = ask(room, screen, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"], again["ETag"]) == (304, "no-store", first["ETag"])
    assert "X-Now" in again
    assert "Content-Language" not in again
    assert ask(room, screen, **{"if-none-match": f"W/{first['ETag']}"}).status_code == 304
    assert ask(room, screen[:-2] + "zz", **{"if-none-match": first["ETag"]}).status_code == 403
    teacher.post(address(room, "pause/"), {"paused": "1"})
    assert ask(room, screen, **{"if-none-match": first["ETag"]}).json()["phase"] == "paused"


def test_what_is_made_for_one_screen_goes_to_the_next(
    room: Room, teacher: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    screen = token(teacher, room)
    first = ask(room, screen)
    teacher.post(address(room, "pause/"), {"paused": "1"})
    made = ask(room, screen, **{"if-none-match": first["ETag"]})
    with django_assert_num_queries(0):
        second = ask(room, screen, **{"if-none-match": first["ETag"]})
    assert (second.status_code, second.content, second["ETag"]) == (200, made.content, made["ETag"])


def test_a_second_later_one_statement_says_that_nothing_changed(
    room: Room,
    teacher: Client,
    now: datetime,
    clock: time_machine.Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    screen = token(teacher, room)
    etag = ask(room, screen)["ETag"]
    clock.move_to(now + timedelta(seconds=2))
    with django_assert_num_queries(1):
        assert ask(room, screen, **{"if-none-match": etag}).status_code == 304
    clock.move_to(now + timedelta(seconds=10))
    with django_assert_num_queries(1):
        assert ask(room, screen, **{"if-none-match": etag}).status_code == 200


def test_an_arrival_costs_the_wall_three_statements(
    room: Room,
    teacher: Client,
    now: datetime,
    clock: time_machine.Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Whether it changed, its last roll-call, its people; of the lesson itself nothing is another."""
    screen = token(teacher, room)
    etag = ask(room, screen)["ETag"]
    scan(room, room.learner("王小强"), 0)
    clock.move_to(now + timedelta(seconds=2))
    with django_assert_num_queries(3):
        assert "王*强" in ask(room, screen, **{"if-none-match": etag}).json()["html"]


def test_a_screen_at_another_address_gets_a_code_for_that_address(
    room: Room, teacher: Client, settings: Settings, clock: time_machine.Traveller, now: datetime
) -> None:
    """Whatever ETag it claims to have."""
    settings.ALLOWED_HOSTS = ["testserver", "elsewhere.example"]
    screen = token(teacher, room)
    first = ask(room, screen)
    for seconds in (1, 11):
        clock.move_to(now + timedelta(seconds=seconds))
        told = ask(room, screen, host="elsewhere.example", **{"if-none-match": first["ETag"]}).json()
        assert drawn(page(told["html"]).select_one("svg.qr")).startswith("HTTP://ELSEWHERE.EXAMPLE/C/")
        again = ask(room, screen, **{"if-none-match": first["ETag"][:-1] + '0"'}).json()
        assert drawn(page(again["html"]).select_one("svg.qr")).startswith("HTTP://TESTSERVER/C/")


def test_each_language_has_its_own_answer(room: Room, teacher: Client) -> None:
    screen = token(teacher, room)
    chinese, english = (ask(room, screen, **{"accept-language": language}) for language in ("zh-hans", "en"))
    assert chinese["ETag"] != english["ETag"]
    teacher.post(address(room, "pause/"), {"paused": "1"})
    for first, language, word in ((chinese, "zh-hans", "已暂停"), (english, "en", "Paused")):
        for _screen in range(2):
            told = ask(room, screen, **{"accept-language": language, "if-none-match": first["ETag"]})
            assert word in told.json()["html"]


def test_a_screen_without_its_token_is_turned_away(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    screen = token(teacher, room)
    until, _dot, mac = screen.partition(".")
    longer = f"{int(until) + 1}.{mac}"
    wrong = ["", "x", screen[:-2] + ("00" if screen[-2:] != "00" else "11"), longer, f"{until}.", "²."]
    assert [ask(room, text).status_code for text in wrong] == [403] * len(wrong)
    clock.move_to(now + timedelta(hours=12, seconds=1))
    assert ask(room, screen).status_code == 403


def test_the_token_of_one_lesson_or_screen_opens_no_other(room: Room, teacher: Client, now: datetime) -> None:
    screen = token(teacher, room)
    other = Lesson.objects.exclude(pk=room.lesson.pk).get(training_class=room.a_class)
    path = f"/teach/lesson/{attendance.lesson_name(other)}/wall/state"
    assert Client().get(path, headers={"x-screen": screen}).status_code == 403
    roster = f"/teach/lesson/{attendance.lesson_name(room.lesson)}/state"
    assert Client().get(roster, headers={"x-screen": screen}).status_code == 403


def test_arrivals_appear_masked_and_the_room_fills(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    learner = room.learner("王小强")
    room.learner("李梅")
    screen = token(teacher, room)
    scan(room, learner, 0)
    clock.move_to(now + timedelta(seconds=2))
    wall = page(ask(room, screen).json()["html"])
    assert wall.select_one(".wall-count").get_text(" ", strip=True) == "1 / 2 人已到"  # type: ignore[union-attr]
    assert [li.span.get_text() for li in wall.select(".wall-names li")] == ["王*强"]  # type: ignore[union-attr]
    assert [li.get_text(strip=True) for li in wall.select(".wall-roll li")] == ["1王*强", "2李*"]
    assert "小" not in wall.get_text()


def test_towards_the_end_it_counts_who_left(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    scan(room, one, 0)
    scan(room, other, 0)
    leave(room, one, 170)
    clock.move_to(room.at(171))
    wall = opened(teacher, room)
    assert wall.select_one(".wall-count").get_text(" ", strip=True) == "1 / 2 人已签退"  # type: ignore[union-attr]


def test_the_trainer_is_named_as_the_class_would(room: Room, teacher: Client, now: datetime) -> None:
    assert "请找王老师" in opened(teacher, room).get_text()
    Lesson.objects.filter(pk=room.lesson.pk).update(trainer=people.user(name="曲建国"))
    assert "请找曲老师" in opened(teacher, room).get_text()


def test_the_wall_of_a_stranger_is_not_found(room: Room, stranger: Client) -> None:
    assert stranger.get(address(room)).status_code == 404
    assert stranger.post(address(room, "pause/"), {"paused": "1"}).status_code == 404
    room.lesson.refresh_from_db()
    assert room.lesson.wall_paused is False


def test_who_is_not_signed_in_sees_no_wall(room: Room) -> None:
    answer = Client().get(address(room))
    assert answer["Location"].startswith("/account/staff/")


def test_a_wall_that_nobody_touched_for_half_an_hour_opens_again_and_stops_until_its_lesson_closes(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    opened(teacher, room)
    clock.move_to(room.at(31))
    assert teacher.post(address(room, "pause/"), {"paused": "1"}, headers={"x-screen": "x"}).status_code == 204
    assert "_auth_user_id" not in teacher.session
    assert opened(teacher, room).select_one("#wall")["data-phase"] == "paused"  # type: ignore[index]
    assert teacher.post(address(room, "pause/"), {"paused": "0"})["Location"] == address(room)
    assert AuditEvent.objects.filter(verb="wall_paused", by_id=room.trainer.pk).count() == 1
    clock.move_to(room.at(209))
    assert opened(teacher, room).select_one("#wall")["data-phase"] == "out"  # type: ignore[index]
    clock.move_to(room.at(211))
    assert teacher.get(address(room))["Location"].startswith("/account/staff/")


def test_the_pass_of_a_wall_opens_neither_the_roster_nor_another_lesson(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    opened(teacher, room)
    clock.move_to(room.at(31))
    name = attendance.lesson_name(room.lesson)
    other = Lesson.objects.exclude(pk=room.lesson.pk).get(training_class=room.a_class)
    for path in (f"/teach/lesson/{name}/", f"/teach/lesson/{attendance.lesson_name(other)}/wall/", "/teach/"):
        given = Client()
        given.cookies["wall"] = teacher.cookies["wall"].value
        assert given.get(path)["Location"].startswith("/account/staff/"), path


@pytest.mark.parametrize("spoil", ["", "1.1.00", "x.y.z", "²"])
def test_a_forged_pass_opens_no_wall(room: Room, teacher: Client, spoil: str) -> None:
    opened(teacher, room)
    held = teacher.cookies["wall"].value
    until, number, mac = held.split(".")
    for text in (spoil, f"{int(until) + 1}.{number}.{mac}", f"{until}.{int(number) + 1}.{mac}", f"{held}00"):
        forger = Client()
        forger.cookies["wall"] = text
        assert forger.get(address(room)).status_code == 302


def test_who_may_no_longer_teach_or_has_a_new_password_holds_no_pass(room: Room, teacher: Client) -> None:
    opened(teacher, room)
    alone = Client()
    alone.cookies["wall"] = teacher.cookies["wall"].value
    assert alone.get(address(room)).status_code == 200
    assert "wall" not in alone.get(address(room)).cookies
    room.trainer.set_password("another one of its own")
    room.trainer.save()
    assert alone.get(address(room)).status_code == 302
    fresh = sign_in(room.trainer)
    opened(fresh, room)
    alone.cookies["wall"] = fresh.cookies["wall"].value
    Post.objects.filter(user=room.trainer).delete()
    assert alone.get(address(room)).status_code == 403


@pytest.mark.parametrize("name", ["x", "ABCDEU", "A" * 200])
def test_what_is_no_lesson_is_not_found(teacher: Client, name: str) -> None:
    assert teacher.get(f"/teach/lesson/{name}/wall/").status_code == 404
