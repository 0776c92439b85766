"""上过的课: the register of a lesson that is over is found again, and what is left to do about it is told."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses import attendance, supervision
from courses.attendance import Mark
from courses.models import Lesson, Signal, User
from tests.courses.attendance.conftest import Room, leave, scan
from tests.courses.web.teach.conftest import post_of, sign_in
from tests.factories import people

pytestmark = pytest.mark.django_db
DAY = 24 * 60


def page_of(client: Client, address: str = "/teach/") -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content.decode(), "lxml")


def unfinished(user: User) -> list[str]:
    """Every line of lessons that are over, as it is read in a browser that was just opened."""
    sections = page_of(sign_in(user)).select(".due")
    rows = [row for one in sections if "上过的课，" in one.get_text() for row in one.select("li")]
    return [" ".join(row.get_text(" ").split()) for row in rows]


def links(page: BeautifulSoup) -> list[str]:
    return [str(link["href"]) for link in page.select("main a[href]")]


def lessons_of(room: Room) -> str:
    return reverse("class_lessons", args=[room.a_class.number])


def test_the_next_morning_the_lesson_of_last_night_is_found_with_who_waits(
    room: Room, clock: time_machine.Traveller
) -> None:
    one, other, third = (room.learner(name) for name in ("王一", "王二", "王三"))
    scan(room, one, 0, device="browser")
    scan(room, other, 1, device="browser")
    scan(room, third, 2)
    clock.move_to(room.at(180 + 15 * 60))
    [line] = unfinished(room.trainer)
    assert "第 1 次课" in line
    assert "还有 1 人待您确认" in line
    assert "没有签退，2 人" in line
    assert reverse("roster", args=[attendance.lesson_name(room.lesson)]) in links(page_of(sign_in(room.trainer)))


def test_what_waits_is_found_for_weeks_and_what_can_no_longer_be_marked_is_not_offered(
    room: Room, clock: time_machine.Traveller
) -> None:
    scan(room, room.learner("王一"), 0, device="browser")
    scan(room, room.learner("王二"), 1, device="browser")
    clock.move_to(room.at(20 * DAY))
    assert ["还有 1 人待您确认" in line for line in unfinished(room.trainer)] == [True]
    assert "没有签退" not in unfinished(room.trainer)[0]
    assert "手工登记到" not in unfinished(room.trainer)[0]


def test_a_lesson_with_nothing_left_to_do_is_not_among_them(room: Room, clock: time_machine.Traveller) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    leave(room, learner, 180)
    clock.move_to(room.at(300))
    assert unfinished(room.trainer) == []
    clock.move_to(room.at(20 * 60))
    assert ["手工登记到" in line for line in unfinished(room.trainer)] == [True]
    clock.move_to(room.at(9 * DAY))
    assert unfinished(room.trainer) == []


def test_what_one_added_late_waits_for_the_other_trainer_and_not_for_oneself(
    room: Room, clock: time_machine.Traveller, now: datetime
) -> None:
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=room.learner(), as_=Mark.PRESENT, reason="paper_sheet",
        now=room.at(200),
    )  # fmt: skip
    second = post_of(people.user(name="李老师"), now=now)
    room.a_class.trainers.add(second)
    clock.move_to(room.at(3 * DAY))
    assert unfinished(room.trainer) == []
    assert ["还有 1 人待您确认" in line for line in unfinished(second)] == [True]


def test_the_newest_stands_first_and_a_cancelled_one_not_at_all(room: Room, clock: time_machine.Traveller) -> None:
    second = room.a_class.lessons.get(number=2)
    clock.move_to(second.ends_at + timedelta(minutes=5))
    teacher = sign_in(room.trainer)
    page = page_of(teacher, lessons_of(room))
    names = [attendance.lesson_name(lesson) for lesson in (second, room.lesson)]
    assert [link for link in links(page) if link in [reverse("roster", args=[name]) for name in names]] == [
        reverse("roster", args=[name]) for name in names
    ]
    for name in names:
        assert {reverse("lesson_signals", args=[name]), reverse("roster_sheet", args=[name])} <= set(links(page))
    Lesson.objects.filter(pk=second.pk).update(status=Lesson.Status.CANCELLED)
    assert reverse("roster", args=[names[0]]) not in links(page_of(teacher, lessons_of(room)))
    assert lessons_of(room) in links(page_of(teacher))


def test_a_signal_is_explained_after_class_and_then_asks_no_more(room: Room, clock: time_machine.Traveller) -> None:
    for number in range(4):
        attendance.mark(
            by=room.trainer, lesson=room.lesson, learner=room.learner(f"王{number}"), as_=Mark.PRESENT,
            reason="no_phone", now=room.at(5),
        )  # fmt: skip
    clock.move_to(room.at(3 * DAY))
    supervision.compute(lesson=room.lesson, now=room.at(3 * DAY))
    many = Signal.objects.filter(lesson=room.lesson).count()
    assert many
    assert [f"{many} 条待看，写一句说明" in line for line in unfinished(room.trainer)] == [True]
    for signal in Signal.objects.all():
        supervision.explain(by=room.trainer, signal=signal, text="停电", now=room.at(3 * DAY))
    assert unfinished(room.trainer) == []


def test_a_stranger_does_not_find_the_lessons_of_a_class(room: Room, stranger: Client) -> None:
    assert stranger.get(lessons_of(room)).status_code == 404


def test_the_list_costs_the_same_for_one_lesson_and_for_two(
    room: Room, clock: time_machine.Traveller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scan(room, room.learner("王一"), 0, device="browser")
    for after in (room.lesson, room.a_class.lessons.get(number=2)):
        clock.move_to(after.ends_at + timedelta(minutes=45))
        browser = sign_in(room.trainer)
        page_of(browser, lessons_of(room))
        with django_assert_num_queries(8):
            page_of(browser, lessons_of(room))
