"""补课 on its way through three pages: asked for, agreed to and witnessed there, counted at home."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from courses.models import Attendance, Enrolment, MakeUp, Post, TrainingClass, User
from tests.courses.attendance.conftest import Room, open_room
from tests.factories import catalogue, people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
DAY = 24 * 60
HEARD = 3 * DAY


@pytest.fixture(autouse=True)
def clock(now: datetime, settings: Settings) -> Iterator[time_machine.Traveller]:
    settings.ENFORCE_SECOND_FACTOR = False
    with time_machine.travel(now, tick=False) as moved:
        yield moved


@pytest.fixture
def room(now: datetime) -> Room:
    made = open_room(now=now)
    Post.objects.create(
        user=made.trainer, role=Post.Role.TRAINER, institution=catalogue.institution(), since=now - timedelta(days=300)
    )
    return made


@pytest.fixture
def host(room: Room) -> User:
    since = room.at(-300 * DAY)
    return people.staff(role=Post.Role.TRAINER, now=since, institution=catalogue.institution(), name="李老师")


@pytest.fixture
def there(room: Room, host: User) -> TrainingClass:
    return training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course, trainers=[host])


def browser(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(client: Client, address: str) -> str:
    return " ".join(BeautifulSoup(client.get(address).content, "lxml").get_text(" ").split())


def test_from_the_question_to_the_hours(
    room: Room, there: TrainingClass, host: User, clock: time_machine.Traveller
) -> None:
    learner = room.learner("王一")
    own = Enrolment.objects.get(learner=learner)
    clock.move_to(room.at(300))
    mine, lessons = browser(learner.user), reverse("my_lessons", args=[own.number])
    assert "申请去听" in words(mine, lessons)
    mine.post(reverse("my_make_up", args=[own.number, 1]), {"heard": f"{there.number}-1"})
    row = MakeUp.objects.get()
    page = words(mine, lessons)
    assert ("等对方班同意" in page, "撤回补课" in page, "申请去听" in page) == (True, True, False)

    visited = browser(host)
    assert "补课 1 份" in words(visited, reverse("teach"))
    act = reverse("make_up_act", args=[there.number, row.code])
    assert browser(room.trainer).post(act, {"decision": "agree"}).status_code == 404
    visited.post(act, {"decision": "agree"})
    assert "可以去听课" in words(mine, lessons)

    clock.move_to(room.at(HEARD + 190))
    visited = browser(host)
    assert "登记听课时间" in words(visited, reverse("class_requests", args=[there.number]))
    visited.post(act, {"decision": "witness", "came": "09:00", "left": "11:00"})
    assert not Attendance.objects.exists()
    home = browser(room.trainer)
    assert "补课 1 份" in words(home, reverse("teach"))
    assert "王一" in words(home, reverse("class_requests", args=[room.a_class.number]))
    home.post(reverse("make_up_act", args=[room.a_class.number, row.code]), {"decision": "count"})
    found = Attendance.objects.get()
    assert (found.learner, found.lesson, found.minutes) == (learner, room.lesson, 120)
    assert "已计入" in words(browser(learner.user), lessons)


def test_the_office_answers_too_and_sees_masked_names(
    room: Room, there: TrainingClass, clock: time_machine.Traveller
) -> None:
    learner = room.learner("王一")
    office = people.staff(role=Post.Role.INSTITUTION, now=room.at(-300 * DAY), institution=catalogue.institution())
    row = MakeUp.objects.create(
        code="M1", enrolment=Enrolment.objects.get(learner=learner), missed=room.lesson,
        heard=there.lessons.order_by("number")[0], asked_at=room.at(0),
    )  # fmt: skip
    desk = browser(office)
    queue = BeautifulSoup(desk.get(reverse("desk")).content, "lxml").select(".queue tbody tr")
    assert ["1 份补课" in line.get_text() for line in queue if "补课" in line.get_text()] == [True]
    page = words(desk, reverse("desk_requests", args=[there.number]))
    assert ("王*" in page, "王一" in page) == (True, False)
    act = reverse("desk_make_up_act", args=[there.number, row.code])
    assert "请写明原因" in desk.post(act, {"decision": "refuse"}, follow=True).content.decode()
    desk.post(act, {"decision": "refuse", "answer": "教室坐满"})
    row.refresh_from_db()
    assert (row.status, row.answer) == ("refused", "教室坐满")
    assert desk.post(act, {"decision": "x"}).status_code == 400


def test_a_learner_takes_back_what_is_theirs_alone(room: Room, there: TrainingClass) -> None:
    learner, other = room.learner("王一"), room.learner("王二")
    row = MakeUp.objects.create(
        code="M1", enrolment=Enrolment.objects.get(learner=learner), missed=room.lesson,
        heard=there.lessons.order_by("number")[0], asked_at=room.at(0),
    )  # fmt: skip
    back = reverse("my_make_up_withdraw", args=[row.code])
    assert browser(other.user).post(back).status_code == 404
    browser(learner.user).post(back)
    row.refresh_from_db()
    assert row.status == "withdrawn"
