"""What the wall and the roster show. Read by many screens, so it is a few queries for a whole lesson."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from django.db import connection

from courses import policy as policies
from courses import privacy
from courses.attendance import membership
from courses.attendance.derive import standing
from courses.attendance.rollcall import RollCallState, roll_call_state
from courses.models import Attendance, Direction, Evidence, Learner, Lesson, TrainingClass
from courses.policy import Policy

Status = Attendance.Status
HERE = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ADDED)
LATEST = 5


class Phase(StrEnum):
    BEFORE = "before"
    OPEN = "open"
    CLOSING = "closing"
    LATE = "late"
    OUT = "out"
    ROLLCALL = "rollcall"
    ENDED = "ended"
    PAUSED = "paused"
    CANCELLED = "cancelled"


SCANNED_IN = (Phase.OPEN, Phase.CLOSING, Phase.LATE)


@dataclass(frozen=True)
class ArrivalRow:
    """One line of the wall: a masked name and whether it waits for the trainer."""

    name: str
    awaits: bool


@dataclass(frozen=True)
class RollRow:
    """One learner of the class as the wall calls names when the network is gone."""

    number: int
    name: str
    here: bool


@dataclass(frozen=True)
class WallState:
    phase: Phase
    direction: Direction
    here: int
    awaiting: int
    due: int
    gone: int
    latest: tuple[ArrivalRow, ...]
    roll: tuple[RollRow, ...]
    opens_at: datetime
    present_until: datetime
    checkout_from: datetime
    closes_at: datetime
    roll_call: RollCallState | None
    counting: bool


@dataclass(frozen=True)
class RosterRow:
    """One learner of the class at one lesson. `awaiting` is the receipt of what waits; `for_another` that no word of
    whoever recorded it settles it."""

    learner_number: str
    name: str
    arrival_no: int
    status: str
    in_at: datetime | None
    out_at: datetime | None
    minutes: int
    by_hand: bool
    awaiting: str
    pairing: str
    why: str
    for_another: bool
    reasons: tuple[str, ...]

    @property
    def needs_me(self) -> bool:
        return bool(self.awaiting)


@dataclass(frozen=True)
class RegisterRow:
    """One learner at one lesson, as the class's register holds it."""

    lesson_number: int
    learner_number: str
    name: str
    status: str
    in_at: datetime | None
    out_at: datetime | None
    minutes: int


class _Seen(NamedTuple):
    """A seat of the class, its learner's name, and what is derived for them at one lesson; empty while nothing is.

    Plain values: a model a row takes most of the time of a screen, and hundreds of screens ask.
    """

    learner_id: int
    status: str
    arrival_no: int
    admitted_at: datetime | None
    decided_at: datetime | None
    number: str
    name: str
    state: str | None
    in_at: datetime | None
    out_at: datetime | None
    minutes: int
    missing: list[tuple[str, int]]
    by_hand: bool
    changed_at: datetime | None

    @property
    def reasons(self) -> list[str]:
        return [code for code, _minutes in self.missing]


# By hand, like the revision: put together from query sets this takes four times as long as all else of a screen.
SEEN = """
SELECT e.learner_id, e.status, e.arrival_no, e.admitted_at, e.decided_at, n.number, n.name,
       a.status, a.in_at, a.out_at, a.minutes, a.missing, a.by_hand, a.changed_at
  FROM courses_enrolment e
  JOIN courses_learner n ON n.id = e.learner_id
  LEFT JOIN courses_attendance a ON a.lesson_id = %s AND a.learner_id = e.learner_id
 WHERE e.training_class_id = %s AND e.admitted_at IS NOT NULL
 ORDER BY e.arrival_no
"""
WAITING = """
SELECT id, lesson_id, learner_id, supersedes_id, kind, strength, receipt, pairing, reason
  FROM courses_evidence
 WHERE lesson_id = %s
   AND learner_id IN (SELECT learner_id FROM courses_evidence WHERE lesson_id = %s AND strength = %s)
 ORDER BY id
"""


def phase_of(*, lesson: Lesson, policy: Policy, now: datetime) -> Phase:
    """Which of its faces the wall shows; the code is for leaving once the check-out window opens."""
    return phase_at(lesson=lesson, class_status=lesson.training_class.status, policy=policy, now=now)


class Timed(Protocol):
    """What of a lesson decides its phase."""

    @property
    def status(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def wall_paused(self) -> bool: ...


def phase_at(*, lesson: Timed, class_status: str, policy: Policy, now: datetime) -> Phase:
    """The same where of the class no more than its status is at hand."""
    if lesson.status == Lesson.Status.CANCELLED or class_status in TrainingClass.STOPPED:
        return Phase.CANCELLED
    if now >= lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes):
        return Phase.ENDED
    if now < lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes):
        return Phase.BEFORE
    if lesson.wall_paused:
        return Phase.PAUSED
    if now >= lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes):
        return Phase.OUT
    present_until = _present_until(lesson, policy)
    if now > present_until:
        return Phase.LATE
    return Phase.CLOSING if now > present_until - timedelta(minutes=5) else Phase.OPEN


def _present_until(lesson: Timed, policy: Policy) -> datetime:
    """Of a short lesson the code turns to leaving before that."""
    leaving = lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes)
    return min(leaving, lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes))


def wall_state(*, lesson: Lesson, now: datetime) -> WallState:
    """What the wall shows now; wants the class at hand. Two queries, two more once there was a roll-call."""
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    roll_call = roll_call_state(lesson=lesson)
    phase = _called(phase_of(lesson=lesson, policy=policy, now=now), roll_call, now)
    due = _theirs(lesson)
    arrived = [row for row in due if row.in_at is not None]
    waits = {row.learner_id for row in arrived if "in_awaits" in row.reasons}
    here = {row.learner_id for row in arrived} - waits
    gone = [row for row in arrived if row.out_at is not None or "out_awaits" in row.reasons]
    direction = Direction.OUT if phase == Phase.OUT else Direction.IN
    latest = _newest_first(gone, "out_at") if direction == Direction.OUT else _newest_first(arrived, "in_at")
    return WallState(
        phase=phase,
        direction=direction,
        here=len(here),
        awaiting=len(waits),
        due=len(due),
        gone=sum(1 for row in gone if row.out_at is not None),
        latest=tuple(
            ArrivalRow(privacy.mask_name(row.name), f"{direction}_awaits" in row.reasons) for row in latest[:LATEST]
        ),
        roll=tuple(RollRow(row.arrival_no, privacy.mask_name(row.name), row.learner_id in here) for row in due),
        opens_at=lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes),
        present_until=_present_until(lesson, policy),
        checkout_from=lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes),
        closes_at=lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes),
        roll_call=roll_call,
        counting=lesson.counting_until is not None and now < lesson.counting_until,
    )


def _theirs(lesson: Lesson) -> list[_Seen]:
    """Whoever the lesson belongs to, by arrival, with what is derived for them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [lesson.pk, lesson.training_class_id])
        rows = [_seen(row) for row in cursor.fetchall()]
    return membership.members(enrolments=rows, lesson=lesson, states={row.learner_id: row for row in rows})


def _called(phase: Phase, roll_call: RollCallState | None, now: datetime) -> Phase:
    """While a roll-call runs it takes the place of the code for arriving."""
    running = roll_call is not None and roll_call.is_running(now)
    return Phase.ROLLCALL if running and phase in SCANNED_IN else phase


def _seen(row: tuple[Any, ...]) -> _Seen:
    (learner_id, status, place, admitted_at, decided_at, number, name,
     state, in_at, out_at, minutes, missing, by_hand, changed_at) = row  # fmt: skip
    return _Seen(
        learner_id=learner_id,
        status=status,
        arrival_no=place,
        admitted_at=moment_of(admitted_at),
        decided_at=moment_of(decided_at),
        number=number,
        name=name,
        state=state,
        in_at=moment_of(in_at),
        out_at=moment_of(out_at),
        minutes=minutes or 0,
        missing=json.loads(missing) if missing else [],
        by_hand=bool(by_hand),
        changed_at=moment_of(changed_at),
    )


def moment_of(value: Any) -> Any:
    """A moment as a statement by hand brings it: SQLite knows no zones, what it keeps is in UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _newest_first(rows: list[_Seen], when: str) -> list[_Seen]:
    """By arriving or leaving: a roll-call that was answered moves nobody."""
    return sorted(rows, key=lambda row: (getattr(row, when) or row.changed_at, row.changed_at), reverse=True)


def roster(*, lesson: Lesson) -> list[RosterRow]:
    """Every learner of this lesson with its state, those who need the trainer first. Two queries."""
    waiting = _waiting(lesson)
    rows = [_roster_row(row, waiting.get(row.learner_id)) for row in _theirs(lesson)]
    return sorted(rows, key=lambda row: (not row.needs_me, row.status != Status.UNMARKED, row.arrival_no))


def _waiting(lesson: Lesson) -> dict[int, Evidence]:
    """By learner, the first row that waits, before others one that a look at the person settles. Where no row ever
    waited, none is read."""
    said: dict[int, list[Evidence]] = {}
    for row in Evidence.objects.raw(WAITING, [lesson.pk, lesson.pk, Evidence.Strength.AWAITING]):
        said.setdefault(row.learner_id, []).append(row)
    found: dict[int, Evidence] = {}
    for learner_id, rows in said.items():
        waits = [row for row in standing(rows) if row.strength == Evidence.Strength.AWAITING]
        if waits:
            found[learner_id] = min(waits, key=lambda row: row.kind in Evidence.FOR_ANOTHER)
    return found


def register(*, training_class: TrainingClass) -> list[RegisterRow]:
    """Every learner at every lesson of theirs, by lesson and arrival. Three queries for a whole class."""
    lessons = Lesson.objects.filter(training_class=training_class).order_by("number")
    enrolments = membership.ever_in(training_class_id=training_class.pk)
    states: dict[int, dict[int, Attendance]] = {}
    for row in Attendance.objects.filter(lesson__training_class=training_class):
        states.setdefault(row.lesson_id, {})[row.learner_id] = row
    return [
        _register_row(lesson, one.learner, states.get(lesson.pk, {}).get(one.learner_id))
        for lesson in lessons
        for one in membership.members(enrolments=enrolments, lesson=lesson, states=states.get(lesson.pk, {}))
    ]


def _register_row(lesson: Lesson, learner: Learner, state: Attendance | None) -> RegisterRow:
    return RegisterRow(
        lesson_number=lesson.number,
        learner_number=learner.number,
        name=learner.shown_name,
        status=state.status if state else Status.UNMARKED,
        in_at=state.in_at if state else None,
        out_at=state.out_at if state else None,
        minutes=state.minutes if state else 0,
    )


def _roster_row(row: _Seen, waiting: Evidence | None) -> RosterRow:
    return RosterRow(
        learner_number=row.number,
        # Who was let in had a name.
        name=row.name or str(Learner.ERASED),
        arrival_no=row.arrival_no,
        status=row.state or Status.UNMARKED,
        in_at=row.in_at,
        out_at=row.out_at,
        minutes=row.minutes,
        by_hand=row.by_hand,
        awaiting=waiting.receipt if waiting else "",
        pairing=waiting.pairing if waiting else "",
        why=waiting.reason if waiting else "",
        for_another=waiting is not None and waiting.kind in Evidence.FOR_ANOTHER,
        reasons=tuple(row.reasons),
    )
