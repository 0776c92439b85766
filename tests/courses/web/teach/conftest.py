"""A trainer signed in on Monday, 14 September 2026 at nine, and the room that is taught in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from courses.models import Post, User
from tests.courses.attendance.conftest import Room, open_room
from tests.factories import catalogue, people


@pytest.fixture(autouse=True)
def clock(now: datetime, settings: Settings) -> Iterator[time_machine.Traveller]:
    """The trainer is past the second factor, which has tests of its own."""
    settings.ENFORCE_SECOND_FACTOR = False
    with time_machine.travel(now, tick=False) as moved:
        yield moved


def post_of(user: User, *, now: datetime, role: str = Post.Role.TRAINER) -> User:
    Post.objects.create(user=user, role=role, institution=catalogue.institution(), since=now - timedelta(days=300))
    return user


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def room(now: datetime, db: None) -> Room:
    made = open_room(now=now)
    post_of(made.trainer, now=now)
    return made


@pytest.fixture
def teacher(room: Room) -> Client:
    return sign_in(room.trainer)


@pytest.fixture
def stranger(now: datetime, db: None) -> Client:
    """A trainer of other classes."""
    return sign_in(post_of(people.user(name="赵老师"), now=now))
