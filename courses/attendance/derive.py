"""From evidence to attendance: one pure function.

Integer minutes throughout; 学时 exist only on display. Present counts from the scheduled start, late from the arrival.
A check-out in its window counts to the scheduled end, an earlier one to the scan, and a lesson that is made up counts
for what was heard of it. Whatever is not attended is missing
for a reason that has a code, and both together are the whole lesson.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from courses.models import Attendance, Direction, Evidence, Lesson
from courses.policy import Policy

Status = Attendance.Status
Kind = Evidence.Kind
Strength = Evidence.Strength
SCANNED = (*Evidence.SCANS, Kind.OFFLINE)
BY_HAND = (Kind.MANUAL, Kind.LATE, Kind.RULING, Kind.PAPER, Kind.MAKE_UP, Kind.IMPORT)
LEAVE_REASONS = {"leave": Status.LEAVE, "sick": Status.SICK, "absent": Status.ABSENT}
# Why the scan of somebody waits who is marked away by hand.
MARKED_AWAY = "marked_away"


class Missing(StrEnum):
    """Why minutes of a lesson are not attended."""

    UNMARKED = "unmarked"
    NOT_IN = "not_in"
    IN_AWAITS = "in_awaits"
    OUT_AWAITS = "out_awaits"
    NO_CHECKOUT = "no_checkout"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LEAVE = "leave"
    SICK = "sick"
    ABSENT = "absent"


class Gap(NamedTuple):
    """OUT_AWAITS stands beside NO_CHECKOUT, with no minutes of its own."""

    code: Missing
    minutes: int


@dataclass(frozen=True)
class Derived:
    """`minutes` and those of `missing` add up to `scheduled_minutes`; `round` counts what lets a lesson be scanned
    anew: scans set aside, and marks by hand that somebody is away."""

    status: Status
    in_at: datetime | None = None
    out_at: datetime | None = None
    minutes: int = 0
    missing: tuple[Gap, ...] = ()
    round: int = 0
    by_hand: bool = field(default=False, kw_only=True)

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(gap.code for gap in self.missing)


class _Said(NamedTuple):
    """The rows that hold, and what is known of all rows together."""

    rows: list[Evidence]
    origin: dict[int | None, str]
    round: int
    by_hand: bool


def derive(*, evidence: Sequence[Evidence], lesson: Lesson, policy: Policy) -> Derived:
    """What the rows of one learner and lesson add up to.

    Only rows that no newer row supersedes speak; where a dispute was ruled on, the ruling alone. An excuse by hand
    stands above a scan until a later one waits or is confirmed, a leave that was granted below it: who comes all the
    same was there. With nothing said the state is *unmarked*, which is not *absent*. Awaiting evidence counts 0
    minutes until a trainer decides; where check-out is required, so does a missing one. A cancelled lesson has no
    minutes at all.
    """
    said = _said(evidence)
    whole = scheduled_minutes(lesson)
    arrival = _first(said.rows, Direction.IN)
    excuse = _excuse(said, arrival)
    if excuse:
        return _away(said, LEAVE_REASONS[excuse], Missing(excuse), whole)
    if arrival is None:
        left = _last(said.rows, Direction.OUT, since=None)
        return _away(said, Status.UNMARKED, Missing.NOT_IN if left else Missing.UNMARKED, whole)
    if arrival.strength == Strength.AWAITING:
        waiting = (Gap(Missing.IN_AWAITS, whole),)
        return Derived(Status.AWAITING, arrival.happened_at, None, 0, waiting, said.round, by_hand=said.by_hand)
    return _timed(arrival, said, lesson, policy)


def scheduled_minutes(lesson: Lesson) -> int:
    return 0 if lesson.status == Lesson.Status.CANCELLED else lesson.minutes


def standing(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The rows that hold: not superseded, not denied, and not what sets another aside."""
    superseded = {row.supersedes_id for row in evidence if row.supersedes_id}
    return [
        row
        for row in sorted(evidence, key=lambda row: row.pk)
        if row.pk not in superseded and row.kind not in Evidence.SET_ASIDE and row.strength != Strength.DENIED
    ]


def _said(evidence: Sequence[Evidence]) -> _Said:
    rows = standing(evidence)
    origin = _origins(evidence)
    rows = [row for row in rows if row.kind == Kind.RULING] or _since_away(rows, origin)
    aside = sum(1 for row in evidence if row.kind in Evidence.SET_ASIDE or is_away_by_hand(row))
    return _Said(rows, origin, aside, any(origin[row.pk] in BY_HAND for row in rows))


def is_away_by_hand(row: Evidence) -> bool:
    return row.kind == Kind.MANUAL and row.reason in LEAVE_REASONS


def _since_away(rows: list[Evidence], origin: dict[int | None, str]) -> list[Evidence]:
    """Who is marked away by hand and scans after that: the scan that waits, or was confirmed, speaks in place of the
    mark and of all that the mark overruled. A scan that nobody was asked about changes nothing."""
    away = next((row for row in reversed(rows) if is_away_by_hand(row)), None)
    if away is None:
        return rows
    later = rows[rows.index(away) + 1 :]
    came = [row for row in later if row.direction == Direction.IN and _is_looked_at(row, origin[row.pk])]
    return [*(row for row in rows if row.direction != Direction.IN), *came] if came else rows


def _is_looked_at(row: Evidence, origin: str) -> bool:
    """Whether a scan waits for somebody, or somebody has let it count."""
    return origin in SCANNED and (row.strength == Strength.AWAITING or row.kind == Kind.CONFIRM)


def _origins(evidence: Sequence[Evidence]) -> dict[int | None, str]:
    """The kind by which each row came in; a confirmation keeps that of the row it confirms."""
    rows = {row.pk: row for row in evidence}
    kinds: dict[int | None, str] = {}
    for pk, row in sorted(rows.items()):
        kinds[pk] = kinds.get(row.supersedes_id, row.kind) if row.kind == Kind.CONFIRM else row.kind
    return kinds


def _excuse(said: _Said, arrival: Evidence | None) -> str:
    """The last excuse that holds: one by hand in any case, one of a request only where nobody arrived."""
    spoken = [row for row in reversed(said.rows) if row.reason in LEAVE_REASONS and row.direction == Direction.IN]
    by_hand = next((row.reason for row in spoken if row.kind != Kind.LEAVE), "")
    return by_hand or (spoken[0].reason if spoken and arrival is None else "")


def _away(said: _Said, status: Status, why: Missing, whole: int) -> Derived:
    return Derived(status, missing=(Gap(why, whole),), round=said.round, by_hand=said.by_hand)


def _timed(arrival: Evidence, said: _Said, lesson: Lesson, policy: Policy) -> Derived:
    whole = scheduled_minutes(lesson)
    leaving = _last(said.rows, Direction.OUT, since=arrival.happened_at)
    late = arrival.happened_at > lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes)
    from_arrival = _minutes(arrival.happened_at, lesson.ends_at, whole) if late else whole
    gaps = [Gap(Missing.LATE, whole - from_arrival)] if late else []
    if leaving is None and policy.checkout_required:
        gaps.append(Gap(Missing.NO_CHECKOUT, from_arrival))
        minutes, status = 0, Status.AWAITING
    else:
        early = leaving is not None and leaving.happened_at < lesson.ends_at - _tolerance(leaving, policy)
        end = leaving.happened_at if leaving and early else lesson.ends_at
        minutes = _minutes(arrival.happened_at if late else lesson.starts_at, end, from_arrival)
        if early:
            gaps.append(Gap(Missing.LEFT_EARLY, from_arrival - minutes))
        added = said.origin[arrival.pk] == Kind.LATE
        status = Status.ADDED if added else Status.LEFT_EARLY if early else Status.LATE if late else Status.PRESENT
    if leaving is None and _last(said.rows, Direction.OUT, since=None, strength=Strength.AWAITING):
        gaps.append(Gap(Missing.OUT_AWAITS, 0))
    out_at = leaving.happened_at if leaving else None
    return Derived(status, arrival.happened_at, out_at, minutes, tuple(gaps), said.round, by_hand=said.by_hand)


def _tolerance(leaving: Evidence, policy: Policy) -> timedelta:
    """How long before the end leaving is not early: while check-out is open. What was heard elsewhere has no window."""
    return timedelta(minutes=0 if leaving.kind == Kind.MAKE_UP else policy.checkout_opens_minutes)


def _minutes(start: datetime, end: datetime, most: int) -> int:
    """Whole minutes between two moments, within 0 and `most`."""
    return max(0, min(most, int((end - start).total_seconds() // 60)))


def _first(rows: Sequence[Evidence], direction: Direction) -> Evidence | None:
    found = [row for row in rows if row.direction == direction and not _excuses(row)]
    proved = [row for row in found if row.strength == Strength.PROVED]
    pool = proved or found
    return min(pool, key=lambda row: row.happened_at) if pool else None


def _excuses(row: Evidence) -> bool:
    return row.reason in LEAVE_REASONS


def _last(
    rows: Sequence[Evidence], direction: Direction, *, since: datetime | None, strength: str = Strength.PROVED
) -> Evidence | None:
    """The last one of a strength; a leaving before the arrival that holds now is none."""
    found = [
        row
        for row in rows
        if row.direction == direction and row.strength == strength and (since is None or row.happened_at >= since)
    ]
    return max(found, key=lambda row: row.happened_at) if found else None
