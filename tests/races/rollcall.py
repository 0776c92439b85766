"""One learner presses many times at the same moment: no try too many, and one answer."""

import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from courses import attendance
from courses.attendance import RollCallRefused, rollcall
from courses.models import Enrolment, RollCallTry
from tests.factories import classes, crowds, people
from tests.races.protection import drop_constraint

THIS = "tests.races.rollcall"
PRESSES = 8
RIVALS = 4


def plant() -> dict[str, Any]:
    now = datetime.now(UTC)
    [learner] = crowds.learners(count=1, now=now)
    lesson = classes.first_lesson(crowds.class_of(people=[learner], now=now, first=now - timedelta(minutes=30)))
    call = attendance.start_roll_call(by=people.user(), lesson=lesson, now=now)
    wrong = next(picture for picture in call.offered if picture != call.picture)
    return {"learner_id": learner.pk, "code": call.code, "right": call.picture, "wrong": wrong}


def contend(*, learner_id: int, code: str, picture: str) -> str:
    """The receipt, or the code of the refusal."""
    try:
        told = attendance.answer_roll_call(
            learner_id=learner_id, code=code, picture=picture, device="", now=datetime.now(UTC)
        )
    except RollCallRefused as refusal:
        return str(refusal.code)
    return told.receipt


def pressed() -> list[int]:
    """Presses that were kept, and those of them that are evidence."""
    return [RollCallTry.objects.count(), RollCallTry.objects.filter(evidence__isnull=False).count()]


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_all_have_read = threading.Barrier(RIVALS)
_module: Any = rollcall
_own = (_module._hold, _module._tries, _module.transaction)


def unprotect() -> None:
    """Read, then write: without the hold on the seat, its transaction and the unique numbers of tries."""
    drop_constraint(RollCallTry, "rollcalltry_number")
    drop_constraint(RollCallTry, "rollcalltry_one_answer")
    _module._hold = lambda call, learner_id: Enrolment.objects.get(learner=learner_id)
    _module._tries = _tries_that_wait
    _module.transaction = SimpleNamespace(atomic=nullcontext)


def protect() -> None:
    """The process serves other races after this one."""
    _module._hold, _module._tries, _module.transaction = _own


def _tries_that_wait(call: Any, learner_id: int) -> Any:
    found = _own[1](call, learner_id)
    _all_have_read.wait(timeout=30)
    return found
