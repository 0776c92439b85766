"""The interleaved rounds: floor and service take turns under the same load, and only ratios of one round are kept."""

import hashlib
import hmac
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import SETTINGS, SURROUNDINGS, green, load, walls
from tests.bench.load import Load
from tests.bench.walls import SCREEN_PROCESSES, SCREENS_NICE
from tests.crowd import Crowd
from tests.ground import Ground
from tests.served import Served

CSRF = "a" * 32
# The version of the text that an applicant vouches by, as the reference lists have it.
TRUTH = "1.0"
FLOOR_KEY = b"the floor's key, of no worth"
SEE_OTHER = {302, 303}


@dataclass(frozen=True)
class Sizes:
    turns: int = 5
    learners: int = 1000
    seats: int = 50
    pages: int = 300
    ledger_rows: int = 1_000_000
    month_rows: int = 50_000
    approvals: int = 200
    screens: int = walls.SCREENS
    walled_turns: int = 3
    green_scans: int = green.ENOUGH


QUICK = Sizes(
    turns=1, learners=40, seats=5, pages=20, ledger_rows=3000, month_rows=200, approvals=10, screens=4, walled_turns=1,
    green_scans=1,
)  # fmt: skip
# How many phones ask at the same moment while the walls are open.
AT_ONCE = (16, 64)


@dataclass
class Series:
    """One measured thing over the turns."""

    per_s: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    def add(self, load: Load) -> None:
        self.per_s.append(load.per_s)
        self.p50_ms.append(load.percentile_ms(0.5))
        self.p99_ms.append(load.percentile_ms(0.99))

    def ratio(self, floor: "Series") -> float:
        return median(mine / theirs for mine, theirs in zip(self.per_s, floor.per_s, strict=True))

    def p99_ratio(self, floor: "Series") -> float:
        return median(mine / theirs for mine, theirs in zip(self.p99_ms, floor.p99_ms, strict=True))


class Wrong(Exception):
    """The service answered fast and wrong, which is no figure."""


class Rounds:
    """The servers, up and warm, and what is sent to them."""

    def __init__(
        self, stack: ExitStack, ground: Ground, floor: Ground, sizes: Sizes, floor_sessions: list[str]
    ) -> None:
        self.sizes, self.ground, self.floor_sessions = sizes, ground, floor_sessions
        self.environment = environment = ground.environment(SETTINGS, **SURROUNDINGS)
        self.crowd = stack.enter_context(Crowd(environment, processes=1))
        self.call("plant:city")
        self.learners: list[dict[str, Any]] = self.call("plant:learners", count=sizes.learners)
        # One lesson more than there are turns: the first warms up.
        lessons = sizes.turns + 1 + sizes.walled_turns * len(AT_ONCE)
        self.rooms: list[int] = self.call(
            "plant:rooms", learner_ids=[learner["id"] for learner in self.learners], lessons=lessons
        )
        logs = Path(ground.folder)
        (logs / "static").mkdir(exist_ok=True)
        self.ours = stack.enter_context(Served("lms.wsgi", environment, folder=logs, secure=True))
        giving_way = environment | {"WEB_NICE": str(SCREENS_NICE)}
        self.showing = stack.enter_context(
            Served("lms.wsgi", giving_way, folder=logs, processes=SCREEN_PROCESSES, secure=True)
        )
        floor_environment = {**ground.environment(""), "DATABASE_URL": floor.url}
        self.floor = stack.enter_context(Served("tests.bench.floor:application", floor_environment, folder=logs))
        for server in (self.ours, self.showing, self.floor):
            server.wait()
        self.series = {name: Series() for name in ("floor check-in", "check-in", "floor page", "catalogue", "enrol")}
        self.given: dict[str, Any] = {}

    def call(self, function: str, **values: Any) -> Any:
        module, _, name = function.partition(":")
        return self.crowd.call(self.ground.name, f"tests.bench.{module}:{name}", **values)

    def play(self) -> None:
        """The first turn warms up and is forgotten."""
        for turn in range(1, self.sizes.turns + 2):
            loads = self.turn(turn)
            if turn > 1:
                for name, one in loads.items():
                    self.series[name].add(one)

    def beside_walls(self) -> dict[int, tuple[Series, Series]]:
        """By connections: the floor alone, then check-ins while walls of the same lessons are open."""
        lesson, found = self.sizes.turns + 1, {}
        for connections in AT_ONCE:
            floor, ours = found[connections] = Series(), Series()
            for _turn in range(self.sizes.walled_turns):
                lesson += 1
                floor.add(self.floor_check_in(lesson, connections=connections))
                screens = self.call("walls:tokens", class_ids=self.rooms, turn=lesson, screens=self.sizes.screens)
                with walls.opened(self.showing, screens) as answers:
                    time.sleep(walls.EVERY_SECONDS)
                    ours.add(self.check_in(lesson, connections=connections))
                if not answers or set(answers) - {200, 304}:
                    raise Wrong(f"the walls were answered {dict(answers)}")
        return found

    def turn(self, turn: int) -> dict[str, Load]:
        steps: list[tuple[str, Callable[[int], Load]]] = [
            ("floor check-in", self.floor_check_in),
            ("check-in", self.check_in),
            ("floor page", self.floor_page),
            ("catalogue", self.catalogue),
            ("enrol", self.enrol),
        ]
        # Whoever goes first finds the machine as the one before left it: take turns in that as well.
        return {name: step(turn) for name, step in (steps if turn % 2 else reversed(steps))}

    def floor_check_in(self, turn: int, *, connections: int = load.CONNECTIONS) -> Load:
        mac = hmac.new(FLOOR_KEY, str(turn).encode(), hashlib.sha256).hexdigest()[:10]
        form = f"csrfmiddlewaretoken={CSRF}&lesson={turn}&mac={mac}"
        requests = [
            self.post(self.floor, "/checkin/", {"sessionid": key, "csrftoken": CSRF}, form)
            for key in self.floor_sessions
        ]
        return only(SEE_OTHER, load.run(self.floor.port, requests, connections=connections))

    def check_in(self, turn: int, *, connections: int = load.CONNECTIONS) -> Load:
        """Everybody redeems a ticket from a bound browser, the way a phone does that has just scanned."""
        tickets = self.call("plant:tickets", class_ids=self.rooms, turn=turn)
        form = f"csrfmiddlewaretoken={CSRF}"
        requests = [
            self.post(
                self.ours,
                "/C/",
                {
                    "__Host-device": learner["device"],
                    "ticket": tickets[str(learner["id"])],
                    "__Host-csrftoken": CSRF,
                },
                form,
            )
            for learner in self.learners
        ]
        found = only(SEE_OTHER, load.run(self.ours.port, requests, connections=connections))
        arrived = self.call("plant:arrived", class_ids=self.rooms, turn=turn)
        if arrived != len(requests):
            raise Wrong(f"{arrived} of {len(requests)} check-ins are in the database")
        return found

    def floor_page(self, _turn: int) -> Load:
        return only({200}, load.run(self.floor.port, [self.get(self.floor, "/cards/")] * self.sizes.pages))

    def catalogue(self, _turn: int) -> Load:
        return only({200}, load.run(self.ours.port, [self.get(self.ours, "/courses/")] * self.sizes.pages))

    def enrol(self, turn: int) -> Load:
        """Everybody for one class; the seats go to the first arrivals and the rest wait without a gap."""
        number = self.call("plant:offer", seats=self.sizes.seats, turn=turn)
        requests = [
            self.post(
                self.ours,
                f"/my/enrol/{number}/",
                {"__Host-sessionid": learner["session"], "__Host-csrftoken": CSRF},
                f"csrfmiddlewaretoken={CSRF}&truth={TRUTH}",
            )
            for learner in self.learners
        ]
        found = only(SEE_OTHER, load.run(self.ours.port, requests))
        self.given = self.call("plant:given", number=number)
        wanted = (self.sizes.seats, len(requests) - self.sizes.seats, list(range(1, len(requests) + 1)))
        if (self.given["admitted"], self.given["waitlisted"], self.given["arrivals"]) != wanted:
            raise Wrong(
                f"admitted {self.given['admitted']}, waitlisted {self.given['waitlisted']}, or a gap in the order"
            )
        return found

    def get(self, server: Served, path: str) -> bytes:
        return load.request("GET", path, host=f"127.0.0.1:{server.port}", headers=server.headers())

    def post(self, server: Served, path: str, cookies: dict[str, str], form: str) -> bytes:
        jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {**server.headers(), "Cookie": jar, "Origin": server.origin}
        return load.request("POST", path, host=f"127.0.0.1:{server.port}", headers=headers, form=form)


def only(statuses: set[int], found: Load) -> Load:
    if set(found.statuses) - statuses:
        first = next(head for head in found.heads if int(head[9:12]) not in statuses)
        raise Wrong(f"answers {dict(found.statuses)}, wanted {sorted(statuses)}; the first other: {first[:400]!r}")
    return found
