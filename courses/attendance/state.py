"""What the wall and the roster show. Read by many screens, so it is a few queries for a whole lesson."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from courses import policy as policies
from courses import privacy
from courses.attendance import membership
from courses.attendance.derive import standing
from courses.attendance.rollcall import RollCallState, roll_call_state
from courses.models import Attendance, Direction, Enrolment, Evidence, Learner, Lesson, TrainingClass
from courses.policy import Policy

Status = Attendance.Status
HERE = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ADDED)
LATEST = 5
WAITING_SCANS = ("shared_device", "second_scan", "old_code")


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
    """One learner of the class at one lesson. `awaiting` is the receipt that the trainer may confirm."""

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
    reasons: tuple[str, ...]

    @property
    def needs_me(self) -> bool:
        return bool(self.awaiting)

    @property
    def face_to_face(self) -> bool:
        """A scan that waits is settled by looking at the person; a late addition by a second person."""
        return self.why in WAITING_SCANS


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


def phase_of(*, lesson: Lesson, policy: Policy, now: datetime) -> Phase:
    """Which of its faces the wall shows; the code is for leaving once the check-out window opens."""
    if lesson.status == Lesson.Status.CANCELLED or lesson.training_class.status in TrainingClass.STOPPED:
        return Phase.CANCELLED
    if now >= lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes):
        return Phase.ENDED
    if now < lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes):
        return Phase.BEFORE
    if lesson.wall_paused:
        return Phase.PAUSED
    if now >= lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes):
        return Phase.OUT
    present_until = lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes)
    if now > present_until:
        return Phase.LATE
    return Phase.CLOSING if now > present_until - timedelta(minutes=5) else Phase.OPEN


def wall_state(*, lesson: Lesson, now: datetime) -> WallState:
    """What the wall shows now; wants the class at hand. Three queries, two more once there was a roll-call."""
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    roll_call = roll_call_state(lesson=lesson)
    phase = _called(phase_of(lesson=lesson, policy=policy, now=now), roll_call, now)
    rows = _seen(lesson)
    states = {row.learner_id: row for row in rows}
    enrolments = membership.ever_in(training_class_id=lesson.training_class_id)
    due = membership.members(enrolments=enrolments, lesson=lesson, states=states)
    theirs = {row.learner_id for row in due}
    arrived = [row for row in rows if row.in_at is not None and row.learner_id in theirs]
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
            ArrivalRow(privacy.mask_name(row.learner.name), f"{direction}_awaits" in row.reasons)
            for row in latest[:LATEST]
        ),
        roll=tuple(RollRow(row.arrival_no, privacy.mask_name(row.learner.name), row.learner_id in here) for row in due),
        opens_at=lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes),
        present_until=lesson.starts_at + timedelta(minutes=policy.checkin_present_minutes),
        checkout_from=lesson.ends_at - timedelta(minutes=policy.checkout_opens_minutes),
        closes_at=lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes),
        roll_call=roll_call,
        counting=lesson.counting_until is not None and now < lesson.counting_until,
    )


def _seen(lesson: Lesson) -> list[Attendance]:
    rows = Attendance.objects.filter(lesson=lesson).exclude(status=Status.UNMARKED).select_related("learner")
    shown = ("lesson", "status", "missing", "in_at", "out_at", "changed_at", "learner__name")
    return list(rows.order_by("-changed_at", "-pk").only(*shown))


def _called(phase: Phase, roll_call: RollCallState | None, now: datetime) -> Phase:
    """While a roll-call runs it takes the place of the code for arriving."""
    running = roll_call is not None and roll_call.is_running(now)
    return Phase.ROLLCALL if running and phase in SCANNED_IN else phase


def _newest_first(rows: list[Attendance], when: str) -> list[Attendance]:
    """By arriving or leaving: a roll-call that was answered moves nobody."""
    return sorted(rows, key=lambda row: getattr(row, when) or row.changed_at, reverse=True)


def roster(*, lesson: Lesson) -> list[RosterRow]:
    """Every learner of this lesson with its state, those who need the trainer first. Three queries."""
    states = {row.learner_id: row for row in Attendance.objects.filter(lesson=lesson)}
    ever_in = membership.ever_in(training_class_id=lesson.training_class_id)
    enrolments = membership.members(enrolments=ever_in, lesson=lesson, states=states)
    said: dict[int, list[Evidence]] = {}
    for row in Evidence.objects.filter(lesson=lesson).order_by("pk"):
        said.setdefault(row.learner_id, []).append(row)
    rows = [_roster_row(enrolment, states.get(enrolment.learner_id), said) for enrolment in enrolments]
    return sorted(rows, key=lambda row: (not row.needs_me, row.status != Status.UNMARKED, row.arrival_no))


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
        name=learner.name,
        status=state.status if state else Status.UNMARKED,
        in_at=state.in_at if state else None,
        out_at=state.out_at if state else None,
        minutes=state.minutes if state else 0,
    )


def _roster_row(enrolment: Enrolment, state: Attendance | None, said: dict[int, list[Evidence]]) -> RosterRow:
    waiting = next(
        (row for row in standing(said.get(enrolment.learner_id, [])) if row.strength == Evidence.Strength.AWAITING),
        None,
    )
    return RosterRow(
        learner_number=enrolment.learner.number,
        name=enrolment.learner.name,
        arrival_no=enrolment.arrival_no,
        status=state.status if state else Status.UNMARKED,
        in_at=state.in_at if state else None,
        out_at=state.out_at if state else None,
        minutes=state.minutes if state else 0,
        by_hand=state.by_hand if state else False,
        awaiting=waiting.receipt if waiting else "",
        pairing=waiting.pairing if waiting else "",
        why=waiting.reason if waiting else "",
        reasons=tuple(state.reasons) if state else (),
    )
