"""Rows that the tests of a file share, where making them costs more than a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import time_machine
from django.db import transaction

T = TypeVar("T")


@contextmanager
def planted(blocker: Any, plant: Callable[[], T], *, at: datetime) -> Iterator[T]:
    """What `plant` makes at that moment, for a fixture of a file that has asked for `django_db_setup`: around the
    transactions of the tests lies one that is taken back after them. What a test changes is taken back with the
    test."""
    around: Any = transaction.atomic()
    around._from_testcase = True
    with blocker.unblock():
        around.__enter__()
        try:
            with time_machine.travel(at, tick=False):
                made = plant()
        except BaseException:
            _take_back(around)
            raise
    yield made
    with blocker.unblock():
        _take_back(around)


def _take_back(around: Any) -> None:
    transaction.set_rollback(True)
    around.__exit__(None, None, None)
