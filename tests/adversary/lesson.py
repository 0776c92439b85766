"""What honest people and an honest trainer do in one lesson."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from courses import attendance, supervision
from courses.attendance import Mark, Receipt, Standing
from courses.models import Attendance, Direction, Evidence, Lesson, RollCall
from courses.refusals import Refused
from tests.adversary.classroom import Classroom, Person

ARRIVING = (Direction.IN,)
# How long after a lesson the trainer is told of those who still wait.
REMEMBERED = timedelta(hours=20)


def plan_lesson(room: Classroom) -> None:
    _plan_honest(room)
    _plan_trainer(room)


def _plan_honest(room: Classroom) -> None:
    """Everybody's arrival; what follows of it follows when it has happened."""
    for person, minutes in arrivals(room):
        room.at(room.minute(minutes), partial(_arrive, room, person))
    for _ in range(round(room.chance.random() * 2 * room.assume.walk_ins + 0.2)):
        room.at(room.minute(room.chance.uniform(-10, 5)), partial(_walk_in, room))


def arrivals(room: Classroom) -> Iterator[tuple[Person, float]]:
    """Who comes, and in which minute of the lesson."""
    for person in room.honest:
        if room.happens(room.assume.absent):
            continue
        late = room.happens(room.assume.late)
        yield person, room.chance.uniform(16, 40) if late else max(-29.0, min(14.0, room.chance.gauss(-8, 6)))


def _plan_trainer(room: Classroom) -> None:
    moment = attendance.suggested_at(lesson=room.lesson, policy=room.policy)
    if moment is not None and room.happens(room.assume.roll_call):
        room.at(moment, partial(call_roll, room))
    if room.happens(room.assume.head_count):
        room.at(room.minute(room.chance.uniform(45, 120)), partial(count_heads, room))
    room.at(room.minute(room.assume.lesson_minutes - 16), partial(settle, room))
    room.at(room.minute(room.assume.lesson_minutes + 20), partial(mark_out, room))


def enter(room: Classroom, person: Person) -> None:
    room.inside.add(person.learner.pk)
    room.came[room.lesson.pk].add(person.learner.pk)
    person.there += 1
    person.flat = not person.card and room.happens(room.assume.flat_phone)


def _arrive(room: Classroom, person: Person, now: datetime) -> None:
    enter(room, person)
    room.at(leaves_at(room), partial(_leave, room, person))
    if person.card:
        room.shows(person, now + timedelta(minutes=1), by=room.trainer)
    elif person.flat:
        room.at(now + timedelta(minutes=2), lambda then: room.marks(person, Mark.PRESENT, then))
    else:
        _scan_in(room, person, now)


def _scan_in(room: Classroom, person: Person, now: datetime) -> None:
    scanned_at = now + room.seconds(room.assume.aim_seconds)
    posted_at = scanned_at + room.seconds(room.assume.post_seconds)
    if not person.bound:
        person.bound = True
        slow = room.happens(room.assume.slow_sms)
        posted_at = scanned_at + (
            timedelta(minutes=room.chance.uniform(*room.assume.slow_sms_minutes))
            if slow
            else room.seconds(room.assume.first_sign_in_seconds)
        )
    code = room.code(Direction.IN, now)
    room.at(posted_at, lambda then: _posted(room, person, code, scanned_at, then))


def _posted(room: Classroom, person: Person, code: str, scanned_at: datetime, now: datetime) -> None:
    receipt = room.scan(person, code, scanned_at=scanned_at, posted_at=now)
    if receipt is None:
        # The ticket died of a slow SMS: once signed in, the learner scans anew.
        if now < room.minute(room.assume.lesson_minutes - 30):
            room.at(now + timedelta(seconds=20), lambda then: _scan_in(room, person, then))
    elif receipt.standing == Standing.AWAITS:
        _goes_to_the_trainer(room, person, receipt, now)


def _goes_to_the_trainer(room: Classroom, person: Person, receipt: Receipt, now: datetime) -> None:
    """A phone shows its personal code; a couple's one phone shows two digits, which the trainer compares."""
    when = now + timedelta(minutes=room.chance.uniform(0.5, 25))
    if receipt.why == "second_scan" and room.happens(room.assume.trainer_scans):
        hours = room.chance.uniform(-24, 24) if room.happens(room.assume.wrong_clock) else 0.0
        room.at(when, lambda then: _shown(room, person, receipt, hours, then))
    elif receipt.why != "second_scan" and room.happens(room.assume.trainer_settles):
        room.at(when, lambda then: room.confirms(receipt.number, then))


def _shown(room: Classroom, person: Person, receipt: Receipt, hours: float, now: datetime) -> None:
    """A phone whose clock is wrong makes a code that nobody accepts: the trainer compares digits instead."""
    if not room.shows(person, now, by=room.trainer, skew=timedelta(hours=hours)) and room.happens(
        room.assume.trainer_settles
    ):
        room.confirms(receipt.number, now + timedelta(seconds=20))


def _walk_in(room: Classroom, now: datetime) -> None:
    """Sits in the room, is counted by whoever counts heads, and has no seat."""
    room.inside.add(-1 - len(room.inside))
    del now


def leaves_at(room: Classroom) -> datetime:
    return room.minute(room.assume.lesson_minutes + room.chance.uniform(-5, 12))


def _leave(room: Classroom, person: Person, now: datetime) -> None:
    room.inside.discard(person.learner.pk)
    if person.card:
        room.shows(person, now, by=room.trainer)
    elif person.flat:
        room.marks(person, Mark.OUT, now)
    elif not room.happens(room.assume.forgets_check_out):
        scanned_at = now + room.seconds(room.assume.aim_seconds)
        receipt = room.scan(
            person,
            room.code(Direction.OUT, now),
            scanned_at=scanned_at,
            posted_at=scanned_at + room.seconds(room.assume.post_seconds),
        )
        if receipt is not None and receipt.standing == Standing.AWAITS:
            room.at(now + timedelta(minutes=1), lambda then: room.confirms(receipt.number, then))


# ── The trainer ───────────────────────────────────────────────────────────────────────────────────────────────────────


def call_roll(room: Classroom, now: datetime) -> None:
    try:
        call = attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=now)
    except Refused:
        return
    used: set[str] = set()
    for person in room.seats:
        if person.ghost:
            if person.bound and room.happens(room.assume.picture_relayed):
                answer(call, person, now + timedelta(seconds=room.chance.uniform(20, 170)))
        elif person.learner.pk in room.inside:
            asks = not person.card and person.browser not in used and room.happens(room.assume.roll_call_answered)
            used.add(person.browser)
            if asks:
                answer(call, person, now + timedelta(seconds=room.chance.uniform(5, 160)))
            elif room.happens(room.assume.roll_call_ticked):
                _tick(room, call, person, now + timedelta(minutes=4))


def answer(call: RollCall, person: Person, now: datetime) -> None:
    try:
        attendance.answer_roll_call(
            learner_id=person.learner.pk, code=call.code, picture=call.picture, device=person.browser, now=now
        )
    except Refused:
        return


def _tick(room: Classroom, call: RollCall, person: Person, now: datetime) -> None:
    try:
        attendance.tick_present(by=room.trainer, roll_call=call, learner=person.learner, now=now)
    except Refused:
        return


def count_heads(room: Classroom, now: datetime) -> None:
    supervision.begin_count(by=room.trainer, lesson=room.lesson, now=now)
    heads = sum(not room.happens(room.assume.out_of_room) for _one in room.inside)
    supervision.count_room(by=room.trainer, lesson=room.lesson, counted=heads, now=now + timedelta(minutes=2))


def settle(room: Classroom, now: datetime) -> None:
    """Before the end the trainer goes through those who wait: who is there is confirmed, who is not is turned down."""
    decide(room, there=room.inside, now=now)


def decide(room: Classroom, *, there: set[int], now: datetime, directions: tuple[Direction, ...] = ARRIVING) -> None:
    for person, row in waiting(room, room.lesson, directions):
        if person.learner.pk in there:
            if room.happens(room.assume.trainer_settles):
                room.confirms(row.receipt, now, by=room.hand_for(row))
        elif room.happens(room.assume.trainer_mistakes):
            room.decided_by_mistake.add(person.learner.pk)
            room.confirms(row.receipt, now, by=room.hand_for(row))
        else:
            room.rejects(row.receipt, now, by=room.hand_for(row))


def settle_last(room: Classroom) -> None:
    """Before proposing the trainer is told who still waits, and confirms whom they remember from that lesson."""
    for lesson in room.lessons:
        room.lesson = lesson
        for person, row in waiting(room, lesson):
            if person.learner.pk in room.came[lesson.pk] and room.happens(room.assume.trainer_settles):
                room.confirms(row.receipt, lesson.ends_at + REMEMBERED, by=room.hand_for(row))


def waiting(
    room: Classroom, lesson: Lesson, directions: tuple[Direction, ...] = ARRIVING
) -> list[tuple[Person, Evidence]]:
    rows = Evidence.objects.filter(
        lesson=lesson, strength=Evidence.Strength.AWAITING, superseded_by__isnull=True, direction__in=directions
    )
    owners = {person.learner.pk: person for person in room.seats}
    return [(owners[row.learner_id], row) for row in rows.order_by("pk")]


def mark_out(room: Classroom, now: datetime) -> None:
    """Who was in the room and forgot to scan out: the trainer knows them by name."""
    missing = set(
        Attendance.objects.filter(lesson=room.lesson, in_at__isnull=False, out_at__isnull=True).values_list(
            "learner", flat=True
        )
    )
    for person in room.honest:
        if person.learner.pk in missing and room.happens(room.assume.trainer_marks_out):
            room.marks(person, Mark.OUT, now)
