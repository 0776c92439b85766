"""Presence of the demo city: scans, late comers, leave slips and hands of trainers, with the attendance they add up to.

Evidence is written in bulk; what it means is left to the domain's own `derive`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cms.demo.chance import dice, fresh
from cms.demo.people import Person
from courses.attendance import derive
from courses.models import Attendance, Direction, Enrolment, Evidence, Lesson, User
from courses.policy import Policy

Kind = Evidence.Kind
Strength = Evidence.Strength
BY_HAND = ("no_phone", "phone_flat", "scan_trouble", "no_network")
# Long enough for a second scan of the same browser to be received as well.
JUST_NOW = timedelta(minutes=1)
AWAY = {"leave": "personal_leave", "sick": "sick_leave", "absent": "seen_in_class"}


@dataclass(frozen=True)
class Seat:
    """One learner of a class, and how steadily the person comes."""

    enrolment: Enrolment
    person: Person
    comes: float


@dataclass(frozen=True)
class Held:
    """One lesson that took place, with who wrote in its book."""

    lesson: Lesson
    trainer: User
    policy: Policy


def seats_of(*, pairs: Iterable[tuple[Enrolment, Person]], name: str) -> list[Seat]:
    """Most come nearly always, some now and then miss a lesson, a few give up."""
    throw = dice("steady", name)
    steady = [0.975] * 88 + [0.86] * 8 + [0.3] * 4
    return [
        Seat(enrolment, person, throw.choice(steady))
        for enrolment, person in pairs
        if enrolment.status == Enrolment.Status.ADMITTED
    ]


def evidence_of(*, held: Held, seats: list[Seat], name: str, now: datetime) -> list[Evidence]:
    """Everything that is known about one lesson that is over; whoever is on the way out scans a moment ago at last."""
    throw = dice("presence", name, held.lesson.number)
    rows: list[Evidence] = []
    for seat in seats:
        rows += _present(held, seat, throw, now - JUST_NOW) if throw.random() < seat.comes else _away(held, seat, throw)
    return rows


def evidence_so_far(*, held: Held, seats: list[Seat], name: str, now: datetime) -> list[Evidence]:
    """A lesson that is going on: most are in, one browser was used by two people, some have not come."""
    throw = dice("live", name)
    arrived = seats[: len(seats) * 3 // 4]
    rows = []
    for seat in arrived:
        at = min(now - JUST_NOW, held.lesson.starts_at + timedelta(seconds=throw.randrange(-1100, 300)))
        rows.append(_scan(held, seat, Direction.IN, at, throw))
    if len(rows) > 2:
        borrowed = rows[1]
        borrowed.strength, borrowed.reason = Strength.AWAITING, "shared_device"
        borrowed.device, borrowed.pairing = rows[0].device, f"{throw.randrange(10, 100)}"
        for row in (rows[0], borrowed):
            row.kind, row.origin, row.by_id = Kind.WALL, Evidence.Origin.WALL, None
        borrowed.happened_at = max(borrowed.happened_at, rows[0].happened_at + timedelta(seconds=24))
        borrowed.received_at = borrowed.happened_at + timedelta(seconds=3)
    return sorted(rows, key=lambda row: row.happened_at)


def attendance_of(*, held: Held, rows: Iterable[Evidence]) -> list[Attendance]:
    """One row per learner, derived from the evidence as stored."""
    said: dict[int, list[Evidence]] = {}
    for row in rows:
        said.setdefault(row.learner_id, []).append(row)
    found = []
    for learner_id, evidence in said.items():
        derived = derive(evidence=evidence, lesson=held.lesson, policy=held.policy)
        found.append(
            Attendance(
                lesson_id=held.lesson.pk,
                learner_id=learner_id,
                enrolment_id=evidence[0].enrolment_id,
                status=derived.status,
                in_at=derived.in_at,
                out_at=derived.out_at,
                minutes=derived.minutes,
                missing=list(derived.missing),
                round=derived.round,
                by_hand=derived.by_hand,
                changed_at=max(row.received_at for row in evidence),
            )
        )
    return found


def _present(held: Held, seat: Seat, throw: Random, latest: datetime) -> list[Evidence]:
    start, end = held.lesson.starts_at, held.lesson.ends_at
    late = throw.random() < 0.03
    came = start + timedelta(seconds=throw.randrange(960, 2400) if late else throw.randrange(-1500, 700))
    early = throw.random() < 0.012
    left = min(latest, end - timedelta(seconds=throw.randrange(1500, 4200) if early else throw.randrange(-600, 700)))
    by_hand = throw.random() < 0.035
    arrival = _marked(held, seat, Direction.IN, came, throw) if by_hand else _scan(
        held, seat, Direction.IN, came, throw
    )  # fmt: skip
    forgot = throw.random() < 0.02
    leaving = (
        _marked(held, seat, Direction.OUT, min(left, end), throw)
        if forgot
        else _scan(held, seat, Direction.OUT, left, throw)
    )
    return [arrival, leaving]


def _away(held: Held, seat: Seat, throw: Random) -> list[Evidence]:
    chance = throw.random()
    if chance < 0.5:
        return []
    as_ = "leave" if chance < 0.8 else "sick" if chance < 0.9 else "absent"
    at = held.lesson.ends_at - timedelta(minutes=5)
    return [_row(held, seat, Kind.MANUAL, Direction.IN, at, by=held.trainer, reason=as_, note=AWAY[as_])]


def _scan(held: Held, seat: Seat, direction: Direction, at: datetime, throw: Random) -> Evidence:
    if seat.person.user is None:
        return _marked(held, seat, direction, at, throw)
    # Every third time the trainer scans the learner, so that each is looked at in the course of a class.
    seen = direction == Direction.IN and (held.lesson.number + seat.enrolment.arrival_no) % 3 == 0
    kind, by = (Kind.PERSONAL, held.trainer) if seen else (Kind.WALL, None)
    row = _row(held, seat, kind, direction, at, by=by, ticket=fresh(prefix="", length=20), device=seat.person.browser)
    row.received_at = at + timedelta(seconds=throw.randrange(1, 9))
    return row


def _marked(held: Held, seat: Seat, direction: Direction, at: datetime, throw: Random) -> Evidence:
    """A trainer's hand counts from the full minute; it is received before the lesson is over."""
    return _row(held, seat, Kind.MANUAL, direction, at, by=held.trainer, reason=throw.choice(BY_HAND))


def _row(
    held: Held, seat: Seat, kind: str, direction: str, at: datetime, *, by: User | None = None, **fields: str
) -> Evidence:
    return Evidence(
        receipt=fresh(prefix="R", length=11),
        lesson_id=held.lesson.pk,
        learner_id=seat.enrolment.learner_id,
        enrolment_id=seat.enrolment.pk,
        kind=kind,
        direction=direction,
        strength=Strength.PROVED,
        origin=Evidence.ORIGINS.get(kind, Evidence.Origin.TRAINER),
        happened_at=at,
        received_at=at,
        by_id=by.pk if by else None,
        **fields,
    )
