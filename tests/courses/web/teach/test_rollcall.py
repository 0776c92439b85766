"""点名 and 清点人数 as the trainer and the room see them."""

from datetime import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from courses import attendance, supervision
from courses.models import Attendance, Evidence, Lesson, RollCall, RoomCount, Signal, SignalNote
from tests.courses.attendance.conftest import Room, scan
from tests.factories import people

pytestmark = pytest.mark.django_db
FIGURES = ("人已到", "已到，", "还没到，", "人已答", "已扫的", "本课已有", "没有答")


def address(room: Room, what: str = "") -> str:
    return f"/teach/lesson/{attendance.lesson_name(room.lesson)}/{what}"


def page(answer: object) -> BeautifulSoup:
    return BeautifulSoup(answer.content.decode(), "lxml")  # type: ignore[attr-defined]


def words(answer: object) -> str:
    return " ".join(page(answer).get_text(" ").split())


def started(room: Room, teacher: Client, clock: time_machine.Traveller) -> RollCall:
    clock.move_to(room.at(60))
    answer = teacher.post(address(room, "rollcall/"), follow=True)
    assert "点名开始，大屏已换成图案。" in words(answer)
    return RollCall.objects.get()


def test_opening_the_page_starts_nothing_and_pressing_does(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(room.at(60))
    assert "没有答的只提示您看一眼，考勤不变。" in words(teacher.get(address(room, "rollcall/")))
    assert not RollCall.objects.exists()
    started(room, teacher, clock)
    assert "上一次点名还没有结束" in words(teacher.post(address(room, "rollcall/"), follow=True))


def test_the_wall_shows_the_picture_with_its_word_and_a_code_that_leads_to_it(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    scan(room, room.learner("王小强"), 0)
    call = started(room, teacher, clock)
    wall = page(teacher.get(address(room, "wall/"))).select_one("#wall")
    assert wall is not None
    assert wall["data-phase"] == "rollcall"
    word = wall.select_one(".wall-picture b").get_text()  # type: ignore[union-attr]
    assert word == attendance.PICTURES[call.picture]
    assert wall.select_one(".wall-code svg.qr") is not None
    assert wall.select_one(".wall-answered").get_text(" ", strip=True) == "0 / 1 人已答"  # type: ignore[union-attr]
    clock.move_to(room.at(63))
    assert page(teacher.get(address(room, "wall/"))).select_one("#wall")["data-phase"] == "late"  # type: ignore[index]


def test_the_state_turns_to_the_roll_call_and_back(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    clock.move_to(room.at(59))
    token = str(page(teacher.get(address(room, "wall/"))).select_one("#wall")["data-screen"])  # type: ignore[index]
    told = []
    for minutes in (59, 60, 63):
        if minutes == 60:
            started(room, teacher, clock)
        clock.move_to(room.at(minutes))
        body = Client().get(address(room, "wall/state"), headers={"x-screen": token}).json()
        told.append((body["phase"], body["code"], body["step"]))
    assert told == [("late", True, 10_000), ("rollcall", False, 180_000), ("late", True, 10_000)]


def test_the_roster_names_who_has_not_answered_and_a_press_ticks_them(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    one, other = room.learner("王一"), room.learner("王二")
    scan(room, one, 0)
    scan(room, other, 1)
    call = started(room, teacher, clock)
    attendance.answer_roll_call(learner_id=one.pk, code=call.code, picture=call.picture, device="", now=room.at(60.5))
    clock.move_to(room.at(64))
    section = page(teacher.get(address(room))).select_one(".roster-call")
    assert section is not None
    assert section.h2.get_text(strip=True) == "点名没有答，1 人"  # type: ignore[union-attr]
    assert "登记缺勤" in section.get_text()
    form = section.select_one("form")
    answer = teacher.post(form["action"], {"learner": other.number}, follow=True)  # type: ignore[index]
    assert "已记 王二 在教室。" in words(answer)
    assert "点名全部答到" in words(answer)
    assert Evidence.objects.filter(kind="rollcall", by=room.trainer).count() == 1
    assert Attendance.objects.get(learner=other).in_at == room.at(1)


def test_at_its_minute_the_roster_suggests_a_roll_call_until_there_was_one(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    policy = attendance.suggested_at(lesson=room.lesson, policy=_policy(room))
    assert policy is not None
    clock.move_to(policy)
    assert "现在适合点一次名。" in words(teacher.get(address(room)))
    teacher.post(address(room, "rollcall/"))
    assert "现在适合点一次名。" not in words(teacher.get(address(room)))


def _policy(room: Room):  # type: ignore[no-untyped-def]
    from courses import policy

    return policy.of_class(training_class=room.a_class, on=policy.local_date(room.at(0)))


def test_counting_takes_the_figures_off_wall_and_roster_and_shows_them_after(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    scan(room, room.learner("王小强"), 0)
    room.learner("李梅")
    clock.move_to(room.at(60))
    assert "教室里有几位学员" in words(teacher.post(address(room, "count/begin/"), follow=True))
    assert page(teacher.get(address(room))).select(".roster-counts") == []
    wall = page(teacher.get(address(room, "wall/"))).select_one(".wall-right")
    assert wall is not None
    assert (wall.select(".wall-count, .wall-names"), wall.get_text(strip=True)) == ([], "正在清点人数")
    told = words(teacher.post(address(room, "count/"), {"counted": "2"}, follow=True))
    assert "2 ≠ 1" in told
    assert "多出来的，先看还没有签到的：李梅" in told
    assert (RoomCount.objects.get().counted, Signal.objects.get().kind) == (2, "heads")
    assert len(page(teacher.get(address(room))).select(".roster-counts")) == 1


def test_while_heads_are_counted_no_page_and_no_state_tells_who_is_thought_to_be_here(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    for name in ("王小强", "李梅梅", "赵大海"):
        scan(room, room.learner(name), 0)
    room.learner("钱未来")
    clock.move_to(room.at(60))
    attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(60))
    screens = [(address(room), "#roster-head"), (address(room, "wall/"), "#wall")]
    for counting in (False, True):
        if counting:
            teacher.post(address(room, "count/begin/"))
        told = []
        for path, place in screens:
            whole = teacher.get(path)
            shown = page(whole)
            token = str(shown.select_one(place)["data-screen"])  # type: ignore[index]
            state = Client().get(f"{path}state", headers={"x-screen": token}).json()
            told += [shown, BeautifulSoup(state.get("html") or state["head"] + state["rows"], "lxml")]
            assert state.get("counting", counting) == counting
        for one in told:
            text = " ".join(one.get_text(" ").split())
            found = [word for word in FIGURES if word in text]
            marks = one.select(".here, .roster-came, .mark-list, .wall-names li, .wall-count, .roster-answered b")
            assert (bool(found), bool(marks)) == (not counting, not counting), (found, marks, text)


def test_a_count_that_agrees_says_so(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    scan(room, room.learner("王小强"), 0)
    clock.move_to(room.at(60))
    teacher.post(address(room, "count/begin/"))
    assert "1 = 1，一致" in words(teacher.post(address(room, "count/"), {"counted": "1"}, follow=True))
    assert not Signal.objects.exists()


@pytest.mark.parametrize("typed", ["", "x", "-1", "1000", "²"])
def test_what_is_no_number_is_not_kept(room: Room, teacher: Client, typed: str) -> None:
    teacher.post(address(room, "count/begin/"))
    assert "人数请填 0 到 999 的整数" in words(teacher.post(address(room, "count/"), {"counted": typed}, follow=True))
    assert not RoomCount.objects.exists()


def test_the_trainer_sees_what_the_office_sees_and_says_a_word(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    for name in ("王一", "王二"):
        scan(room, room.learner(name), 0, device="BROWSER-CODE")
    assert "没有待看的" in words(teacher.get(address(room, "signals/")))
    told = words(teacher.post(address(room, "signals/"), follow=True))
    assert "1 部手机为 2 人签到。同一部手机 2 人起提示。" in told
    assert "手机尾号 CODE" in told
    assert "本课待看，1 条" in words(teacher.get(address(room)))
    signal = Signal.objects.get()
    teacher.post(address(room, f"signals/{signal.code}/explain/"), {"text": "夫妻共用一部手机"})
    assert "夫妻共用一部手机" in words(teacher.get(address(room, "signals/")))
    assert SignalNote.objects.get().closes is False


def test_a_stranger_starts_ticks_counts_and_explains_nothing(room: Room, stranger: Client, now: datetime) -> None:
    learner = room.learner("王一")
    call = attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(0))
    for _ in range(2):
        scan(room, room.learner("王小"), 0, device="BROWSER")
    [signal] = supervision.compute(lesson=room.lesson, now=room.at(1))
    answers = [
        stranger.post(address(room, "rollcall/")),
        stranger.post(address(room, f"rollcall/{call.code}/tick/"), {"learner": learner.number}),
        stranger.post(address(room, "count/begin/")),
        stranger.post(address(room, "count/"), {"counted": "1"}),
        stranger.get(address(room, "signals/")),
        stranger.post(address(room, f"signals/{signal.code}/explain/"), {"text": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert Lesson.objects.get(pk=room.lesson.pk).counting_until is None
    outsider = people.learner(now=now)
    assert not Evidence.objects.filter(learner=outsider).exists()
