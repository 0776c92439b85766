"""我的学习: the class of the next lesson first, what is still needed in words, and what is over at the end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses.models import Attendance, Learner, Lesson
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def learner(client: Client, now: datetime) -> Learner:
    made = people.learner(now=now)
    assert made.user
    client.force_login(made.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def page(client: Client) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse("my")).content, "lxml")


def join(learner: Learner, name: str, *, first: datetime, now: datetime, lessons: int = 5) -> None:
    made = training_class(now=now, course=catalogue.course(name=name), first=first, lessons=lessons)
    enrolled(training_class=made, learner=learner, now=now)


def test_the_class_of_the_next_lesson_stands_first(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "茶艺师", first=now + timedelta(days=20), now=now)
    join(learner, "焊工", first=now + timedelta(days=2), now=now)
    found = page(client)
    assert [name.get_text(strip=True) for name in found.select(".card-course")] == ["焊工", "茶艺师"]
    assert found.select_one(".next-course").get_text(strip=True) == "焊工"  # type: ignore[union-attr]


def test_what_is_still_needed_is_said_in_lessons(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "焊工", first=now + timedelta(days=2), now=now)
    row = page(client).select_one(".lack div")
    assert row is not None
    assert row.get_text("｜", strip=True) == "再上 4 次课｜剩 5 次，可缺 1 次"


def test_a_class_without_lessons_to_come_speaks_of_none(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "焊工", first=now + timedelta(days=1), now=now)
    with time_machine.travel(now + timedelta(days=8), tick=False):
        card = page(client).select_one(".card-class")
    assert card is not None
    assert [row.get_text(strip=True) for row in card.select(".lack dt")] == ["身份核验"]


def test_while_the_last_lesson_is_on_nobody_is_told_that_it_is_too_late(
    client: Client, learner: Learner, now: datetime
) -> None:
    join(learner, "焊工", first=now + timedelta(minutes=5), now=now, lessons=1)
    assert page(client).select_one("#next-lesson").get_text() == "下一次课，今天"  # type: ignore[union-attr]
    with time_machine.travel(now + timedelta(minutes=15), tick=False):
        found = page(client)
    assert found.select_one("#next-lesson").get_text().startswith("正在上课")  # type: ignore[union-attr]
    assert "正在上课，下课后再看还差多少" in found.get_text()
    assert "不够结业" not in found.get_text()


def came(learner: Learner, *, at: datetime, left: datetime | None = None) -> None:
    lesson = Lesson.objects.get()
    Attendance.objects.create(
        lesson=lesson, learner=learner, status="awaiting", in_at=at, out_at=left, changed_at=left or at
    )


def actions(client: Client) -> tuple[str, list[str]]:
    """What is said of the lesson of today, and the buttons under it."""
    found = page(client)
    said = found.select_one(".next-here")
    return said.get_text(strip=True) if said else "", [
        one.get_text(strip=True) for one in found.select(".next-actions a")
    ]


def test_before_the_scan_the_button_leads_to_it(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "焊工", first=now, now=now, lessons=1)
    assert actions(client) == ("", ["去扫码签到", "怎么去"])


def test_who_is_there_is_asked_for_the_way_out_alone(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "焊工", first=now, now=now, lessons=1)
    came(learner, at=now)
    assert actions(client) == ("已签到 9:00，下课时再扫一次签退", ["去扫码签退", "怎么去"])


def test_who_scanned_out_is_asked_for_nothing_more(client: Client, learner: Learner, now: datetime) -> None:
    join(learner, "焊工", first=now, now=now, lessons=1)
    came(learner, at=now, left=now + timedelta(hours=1))
    assert actions(client) == ("已签到 9:00，签退 10:00", ["怎么去"])
