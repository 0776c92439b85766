"""Hundreds of walls and rosters open while people check in: how soon each shows an arrival, and what they cost.

The cost is counted in processor time of the web processes, which other load on the machine does not change: what the
screens use, of all that the cores could give to check-ins.
"""

import http.client
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import random
from statistics import median
from typing import Any

from courses import attendance
from courses.web.teach.screens import Screen, screen_token
from tests.factories import classes, crowds
from tests.kill.clients import Door, check_in_all
from tests.kill.run import wall
from tests.races import Arena, Figures
from tests.served import HOST, Served

THIS = "tests.drill.screens"
SCREENS, ROOMS, SECONDS, PER_S = 300, 10, 20.0, 8.0
ROUNDS = 2
CLIENTS = 4
PROCESSES = 2
EVERY_SECONDS = 2.0
# What the design promises.
LAG_SECONDS = 3.0
COST_PERCENT = 5.0
SHOWN = {
    Screen.WALL: re.compile(r'wall-count"><b>(\d+)'),
    Screen.ROSTER: re.compile(r'roster-counts"><div><b>(\d+)'),
}
TICKS = os.sysconf("SC_CLK_TCK")


def run(arena: Arena, *, screens: int, rooms: int, seconds: float, per_s: float, timed: bool = True) -> Figures:
    """Rounds of check-ins alone and with the screens, by turns; every arrival must reach every screen of its room."""
    each = int(seconds * per_s) * 2 * ROUNDS // rooms + 1
    planted = arena.crowd.call(arena.ground.name, f"{THIS}:plant", rooms=rooms, people=each)
    figures = Figures("screens")
    held = [Room(**row) for row in planted]
    with Served(
        "lms.wsgi", arena.ground.environment("lms.settings.test"), folder=Path(arena.ground.folder), processes=PROCESSES
    ) as web:
        web.wait()
        alone, beside, polls = Spent(), Spent(), 0
        for _round in range(ROUNDS):
            alone.add(_check_in(web, held, seconds, per_s, figures))
            with _open(web, held, screens) as walls:
                beside.add(_check_in(web, held, seconds, per_s, figures))
                time.sleep(LAG_SECONDS)
            polls += sum(one.polls for one in walls)
            figures.faults += [fault for one in walls for fault in one.faults]
            _lags(held, walls, figures, timed=timed)
    _cost(alone, beside, polls, figures, timed=timed)
    figures.add(screens=screens, rooms=rooms)
    return figures


@dataclass
class Room:
    """`arrived`: when each receipt of this room was in its owner's hand."""

    name: str
    code: int
    tokens: dict[str, str]
    phones: list[tuple[int, str]]
    arrived: list[float] = field(default_factory=list)


@dataclass
class Spent:
    """Processor time of the web processes, and what was done in it."""

    cpu: float = 0.0
    seconds: float = 0.0
    took: list[float] = field(default_factory=list)

    def add(self, other: "Spent") -> None:
        self.cpu += other.cpu
        self.seconds += other.seconds
        self.took += other.took


def _check_in(web: Served, rooms: list[Room], seconds: float, per_s: float, figures: Figures) -> Spent:
    """At a steady pace, room by room in turn."""
    spent, lock, began, cpu = Spent(), threading.Lock(), time.monotonic(), _cpu(web)
    turns = iter(range(int(seconds * per_s)))

    def client() -> None:
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            room = rooms[turn % len(rooms)]
            time.sleep(max(0.0, began + turn / per_s - time.monotonic()))
            with lock:
                phone = room.phones.pop()
            asked = time.monotonic()
            told = check_in_all(Door(web.port, wall(room.code)), [phone], clients=1, pause_seconds=0)
            with lock:
                room.arrived.append(time.monotonic())
                spent.took.append(time.monotonic() - asked)
                figures.faults += told.refusals

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent.cpu, spent.seconds = _cpu(web) - cpu, time.monotonic() - began
    return spent


def _cpu(web: Served) -> float:
    """Seconds of processor time that the web processes have used."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in web.workers()]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS


class Watcher(threading.Thread):
    """One screen: asks every two seconds and keeps when it first showed how many."""

    def __init__(self, web: Served, room: Room, screen: Screen) -> None:
        super().__init__(daemon=True)
        self.web, self.room, self.screen = web, room, screen
        self.over = threading.Event()
        self.polls, self.shown, self.faults = 0, dict[int, float](), list[str]()

    def run(self) -> None:
        self.over.wait(random() * EVERY_SECONDS)
        path = f"/teach/lesson/{self.room.name}/{'wall/' if self.screen == Screen.WALL else ''}state"
        connection, etag = http.client.HTTPConnection(HOST, self.web.port, timeout=30), ""
        while not self.over.is_set():
            asked = time.monotonic()
            try:
                connection.request(
                    "GET", path, headers={"X-Screen": self.room.tokens[self.screen], "If-None-Match": etag}
                )
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()  # as a browser would, it asks again at once
                continue
            self.polls += 1
            if answer.status == 200:
                etag = answer.headers["ETag"]
                self._see(json.loads(body))
            elif answer.status != 304:
                self.faults.append(f"a {self.screen} was answered {answer.status}")
            self.over.wait(max(0.0, EVERY_SECONDS - (time.monotonic() - asked)))
        connection.close()

    def _see(self, body: dict[str, Any]) -> None:
        found = SHOWN[self.screen].search(body["html"] if self.screen == Screen.WALL else body["head"])
        if found is not None:
            self.shown.setdefault(int(found[1]), time.monotonic())

    def first_with(self, number: int) -> float | None:
        return min((when for many, when in self.shown.items() if many >= number), default=None)


@contextmanager
def _open(web: Served, rooms: list[Room], screens: int) -> Iterator[list[Watcher]]:
    """Half walls and half rosters, spread over the rooms; opened before anybody arrives."""
    kinds = (Screen.WALL, Screen.ROSTER)
    watchers = [Watcher(web, rooms[place % len(rooms)], kinds[place // len(rooms) % 2]) for place in range(screens)]
    for watcher in watchers:
        watcher.start()
    time.sleep(EVERY_SECONDS)
    try:
        yield watchers
    finally:
        for watcher in watchers:
            watcher.over.set()
        for watcher in watchers:
            with suppress(RuntimeError):
                watcher.join(timeout=10)


def _lags(rooms: list[Room], watchers: list[Watcher], figures: Figures, *, timed: bool) -> None:
    """Seconds from the receipt to the screen, for each arrival of this round and each screen of its room."""
    lags, unseen = [], 0
    for watcher in watchers:
        opened = min(watcher.shown.values(), default=0.0)
        for number, arrived in enumerate(sorted(watcher.room.arrived), start=1):
            if arrived <= opened:
                continue
            seen = watcher.first_with(number)
            if seen is None:
                unseen += 1
            else:
                lags.append(max(0.0, seen - arrived))
    lags.sort()
    if unseen or not lags:
        figures.faults.append(f"{unseen} arrivals were never shown by some screen, {len(lags)} were")
        return
    late = sum(1 for lag in lags if lag > LAG_SECONDS)
    p95 = lags[int(len(lags) * 0.95)]
    numbers = figures.numbers
    numbers["arrivals_shown"] = numbers.get("arrivals_shown", 0) + len(lags)
    numbers["later_than_3_s"] = numbers.get("later_than_3_s", 0) + late
    numbers["lag_p50_s"] = max(numbers.get("lag_p50_s", 0), round(median(lags), 2))
    numbers["lag_p95_s"] = max(numbers.get("lag_p95_s", 0), round(p95, 2))
    if timed and p95 > LAG_SECONDS:
        figures.faults.append(f"95 of 100 arrivals were shown within {p95:.2f} s, the promise is {LAG_SECONDS} s")


def _cost(alone: Spent, beside: Spent, polls: int, figures: Figures, *, timed: bool) -> None:
    each = alone.cpu / max(1, len(alone.took))
    for_screens = max(0.0, beside.cpu - each * len(beside.took))
    share = for_screens * 100 / (beside.seconds * PROCESSES)
    figures.add(
        polls_per_s=round(polls / (beside.seconds + ROUNDS * (LAG_SECONDS + EVERY_SECONDS)), 1),
        cpu_ms_a_checkin=round(each * 1000, 2),
        cpu_ms_a_poll=round(for_screens * 1000 / max(1, polls), 3),
        cost_percent=round(share, 2),
        checkin_p50_ms_alone=round(median(alone.took) * 1000, 1),
        checkin_p50_ms_beside=round(median(beside.took) * 1000, 1),
    )
    if timed and share > COST_PERCENT:
        figures.faults.append(f"the screens take {share:.1f} % of the web processes, {COST_PERCENT} % at most")


# ── In the crowd's process ────────────────────────────────────────────────────────────────────────────────────────────


def plant(*, rooms: int, people: int) -> list[dict[str, Any]]:
    """Lessons that have just begun, with the tokens of their screens and a bound phone for each learner."""
    now, made = datetime.now(UTC), []
    for _ in range(rooms):
        own = crowds.learners(count=people, now=now)
        lesson = classes.first_lesson(crowds.class_of(people=own, now=now, first=now - timedelta(minutes=5)))
        phones = zip(own, crowds.browsers(people=own, now=now), strict=True)
        made.append(
            {
                "name": attendance.lesson_name(lesson),
                "code": lesson.code,
                "tokens": {str(screen): screen_token(screen=screen, lesson=lesson, now=now) for screen in Screen},
                "phones": [[learner.pk, cookie] for learner, cookie in phones],
            }
        )
    return made
