"""Another person confirms an entry, row by row: only then is evidence written.

What was scanned stands; paper adds what is missing, overrules an absence that was marked by hand, and corrects what
paper said before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from courses import audit
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.derive import LEAVE_REASONS, standing
from courses.attendance.evidence import append, lock, rows_of
from courses.attendance.paper.entering import move, refuse_changed, refuse_own_row
from courses.attendance.paper.refusals import SheetRefusal, SheetRefused
from courses.models import (
    Attendance,
    Completion,
    Direction,
    Enrolment,
    Evidence,
    Lesson,
    PaperEntry,
    PaperLine,
    User,
)
from courses.policy import Policy

Kind = Evidence.Kind
Strength = Evidence.Strength
Outcome = PaperLine.Outcome
Status = PaperEntry.Status
ANSWER_MAX = 200
REASON = "paper_sheet"
# Found wrong by a later reading of the same sheet.
CORRECTED = "paper_corrected"


class Difference(StrEnum):
    """How a row of the paper stands to what the register holds already."""

    SAME = "same"
    PAPER_ONLY = "paper_only"
    SCAN_ONLY = "scan_only"
    ADDS_LEAVING = "adds_leaving"
    OTHER_TIME = "other_time"
    UNSIGNED = "unsigned"
    NOT_THEIRS = "not_theirs"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Compared:
    """One line of an entry beside the register."""

    line: PaperLine
    state: Attendance | None
    what: Difference


@dataclass(frozen=True)
class _Facts:
    """Of all learners of a lesson at once: by whose enrolment it is theirs, and whose completion is approved."""

    entry: PaperEntry
    lesson: Lesson
    policy: Policy
    theirs: dict[int, Enrolment]
    completed: set[int]
    written: set[int]


def compare(*, entry: PaperEntry, now: datetime) -> list[Compared]:
    """Every row with what is recorded of that learner now: who scanned and did not sign, and the reverse. Six
    queries."""
    lesson = _lesson(entry)
    facts = _facts(entry, lesson, now)
    states = {state.learner_id: state for state in Attendance.objects.filter(lesson=lesson)}
    return [_compared(line, states.get(line.row.enrolment.learner_id), facts) for line in _lines(entry)]


def _compared(line: PaperLine, state: Attendance | None, facts: _Facts) -> Compared:
    learner = line.row.enrolment.learner_id
    here = membership.came(state)
    if learner not in facts.theirs:
        what = Difference.NOT_THEIRS
    elif facts.theirs[learner].pk in facts.completed:
        what = Difference.COMPLETED
    elif line.came_at is None:
        what = Difference.SCAN_ONLY if here else Difference.UNSIGNED
    elif not here or state is None or state.in_at is None:
        what = Difference.PAPER_ONLY
    elif abs(state.in_at - line.came_at) > timedelta(minutes=facts.policy.checkin_present_minutes):
        what = Difference.OTHER_TIME
    else:
        what = Difference.ADDS_LEAVING if line.left_at and not state.out_at else Difference.SAME
    return Compared(line, state, what)


def confirm(*, by: User, entry: PaperEntry, positions: Collection[int], now: datetime) -> int:
    """Let the rows at these positions count; the others are turned down. Gives how many rows wrote evidence.

    Refused with SheetRefused: by who entered it, by who is on the sheet, decided already, a lesson cancelled or moved
    meanwhile. A row of somebody whose lesson it is not, who is ruled on or has completed writes nothing and says so.
    """
    _may_decide(by, entry)
    with transaction.atomic():
        move(entry, Status.CONFIRMED, decided_by=by, decided_at=now)
        lesson = _lesson(entry)
        refuse_changed(sheet=entry.sheet, lesson=lesson)
        _hold(entry, lesson)
        facts = _facts(entry, lesson, now)
        # Two who decide on the same people lock them in the same order.
        lines = sorted(_lines(entry), key=lambda line: line.row.enrolment.learner_id)
        for line in lines:
            _settle(line, facts, by, now, accepted=line.row.position in positions)
        PaperLine.objects.bulk_update(lines, ["accepted", "outcome", "arrival", "leaving"])
        wrote = sum(1 for line in lines if line.accepted and not line.outcome)
        detail = {"sheet": entry.sheet.number, "rows": len(lines), "wrote": wrote}
        audit.record(by=by, verb="sheet_confirmed", target=entry, now=now, detail=detail)
    return wrote


def send_back(*, by: User, entry: PaperEntry, answer: str, now: datetime) -> None:
    """The entry does not hold, with the reason; the sheet may be entered anew. Refused with SheetRefused."""
    _may_decide(by, entry)
    if not answer.strip():
        raise SheetRefused(SheetRefusal.REASON_MISSING)
    with transaction.atomic():
        move(entry, Status.RETURNED, decided_by=by, decided_at=now, answer=answer.strip()[:ANSWER_MAX])
        audit.record(by=by, verb="sheet_returned", target=entry, now=now)


def _may_decide(by: User, entry: PaperEntry) -> None:
    if by.pk == entry.entered_by_id:
        raise SheetRefused(SheetRefusal.SAME_PERSON)
    refuse_own_row(by=by, rows=[line.row for line in _lines(entry)])


def _lines(entry: PaperEntry) -> list[PaperLine]:
    return list(entry.lines.select_related("row__enrolment__learner").order_by("row__position"))


def _lesson(entry: PaperEntry) -> Lesson:
    return Lesson.objects.select_related("training_class__policy").get(paper_sheets=entry.sheet_id)


def _hold(entry: PaperEntry, lesson: Lesson) -> None:
    """Two prints of one lesson are decided one after the other: before the first, there is no attendance to lock."""
    learners = entry.lines.values("row__enrolment__learner")
    own = Enrolment.objects.filter(training_class=lesson.training_class_id, learner__in=learners)
    held = own.select_for_update(no_key=True, of=("self",)).order_by("learner", "pk")
    list(held.values_list("pk"))


def _facts(entry: PaperEntry, lesson: Lesson, now: datetime) -> _Facts:
    states = {state.learner_id: state for state in Attendance.objects.filter(lesson=lesson)}
    ever_in = membership.ever_in(training_class_id=lesson.training_class_id)
    theirs = {row.learner_id: row for row in membership.members(enrolments=ever_in, lesson=lesson, states=states)}
    approved = Completion.objects.filter(
        enrolment__training_class=lesson.training_class_id, status=Completion.Status.APPROVED
    )
    earlier = PaperLine.objects.filter(entry__sheet=entry.sheet_id, accepted=True)
    written = {pk for pair in earlier.values_list("arrival", "leaving") for pk in pair if pk}
    return _Facts(
        entry=entry,
        lesson=lesson,
        policy=policies.of_class(training_class=lesson.training_class, on=policies.local_date(now)),
        theirs=theirs,
        completed=set(approved.values_list("enrolment_id", flat=True)),
        written=written,
    )


def _settle(line: PaperLine, facts: _Facts, by: User, now: datetime, *, accepted: bool) -> None:
    """What becomes of one row: evidence, or the reason why there is none."""
    line.accepted = accepted
    enrolment = facts.theirs.get(line.row.enrolment.learner_id)
    if not accepted:
        line.outcome = Outcome.TURNED_DOWN
    elif enrolment is None:
        line.outcome = Outcome.NOT_THEIRS
    elif enrolment.pk in facts.completed:
        line.outcome = Outcome.COMPLETED
    else:
        _write(line, enrolment, facts, by, now)


def _write(line: PaperLine, enrolment: Enrolment, facts: _Facts, by: User, now: datetime) -> None:
    lock(lesson_id=facts.lesson.pk, learner_id=enrolment.learner_id)
    held = standing(rows_of(lesson_id=facts.lesson.pk, learner_id=enrolment.learner_id))
    if any(row.kind == Kind.RULING for row in held):
        line.outcome = Outcome.RULED
        return
    arrival = _said(Direction.IN, line.came_at, held, facts)
    leaving = _said(Direction.OUT, line.left_at, held, facts)
    for row in filter(None, (arrival, leaving)):
        _append(row, line, enrolment, facts, by, now)
    if arrival is None and leaving is None:
        line.outcome = Outcome.ALREADY if line.came_at else Outcome.UNSIGNED
    line.arrival, line.leaving = _paper(arrival), _paper(leaving)


def _paper(row: Evidence | None) -> Evidence | None:
    return row if row is not None and row.kind == Kind.PAPER else None


def _said(direction: Direction, at: datetime | None, held: Sequence[Evidence], facts: _Facts) -> Evidence | None:
    """The new row of one direction; None where what stands is to stay. Beside a scan paper says no time of its own."""
    there = [row for row in held if row.direction == direction]
    former = next((row for row in there if row.pk in facts.written), None)
    scanned = _scanned(row for row in there if row is not former)
    if at is None:
        return former and _row(Kind.REJECT, direction, former.happened_at, CORRECTED, former)
    if former is not None:
        if former.happened_at in (at, scanned):
            return None
        if scanned is not None:
            return _row(Kind.REJECT, direction, former.happened_at, CORRECTED, former)
        return _row(Kind.PAPER, direction, at, REASON, former)
    overruled = next((row for row in reversed(there) if _gives_way(row)), None)
    if scanned is not None:
        # The signature says that the absence is wrong; when it was, the scan says.
        absent = overruled is not None and overruled.reason in LEAVE_REASONS
        return _row(Kind.PAPER, direction, scanned, REASON, overruled) if absent else None
    return _row(Kind.PAPER, direction, at, REASON, overruled)


def _scanned(there: Iterable[Evidence]) -> datetime | None:
    """When what is proved already says that it was: the first of several."""
    proved = (row for row in there if row.strength == Strength.PROVED and row.reason not in LEAVE_REASONS)
    return min((row.happened_at for row in proved), default=None)


def _gives_way(row: Evidence) -> bool:
    """An absence or excuse marked by hand, and a mark by hand that nobody has confirmed."""
    by_hand = row.kind in (Kind.MANUAL, Kind.LATE)
    return by_hand and (row.reason in LEAVE_REASONS or row.strength == Strength.AWAITING)


def _row(kind: Kind, direction: Direction, at: datetime, reason: str, supersedes: Evidence | None) -> Evidence:
    strength = Strength.PROVED if kind == Kind.PAPER else Strength.DENIED
    return Evidence(
        kind=kind,
        direction=direction,
        strength=strength,
        origin=Evidence.Origin.PAPER,
        happened_at=at,
        claimed_at=at,
        reason=reason,
        supersedes=supersedes,
    )


def _append(row: Evidence, line: PaperLine, enrolment: Enrolment, facts: _Facts, by: User, now: datetime) -> None:
    row.lesson_id, row.learner_id, row.enrolment_id = facts.lesson.pk, enrolment.learner_id, enrolment.pk
    row.received_at, row.by, row.note = now, by, f"{facts.entry.number} {line.row.position}"
    known = Attendance.objects.filter(lesson=facts.lesson, learner=enrolment.learner_id).first()
    if append(row=row, lesson=facts.lesson, policy=facts.policy, known=known, now=now) is None:
        raise SheetRefused(SheetRefusal.OVERTAKEN)
