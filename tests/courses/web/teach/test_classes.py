from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses import notices
from courses.models import Lesson
from tests.courses.attendance.conftest import Room, leave, scan
from tests.courses.web.teach.conftest import sign_in
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db


def opened(teacher: Client) -> BeautifulSoup:
    return BeautifulSoup(teacher.get("/teach/").content.decode(), "lxml")


def test_today_comes_first_with_one_press_to_the_wall(room: Room, teacher: Client) -> None:
    page = opened(teacher)
    [lesson] = page.select(".today > li")
    assert lesson.select_one(".today-time").get_text() == "9:00–12:00"  # type: ignore[union-attr]
    assert [link.get_text(strip=True) for link in lesson.select("a")] == ["放大屏", "点名册"]
    assert teacher.get(lesson.select("a")[0]["href"]).status_code == 200
    assert len(page.select(".teach-row")) == 2


def test_a_lesson_that_is_over_offers_no_wall(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    clock.move_to(room.at(181))
    assert [link.get_text(strip=True) for link in opened(teacher).select(".today a")] == ["点名册"]


def test_a_cancelled_lesson_is_not_on_the_list(room: Room, teacher: Client) -> None:
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    assert opened(teacher).select(".today > li") == []


def test_what_a_trainer_was_told_stands_above_the_list_for_three_days_and_under_messages_for_good(
    room: Room, teacher: Client, stranger: Client, now: datetime, clock: time_machine.Traveller
) -> None:
    said = "您任课的「中式烹调师（四级）」已恢复"
    params = {"course": "中式烹调师（四级）", "class": room.lesson.training_class.number}
    assert "暂无消息" in teacher.get("/teach/messages/").content.decode()
    notices.tell_staff(user=room.trainer, kind="class_resumed_trainer", params=params, now=now)
    assert [said in one.get("/teach/").content.decode() for one in (teacher, stranger)] == [True, False]
    assert [said in one.get("/teach/messages/").content.decode() for one in (teacher, stranger)] == [True, False]
    clock.move_to(now + timedelta(days=4))
    later = sign_in(room.trainer)
    assert [said in later.get(page).content.decode() for page in ("/teach/", "/teach/messages/")] == [False, True]


def test_a_day_without_lessons_says_so(room: Room, teacher: Client, clock: time_machine.Traveller) -> None:
    clock.move_to(room.at(-3 * 24 * 60))
    assert "今天没有课" in opened(teacher).get_text()


def test_a_class_that_has_ended_waits_for_its_completions(
    room: Room, teacher: Client, clock: time_machine.Traveller
) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    leave(room, learner, 180)
    clock.move_to(room.at(3 * 24 * 60))
    due = opened(teacher).select_one(".due")
    assert f"{room.a_class.number}，1 人未提出" in due.get_text()  # type: ignore[union-attr]


def test_nobody_sees_the_classes_of_another(room: Room, stranger: Client) -> None:
    assert room.a_class.number not in opened(stranger).get_text()


def test_the_page_costs_the_same_for_one_class_and_for_five(
    room: Room, teacher: Client, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    opened(teacher)
    for _ in range(4):
        training_class(now=now - timedelta(days=20), first=now, trainers=[room.trainer])
    with django_assert_num_queries(10):
        page = opened(teacher)
    assert len(page.select(".today > li")) == 5
