"""The classes of a run dealt out to processes, each with a database of its own that is thrown away afterwards."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

import django

from lms import memory
from tests import ground

if TYPE_CHECKING:
    from tests.adversary.measure import Task
    from tests.adversary.outcome import Outcome

# Nothing here outlives the run: no write waits for the disk, and a class fits into the memory of its database.
FLEETING = (
    "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-262144; "
    "PRAGMA locking_mode=EXCLUSIVE;"
)


class Jobs:
    """Processes that play classes. Takes the tasks of all attacks at once, and gives the outcomes in their order."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def play(self, tasks: Sequence["Task"]) -> Iterator["Outcome"]:
        return self._pool.map(_play, tasks)


@contextmanager
def opened(many: int, settings: str) -> Iterator[Jobs]:
    with ExitStack() as stack:
        context = get_context("spawn")
        grounds = context.SimpleQueue()
        for _ in range(many):
            grounds.put(stack.enter_context(ground.fresh()).environment(settings))
        pool = stack.enter_context(ProcessPoolExecutor(many, context, _settle, (grounds,)))
        yield Jobs(pool)
        pool.shutdown(cancel_futures=True)


def _settle(grounds) -> None:  # type: ignore[no-untyped-def]
    """Once in each process, before the domain is imported."""
    os.environ.update(grounds.get())
    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"] |= {"init_command": FLEETING}
    memory.settle()


def _play(task: "Task") -> "Outcome":
    from tests.adversary.measure import played

    return played(task)
