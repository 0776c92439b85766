"""Two completions of one citizen taken back at the same moment, the one that counts and the one that it kept out: the
first frees the second while that is being taken back itself."""

import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from courses import completion, ledger
from courses.completion import revoking
from courses.models import Completion, CountEntry, Revocation, User
from courses.people.numbers import fresh
from tests.factories import catalogue, crowds
from tests.factories.people import user
from tests.races import Arena, Figures, of_pairs
from tests.races.count import _submitted

THIS = "tests.races.revocations"
PAIRS = 300


def run(arena: Arena, *, pairs: int) -> Figures:
    return of_pairs(arena, name="revocations", pairs=pairs)


def plant(*, pairs: int) -> list[dict[str, Any]]:
    """Each citizen was approved twice for the same module; the revocation of either waits."""
    now = datetime.now(UTC)
    course = catalogue.course(occupation=catalogue.occupation(key=f"cook-{fresh(prefix='', length=6).lower()}"))
    people = crowds.learners(count=pairs, now=now)
    officers = [user(username=fresh(prefix="revoke", length=6)) for _ in range(3)]
    asked: list[dict[str, Any]] = []
    both = [_submitted(course, catalogue.district(), people, now)[1] for _ in range(2)]
    for pair in zip(*both, strict=True):
        for done in pair:
            row = Completion.objects.get(pk=done.pk)
            completion.approve(by=officers[0], completion=row, now=now)
            made = revoking.propose_revocation(by=officers[1], completion=row, reason="冒名参训", now=now)
            asked.append({"key": made.pk, "officer_id": officers[2].pk})
    return asked


def contend(*, key: int, officer_id: int) -> None:
    row = Revocation.objects.select_related("completion").get(pk=key)
    revoking.confirm_revocation(by=User.objects.get(pk=officer_id), revocation=row, now=datetime.now(UTC))


def result() -> dict[str, Any]:
    standing = CountEntry.objects.filter(amount=1, reversal__isnull=True).count()
    return {
        "revoked": Completion.objects.filter(status=Completion.Status.REVOKED).count(),
        "standing": standing,
        "faults": [str(difference) for difference in ledger.differences()],
    }


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────

_own = (ledger.exclude, revoking.move)


def linger() -> None:
    """Whoever holds a row keeps it for a moment, so that rivals meet in every run."""

    def move(*given: Any, **changes: Any) -> None:
        _own[1](*given, **changes)
        time.sleep(0.2)

    revoking.move = move


def unprotect() -> None:
    """The row first and the books after it, as it would come of itself."""
    assert connection.vendor == "postgresql"
    linger()
    ledger.exclude = lambda: None


def protect() -> None:
    """The process serves other races after this one."""
    ledger.exclude, revoking.move = _own
