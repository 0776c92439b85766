"""Contenders that are really parallel: processes with threads, each thread with its own connection.

The crowd's processes outlive one race, as starting them costs more than the race; they are told the database each time.
A call names a function as `package.module:function` and carries plain values, so nothing of a test's memory travels.

    with Crowd(environment) as crowd:
        planted = crowd.call(ground.name, "tests.races.seats:plant", contenders=200)
        answers = crowd.race(ground.name, "tests.races.seats:contend", [planted | {"learner_id": 1}, …])
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
START_AFTER_SECONDS = 0.15
CONNECT_ATTEMPTS = 50
# Who cannot come must not keep the others waiting for ever.
READY_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What one contender got: a value, or the name of what was raised (a refusal's code, an error's class)."""

    value: Any
    raised: str
    ms: float


class Crowd:
    """Processes × threads. The defaults keep two cores busy and stay below a PostgreSQL's 100 connections."""

    def __init__(self, environment: Mapping[str, str], *, processes: int = 2, threads: int = 16) -> None:
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.crowd"],
                cwd=ROOT,
                env={**environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(processes)
        ]
        self.threads = threads

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in self.processes:
            assert process.stdin
            assert process.stdout
            process.stdin.close()
            process.wait(timeout=30)
            process.stdout.close()

    def call(self, database: str, function: str, **values: Any) -> Any:
        """One call in one process; what it raises is raised here as a RuntimeError."""
        self._ask(0, {"database": database, "function": function, "batches": [[values]], "start": 0})
        answer = self._hear(0)[0]
        if answer.raised:
            raise RuntimeError(f"{function}: {answer.raised}")
        return answer.value

    def race(
        self, database: str, function: str, contenders: Sequence[Mapping[str, Any]], *, together: bool = False
    ) -> list[Answer]:
        """All contenders at once, dealt out in order so that neighbours meet; answers come in the same order.

        `together` gives every contender a thread of its own in one process, for those that wait for each other.
        """
        lanes = len(contenders) if together else len(self.processes) * self.threads
        batches = [list(contenders[lane::lanes]) for lane in range(lanes)]
        hosts = 1 if together else len(self.processes)
        start = time.time() + START_AFTER_SECONDS
        for host in range(hosts):
            mine = batches[host::hosts]
            self._ask(host, {"database": database, "function": function, "batches": mine, "start": start})
        heard = [iter(self._hear(host)) for host in range(hosts)]
        by_lane = {lane: [next(heard[lane % hosts]) for _ in batches[lane]] for lane in self._order(lanes, hosts)}
        return [by_lane[number % lanes][number // lanes] for number in range(len(contenders))]

    @staticmethod
    def _order(lanes: int, hosts: int) -> list[int]:
        return [lane for host in range(hosts) for lane in range(host, lanes, hosts)]

    def _ask(self, host: int, message: dict[str, Any]) -> None:
        pipe = self.processes[host].stdin
        assert pipe
        pipe.write(json.dumps(message) + "\n")
        pipe.flush()

    def _hear(self, host: int) -> list[Answer]:
        pipe = self.processes[host].stdout
        assert pipe
        line = pipe.readline()
        if not line:
            raise RuntimeError("a process of the crowd ended; its last words stand on standard error")
        return [Answer(*row) for row in json.loads(line)]


# ── Inside a process of the crowd ─────────────────────────────────────────────────────────────────────────────────────


def serve() -> None:
    import django

    from lms import memory

    django.setup()
    # What a rule prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # As processes of the web and of the background do.
    memory.settle()
    for line in sys.stdin:
        message = json.loads(line)
        _turn_to(message["database"])
        rows = _run(_function(message["function"]), message["batches"], message["start"])
        answers.write(json.dumps(rows) + "\n")
        answers.flush()


def _turn_to(database: str) -> None:
    from django.conf import settings
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    from courses import policy

    if settings.DATABASES["default"]["NAME"] != database:
        connection.close()
        settings.DATABASES["default"]["NAME"] = database
        connection.settings_dict["NAME"] = database
        policy.of_pinned.cache_clear()
        ContentType.objects.clear_cache()


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _run(function: Callable[..., Any], batches: list[list[dict[str, Any]]], start: float) -> list[list[Any]]:
    results: list[list[list[Any]]] = [[] for _ in batches]
    if len(batches) == 1 and not start:
        return [_one(function, values) for values in batches[0]]
    ready = threading.Barrier(len(batches))
    threads = [
        threading.Thread(target=_lane, args=(function, batch, results[number], ready, start))
        for number, batch in enumerate(batches)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [row for rows in results for row in rows]


def _lane(
    function: Callable[..., Any],
    batch: list[dict[str, Any]],
    results: list[list[Any]],
    ready: threading.Barrier,
    start: float,
) -> None:
    from django.db import connection

    _connect()
    ready.wait(timeout=READY_SECONDS)
    time.sleep(max(0.0, start - time.time()))
    results.extend(_one(function, values) for values in batch)
    connection.close()


def _connect() -> None:
    """Thirty connections that open at once may find the file busy; that is not the race."""
    from django.db import OperationalError, connection

    for attempt in range(CONNECT_ATTEMPTS):
        try:
            connection.ensure_connection()
        except OperationalError:
            connection.close()
            if attempt == CONNECT_ATTEMPTS - 1:
                raise
            time.sleep(0.1)
        else:
            return


def _one(function: Callable[..., Any], values: dict[str, Any]) -> list[Any]:
    began = time.perf_counter()
    raised, value = "", None
    try:
        value = function(**values)
    except Exception as error:  # noqa: BLE001  whatever is raised is the contender's answer
        raised = str(getattr(error, "code", None) or f"{type(error).__name__}: {error}")
    return [value, raised, (time.perf_counter() - began) * 1000]


if __name__ == "__main__":
    serve()
