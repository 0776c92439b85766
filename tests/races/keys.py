"""One key, many deliveries: an application that a system sends again and again at once is worked on exactly once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from courses.models import ApiClient, IdempotentAnswer
from courses.people import clients
from courses.people.clients import Scope
from tests.factories import catalogue
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint

THIS = "tests.races.keys"
CONTENDERS = 200
ROUNDS = 50


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS) -> Figures:
    figures, answers = Figures("keys"), []
    crowd, database = arena.crowd, arena.ground.name
    for number in range(rounds):
        planted = crowd.call(database, f"{THIS}:plant", serial=number)
        heard = crowd.race(database, f"{THIS}:contend", [planted] * contenders)
        answers += heard
        told = {answer.value for answer in heard if not answer.raised}
        if len(told) != 1:
            figures.faults.append(f"{len(told)} answers were given to one key")
        figures.faults += raised(heard)
        figures.faults += crowd.call(database, f"{THIS}:faults", **planted)
        figures.add(rounds=1, contenders=contenders)
    figures.numbers |= latency(answers)
    return figures


def plant(*, serial: int) -> dict[str, Any]:
    made, _token = clients.issue(
        by=None,
        name=f"system {serial}",
        scopes=[Scope.APPLICATIONS],
        institution=catalogue.institution(),
        now=datetime.now(UTC) - timedelta(days=1),
    )
    return {"client_id": made.pk, "key": f"key {serial}"}


def contend(*, client_id: int, key: str) -> str:
    """The answer names the moment of the work, so that two pieces of work cannot look like one."""
    client = ApiClient.objects.get(pk=client_id)
    now = datetime.now(UTC)
    _status, answer = clients.once(
        client=client, key=key, body=b"the same", now=now, work=lambda: (201, {"number": str(now.timestamp())})
    )
    return str(answer["number"])


def faults(*, client_id: int, key: str) -> list[str]:
    rows = IdempotentAnswer.objects.filter(client_id=client_id, key=key).count()
    return [] if rows == 1 else [f"{rows} pieces of work under one key"]


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def unprotect() -> None:
    """Without the unique key."""
    drop_constraint(IdempotentAnswer, "idempotentanswer_key")
