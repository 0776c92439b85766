"""The last seat: 1,000 people, one seat or 200. As many are admitted, the rest wait in order of arrival, nobody is
lost."""

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from courses import enrolment
from courses.models import Enrolment, Learner, TrainingClass
from courses.people.numbers import fresh
from tests.factories import classes, crowds
from tests.races import Arena, Figures, latency, raised
from tests.races.protection import drop_constraint

Status = Enrolment.Status
THIS = "tests.races.seats"
CONTENDERS = 1000
ROUNDS = 200
# Turn by turn: one that everybody wants, and as many as a fifth of them.
SEATS = (1, 200)


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS, seats_of: Sequence[int] = SEATS) -> Figures:
    figures, answers = Figures("seats"), []
    crowd, database = arena.crowd, arena.ground.name
    for place in range(rounds):
        seats = seats_of[place % len(seats_of)]
        planted = crowd.call(database, f"{THIS}:plant", contenders=contenders, seats=seats)
        heard = crowd.race(
            database,
            f"{THIS}:contend",
            [{"class_id": planted["class_id"], "learner_id": pk} for pk in planted["learner_ids"]],
        )
        answers += heard
        figures.faults += raised(heard)
        found = crowd.call(database, f"{THIS}:faults", class_id=planted["class_id"], seats=seats, contenders=contenders)
        figures.faults += found
        figures.add(
            rounds=1,
            contenders=contenders,
            admitted=sum(answer.value == Status.ADMITTED for answer in heard),
            waitlisted=sum(answer.value == Status.WAITLISTED for answer in heard),
        )
    figures.numbers |= latency(answers)
    return figures


def plant(*, contenders: int, seats: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    learners = crowds.learners(count=contenders, now=now)
    training_class = classes.training_class(now=now, seats=seats)
    return {"class_id": training_class.pk, "learner_ids": [learner.pk for learner in learners]}


def contend(*, class_id: int, learner_id: int) -> str:
    """Apply as the web does: class and learner read anew by this contender. The status that was answered."""
    made = enrolment.apply(
        learner=Learner.objects.select_related("user").get(pk=learner_id),
        training_class=TrainingClass.objects.select_related("course").get(pk=class_id),
        now=datetime.now(UTC),
    )
    return str(made.status)


def faults(*, class_id: int, seats: int, contenders: int) -> list[str]:
    rows = list(
        Enrolment.objects.filter(training_class=class_id).order_by("arrival_no").values_list("arrival_no", "status")
    )
    admitted = [number for number, status in rows if status == Status.ADMITTED]
    found = [f"{name}: {what}" for name, what in enrolment.occupancy_differences()]
    if [number for number, _status in rows] != list(range(1, contenders + 1)):
        found.append(f"arrival numbers are not 1 to {contenders} without gaps")
    if admitted != list(range(1, min(seats, contenders) + 1)):
        found.append(f"seats given to arrivals {admitted}, there are {seats}")
    if sum(status == Status.WAITLISTED for _number, status in rows) != max(0, contenders - seats):
        found.append("not all of the others wait")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

RIVALS = 4
_all_have_read = threading.Barrier(RIVALS)
_module: Any = enrolment.seats
_own = (_module._take_place, _module.transaction)


def unprotect() -> None:
    """Read, then write: without the one statement, its transaction and the unique place in the queue."""
    drop_constraint(Enrolment, "enrolment_arrival_no")
    _module._take_place = _read_then_write
    _module.transaction = SimpleNamespace(atomic=nullcontext)


def protect() -> None:
    """The process serves other races after this one."""
    _module._take_place, _module.transaction = _own


def _read_then_write(learner: Learner, weighed: Any, source: str, now: datetime, *, truth: str) -> Any:
    read = TrainingClass.objects.get(pk=weighed.training_class.pk)
    _all_have_read.wait(timeout=30)
    seated = read.taken < read.seats
    TrainingClass.objects.filter(pk=read.pk).update(
        arrivals=read.arrivals + 1, taken=read.taken + seated, waiting=read.waiting + (not seated)
    )
    made = Enrolment.objects.create(
        number=fresh(prefix="B"),
        learner=learner,
        training_class=weighed.training_class,
        status=Status.ADMITTED if seated else Status.WAITLISTED,
        source=source,
        arrival_no=read.arrivals + 1,
        truth=truth,
        applied_at=now,
        admitted_at=now if seated else None,
    )
    return made, 0
