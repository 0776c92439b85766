"""An offer is accepted at the very moment at which it runs out: one of the two happens, and one learner is told so."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from courses import enrolment
from courses.enrolment import EnrolmentRefused, offers
from courses.models import Enrolment, OutboxMessage, User
from tests.factories import classes, people
from tests.races import Arena, Figures, raised

Status = Enrolment.Status
THIS = "tests.races.offers"
CONTENDERS = 12
SECOND = timedelta(seconds=1)
OUTCOMES = ("enrolment_admitted", "offer_expired")


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS) -> Figures:
    figures = Figures("offers")
    crowd, database = arena.crowd, arena.ground.name
    for _ in range(rounds):
        planted = crowd.call(database, f"{THIS}:plant")
        heard = crowd.race(database, f"{THIS}:contend", _sides(planted, contenders))
        figures.faults += raised(heard)
        figures.faults += crowd.call(database, f"{THIS}:faults", **planted)
        accepted = sum(answer.value == "accepted" for answer in heard)
        figures.add(rounds=1, contenders=contenders, accepted=accepted, expired=1 - accepted)
    return figures


def _sides(planted: dict[str, Any], contenders: int) -> list[dict[str, Any]]:
    return [{"enrolment_id": planted["enrolment_id"], "accepts": place % 2 == 0} for place in range(contenders)]


def plant() -> dict[str, Any]:
    """One seat, given back: the second is offered it, the third waits."""
    now = datetime.now(UTC)
    a_class = classes.training_class(now=now, seats=1, first=now + timedelta(days=20))
    first, second, third = (classes.enrolled(training_class=a_class, now=now) for _ in range(3))
    officer: User = people.user()
    enrolment.withdraw(by=officer, enrolment=first, reason="换班", now=now)
    OutboxMessage.objects.all().delete()
    return {"enrolment_id": second.pk, "next_id": third.pk}


def contend(*, enrolment_id: int, accepts: bool) -> str:
    """In the last second by this contender's clock, or past it by that one's: what came of it."""
    row = Enrolment.objects.select_related("learner__user", "training_class__course").get(pk=enrolment_id)
    assert row.offer_until is not None
    if not accepts:
        return "expired" if enrolment.tend_offers(now=row.offer_until) else "nothing"
    try:
        enrolment.accept(enrolment=row, by=None, now=row.offer_until - SECOND)
    except EnrolmentRefused as refusal:
        return str(refusal.code)
    return "accepted"


def faults(*, enrolment_id: int, next_id: int) -> list[str]:
    row, following = Enrolment.objects.get(pk=enrolment_id), Enrolment.objects.get(pk=next_id)
    found = [f"{name}: {what}" for name, what in enrolment.occupancy_differences()]
    told = OutboxMessage.objects.filter(learner=row.learner_id).order_by("kind").values_list("kind", flat=True)
    if list(told) not in [[one] for one in OUTCOMES]:
        found.append(f"the learner was told {list(told)}")
    offers_made = OutboxMessage.objects.filter(learner=following.learner_id, kind="enrolment_offered").count()
    if (row.status, following.status, offers_made) not in [
        (Status.ADMITTED, Status.WAITLISTED, 0),
        (Status.WITHDRAWN, Status.OFFERED, 1),
    ]:
        found.append(f"the offer is {row.status}, the next one {following.status}, offered {offers_made} times")
    return found


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

RIVALS = 2
_all_have_read = threading.Barrier(RIVALS)
_module: Any = offers
NAMES = ("hold_class", "_stands", "_run_out", "become", "promote_next", "take_offer_back")
_own = {name: getattr(_module, name) for name in NAMES}


def unprotect() -> None:
    """Read, then write: without the hold on the class, its transaction and the status that a decision asks for."""
    _module.hold_class = lambda *_class_ids: None
    _module._stands, _module._run_out = _read_and_wait, _wait_and_run_out
    _module.become = _become_from_anything
    for name in ("promote_next", "take_offer_back"):
        setattr(_module, name, _in_a_transaction(_own[name]))
    _module.transaction = SimpleNamespace(atomic=nullcontext)


def protect() -> None:
    """The process serves other races after this one."""
    for name, own in _own.items():
        setattr(_module, name, own)
    _module.transaction = transaction


def _read_and_wait(row: Enrolment, now: datetime) -> bool:
    stands: bool = _own["_stands"](row, now)
    _all_have_read.wait(timeout=30)
    return stands


def _wait_and_run_out(rows: Sequence[Enrolment], now: datetime) -> Any:
    _all_have_read.wait(timeout=30)
    return _own["_run_out"](rows, now)


def _become_from_anything(by: Any, row: Enrolment, _from: Any, *args: Any, **values: Any) -> None:
    _own["become"](by, row, tuple(Status), *args, **values)


def _in_a_transaction(own: Callable[..., Any]) -> Callable[..., Any]:
    """What locks rows of its own needs one, also where the whole has none."""

    def done(*args: Any, **values: Any) -> Any:
        with transaction.atomic():
            return own(*args, **values)

    return done
