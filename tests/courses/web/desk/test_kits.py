"""离线点名 at the desk: gaps and disputes of a class, masked names, nothing to press."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from courses.models import Post
from tests.courses.attendance.conftest import Room, open_room
from tests.factories import catalogue, people
from tests.factories.phones import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now: datetime, db: None) -> Room:
    return open_room(now=now)


@pytest.fixture
def desk(room: Room, now: datetime, settings: object) -> Client:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    officer = people.staff(
        role=Post.Role.INSTITUTION, now=now - timedelta(days=9000), institution=room.a_class.institution
    )
    client = Client()
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, room: Room) -> str:
    answer = client.get(f"/desk/class/{room.a_class.number}/kits/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_gaps_and_disputes_are_shown_with_masked_names(desk: Client, room: Room) -> None:
    first, second = (Phone(room.lesson, room.trainer).prepare(room.at(-10)) for _ in range(2))
    learner, gone = room.learner("金小雀"), room.learner("银小雀")
    first.mark(learner, "present", room.at(1))
    first.mark(gone, "present", room.at(2))
    first.mark(gone, "late", room.at(3))
    second.mark(learner, "absent", room.at(4))
    first.send(room.at(30), [first.written[0]])
    second.send(room.at(31))
    said = page(desk, room)
    for part in ("有缺号", "2–3", "没有缺号", "金*雀", "有争议", "与另一条离线记录不一样", first.number):
        assert part in said
    assert [word for word in ("金小雀", "银小雀", "银*雀") if word in said] == []


def test_a_class_without_phones_says_so(desk: Client, room: Room) -> None:
    assert "没有离线点名" in page(desk, room)


def test_the_list_costs_the_same_for_many_phones(desk: Client, room: Room, django_assert_max_num_queries) -> None:
    for _turn in range(4):
        phone = Phone(room.lesson, room.trainer).prepare(room.at(-10))
        phone.mark(room.learner(), "late", room.at(1))
        phone.send(room.at(30))
    with django_assert_max_num_queries(16):
        page(desk, room)


def test_another_institution_finds_nothing(room: Room, now: datetime, settings: object) -> None:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    other = catalogue.institution("J009", "别的学校")
    stranger = people.staff(role=Post.Role.INSTITUTION, now=now - timedelta(days=9000), institution=other)
    client = Client()
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/desk/class/{room.a_class.number}/kits/").status_code == 404
