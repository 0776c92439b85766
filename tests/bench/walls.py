"""Screens that stay open beside the measured load: a process of its own, so that its work is not the client's.

python -m tests.bench.walls     reads one line of JSON (port, headers, screens), asks every two seconds until its input
                                ends, then prints how many answers there were of each status; before that one line
                                as soon as the first is answered
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from random import random
from typing import Any

from tests import ground
from tests.served import Served

EVERY_SECONDS = 2.0
SCREENS = 200
# The screens' own web process, as deploy/compose.yaml has it.
SCREEN_PROCESSES, SCREENS_NICE = 1, 10


async def _screen(port: int, path: str, headers: str, answers: Counter[int], answered: asyncio.Event) -> None:
    await asyncio.sleep(random() * EVERY_SECONDS)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    etag = ""
    while True:
        again = f"If-None-Match: {etag}\r\n" if etag else ""
        try:
            writer.write(f"GET {path} HTTP/1.1\r\n{headers}{again}\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = dict(line.partition(": ")[::2] for line in head.lower().split("\r\n")[1:])
            await reader.readexactly(int(lines.get("content-length") or 0))
        except (asyncio.IncompleteReadError, ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        answers[int(head[9:12])] += 1
        answered.set()
        etag = lines.get("etag", etag)
        await asyncio.sleep(EVERY_SECONDS)


async def _all(told: dict[str, Any]) -> Counter[int]:
    answers, answered = Counter[int](), asyncio.Event()
    tasks = [
        asyncio.create_task(
            _screen(
                told["port"],
                one["path"],
                "".join(
                    f"{name}: {value}\r\n" for name, value in {**told["headers"], "X-Screen": one["token"]}.items()
                ),
                answers,
                answered,
            )
        )
        for one in told["screens"]
    ]
    if tasks:
        await answered.wait()
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    if failed := [error for error in ended if not isinstance(error, asyncio.CancelledError)]:
        raise RuntimeError(f"{len(failed)} screens ended: {failed[0]!r}")
    return answers


@contextmanager
def opened(server: Served, screens: list[dict[str, str]]) -> Iterator[Counter[int]]:
    """The screens are open inside; what they were answered is known afterwards."""
    told = {
        "port": server.port,
        "headers": {"Host": f"127.0.0.1:{server.port}", **server.headers()},
        "screens": screens,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.walls"], cwd=ground.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    answers: Counter[int] = Counter()
    assert process.stdin
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    assert process.stdout
    process.stdout.readline()
    try:
        yield answers
    finally:
        said, _ = process.communicate("\n", timeout=60)
        answers.update({int(status): number for status, number in json.loads(said or "{}").items()})


# ── In the crowd's process ────────────────────────────────────────────────────────────────────────────────────────────


def tokens(*, class_ids: list[int], turn: int, screens: int, kinds: Sequence[str] = ("wall",)) -> list[dict[str, str]]:
    """The screens of these lessons, as their pages would have been given them: kind by kind, lesson by lesson."""
    from django.urls import reverse

    from courses import attendance
    from courses.models import Lesson
    from courses.web.teach.screens import Screen, screen_token

    now = datetime.now(UTC)
    lessons = list(Lesson.objects.filter(training_class__in=class_ids, number=turn).order_by("pk"))
    made = []
    for place in range(screens):
        lesson, kind = lessons[place % len(lessons)], Screen(kinds[place // len(lessons) % len(kinds)])
        path = reverse(f"{kind}_state", args=[attendance.lesson_name(lesson)])
        made.append({"path": path, "token": screen_token(screen=kind, lesson=lesson, now=now)})
    return made


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_all(json.loads(sys.stdin.readline())))))
