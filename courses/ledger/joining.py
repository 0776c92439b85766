"""Two histories of one person: the lines of the merged record go over to the kept one; what became double, or more than
one person may count in a year, goes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from courses import audit
from courses import policy as policies
from courses.ledger import locks, rollups
from courses.ledger.post import FROZEN, NotCounted, limit_of, mark_adjustment, refuse_sealed, take_back
from courses.models import Completion, CountClaim, CountEntry, Learner, User
from courses.people.numbers import fresh


class Joined(NamedTuple):
    """The lines that went over to the kept record, those that were reversed because both had counted, and those of the
    merged record that no longer fit into their year."""

    moved: list[CountEntry]
    duplicates: list[CountEntry]
    beyond: list[CountEntry]


def foresee_join(*, kept: Learner, merged: Learner) -> Joined:
    """What `join` would move and what it would reverse; reads only. Three statements."""
    found = Joined([], [], [])
    held = _claims_of(kept)
    in_year = Counter(row.year for row in standing_of(kept))
    for own in standing_of(merged):
        other = held.get(own.claim_key)
        if other is not None and not _earlier(own, other):
            found.duplicates.append(own)
            continue
        # The line that makes way leaves its own place in its year.
        beside = in_year[own.year] - (other is not None and other.year == own.year)
        if _is_beyond(own, beside):
            (found.beyond if other is None else found.duplicates).append(own)
            continue
        found.moved.append(own)
        in_year[own.year] += 1
        if other is not None:
            found.duplicates.append(other)
            in_year[other.year] -= 1
    return found


def _is_beyond(entry: CountEntry, beside: int) -> bool:
    """As its class's policy has it, beside so many others of its year; a line of an opening batch has no class."""
    if entry.completion is None:
        return False
    limit = limit_of(entry.completion.enrolment.training_class)
    return bool(limit) and beside >= limit


def join(*, by: User, kept: Learner, merged: Learner, reason: str, now: datetime) -> Joined:
    """Reverse every standing line of `merged`; what neither doubles a line of `kept` nor goes beyond the limit of a
    year is posted anew for `kept`.

    Inside the caller's transaction. Of two lines for the same module or occupation and level the one counted earlier
    stays; where a year holds no more, the lines of `kept` stay, then the earliest. A line posted anew keeps
    `counted_on` and everything frozen but the person; a completion whose line went keeps the reason, `duplicate` or
    `over_limit`. Refused with LedgerRefused when today is sealed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lines go over in the transaction of the merge")
    locks.exclude()
    refuse_sealed(day=policies.local_date(now))
    foreseen = foresee_join(kept=kept, merged=merged)
    for original in _once([*foreseen.moved, *foreseen.duplicates, *foreseen.beyond]):
        take_back(by=by, original=original, reason=reason, now=now)
    _keep(foreseen.duplicates, NotCounted.DUPLICATE)
    _keep(foreseen.beyond, NotCounted.OVER_LIMIT)
    anew = [_anew(row, kept, by, reason, now) for row in foreseen.moved]
    return foreseen._replace(moved=anew)


def standing_of(learner: Learner) -> list[CountEntry]:
    """The lines of one person that count now, the earliest first."""
    rows = CountEntry.objects.filter(person=learner.person, amount=1, reversal__isnull=True)
    return list(rows.select_related("completion__enrolment__training_class").order_by("counted_on", "pk"))


def _claims_of(learner: Learner) -> dict[str, CountEntry]:
    rows = CountClaim.objects.filter(person=learner.person).select_related("entry")
    return {row.key: row.entry for row in rows}


def _earlier(one: CountEntry, other: CountEntry) -> bool:
    return (one.counted_on, one.pk) < (other.counted_on, other.pk)


def _once(rows: Iterable[CountEntry]) -> list[CountEntry]:
    """Each line once, in the order of their ids."""
    return [row for _pk, row in sorted({row.pk: row for row in rows}.items())]


def _keep(lines: Iterable[CountEntry], reason: NotCounted) -> None:
    own = [row.completion_id for row in lines if row.completion_id is not None]
    Completion.objects.filter(pk__in=own).update(not_counted=reason)


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
