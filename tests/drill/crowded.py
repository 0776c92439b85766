"""Check-ins at a steady pace while officers read dashboards and take spreadsheets, as deploy/ runs them: on the same
machine and database, the staff's pages in processes of their own that give way."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import SETTINGS, SURROUNDINGS, load
from tests.bench.rounds import CSRF
from tests.crowd import Crowd
from tests.races import Arena, Figures
from tests.served import Served

LEARNERS = 1000
PER_S = 50.0
ROWS = 1_000_000
DASHBOARDS, EXPORTS = 50, 20
# Check-in beside all of this, at the 95th of 100.
MOST_MS = 300
SEE_OTHER = 302
HANDS = 16
# As deploy/compose.yaml has it.
STAFF_NICE = 10


@dataclass
class Others:
    """What the officers did meanwhile."""

    answered: int = 0
    wrong: list[str] = field(default_factory=list)


def run(
    arena: Arena,
    *,
    learners: int = LEARNERS,
    per_s: float = PER_S,
    rows: int = ROWS,
    dashboards: int = DASHBOARDS,
    exports: int = EXPORTS,
) -> Figures:
    figures, ground = Figures("crowded"), arena.ground
    environment = ground.environment(SETTINGS, **SURROUNDINGS)
    folder = Path(ground.folder)
    (folder / "static").mkdir(exist_ok=True)
    with ExitStack() as stack:
        crowd = stack.enter_context(Crowd(environment, processes=1))

        def call(function: str, **values: Any) -> Any:
            return crowd.call(ground.name, f"tests.bench.{function}", **values)

        call("plant:city")
        people = call("plant:learners", count=learners)
        rooms = call("plant:rooms", learner_ids=[one["id"] for one in people], lessons=2)
        crowd.call(ground.name, "tests.lines:load", rows=rows)
        session = call("plant:officer")
        server = stack.enter_context(Served("lms.wsgi", environment, folder=folder, secure=True))
        giving_way = environment | {"WEB_NICE": str(STAFF_NICE)}
        staff = stack.enter_context(Served("lms.wsgi", giving_way, folder=folder, secure=True))
        server.wait()
        staff.wait()
        for turn, name in enumerate(("alone", "beside"), start=1):
            requests = check_ins(server, people, call("plant:tickets", class_ids=rooms, turn=turn))
            crowded = turn == 2
            with busy(staff, session, dashboards * crowded, exports * crowded) as others:
                took = paced(server.port, requests, per_s)
            arrived = call("plant:arrived", class_ids=rooms, turn=turn)
            told(figures, name, took, arrived, others)
    figures.add(rows=rows, dashboards=dashboards, exports=exports)
    late = figures.numbers["beside_p95_ms"]
    if learners >= LEARNERS and late > MOST_MS:
        figures.faults.append(f"check-in takes {late} ms at the 95th of 100, {MOST_MS} at most")
    return figures


def told(figures: Figures, name: str, took: list[tuple[int, float]], arrived: int, others: Others) -> None:
    times = sorted(ms for _status, ms in took)
    figures.add(
        **{f"{name}_{label}_ms": round(times[int(len(times) * share)], 1) for label, share in SHARES.items()},
        **{f"{name}_others": others.answered},
    )
    refused = [status for status, _ms in took if status != SEE_OTHER]
    if refused or arrived != len(took):
        figures.faults.append(f"{name}: {len(refused)} check-ins refused, {arrived} of {len(took)} in the database")
    figures.faults += others.wrong


SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def check_ins(server: Served, people: list[dict[str, Any]], tickets: dict[str, str]) -> list[bytes]:
    return [
        _request(
            server,
            "POST",
            "/C/",
            {"__Host-device": one["device"], "ticket": tickets[str(one["id"])], "__Host-csrftoken": CSRF},
        )
        for one in people
    ]


def paced(port: int, requests: list[bytes], per_s: float) -> list[tuple[int, float]]:
    """Each at its own moment, whether the one before has its answer or not: status and milliseconds."""
    began = time.monotonic()
    with ThreadPoolExecutor(HANDS) as hands:
        waiting = []
        for number, request in enumerate(requests):
            time.sleep(max(0.0, began + number / per_s - time.monotonic()))
            waiting.append(hands.submit(_once, port, request))
        return [one.result() for one in waiting]


def _once(port: int, request: bytes) -> tuple[int, float]:
    found = load.run(port, [request], connections=1)
    return next(iter(found.statuses)), found.latencies[0] * 1000


@contextmanager
def busy(server: Served, session: str, dashboards: int, exports: int) -> Iterator[Others]:
    """So many officers who open one page after the other, and so many who take one spreadsheet after the other."""
    others, over = Others(), threading.Event()
    reading = [("GET", path) for path in ("/desk/tally/", "/desk/tally/breakdown/?by=age_band", "/desk/tally/entries/")]
    taking = [("POST", "/desk/exports/tally.xlsx")]

    def each(pages: list[tuple[str, str]], first: int) -> Callable[[], None]:
        def work() -> None:
            number = first
            while not over.wait(1.0):
                method, path = pages[number % len(pages)]
                cookies = {"__Host-sessionid": session, "__Host-csrftoken": CSRF}
                status, _ms = _once(server.port, _request(server, method, path, cookies))
                others.answered += 1
                if status != 200:
                    others.wrong.append(f"{path} answered {status}")
                number += 1

        return work

    threads = [threading.Thread(target=each(reading, number)) for number in range(dashboards)]
    threads += [threading.Thread(target=each(taking, number)) for number in range(exports)]
    for thread in threads:
        thread.start()
    try:
        yield others
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _request(server: Served, method: str, path: str, cookies: dict[str, str]) -> bytes:
    headers = {
        **server.headers(),
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Origin": server.origin,
        "Connection": "close",
    }
    form = f"csrfmiddlewaretoken={CSRF}" if method == "POST" else None
    return load.request(method, path, host=f"127.0.0.1:{server.port}", headers=headers, form=form)
