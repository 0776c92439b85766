"""Two histories of one person: the lines of the merged record go over to the kept one; what became double goes."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from courses import audit
from courses import policy as policies
from courses.ledger import locks, rollups
from courses.ledger.post import FROZEN, NotCounted, mark_adjustment, refuse_sealed, take_back
from courses.models import Completion, CountClaim, CountEntry, Learner, User
from courses.people.numbers import fresh


class Joined(NamedTuple):
    """The lines that went over to the kept record, and those that were reversed because both had counted."""

    moved: list[CountEntry]
    duplicates: list[CountEntry]


def foresee_join(*, kept: Learner, merged: Learner) -> Joined:
    """What `join` would move and what it would reverse as double; reads only."""
    moved, duplicates = [], []
    held = _claims_of(kept)
    for own in standing_of(merged):
        other = held.get(own.claim_key)
        if other is None or _earlier(own, other):
            moved.append(own)
        if other is not None:
            duplicates.append(other if _earlier(own, other) else own)
    return Joined(moved, duplicates)


def join(*, by: User, kept: Learner, merged: Learner, reason: str, now: datetime) -> Joined:
    """Reverse every standing line of `merged`; what does not double a line of `kept` is posted anew for `kept`.

    Inside the caller's transaction. Of two lines for the same module or occupation and level the one counted earlier
    stays. A line posted anew keeps `counted_on` and everything frozen but the person; a completion whose line went
    keeps the reason `duplicate`. Refused with LedgerRefused when today is sealed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lines go over in the transaction of the merge")
    locks.exclude()
    refuse_sealed(day=policies.local_date(now))
    foreseen = foresee_join(kept=kept, merged=merged)
    moved = {row.pk for row in foreseen.moved}
    for original in _once([*foreseen.moved, *foreseen.duplicates]):
        take_back(by=by, original=original, reason=reason, now=now)
        if original.pk not in moved:
            _keep_as_duplicate(original)
    anew = [_anew(row, kept, by, reason, now) for row in foreseen.moved]
    return Joined(anew, foreseen.duplicates)


def standing_of(learner: Learner) -> list[CountEntry]:
    """The lines of one person that count now, the earliest first."""
    rows = CountEntry.objects.filter(person=learner.person, amount=1, reversal__isnull=True)
    return list(rows.order_by("counted_on", "pk"))


def _claims_of(learner: Learner) -> dict[str, CountEntry]:
    rows = CountClaim.objects.filter(person=learner.person).select_related("entry")
    return {row.key: row.entry for row in rows}


def _earlier(one: CountEntry, other: CountEntry) -> bool:
    return (one.counted_on, one.pk) < (other.counted_on, other.pk)


def _once(rows: Iterable[CountEntry]) -> list[CountEntry]:
    """Each line once, in the order of their ids."""
    return [row for _pk, row in sorted({row.pk: row for row in rows}.items())]


def _keep_as_duplicate(original: CountEntry) -> None:
    if original.completion_id is not None:
        Completion.objects.filter(pk=original.completion_id).update(not_counted=NotCounted.DUPLICATE)


def _anew(original: CountEntry, kept: Learner, by: User, reason: str, now: datetime) -> CountEntry:
    entry = CountEntry(
        completion_id=original.completion_id,
        batch_id=original.batch_id,
        code=fresh(prefix="L"),
        revision=original.revision + 2,
        amount=1,
        reason=reason.strip()[:200],
        by=by,
        posted_on=policies.local_date(now),
        posted_at=now,
        **{name: getattr(original, name) for name in FROZEN if name != "person"},
        person=kept.person,
    )
    mark_adjustment(entry)
    entry.save(force_insert=True)
    CountClaim.objects.create(person=entry.person, key=entry.claim_key, entry=entry)
    rollups.add(entry)
    audit.record(by=by, verb="count_moved", target=entry, now=now, detail={"from": original.code})
    return entry
