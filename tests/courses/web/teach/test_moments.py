"""All lessons on screen are asked for at once, and each is a second old at most."""

from datetime import datetime

import pytest
from django.core.cache import caches
from pytest_django import DjangoAssertNumQueries

from courses.web.teach import moments
from tests.courses.attendance.conftest import Room, open_room, scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "_watched", {})


def a_second_later() -> None:
    """Of the cache's clock; what is watched stays so."""
    caches["screens"].clear()


def test_whoever_asks_first_asks_for_all_that_are_on_screen(
    room: Room, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other_room = open_room(now=now)
    codes = [one.lesson.code for one in (room, other_room)]
    before = {code: moments.newest(code=code, now=now) for code in codes}
    scan(other_room, other_room.learner(), 4)
    a_second_later()
    with django_assert_num_queries(1):
        after = {code: moments.newest(code=code, now=now) for code in codes}
    assert after[codes[0]] == before[codes[0]]
    assert after[codes[1]] != before[codes[1]]


def test_what_nobody_asked_for_lately_is_on_no_screen(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    moments.newest(code=room.lesson.code, now=room.at(5))
    clock = moments.monotonic()
    monkeypatch.setattr(moments, "monotonic", lambda: clock + moments.WATCHED_SECONDS + 1)
    a_second_later()
    assert moments.newest(code=room.lesson.code ^ 1, now=room.at(5)) is None
    assert room.lesson.code not in moments._watched


def test_a_change_by_hand_is_seen_at_once(room: Room) -> None:
    before = moments.newest(code=room.lesson.code, now=room.at(5))
    scan(room, room.learner(), 4)
    assert moments.newest(code=room.lesson.code, now=room.at(5)) == before
    moments.forget(code=room.lesson.code)
    assert moments.newest(code=room.lesson.code, now=room.at(5)) != before
