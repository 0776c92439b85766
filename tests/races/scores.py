"""Eight reviewers score one application at the same moment: two sheets that agree are kept, the others are refused."""

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from courses import selection
from courses.models import Enrolment, ScoreSheet, User
from courses.selection import SelectionRefused, sheets
from tests.factories import people
from tests.factories import selection as camps
from tests.races.protection import drop_constraint

THIS = "tests.races.scores"
REVIEWERS = 8
RIVALS = 4


def plant(*, reviewers: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    row = camps.candidate(camp=camps.camp(now=now), now=now)
    return {"enrolment_id": row.pk, "reviewer_ids": [people.user().pk for _ in range(reviewers)]}


def contend(*, enrolment_id: int, reviewer_id: int) -> str:
    """Score as the desk does; the slot that was taken, or the code of the refusal."""
    row = Enrolment.objects.select_related("training_class", "learner").get(pk=enrolment_id)
    reviewer = User.objects.get(pk=reviewer_id)
    try:
        made = selection.score(by=reviewer, enrolment=row, scores=camps.scores(8), now=datetime.now(UTC))
    except SelectionRefused as refusal:
        return str(refusal.code)
    return str(made.slot)


def slots(*, enrolment_id: int) -> list[int]:
    return list(ScoreSheet.objects.filter(enrolment=enrolment_id).order_by("slot").values_list("slot", flat=True))


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_all_have_read = threading.Barrier(RIVALS)
_module: Any = sheets
_own = (_module._hold_candidate, _module._slot, _module.transaction)


def unprotect() -> None:
    """Read, then write: without the hold on the class, its transaction and the unique place of a reviewer."""
    drop_constraint(ScoreSheet, "scoresheet_slot_version")
    _module._hold_candidate = lambda _enrolment: None
    _module._slot = _slot_that_waits
    _module.transaction = SimpleNamespace(atomic=nullcontext)


def protect() -> None:
    """The process serves other races after this one."""
    _module._hold_candidate, _module._slot, _module.transaction = _own


def _slot_that_waits(by: User, held: Sequence[ScoreSheet], policy: Any, reason: str) -> Any:
    _all_have_read.wait(timeout=30)
    return _own[1](by, held, policy, reason)
