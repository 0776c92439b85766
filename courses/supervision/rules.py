"""What is worth a look about a lesson: pure functions from its rows and the thresholds of policy.

Each finding carries the rows that it rests on and the arithmetic, so that whoever reads it can do the sum again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from courses.models import Signal
from courses.policy import Policy

Kind = Signal.Kind


@dataclass(frozen=True)
class Seen:
    """One row of evidence that was not taken back: who, with which browser, how late within the code's life."""

    learner: str
    receipt: str
    direction: str
    at: datetime
    device: str = ""
    offset_ms: int | None = None


@dataclass(frozen=True)
class Stood:
    """What the register holds of one learner; `out_on_paper`: a signed leaving waits for somebody's check."""

    learner: str
    in_at: datetime | None
    out_at: datetime | None
    by_hand: bool
    reasons: tuple[str, ...] = ()
    out_on_paper: bool = False


@dataclass(frozen=True)
class Called:
    """One roll-call that is over: how many were here, and the numbers of those who gave no answer."""

    code: str
    at: datetime
    due: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """One head-count beside what the register said."""

    at: datetime
    counted: int
    here: int
    awaiting: int


@dataclass(frozen=True)
class Elsewhere:
    """A learner of this lesson who arrived at another one of the same hours."""

    learner: str
    class_number: str
    lesson: int
    room: str
    in_at: datetime


@dataclass(frozen=True)
class Vouched:
    """Who vouches for a learner's presence in a whole class: their own phone, and people of the staff who saw them."""

    learner: str
    own: int
    staff: frozenset[int]
    first_at: datetime


@dataclass(frozen=True)
class CalledBack:
    """What a learner said on the phone about a whole class, and on how many days the register saw them."""

    learner: str
    at: datetime
    is_learner: bool | None
    attended: bool | None
    days: int | None
    days_attended: int

    def contradicts(self, least: int) -> str:
        """What the register does not bear out, by `least` days where days were said; empty where it does."""
        if not self.days_attended:
            return ""
        if self.is_learner is False:
            return "not_learner"
        if self.attended is False:
            return "not_attended"
        return "fewer_days" if self.days is not None and self.days_attended - self.days >= least else ""


@dataclass(frozen=True)
class Named:
    """Whom the newest record of a head-count names: not in the room at that moment, or `impostor`, somebody else there
    under this name."""

    check: str
    learner: str
    at: datetime
    impostor: bool


@dataclass(frozen=True)
class Facts:
    """Everything about one lesson that a rule may ask for; `vouched` and `called_back` are known at the last lesson of
    a class."""

    ends_at: datetime
    seen: Sequence[Seen] = ()
    stood: Sequence[Stood] = ()
    called: Sequence[Called] = ()
    counted: Sequence[Counted] = ()
    elsewhere: Sequence[Elsewhere] = ()
    named: Sequence[Named] = ()
    vouched: Sequence[Vouched] = ()
    called_back: Sequence[CalledBack] = ()


@dataclass(frozen=True)
class Found:
    kind: Kind
    figures: dict[str, int]
    rows: list[dict[str, Any]] = field(default_factory=list)


def find(*, facts: Facts, policy: Policy, now: datetime) -> list[Found]:
    """Every rule that has something to show. What only the end of a lesson can tell is not asked before."""
    over = now >= facts.ends_at + timedelta(minutes=policy.checkout_closes_minutes)
    return [found for rule in (*ALWAYS, *(AFTER if over else ())) for found in rule(facts, policy)]


def _one_phone(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Learners who showed up with the same browser, from `device_people` on."""
    least = policy.signals["device_people"]
    by_device: dict[str, list[Seen]] = defaultdict(list)
    for row in facts.seen:
        if row.device:
            by_device[row.device].append(row)
    shared = {key: rows for key, rows in by_device.items() if len({row.learner for row in rows}) >= least}
    if shared:
        people = {row.learner for rows in shared.values() for row in rows}
        rows = [_row(row, device=key[-4:]) for key, rows in sorted(shared.items()) for row in rows]
        yield Found(Kind.SHARED_DEVICE, {"devices": len(shared), "people": len(people), "from": least}, rows)


def _burst(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Scans within `burst_seconds` that are equally late within their code, `burst_spread_ms` apart at most.

    People at a door press when they press; one program that answers for many is late by the same every time.
    """
    numbers = policy.signals
    scans = sorted(_scans(facts), key=lambda row: (row.at, row.receipt))
    found: dict[str, Seen] = {}
    for place, first in enumerate(scans):
        until = first.at + timedelta(seconds=numbers["burst_seconds"])
        near = [row for row in scans[place:] if row.at <= until]
        for low in near:
            alike = [row for row in near if 0 <= _late(row) - _late(low) <= numbers["burst_spread_ms"]]
            if len({row.learner for row in alike}) >= numbers["burst_people"]:
                found |= {row.receipt: row for row in alike}
    if found:
        figures = {"people": len({row.learner for row in found.values()}), "from": numbers["burst_people"]}
        figures |= {"seconds": numbers["burst_seconds"], "spread_ms": numbers["burst_spread_ms"]}
        yield Found(Kind.BURST, figures, [_row(row) for row in found.values()])


def _late_in_window(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Codes that had left the wall when they were scanned: a forwarded picture arrives late, again and again."""
    numbers = policy.signals
    scans = _scans(facts)
    late = [row for row in scans if _late(row) >= numbers["late_ms"]]
    people = {row.learner for row in late}
    if len(people) >= numbers["late_people"]:
        figures = {"people": len(people), "scans": len(scans), "from": numbers["late_people"]}
        yield Found(Kind.LATE_IN_WINDOW, {**figures, "late_ms": numbers["late_ms"]}, [_row(row) for row in late])


def _unanswered(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Who was here and gave no answer to a roll-call."""
    least = policy.signals["absentees"]
    silent = [(call, learner) for call in facts.called for learner in call.missing]
    if len({learner for _call, learner in silent}) >= least:
        figures = {"calls": len(facts.called), "due": max(call.due for call in facts.called)}
        figures |= {"people": len({learner for _call, learner in silent}), "from": least}
        rows = [{"learner": learner, "at": call.at.isoformat(), "receipt": call.code} for call, learner in silent]
        yield Found(Kind.ROLL_CALL, figures, rows)


def _heads(facts: Facts, policy: Policy) -> Iterator[Found]:
    """A head-count that the register does not bear out, by `head_difference` people or more."""
    least = policy.signals["head_difference"]
    off = [one for one in facts.counted if abs(one.counted - one.here - one.awaiting) >= least]
    if off:
        last = off[-1]
        figures = {"counted": last.counted, "register": last.here + last.awaiting, "awaiting": last.awaiting}
        figures |= {"difference": last.counted - last.here - last.awaiting, "from": least}
        rows = [{"at": one.at.isoformat(), "counted": one.counted, "register": one.here + one.awaiting} for one in off]
        yield Found(Kind.HEADS, figures, rows)


def _two_rooms(facts: Facts, _policy: Policy) -> Iterator[Found]:
    """The same person at another lesson of the same hours."""
    came = {row.learner: row for row in facts.stood if row.in_at is not None}
    both = [row for row in facts.elsewhere if row.learner in came]
    if both:
        rows = [
            {
                "learner": row.learner,
                "at": row.in_at.isoformat(),
                "class": row.class_number,
                "lesson": row.lesson,
                "room": row.room,
            }
            for row in both
        ]
        yield Found(Kind.TWO_ROOMS, {"people": len({row.learner for row in both})}, rows)


def _room_check(facts: Facts, _policy: Policy) -> Iterator[Found]:
    """Whom somebody in the room did not find though the register has them there at that moment, and in whose place
    somebody else sat. An absence that the register knows too is none of them."""
    there = {row.learner: row for row in facts.stood if row.in_at is not None}
    absent = [row for row in facts.named if not row.impostor]
    missed = [row for row in absent if row.learner in there and _was_in(there[row.learner], row.at)]
    posed = [row for row in facts.named if row.impostor]
    if missed or posed:
        figures = {"absent": len(absent), "present": len(missed), "impostors": len(posed)}
        rows = [
            {
                "learner": row.learner,
                "at": row.at.isoformat(),
                "receipt": row.check,
                "seen_as": "impostor" if row.impostor else "absent",
            }
            for row in (*missed, *posed)
        ]
        yield Found(Kind.ROOM_CHECK, figures, rows)


def _was_in(row: Stood, at: datetime) -> bool:
    return row.in_at is not None and row.in_at <= at and (row.out_at is None or row.out_at >= at)


def _by_hand(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Marks by hand above `manual_share_flag` percent of those who came."""
    came = [row for row in facts.stood if row.in_at is not None]
    marked = [row for row in came if row.by_hand]
    if len(marked) * 100 > policy.manual_share_flag * max(1, len(came)):
        figures = {"people": len(marked), "came": len(came), "above_percent": policy.manual_share_flag}
        yield Found(Kind.BY_HAND, figures, [_stood(row) for row in marked])


def _no_checkout(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Who came and never scanned out, from `no_checkout_people` and `no_checkout_share` percent on; who signed out on
    a sheet that waits is none of them."""
    numbers = policy.signals
    came = [row for row in facts.stood if row.in_at is not None]
    stayed = [row for row in came if "no_checkout" in row.reasons and not row.out_on_paper]
    enough = len(stayed) >= numbers["no_checkout_people"]
    if enough and len(stayed) * 100 >= numbers["no_checkout_share"] * len(came):
        figures = {"people": len(stayed), "came": len(came)}
        figures |= {"from": numbers["no_checkout_people"], "from_percent": numbers["no_checkout_share"]}
        yield Found(Kind.NO_CHECKOUT, figures, [_stood(row) for row in stayed])


def _one_sided(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Whom in a whole class nobody of the staff ever saw, or fewer than `witnesses` vouch for: a phone and a person, or
    two people. A relayed code has no person beside it, and a name ticked for somebody who never came has no phone."""
    least = policy.signals["witnesses"]
    alone = [row for row in facts.vouched if not row.staff or len(row.staff) + bool(row.own) < least]
    if alone:
        rows = [
            {"learner": row.learner, "at": row.first_at.isoformat(), "own": row.own, "staff": len(row.staff)}
            for row in alone
        ]
        yield Found(Kind.ONE_SIDED, {"people": len(alone), "came": len(facts.vouched), "from": least}, rows)


def _called_back(facts: Facts, policy: Policy) -> Iterator[Found]:
    """Learners whose own words on the phone the register does not bear out."""
    least = policy.signals["call_back_days"]
    told = [(row, row.contradicts(least)) for row in facts.called_back]
    against = [(row, how) for row, how in told if how]
    if against:
        rows = [
            {"learner": row.learner, "at": row.at.isoformat(), "said": how, "days": row.days, "seen": row.days_attended}
            for row, how in against
        ]
        yield Found(Kind.CALL_BACK, {"people": len(against), "asked": len(told), "from": least}, rows)


Rule = Callable[[Facts, Policy], Iterator[Found]]
ALWAYS: tuple[Rule, ...] = (_one_phone, _burst, _late_in_window, _unanswered, _heads, _two_rooms, _room_check)
AFTER: tuple[Rule, ...] = (_by_hand, _no_checkout, _one_sided, _called_back)


def _scans(facts: Facts) -> list[Seen]:
    return [row for row in facts.seen if row.offset_ms is not None]


def _late(row: Seen) -> int:
    return row.offset_ms or 0


def _row(row: Seen, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"learner": row.learner, "receipt": row.receipt, "at": row.at.isoformat(), **more}
    return told if row.offset_ms is None else {**told, "offset_ms": row.offset_ms}


def _stood(row: Stood) -> dict[str, Any]:
    return {"learner": row.learner, "at": row.in_at.isoformat() if row.in_at else ""}
