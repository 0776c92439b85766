"""Kill a random web process every few seconds under check-ins, and PostgreSQL as a whole, and compare what was told
with what is there."""

import os
import signal
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import choice
from typing import Any

from django.db import connection

from courses import attendance
from courses.models import Attendance, Direction, Evidence, Lesson
from courses.policy import Policy
from tests.crowd import Crowd
from tests.factories import classes, crowds
from tests.kill import cluster
from tests.kill.clients import Door, Told, check_in_all
from tests.races import Arena, Figures
from tests.races.protection import drop_constraint
from tests.served import Served

THIS = "tests.kill.run"
CHECKINS = 10_000
# The embedded database writes one at a time and has no process to kill; the pace leaves the killing time to happen.
CHECKINS_SQLITE, PER_S_SQLITE = 2_000, 60.0
EVERY_SECONDS = 3.0
DATABASE_EVERY_SECONDS = 10.0
CLASS_SIZE = 500
# What the clients must have kept up while the database was there, for the proof to be one of a loaded service.
LEAST_PER_S, PER_S = 100.0, 400.0


def run_with_database(
    *, checkins: int, every_seconds: float, database_every_seconds: float, deaths: int, clients: int, per_s: float
) -> Figures:
    """The same on a PostgreSQL of its own, which is killed too, every process of it at once, `deaths` times at most."""
    with cluster.private() as (held, own), Crowd(own.environment("lms.settings.test"), processes=1) as crowd:
        killer = cluster.DatabaseKiller(held, database_every_seconds, deaths)
        figures = run(
            Arena(crowd, own), checkins=checkins, every_seconds=every_seconds, clients=clients, per_s=per_s,
            killer_of_database=killer,
        )  # fmt: skip
        figures.faults += killer.failed
    up = max(1.0, figures.numbers["seconds"] - held.down_seconds)
    figures.add(
        database_kills=held.deaths,
        recovery_s=round(held.recovery_seconds, 1),
        down_s=round(held.down_seconds, 1),
        per_s_while_up=round(checkins / up, 1),
    )
    return figures


def run(
    arena: Arena,
    *,
    checkins: int,
    every_seconds: float,
    clients: int,
    per_s: float,
    killer_of_database: cluster.DatabaseKiller | None = None,
) -> Figures:
    """`per_s` is the pace of all clients together, so that the killing has time to happen."""
    planted = arena.crowd.call(arena.ground.name, f"{THIS}:plant", checkins=checkins)
    environment = arena.ground.environment("lms.settings.test")
    with Served("lms.wsgi", environment, folder=Path(arena.ground.folder)) as web:
        web.wait()
        killers = [Killer(web, every_seconds), *([killer_of_database] if killer_of_database else [])]
        for killer in killers:
            killer.start()
        began = time.monotonic()
        received = [_check_in(web, room, clients, per_s) for room in planted]
        for killer in killers:
            killer.stop()
        seconds = time.monotonic() - began
    told = {learner: receipts for one in received for learner, receipts in one.receipts.items()}
    figures = Figures("kill", faults=[refusal for one in received for refusal in one.refusals])
    figures.add(
        checkins=checkins,
        receipts=sum(map(len, told.values())),
        kills=killers[0].kills,
        retries=sum(one.retries for one in received),
        seconds=round(seconds, 1),
        per_s=round(checkins / seconds, 1),
    )
    rows = [[learner, receipts] for learner, receipts in told.items()]
    lessons = [room["lesson_id"] for room in planted]
    figures.faults += arena.crowd.call(arena.ground.name, f"{THIS}:faults", lesson_ids=lessons, told=rows)
    return figures


def _check_in(web: Served, room: dict[str, Any], clients: int, per_s: float) -> Told:
    phones = [tuple(phone) for phone in room["phones"]]
    door = Door(web.port, wall(room["lesson_code"]))
    return check_in_all(door, phones, clients=clients, pause_seconds=clients / per_s)


class Killer(threading.Thread):
    """SIGKILL to one web process after the other, never to the last that is alive."""

    def __init__(self, web: Served, every_seconds: float) -> None:
        super().__init__(daemon=True)
        self.web, self.every_seconds = web, every_seconds
        self.over = threading.Event()
        self.kills = 0

    def run(self) -> None:
        while not self.over.wait(self.every_seconds):
            if workers := self.web.workers():
                with suppress(ProcessLookupError):
                    os.kill(choice(workers), signal.SIGKILL)
                    self.kills += 1

    def stop(self) -> None:
        self.over.set()
        self.join()


def wall(lesson_code: int) -> Any:
    """The wall's code of this moment; the keys of the suite are the server's."""

    def code() -> str:
        lesson = Lesson(code=lesson_code)
        return attendance.issue(lesson=lesson, direction=Direction.IN, policy=Policy(), now=datetime.now(UTC)).text

    return code


# ── In the crowd's process ────────────────────────────────────────────────────────────────────────────────────────────


def plant(*, checkins: int) -> list[dict[str, Any]]:
    """Classes that have just begun; for each its lesson and the phones of its learners, bound."""
    now, rooms = datetime.now(UTC), []
    for begun in range(0, checkins, CLASS_SIZE):
        people = crowds.learners(count=min(CLASS_SIZE, checkins - begun), now=now)
        lesson = classes.first_lesson(crowds.class_of(people=people, now=now, first=now - timedelta(minutes=5)))
        devices = crowds.browsers(people=people, now=now)
        phones = [[learner.pk, device] for learner, device in zip(people, devices, strict=True)]
        rooms.append({"lesson_id": lesson.pk, "lesson_code": lesson.code, "phones": phones})
    return rooms


def plant_double(*, lesson_id: int, learner_id: int) -> None:
    """Two rows of one learner, as they would stand if the constraint did not hold."""
    drop_constraint(Evidence, "evidence_one_scan")
    for number in range(2):
        Evidence.objects.create(
            receipt=f"RDOUBLE0000{number}",
            lesson_id=lesson_id,
            learner_id=learner_id,
            kind=Evidence.Kind.WALL,
            direction=Direction.IN,
            strength=Evidence.Strength.PROVED,
            origin=Evidence.Origin.WALL,
            happened_at=datetime.now(UTC),
            received_at=datetime.now(UTC),
        )


def receipts(*, lesson_ids: list[int]) -> list[tuple[int, str]]:
    return list(Evidence.objects.filter(lesson__in=lesson_ids).values_list("learner_id", "receipt"))


def faults(*, lesson_ids: list[int], told: list[tuple[int, list[str]]]) -> list[str]:
    """Every receipt that was given must be a row of that learner, and no learner may have two."""
    # The database that this process was connected to may have been killed since.
    connection.close()
    rows = receipts(lesson_ids=lesson_ids)
    stored = set(rows)
    found = [
        f"receipt {receipt} was given and is not there"
        for learner, receipts in told
        for receipt in receipts
        if (learner, receipt) not in stored
    ]
    if len(rows) != len({learner for learner, _receipt in rows}):
        found.append(f"{len(rows)} rows of {len({learner for learner, _receipt in rows})} learners")
    if Attendance.objects.filter(lesson__in=lesson_ids).count() != len(rows):
        found.append("not one attendance for each row of evidence")
    return found + [f"{name}: {what}" for name, what in attendance.differences(now=datetime.now(UTC))]
