"""From evidence to attendance: one pure function.

Integer minutes throughout; 学时 exist only on display. Present counts from the scheduled start, late from the arrival.
A check-out in its window counts to the scheduled end, an earlier one to the scan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from courses.models import Attendance, Direction, Evidence, Lesson
from courses.policy import Policy

Status = Attendance.Status
Kind = Evidence.Kind
Strength = Evidence.Strength
BY_HAND = (Kind.MANUAL, Kind.LATE)
LEAVE_REASONS = {"leave": Status.LEAVE, "sick": Status.SICK, "absent": Status.ABSENT}


@dataclass(frozen=True)
class Derived:
    """`reasons` names each missing minute's cause by code; `round` is the number of undone scans."""

    status: Status
    in_at: datetime | None
    out_at: datetime | None
    minutes: int
    reasons: tuple[str, ...]
    round: int
    by_hand: bool


def derive(*, evidence: Sequence[Evidence], lesson: Lesson, policy: Policy) -> Derived:
    """What the rows of one learner and lesson add up to.

    Only rows that no newer row supersedes speak. With nothing said the state is *unmarked*, which is not *absent*.
    Awaiting evidence counts 0 minutes until a trainer decides; where check-out is required, so does a missing one.
    """
    spoken = standing(evidence)
    undone = sum(1 for row in evidence if row.kind == Kind.UNDO)
    origin = _origins(evidence)
    by_hand = any(origin[row.pk] in BY_HAND for row in spoken)
    said = next((row.reason for row in reversed(spoken) if row.reason in LEAVE_REASONS), "")
    if said:
        return Derived(LEAVE_REASONS[said], None, None, 0, (said,), undone, by_hand)
    arrival = _first(spoken, Direction.IN)
    leaving = _last(spoken, Direction.OUT, since=arrival.happened_at if arrival else None)
    if arrival is None:
        reasons = ("not_in",) if leaving else ()
        return Derived(Status.UNMARKED, None, None, 0, reasons, undone, by_hand)
    if arrival.strength == Strength.AWAITING:
        return Derived(Status.AWAITING, arrival.happened_at, None, 0, ("in_awaits",), undone, by_hand)
    out_awaits = leaving is None and any(
        row.direction == Direction.OUT and row.strength == Strength.AWAITING for row in spoken
    )
    derived = _timed(arrival, leaving, lesson, policy, undone, by_hand=by_hand, added=origin[arrival.pk] == Kind.LATE)
    return replace(derived, reasons=(*derived.reasons, "out_awaits")) if out_awaits else derived


def _origins(evidence: Sequence[Evidence]) -> dict[int | None, str]:
    """The kind by which each row came in; a confirmation keeps that of the row it confirms."""
    rows = {row.pk: row for row in evidence}
    kinds: dict[int | None, str] = {}
    for pk, row in sorted(rows.items()):
        kinds[pk] = kinds.get(row.supersedes_id, row.kind) if row.kind == Kind.CONFIRM else row.kind
    return kinds


def standing(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The rows that hold: not superseded, not denied, and no undo."""
    superseded = {row.supersedes_id for row in evidence if row.supersedes_id}
    return [
        row
        for row in sorted(evidence, key=lambda row: row.pk)
        if row.pk not in superseded and row.kind != Kind.UNDO and row.strength != Strength.DENIED
    ]


def _timed(
    arrival: Evidence,
    leaving: Evidence | None,
    lesson: Lesson,
    policy: Policy,
    undone: int,
    *,
    by_hand: bool,
    added: bool,
) -> Derived:
    late = arrival.happened_at > lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes)
    start = arrival.happened_at if late else lesson.starts_at
    reasons = ["late"] if late else []
    out_at = leaving.happened_at if leaving else None
    if leaving is None and policy.checkout_required:
        return Derived(Status.AWAITING, arrival.happened_at, None, 0, (*reasons, "no_checkout"), undone, by_hand)
    end, early = _end(leaving, lesson, policy)
    if early:
        reasons.append("left_early")
    minutes = max(0, min(lesson.minutes, int((end - start).total_seconds() // 60)))
    status = Status.ADDED if added else Status.LEFT_EARLY if early else Status.LATE if late else Status.PRESENT
    return Derived(status, arrival.happened_at, out_at, minutes, tuple(reasons), undone, by_hand)


def _end(leaving: Evidence | None, lesson: Lesson, policy: Policy) -> tuple[datetime, bool]:
    if leaving is None:
        return lesson.ends_at, False
    window_opens = lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes)
    early = leaving.happened_at < window_opens
    return (leaving.happened_at, True) if early else (lesson.ends_at, False)


def _first(rows: Sequence[Evidence], direction: Direction) -> Evidence | None:
    found = [row for row in rows if row.direction == direction]
    proved = [row for row in found if row.strength == Strength.PROVED]
    pool = proved or found
    return min(pool, key=lambda row: row.happened_at) if pool else None


def _last(rows: Sequence[Evidence], direction: Direction, *, since: datetime | None) -> Evidence | None:
    """The last proved one; a leaving before the arrival that holds now is none."""
    found = [
        row
        for row in rows
        if row.direction == direction
        and row.strength == Strength.PROVED
        and (since is None or row.happened_at >= since)
    ]
    return max(found, key=lambda row: row.happened_at) if found else None
