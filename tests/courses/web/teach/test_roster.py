import base64
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from courses import attendance
from courses.models import Attendance, Learner, MakeUp, RefusedScan
from courses.web.teach.marks import _places
from courses.web.teach.screens import Screen, screen_token
from tests.courses.attendance.conftest import Room, leave, scan
from tests.factories import people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db


def address(room: Room, what: str = "") -> str:
    return f"/teach/lesson/{attendance.lesson_name(room.lesson)}/{what}"


def opened(teacher: Client, room: Room, query: str = "") -> BeautifulSoup:
    return BeautifulSoup(teacher.get(address(room) + query).content.decode(), "lxml")


def counts(page: BeautifulSoup) -> list[str]:
    return [cell.get_text() for cell in page.select(".roster-counts b")]


def groups(page: BeautifulSoup) -> dict[str, list[str]]:
    return {
        section.h2.get_text(strip=True): [  # type: ignore[union-attr]
            name.find(string=True, recursive=False) or "" for name in section.select(".roster-name, .roster-ask h3")
        ]
        for section in page.select(".roster-group")
    }


def screen(page: BeautifulSoup) -> str:
    return str(page.select_one("#roster-head")["data-screen"])  # type: ignore[index]


def ask(room: Room, token: str, **headers: str):  # type: ignore[no-untyped-def]
    return Client().get(address(room, "state"), headers={"x-screen": token, **headers})


def shared(room: Room, one: Learner, other: Learner) -> str:
    scan(room, one, 0, device="browser")
    return scan(room, other, 1, device="browser").number


def test_names_lie_in_no_cache_that_processes_share(room: Room, teacher: Client, settings: Settings) -> None:
    kept = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lms_cache"}
    settings.CACHES = {**settings.CACHES, "default": kept, "moment": kept}
    call_command("createcachetable", verbosity=0)
    room.learner("欧阳知秋")
    answer = ask(room, screen(opened(teacher, room)))
    assert "欧阳知秋" in answer.content.decode()
    caches["moment"].set("known", "to all processes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM lms_cache")
        opened_rows = [base64.b64decode(value) for (value,) in cursor.fetchall()]
    assert [value for value in opened_rows if b"to all processes" in value]
    assert not [value for value in opened_rows if "欧阳知秋".encode() in value]


def test_who_needs_me_comes_first_then_who_is_missing_then_who_is_here(room: Room, teacher: Client) -> None:
    first, second, third = room.learner("王一"), room.learner("王二"), room.learner("王三")
    shared(room, first, second)
    page = opened(teacher, room)
    assert groups(page) == {"需要您确认": ["王二"], "还没到，1 人": ["王三"], "已到，1 人": ["王一"]}
    assert counts(page) == ["1", "0", "1", "1"]
    assert third.name == "王三"
    digits = page.select_one(".roster-pair").get_text()  # type: ignore[union-attr]
    assert digits == attendance.roster(lesson=room.lesson)[0].pairing


def test_during_the_lesson_nobody_waits_for_a_check_out(room: Room, teacher: Client) -> None:
    scan(room, room.learner("王一"), 0)
    scan(room, room.learner("王二"), 20)
    page = opened(teacher, room)
    assert counts(page) == ["1", "1", "0", "0"]
    assert [mark.get_text() for mark in page.select(".roster-came .st")] == ["已到", "迟到"]


def test_after_the_lesson_who_did_not_leave_is_named(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    one, other = room.learner("王一"), room.learner("王二")
    scan(room, one, 0)
    scan(room, other, 0)
    leave(room, one, 175)
    clock.move_to(room.at(211))
    assert groups(opened(teacher, room)) == {
        "没有签退，1 人": ["王二"],
        "全部到齐": [],
        "已到，1 人": ["王一"],
    }


def test_confirming_is_one_press_and_counts(room: Room, teacher: Client) -> None:
    one, other = room.learner(), room.learner("李梅")
    receipt = shared(room, one, other)
    page = opened(teacher, room)
    form = page.select_one(".roster-ask form")
    answer = teacher.post(form["action"], {"decision": "confirm"}, follow=True)  # type: ignore[index]
    assert "已确认，计入考勤" in answer.content.decode()
    assert Attendance.objects.get(learner=other).reasons == ["no_checkout"]
    assert receipt in str(form["action"])  # type: ignore[index]


def test_rejecting_leaves_the_learner_unmarked(room: Room, teacher: Client) -> None:
    one, other = room.learner(), room.learner("李梅")
    receipt = shared(room, one, other)
    teacher.post(address(room, f"confirm/{receipt}/"), {"decision": "reject"})
    assert Attendance.objects.get(learner=other).status == Attendance.Status.UNMARKED
    assert counts(opened(teacher, room)) == ["1", "0", "0", "1"]


def test_deciding_twice_says_that_it_was_decided(room: Room, teacher: Client) -> None:
    receipt = shared(room, room.learner(), room.learner("李梅"))
    teacher.post(address(room, f"confirm/{receipt}/"), {"decision": "confirm"})
    answer = teacher.post(address(room, f"confirm/{receipt}/"), {"decision": "reject"}, follow=True)
    assert "已经处理过" in answer.content.decode()


def test_a_mark_by_hand_wants_a_reason_and_stays_tagged(room: Room, teacher: Client) -> None:
    learner = room.learner("王一")
    asked = {"learner": learner.number, "as": "present", "reason": "", "note": ""}
    answer = teacher.post(address(room, "mark/"), asked, follow=True)
    assert "请选择手工登记的原因" in answer.content.decode()
    answer = teacher.post(address(room, "mark/"), {**asked, "reason": "no_phone"}, follow=True)
    assert "已登记 王一" in answer.content.decode()
    assert [tag.get_text() for tag in opened(teacher, room).select(".roster-tag")] == ["手工"]


def test_the_reasons_are_those_of_the_list(room: Room, teacher: Client) -> None:
    room.learner()
    options = opened(teacher, room).select("#mark-reason option")
    assert len(options) == 15
    assert ("no_phone", "学员没有手机") in [(option["value"], option.get_text()) for option in options]


def test_a_row_leads_to_the_form_with_the_learner_chosen(room: Room, teacher: Client) -> None:
    room.learner("王一")
    room.learner("王二")
    link = opened(teacher, room).select('a[data-mark="2"]')[0]
    assert link["href"] == "?no=2#by-hand"
    chosen = opened(teacher, room, "?no=2").select(".mark-list label:has(input[checked])")
    assert ["王二" in label.get_text() for label in chosen] == [True]


def test_forty_are_marked_with_one_reason_and_one_press(room: Room, teacher: Client) -> None:
    numbers = [room.learner(f"王{number}").number for number in range(30)]
    asked = {"learner": numbers[:10], "places": "11-28，30", "as": "present", "reason": "no_phone"}
    answer = teacher.post(address(room, "mark/"), asked, follow=True)
    assert "已登记 29 人。" in answer.content.decode()
    assert Attendance.objects.filter(by_hand=True).count() == 29
    missing = [box["value"] for box in opened(teacher, room).select(".mark-list input[data-missing]")]
    assert missing == [numbers[28]]


@pytest.mark.parametrize(
    ("typed", "places"),
    [("3", {3}), ("7-9", {7, 8, 9}), ("1、3，5", {1, 3, 5}), ("2 至 4", {2, 3, 4}), ("9-7", set()), ("x", set())],
)
def test_places_are_typed_as_people_write_them(typed: str, places: set[int]) -> None:
    assert _places(typed) == places


def test_who_ticks_nobody_is_told_to(room: Room, teacher: Client) -> None:
    room.learner("王一")
    answer = teacher.post(address(room, "mark/"), {"as": "present", "reason": "no_phone"}, follow=True)
    assert "没有勾选学员，未保存。" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_who_cannot_be_marked_is_named_and_holds_up_nobody(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    one, other = room.learner("王一"), room.learner("王二")
    scan(room, one, 0)
    clock.move_to(room.at(170))
    asked = {"learner": [one.number, other.number], "as": "out", "reason": "no_phone"}
    words = teacher.post(address(room, "mark/"), asked, follow=True).content.decode()
    assert "已登记 王一。" in words
    assert "王二：这位学员还没有签到，未保存。" in words


def test_many_marks_by_hand_are_said_to_be_reviewed(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    for number in range(9):
        scan(room, room.learner(f"王{number}"), 0)
    told = []
    for name in ("于海", "于江"):
        asked = {"learner": room.learner(name).number, "as": "present", "reason": "no_phone"}
        teacher.post(address(room, "mark/"), asked)
        clock.shift(timedelta(seconds=2))
        told.append("手工登记偏多" in opened(teacher, room).get_text())
    assert told == [False, True]


def test_a_learner_of_another_class_cannot_be_marked(room: Room, teacher: Client, now: datetime) -> None:
    outsider = people.learner(now=now)
    asked = {"learner": outsider.number, "as": "present", "reason": "no_phone"}
    assert teacher.post(address(room, "mark/"), asked).status_code == 404
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("word", ["", "PRESENT", "awaiting", "x"])
def test_an_unknown_mark_is_not_found(room: Room, teacher: Client, word: str) -> None:
    asked = {"learner": room.learner().number, "as": word, "reason": "no_phone"}
    assert teacher.post(address(room, "mark/"), asked).status_code == 404


def test_the_state_brings_both_parts_and_is_empty_while_nothing_changed(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    learner = room.learner("王一")
    token = screen(opened(teacher, room))
    first = ask(room, token)
    assert set(first.json()) == {"head", "rows", "counting"}
    assert "csrfmiddlewaretoken" not in first.json()["head"]
    clock.move_to(now + timedelta(seconds=2))
    assert ask(room, token, **{"if-none-match": first["ETag"]}).status_code == 304
    scan(room, learner, 0)
    clock.move_to(now + timedelta(seconds=4))
    again = ask(room, token, **{"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "已到，1 人" in again.json()["rows"]


def test_a_wall_is_not_told_what_a_roster_knows(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    """Not even where it names the answer that the roster had, and the roster has a newer one."""
    wall = screen_token(screen=Screen.WALL, lesson=room.lesson, now=now)
    token = screen(opened(teacher, room))
    known = ask(room, token)["ETag"]
    scan(room, room.learner("王一"), 0)
    clock.move_to(now + timedelta(seconds=2))
    assert set(ask(room, token).json()) == {"head", "rows", "counting"}
    path = f"/teach/lesson/{attendance.lesson_name(room.lesson)}/wall/state"
    told = Client().get(path, headers={"x-screen": wall, "if-none-match": known})
    assert set(told.json()) == {"html", "phase", "ends", "step", "code"}


def test_an_answer_with_forms_carries_the_token_of_the_browser_that_asks(
    room: Room, teacher: Client, clock: time_machine.Traveller, now: datetime
) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    token = screen(opened(teacher, room))
    first = ask(room, token)
    shared(room, one, two)
    clock.move_to(now + timedelta(seconds=62))
    found = set()
    for _browser in range(2):
        told = ask(room, token, **{"if-none-match": first["ETag"]})
        field = BeautifulSoup(told.json()["rows"], "lxml").select_one("[name=csrfmiddlewaretoken]")
        assert "csrftoken" in told.cookies
        found.add(field["value"])  # type: ignore[index]
    assert len(found) == 2


def test_the_state_costs_no_query_session_or_user_while_the_moment_lasts(
    room: Room, teacher: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = screen(opened(teacher, room))
    ask(room, token)
    with django_assert_num_queries(0):
        assert ask(room, token).status_code == 200


def test_an_arrival_costs_the_roster_five_statements(
    room: Room,
    teacher: Client,
    now: datetime,
    clock: time_machine.Traveller,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Whether it changed, its roll-call, who asks at the door, who waits, its people."""
    token = screen(opened(teacher, room))
    etag = ask(room, token)["ETag"]
    scan(room, room.learner("王一"), 0)
    clock.move_to(now + timedelta(seconds=2))
    with django_assert_num_queries(5):
        assert "已到，1 人" in ask(room, token, **{"if-none-match": etag}).json()["rows"]


def test_a_roster_left_alone_for_half_an_hour_shows_no_more_names(
    room: Room, teacher: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    token = screen(opened(teacher, room))
    clock.move_to(now + timedelta(minutes=30, seconds=1))
    assert ask(room, token).status_code == 403
    assert ask(room, "").status_code == 403


def test_the_list_costs_the_same_for_three_and_for_thirty(
    room: Room, teacher: Client, django_assert_num_queries: DjangoAssertNumQueries, clock: time_machine.Traveller
) -> None:
    for number in range(3):
        scan(room, room.learner(f"王{number}"), 0)
    opened(teacher, room)
    for number in range(27):
        room.learner(f"李{number}")
    clock.shift(timedelta(seconds=2))
    with django_assert_num_queries(11):
        page = opened(teacher, room)
    assert counts(page) == ["3", "0", "0", "27"]


def test_who_came_and_was_not_recorded_and_who_comes_as_a_guest_stand_below_the_roster(
    room: Room, teacher: Client, now: datetime
) -> None:
    stranger, guest = people.learner(now=now, name="欧阳海"), people.learner(now=now, name="李小梅")
    RefusedScan.objects.create(lesson=room.lesson, learner=stranger, code="not_enrolled", direction="in", at=now)
    RefusedScan.objects.create(lesson=room.lesson, learner=guest, code="guest", scanned_at=now, at=now)
    other = training_class(now=now - timedelta(days=20), first=now - timedelta(days=7))
    seat = enrolled(training_class=other, now=now - timedelta(days=19), learner=guest)
    MakeUp.objects.create(
        code="G" * 26, enrolment=seat, missed=first_lesson(other), heard=room.lesson, status="agreed", asked_at=now
    )
    text = " ".join(opened(teacher, room).get_text(" ").split())
    assert "来过但没有签上，1 条" in text
    assert "欧*海 9:00，不在本班名单里" in text
    assert "来补课的，1 人" in text
    assert "李小梅 9:00 扫码" in text


def test_the_paper_sheet_names_everybody_in_order(room: Room, teacher: Client) -> None:
    for name in ("王一", "王二", "王三"):
        room.learner(name)
    page = BeautifulSoup(teacher.post(address(room, "sheet/"), follow=True).content.decode(), "lxml")
    assert [cell.get_text() for cell in page.select("tbody th")] == ["王一", "王二", "王三"]
    assert "2026 年 9 月 14 日" in page.get_text()


def test_a_stranger_finds_nothing_and_changes_nothing(room: Room, stranger: Client) -> None:
    learner = room.learner()
    asked = {"learner": learner.number, "as": "present", "reason": "no_phone"}
    answers = [
        stranger.get(address(room)),
        stranger.get(address(room, "sheet/")),
        stranger.post(address(room, "mark/"), asked),
        stranger.post(address(room, "confirm/R0/"), {"decision": "confirm"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert not Attendance.objects.exists()


def test_a_roster_that_only_polls_keeps_nobody_signed_in(
    room: Room, teacher: Client, clock: time_machine.Traveller, now: datetime
) -> None:
    """The poll of a forgotten phone is no activity, and its token ends when staff have idled for too long."""
    room.learner("王一")
    token = screen(opened(teacher, room))
    answers = []
    for minutes in (10, 20, 29, 31):
        clock.move_to(now + timedelta(minutes=minutes))
        answers.append(teacher.get(address(room, "state"), headers={"x-screen": token}).status_code)
    assert answers == [200, 200, 200, 403]
    assert teacher.get(address(room))["Location"].startswith("/account/staff/")
    assert "_auth_user_id" not in teacher.session


def test_a_time_of_leaving_is_typed_and_one_that_cannot_be_is_told(room: Room, teacher: Client) -> None:
    learner = room.learner("王一")
    scan(room, learner, -90 / 60)
    asked = {"learner": learner.number, "as": "out", "reason": "left_with_leave"}
    with time_machine.travel(room.at(160), tick=False):
        [field] = opened(teacher, room).select("#mark-at")
        assert (field["min"], field["max"]) == ("09:00", "12:00")
        wrong = teacher.post(address(room, "mark/"), {**asked, "at": "13:00"}, follow=True)
        assert "时间应在 9:00 到 12:00 之间，未保存" in wrong.content.decode()
        teacher.post(address(room, "mark/"), {**asked, "at": "10:00"})
    assert Attendance.objects.get().out_at == room.at(60)


def test_after_the_lesson_nobody_is_late_as_of_now(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    learner = room.learner("王一")
    clock.move_to(room.at(200))
    page = opened(teacher, room)
    assert "现在" not in page.select_one(".mark-form").get_text()  # type: ignore[union-attr]
    asked = {"learner": learner.number, "as": "late", "reason": "late_arrival"}
    assert "须填到课时间，未保存" in teacher.post(address(room, "mark/"), asked, follow=True).content.decode()
    teacher.post(address(room, "mark/"), {**asked, "at": "10:00"})
    assert Attendance.objects.get().in_at == room.at(60)


def test_what_one_added_late_stands_as_waiting_for_another_without_a_button(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    learner = room.learner("王一")
    clock.move_to(room.at(200))
    teacher.post(address(room, "mark/"), {"learner": learner.number, "as": "present", "reason": "no_network"})
    page = opened(teacher, room)
    assert "需要您确认" not in page.get_text()
    assert groups(page)["等另一人确认，1 人"] == ["王一"]
    assert page.select("#roster-rows form") == []
    told = teacher.get(reverse("class_presence", args=[room.a_class.number])).content.decode()
    assert "须由本班另一位老师或机构管理员确认" in told
