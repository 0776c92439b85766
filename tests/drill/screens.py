"""Hundreds of walls and rosters open while people check in: how soon each shows an arrival, and what they cost.

A room has its wall and its trainer's roster, so 300 screens are 150 rooms. As deploy/ runs them, the screens are
answered by a process of their own that gives way. Their cost is what check-in loses:

* at a steady pace the time of a check-in is told, with the screens and without, and what a poll takes of a processor;
* in a rush, when everybody posts as fast as answers come, check-ins a second with the screens open, of those without;
  by turns, and the median of the rounds. This is what must not lose more than the promise.
"""

import http.client
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import random
from statistics import median
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat, Right

from courses import attendance
from courses.models import Learner, Lesson
from courses.web.teach.screens import Screen, screen_token
from tests.bench import load, walls
from tests.bench import plant as bench
from tests.bench.rounds import CSRF
from tests.factories import crowds
from tests.kill.clients import Door, check_in_all
from tests.kill.run import wall
from tests.races import Arena, Figures
from tests.served import HOST, Served

THIS = "tests.drill.screens"
SCREENS, ROOMS, SECONDS, PER_S = 300, 150, 20.0, 8.0
PEOPLE = 40
ROUNDS, RUSHES = 2, 3
# The number of the first lesson that is kept for a rush.
FIRST_RUSH = 2
CLIENTS = 4
EVERY_SECONDS = 2.0
# What the design promises.
LAG_SECONDS = 3.0
# How long a machine that is busy with other things is waited for where nothing is timed.
PATIENCE_SECONDS = 30.0
COST_PERCENT = 5.0
SHOWN = {
    Screen.WALL: re.compile(r'wall-count"><b>(\d+)'),
    Screen.ROSTER: re.compile(r'roster-counts"><div><b>(\d+)'),
}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Size:
    screens: int = SCREENS
    rooms: int = ROOMS
    people: int = PEOPLE
    seconds: float = SECONDS
    per_s: float = PER_S
    rounds: int = ROUNDS
    rushes: int = RUSHES
    # The suite plays too little for a figure.
    timed: bool = True


def run(arena: Arena, size: Size) -> Figures:
    figures, database = Figures("screens"), arena.ground.name
    planted = arena.crowd.call(database, f"{THIS}:plant", rooms=size.rooms, people=size.people, rushes=size.rushes)
    held = [Room(**row) for row in planted["rooms"]]
    environment = arena.ground.environment("lms.settings.test")
    giving_way = environment | {"WEB_NICE": str(walls.SCREENS_NICE)}
    folder = Path(arena.ground.folder)
    with (
        Served("lms.wsgi", environment, folder=folder) as web,
        Served("lms.wsgi", giving_way, folder=folder, processes=walls.SCREEN_PROCESSES) as showing,
    ):
        web.wait()
        showing.wait()
        _pace(web, showing, held, size, figures)
        _rush(web, showing, arena, planted, size, figures)
    figures.add(screens=size.screens, rooms=size.rooms)
    return figures


def _pace(web: Served, showing: Served, held: list["Room"], size: Size, figures: Figures) -> None:
    """Rounds of check-ins alone and with the screens, by turns; every arrival must reach every screen of its room."""
    alone, beside, polls, cpu = list[float](), list[float](), 0, 0.0
    for _round in range(size.rounds):
        alone += _check_in(web, held, size.seconds, size.per_s, figures)
        before = _cpu(showing)
        with _open(showing, held, size.screens) as open_ones:
            beside += _check_in(web, held, size.seconds, size.per_s, figures)
            _await(lambda: all(one.has_shown_all for one in open_ones), LAG_SECONDS if size.timed else PATIENCE_SECONDS)
        cpu += _cpu(showing) - before
        polls += sum(one.polls for one in open_ones)
        figures.faults += [fault for one in open_ones for fault in one.faults]
        _lags(held, open_ones, figures, timed=size.timed)
    figures.add(
        polls=polls,
        cpu_ms_a_poll=round(cpu * 1000 / max(1, polls), 3),
        checkin_p50_ms_alone=round(median(alone) * 1000, 1),
        checkin_p50_ms_beside=round(median(beside) * 1000, 1),
    )


def _rush(web: Served, showing: Served, arena: Arena, planted: dict[str, Any], size: Size, figures: Figures) -> None:
    """Everybody posts a ticket as fast as answers come: a lesson without screens, one with them, by turns."""
    people, class_ids = planted["people"], planted["class_ids"]
    rates: dict[bool, list[float]] = {True: [], False: []}
    spent: dict[bool, float] = {True: 0.0, False: 0.0}
    polls, seconds = 0, 0.0
    for number in range(size.rushes * 2):
        # Whoever goes first finds the machine as the one before left it: take turns in that as well.
        turn, open_ = FIRST_RUSH + number, number % 4 in (1, 2)
        tickets = arena.crowd.call(arena.ground.name, "tests.bench.plant:tickets", class_ids=class_ids, turn=turn)
        screens = arena.crowd.call(
            arena.ground.name, "tests.bench.walls:tokens", class_ids=class_ids, turn=turn,
            screens=size.screens if open_ else 0, kinds=["wall", "roster"],
        )  # fmt: skip
        requests = [_post(web, cookie, tickets[str(learner)]) for learner, cookie in people]
        began = time.monotonic()
        with walls.opened(showing, screens) as answers:
            time.sleep(EVERY_SECONDS)
            cpu = _cpu(web)
            found = load.run(web.port, requests)
            spent[open_] += _cpu(web) - cpu
        polls, seconds = polls + sum(answers.values()), seconds + open_ * (time.monotonic() - began)
        rates[open_].append(found.per_s)
        wrong = {**found.statuses, **answers}.keys() - {200, 302, 304}
        arrived = arena.crowd.call(arena.ground.name, "tests.bench.plant:arrived", class_ids=class_ids, turn=turn)
        if wrong or arrived != len(requests):
            figures.faults.append(f"in the rush {arrived} of {len(requests)} arrived; answers {sorted(wrong)}")
    figures.add(rush_polls_per_s=round(polls / seconds, 1))
    _rush_cost(rates, spent, len(people) * size.rushes, figures, timed=size.timed)


def _rush_cost(
    rates: dict[bool, list[float]], spent: dict[bool, float], checkins: int, figures: Figures, *, timed: bool
) -> None:
    cost = 100 - 100 * median(with_ / without for with_, without in zip(rates[True], rates[False], strict=True))
    figures.add(
        rush_per_s_alone=round(median(rates[False]), 1),
        rush_per_s_beside=round(median(rates[True]), 1),
        rush_cpu_ms_a_checkin_alone=round(spent[False] * 1000 / checkins, 2),
        rush_cpu_ms_a_checkin_beside=round(spent[True] * 1000 / checkins, 2),
        rush_cost_percent=round(cost, 1),
    )
    if timed and cost > COST_PERCENT:
        figures.faults.append(f"the screens cost check-in {cost:.1f} % of its rate, {COST_PERCENT} % at most")


def _post(web: Served, device: str, ticket: str) -> bytes:
    jar = f"device={device}; ticket={ticket}; csrftoken={CSRF}"
    form = f"csrfmiddlewaretoken={CSRF}"
    return load.request("POST", "/C/", host=f"{HOST}:{web.port}", headers={"Cookie": jar}, form=form)


@dataclass
class Room:
    """`arrived`: when each receipt of this room was in its owner's hand."""

    name: str
    code: int
    tokens: dict[str, str]
    phones: list[tuple[int, str]]
    arrived: list[float] = field(default_factory=list)


def _check_in(web: Served, rooms: list[Room], seconds: float, per_s: float, figures: Figures) -> list[float]:
    """At a steady pace, room by room in turn: how many seconds each took."""
    took, lock, began = list[float](), threading.Lock(), time.monotonic()
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
                took.append(time.monotonic() - asked)
                figures.faults += told.refusals

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


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

    @property
    def has_shown_all(self) -> bool:
        return max(self.shown, default=0) >= len(self.room.arrived)

    def first_with(self, number: int) -> float | None:
        return min((when for many, when in self.shown.items() if many >= number), default=None)


def _await(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.1)


@contextmanager
def _open(web: Served, rooms: list[Room], screens: int) -> Iterator[list[Watcher]]:
    """Half walls and half rosters, spread over the rooms; opened before anybody arrives."""
    kinds = (Screen.WALL, Screen.ROSTER)
    watchers = [Watcher(web, rooms[place % len(rooms)], kinds[place // len(rooms) % 2]) for place in range(screens)]
    for watcher in watchers:
        watcher.start()
    _await(lambda: all(watcher.polls for watcher in watchers), PATIENCE_SECONDS)
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


# ── In the crowd's process ────────────────────────────────────────────────────────────────────────────────────────────


def plant(*, rooms: int, people: int, rushes: int) -> dict[str, Any]:
    """Lessons that have just begun, one for the steady pace and two for each rush; a bound phone for each learner."""
    now = datetime.now(UTC)
    own = crowds.learners(count=people * rooms, now=now)
    # Of two that are called the same a row would be drawn but once.
    Learner.objects.update(name=Concat(Value("王"), Right("number", 3)))
    cookies = dict(zip([one.pk for one in own], crowds.browsers(people=own, now=now), strict=True))
    lessons = FIRST_RUSH - 1 + rushes * 2
    class_ids = bench.rooms(learner_ids=list(cookies), lessons=lessons, size=people)
    made = []
    for lesson in Lesson.objects.filter(training_class__in=class_ids, number=1).order_by("pk"):
        seats = lesson.training_class.enrolments.order_by("-arrival_no").values_list("learner", flat=True)
        made.append(
            {
                "name": attendance.lesson_name(lesson),
                "code": lesson.code,
                "tokens": {str(screen): screen_token(screen=screen, lesson=lesson, now=now) for screen in Screen},
                "phones": [[learner, cookies[learner]] for learner in seats],
            }
        )
    return {"rooms": made, "class_ids": class_ids, "people": list(cookies.items())}
