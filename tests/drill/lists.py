"""The desk's lists at the size of a year: how long each takes, and that its statements do not grow with the city."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import TrainingClass, User
from lms import memory
from tests.drill import city, matters, queues
from tests.drill.city import CLASS_SIZE, NAMES, SERIES
from tests.factories import catalogue
from tests.races import Arena, Figures

THIS = "tests.drill.lists"
CLASSES = 1500
ROUNDS = 20
ASKERS = ("city", "district", "institution", "trainer")
MOST_MS = 300
Status = TrainingClass.Status


def run(
    arena: Arena,
    *,
    classes: int = CLASSES,
    askers: tuple[str, ...] = ASKERS,
    rounds: int = ROUNDS,
    timed: bool = True,
) -> Figures:
    figures, crowd, database = Figures("lists"), arena.crowd, arena.ground.name
    crowd.call(database, f"{THIS}:plant", classes=classes)
    figures.add(classes=classes, enrolments=classes * CLASS_SIZE)
    for line in crowd.call(database, f"{THIS}:ask", askers=askers, rounds=rounds if timed else 0):
        label = f"{line['who']} {line['list']}"
        if timed:
            figures.add(**{f"{label} p50": line["p50"], f"{label} p95": line["p95"]})
        figures.add(**{f"{label} queries": line["queries"]})
        if line["status"] != 200:
            figures.faults.append(f"{label}: answered {line['status']}")
        if timed and line["p95"] > MOST_MS:
            figures.faults.append(f"{label}: {line['p95']} ms at the 95th of 100, {MOST_MS} at most")
    return figures


def plant(*, classes: int) -> None:
    """The city, and everything that waits in it; a database of this size knows how its rows are spread."""
    grown = city.plant(classes=classes)
    queues.fill(grown)
    matters.fill(grown)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass(frozen=True)
class Question:
    """One list as one person asks for it."""

    name: str
    ask: Callable[[Client], Any]


def questions(who: str) -> list[Question]:
    shown = TrainingClass.objects.filter(institution=catalogue.institution("J001"), number__startswith=SERIES)
    full = shown.filter(status=Status.CLOSED).order_by("pk")[0].number
    waiting = shown.filter(status=Status.SUBMITTED).order_by("pk")[0].number

    def get(name: str, /, *args: str, **query: str) -> Question:
        label = f"{name}?{'&'.join(query)}" if query else name
        return Question(label, lambda client: client.get(reverse(name, args=args), query))

    def post(name: str, /, **fields: str) -> Question:
        return Question(f"{name}!{'&'.join(fields)}", lambda client: client.post(reverse(name), fields))

    if who == "trainer":
        return [get("teach")]
    found = [
        get("desk"),
        get("desk", q="学校1"),
        get("desk_handled"),
        get("desk_elsewhere"),
        get("desk_classes"),
        get("desk_classes", q="学校1"),
        get("desk_classes", kind="skill", status="closed", page="5"),
        get("desk_completions"),
        get("desk_institutions"),
        get("desk_exports"),
        get("tally_entries"),
        get("desk_class", full),
        get("desk_opening", waiting),
    ]
    if who != "institution":
        found += [post("desk_learners", name=NAMES[0]), post("desk_learners", last4="0007"), get("desk_selections")]
    if who == "city":
        found += [get("desk_messages"), get("desk_export_log"), get("desk_own_forms")]
    return found


def ask(*, askers: list[str], rounds: int) -> list[dict[str, Any]]:
    """Each list for each of these people: status, statements, and milliseconds of `rounds` answers."""
    told = []
    # As `deploy/gunicorn.conf.py` does before it forks; what was planted here is no part of a web process either.
    memory.settle()
    with past_the_second_factor():
        for who in askers:
            client = Client(raise_request_exception=False)
            client.force_login(
                User.objects.get(username=f"drill-{who}"), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            told += [{"who": who, **measured(client, question, rounds)} for question in questions(who)]
    return told


def measured(client: Client, question: Question, rounds: int) -> dict[str, Any]:
    question.ask(client)
    with CaptureQueriesContext(connection) as spent:
        answer = question.ask(client)
    # Read at once: the next request empties the log.
    queries = len(spent)
    found = {"list": question.name, "status": answer.status_code, "queries": queries}
    if not rounds:
        return found
    times = sorted(_ms(client, question) for _ in range(rounds))
    return found | {
        "p50": round(median(times), 1),
        "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
    }


def _ms(client: Client, question: Question) -> float:
    began = time.perf_counter()
    question.ask(client)
    return (time.perf_counter() - began) * 1000


@contextmanager
def past_the_second_factor() -> Iterator[None]:
    with override_settings(ENFORCE_SECOND_FACTOR=False):
        yield
