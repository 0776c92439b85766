"""A register that was kept elsewhere comes in as a file: read whole before a row is written, counted when confirmed.

With a single bad cell nothing is written. What is written waits for a second person; beside a scan a file says nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from courses import audit, dates
from courses import policy as policies
from courses.attendance import membership
from courses.attendance.derive import LEAVE_REASONS, standing
from courses.attendance.evidence import append
from courses.attendance.marks import MarkRefusal, MarkRefused, confirm, reject
from courses.models import (
    Attendance,
    Completion,
    Direction,
    Enrolment,
    Evidence,
    IdentityDocument,
    Learner,
    Lesson,
    TrainingClass,
    User,
)
from courses.people import cards
from courses.people.documents import DocumentRefused, check
from courses.people.learners import document_digest
from courses.policy import Policy

Kind = Evidence.Kind
Strength = Evidence.Strength
REASON = "register_file"
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
DATED = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?\s*([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
SERIAL = re.compile(r"\d{5}\.\d+|0?\.\d+(?:[eE]-\d+)?")
SERIAL_BEGINS = datetime(1899, 12, 30, tzinfo=policies.CITY_TIME)
RESIDENT = "resident"


class Line(NamedTuple):
    """One row of the file, cell by cell, as it is written there."""

    row: int
    class_number: str
    lesson: str
    person: str
    came: str
    left: str


class Fault(NamedTuple):
    """A cell that cannot be, told by its row and the field of `Line`; never quotes what it holds."""

    row: int
    field: str
    words: str


@dataclass
class Taken:
    """What became of a file: nothing written while there is a fault."""

    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    wrote: int = 0


@dataclass(frozen=True)
class WaitingFile:
    """The rows of one file that nobody has decided on."""

    key: str
    by: User
    at: datetime
    people: int
    lessons: tuple[int, ...]


class _Read(NamedTuple):
    lesson: Lesson
    enrolment: Enrolment
    row: int
    times: tuple[tuple[Direction, datetime], ...]


@dataclass(frozen=True)
class _Facts:
    """What is known of the whole class, read once for the whole file."""

    by: User
    training_class: TrainingClass
    policy: Policy
    now: datetime
    lessons: dict[int, Lesson]
    theirs: dict[int, dict[int, Enrolment]]
    numbers: dict[str, int]
    completed: set[int]
    own: int | None
    said: dict[tuple[int, int], list[Evidence]]
    found: dict[str, int | None] = field(default_factory=dict)


def take(*, by: User, training_class: TrainingClass, lines: Sequence[Line], key: str, now: datetime) -> Taken:
    """Keep every row of a file, or none. The same file once more adds nothing; a corrected one takes the place of what
    still waits. `key` names the file among others."""
    taken = Taken(rows=len(lines))
    with transaction.atomic():
        _hold(training_class)
        facts = _facts(by, training_class, now)
        read = [found for line in lines if (found := _read(line, facts, taken.faults))]
        _refuse_twice(read, taken.faults)
        if taken.faults:
            return taken
        for one in read:
            taken.wrote += sum(_write(one, facts, direction, at, key) for direction, at in one.times)
        detail = {"file": key, "rows": taken.rows, "wrote": taken.wrote}
        audit.record(by=by, verb="register_imported", target=training_class, now=now, detail=detail)
    return taken


def waiting(*, training_class: TrainingClass) -> list[WaitingFile]:
    """The files of a class that wait for a second person, the oldest first."""
    files: dict[str, list[Evidence]] = {}
    for row in _waiting(training_class):
        files.setdefault(_key(row), []).append(row)
    return [
        WaitingFile(
            key=key,
            by=rows[0].by or User(),
            at=rows[0].received_at,
            people=len({row.learner_id for row in rows}),
            lessons=tuple(sorted({row.lesson.number for row in rows})),
        )
        for key, rows in files.items()
    ]


def decide(*, by: User, training_class: TrainingClass, key: str, reason: str = "", now: datetime) -> int:
    """Another person lets the rows of a file count or, with a reason, not. Gives how many rows were decided.

    Refused with MarkRefused: decided already, one's own file, oneself among the rows.
    """
    with transaction.atomic():
        rows = [row for row in _waiting(training_class) if _key(row) == key]
        if not rows:
            raise MarkRefused(MarkRefusal.NOT_AWAITING)
        for row in rows:
            if reason:
                reject(by=by, receipt=row.receipt, lesson=row.lesson, reason=reason[:40], now=now)
            else:
                confirm(by=by, receipt=row.receipt, lesson=row.lesson, now=now)
    return len(rows)


def _waiting(training_class: TrainingClass) -> list[Evidence]:
    rows = Evidence.objects.filter(Evidence.UNDECIDED_FILE, lesson__training_class=training_class)
    return list(rows.select_related("by", "lesson__training_class__policy").order_by("pk"))


def _key(row: Evidence) -> str:
    return row.note.partition(" ")[0]


def _hold(training_class: TrainingClass) -> None:
    """Two files of one class are taken one after the other."""
    seats = Enrolment.objects.filter(training_class=training_class).select_for_update(no_key=True, of=("self",))
    list(seats.order_by("pk").values_list("pk"))


def _facts(by: User, training_class: TrainingClass, now: datetime) -> _Facts:
    lessons = {row.number: row for row in Lesson.objects.filter(training_class=training_class)}
    states: dict[int, dict[int, Attendance]] = {}
    for state in Attendance.objects.filter(lesson__training_class=training_class):
        states.setdefault(state.lesson_id, {})[state.learner_id] = state
    said: dict[tuple[int, int], list[Evidence]] = {}
    for row in Evidence.objects.filter(lesson__training_class=training_class):
        said.setdefault((row.lesson_id, row.learner_id), []).append(row)
    ever_in = membership.ever_in(training_class_id=training_class.pk)
    approved = Completion.objects.filter(enrolment__training_class=training_class, status=Completion.Status.APPROVED)
    return _Facts(
        by=by,
        training_class=training_class,
        policy=policies.of_class(training_class=training_class, on=policies.local_date(now)),
        now=now,
        lessons=lessons,
        theirs={
            lesson.pk: {
                seat.learner_id: seat
                for seat in membership.members(enrolments=ever_in, lesson=lesson, states=states.get(lesson.pk, {}))
            }
            for lesson in lessons.values()
        },
        numbers={seat.learner.number: seat.learner_id for seat in ever_in},
        completed=set(approved.values_list("enrolment_id", flat=True)),
        own=Learner.objects.filter(user=by).values_list("pk", flat=True).first(),
        said={place: standing(rows) for place, rows in said.items()},
    )


def _read(line: Line, facts: _Facts, faults: list[Fault]) -> _Read | None:
    before = len(faults)
    if _plain(line.class_number) != facts.training_class.number:
        faults.append(Fault(line.row, "class_number", _("不是本班的编号")))
    lesson = _lesson(line, facts, faults)
    learner = _person(line.person, facts)
    if learner is None:
        faults.append(Fault(line.row, "person", _("本班没有这个人")))
    if lesson is None or learner is None:
        return None
    seat = _seat(line, lesson, learner, facts, faults)
    times = _times(line, lesson, facts.policy, faults)
    return _Read(lesson, seat, line.row, times) if seat is not None and len(faults) == before else None


def _lesson(line: Line, facts: _Facts, faults: list[Fault]) -> Lesson | None:
    text = _plain(line.lesson).removesuffix(".0")
    lesson = facts.lessons.get(int(text)) if text.isascii() and text.isdecimal() else None
    hours = facts.policy.late_addition_hours
    if lesson is None:
        words = _("本班没有这次课")
    elif lesson.status == Lesson.Status.CANCELLED:
        words = _("这次课已取消")
    elif facts.now < lesson.ends_at:
        words = _("这次课还没有结束")
    elif facts.now > lesson.ends_at + timedelta(hours=hours):
        words = _("下课已超过 %(hours)s 小时，不能再补") % {"hours": hours}
    else:
        return lesson
    faults.append(Fault(line.row, "lesson", words))
    return None


def _person(text: str, facts: _Facts) -> int | None:
    """By learner number, card or document; a file names the same people over and over."""
    plain = _plain(text).upper()
    if plain not in facts.found:
        known = facts.numbers.get(plain) or _of_card(plain) or _of_document(plain, facts)
        # Who never was in this class is nobody here, known elsewhere in the city or not.
        facts.found[plain] = known if known in facts.numbers.values() else None
    return facts.found[plain]


def _of_card(code: str) -> int | None:
    card = cards.find(code=code)
    return card.learner_id if card else None


def _of_document(number: str, facts: _Facts) -> int | None:
    try:
        checked = check(RESIDENT, number, today=policies.local_date(facts.now))
    except DocumentRefused:
        return None
    digest = document_digest(kind_key=checked.kind, number=checked.number)
    return IdentityDocument.objects.filter(digest=digest).values_list("learner", flat=True).first()


def _seat(line: Line, lesson: Lesson, learner: int, facts: _Facts, faults: list[Fault]) -> Enrolment | None:
    seat = facts.theirs[lesson.pk].get(learner)
    said = facts.said.get((lesson.pk, learner), [])
    if seat is None:
        words = _("这次课时不在本班名单里")
    elif learner == facts.own:
        words = _("是您本人，须由别人导入")
    elif seat.pk in facts.completed:
        words = _("结业已经批准，考勤不再改")
    elif any(row.kind == Kind.RULING for row in said):
        words = _("这次课已按异议决定")
    elif any(row.reason in LEAVE_REASONS and row.kind != Kind.LEAVE for row in said):
        words = _("已登记缺勤或请假，请先请老师更正")
    else:
        return seat
    faults.append(Fault(line.row, "person", words))
    return None


def _times(line: Line, lesson: Lesson, policy: Policy, faults: list[Fault]) -> tuple[tuple[Direction, datetime], ...]:
    opens = lesson.starts_at - timedelta(minutes=policy.checkin_opens_minutes)
    closes = lesson.ends_at + timedelta(minutes=policy.checkout_closes_minutes)
    found = []
    for direction, name, text in ((Direction.IN, "came", line.came), (Direction.OUT, "left", line.left)):
        at = _moment(text, opens, closes)
        if at is not None:
            found.append((direction, at))
        elif text.strip() or direction == Direction.IN:
            words = _("应是 %(opens)s 到 %(closes)s 之间的时间，如 9:05")
            span = {"opens": dates.clock(opens), "closes": dates.clock(closes)}
            faults.append(Fault(line.row, name, words % span))
    if len(found) == 2 and found[1][1] <= found[0][1]:
        faults.append(Fault(line.row, "left", _("签退应晚于签到")))
    return tuple(found)


def _moment(text: str, opens: datetime, closes: datetime) -> datetime | None:
    """The moment of a clock reading, of a date with a time, or of a number as spreadsheets keep them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    day = policies.local_date(opens)
    if dated := DATED.fullmatch(plain):
        year, month, of_month, hour, minute = (int(part) for part in dated.groups())
        try:
            tried = [datetime(year, month, of_month, hour, minute, tzinfo=policies.CITY_TIME)]
        except ValueError:
            tried = []
    elif clock := CLOCK.fullmatch(plain):
        at = datetime.combine(day, time(int(clock[1]), int(clock[2])), policies.CITY_TIME)
        tried = [at, at + timedelta(days=1)]
    elif SERIAL.fullmatch(plain):
        minutes = round(float(plain) * 24 * 60)
        begins = datetime.combine(day, time.min, policies.CITY_TIME) if float(plain) < 1 else SERIAL_BEGINS
        tried = [begins + timedelta(minutes=minutes)] + [begins + timedelta(days=1, minutes=minutes)] * (minutes < 1440)
    else:
        tried = []
    return next((at for at in tried if opens <= at <= closes), None)


def _refuse_twice(read: Iterable[_Read], faults: list[Fault]) -> None:
    seen: dict[tuple[int, int], int] = {}
    for one in read:
        first = seen.setdefault((one.lesson.pk, one.enrolment.learner_id), one.row)
        if first != one.row:
            faults.append(Fault(one.row, "person", _("与第 %(row)s 行重复") % {"row": first}))


def _write(one: _Read, facts: _Facts, direction: Direction, at: datetime, key: str) -> bool:
    learner = one.enrolment.learner_id
    said = facts.said.get((one.lesson.pk, learner), [])
    there = [row for row in said if row.direction == direction and row.reason not in LEAVE_REASONS]
    former = next((row for row in there if row.kind == Kind.IMPORT and row.strength == Strength.AWAITING), None)
    if any(row.strength == Strength.PROVED for row in there) or (former and former.happened_at == at):
        return False
    row = Evidence(
        lesson=one.lesson,
        learner_id=learner,
        enrolment=one.enrolment,
        kind=Kind.IMPORT,
        direction=direction,
        strength=Strength.AWAITING,
        happened_at=at,
        claimed_at=at,
        received_at=facts.now,
        by=facts.by,
        reason=REASON,
        note=f"{key} {one.row}",
        supersedes=former,
    )
    known = Attendance.objects.filter(lesson=one.lesson, learner=learner).first()
    if append(row=row, lesson=one.lesson, policy=facts.policy, known=known, now=facts.now) is None:
        raise MarkRefused(MarkRefusal.OVERTAKEN)
    return True


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
