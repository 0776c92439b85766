"""The cast, the clock and the guard rails."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import caches
from django.utils import translation

from courses.policy import CITY_TIME
from tests.append_only import lift, restore
from tests.races.arena import arena, crowd, own_ground, template

__all__ = ["arena", "crowd", "own_ground", "template"]


# What shares a served city, a crowd or the machine's speed stays in one process, in which it then comes one by one.
TOGETHER = ("journeys", "races", "kill", "bench", "drill")


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups for xdist. All else is dealt out in order, so that the tests that empty the database come last
    everywhere."""
    for item in items:
        for folder in TOGETHER:
            if f"tests/{folder}/" in item.nodeid:
                item.add_marker(pytest.mark.xdist_group(folder))


@pytest.fixture
def now() -> datetime:
    """Monday, 14 September 2026, nine in the morning in Yantai."""
    return datetime(2026, 9, 14, 9, 0, tzinfo=CITY_TIME).astimezone(UTC)


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> Iterator[None]:
    from courses import policy

    policy.of_pinned.cache_clear()
    yield
    # The language of the last request stays with the thread.
    translation.deactivate()
    for cache in caches.all():
        cache.clear()


@pytest.fixture(autouse=True)
def _books_open_for_the_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """A transactional test empties every table when it ends, which the append-only triggers would refuse."""
    marker = request.node.get_closest_marker("django_db")
    transactional = marker is not None and (marker.kwargs.get("transaction") or (marker.args and marker.args[0]))
    if not transactional:
        yield
        return
    request.getfixturevalue("transactional_db")
    from django.db import connection

    restore(connection)
    yield
    lift(connection)
