"""The cast, the clock and the guard rails."""

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import translation

from courses.policy import CITY_TIME
from lms import translations
from tests import dealing, ground, once
from tests.dealing import Dealing
from tests.races.arena import arena, crowd, own_ground

__all__ = ["arena", "crowd", "own_ground"]


def pytest_configure() -> None:
    # Here, before the processes start that are to share it.
    once.begin()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        translations.compile_all()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealing:
    return Dealing(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long proofs alone, which the everyday suite leaves out")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A file that was asked for by its name is not left out, unless it is asked for the long proofs in it.
    if config.option.long or config.args == config.getini("testpaths"):
        wanted = dealing.chosen(items, long=config.option.long, blind=connection.vendor != "postgresql")
        config.hook.pytest_deselected(items=list(set(items).difference(wanted)))
        items[:] = wanted
    items.sort(key=lambda item: dealing.place(item.nodeid))


def pytest_collection_finish() -> None:
    """What was loaded until here stays to the end; the collector need not look through it again and again. A query is
    thousands of objects that are gone at its end: looked for as seldom as here, they cost a sixth less time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The suite's database begins as a copy of the tables that the migrations made once for this run."""
    tables = ground.migrated()
    if tables.engine == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = tables.name
        yield
        return
    # It lives in memory, for as long as somebody is connected.
    name = connection.creation._get_test_db_name()
    with closing(sqlite3.connect(tables.name)) as rows, closing(sqlite3.connect(name, uri=True)) as memory:
        rows.backup(memory)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is in: what a thread of a test left open ends before."""
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def now() -> datetime:
    """Monday, 14 September 2026, nine in the morning in Yantai."""
    return datetime(2026, 9, 14, 9, 0, tzinfo=CITY_TIME).astimezone(UTC)


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> Iterator[None]:
    from courses import policy
    from tests.factories import catalogue

    policy.of_pinned.cache_clear()
    catalogue.remember()
    yield
    catalogue.forget()
    # The language of the last request stays with the thread.
    translation.deactivate()
    for cache in caches.all():
        cache.clear()
