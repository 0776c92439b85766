"""What is done to the phone of a classroom without network: by who has its storage, its key, or itself for an hour.

Whoever has the phone has its trainer's session and can let its key sign; the key does not come out of it. What the
phone's trainer wrote is handed in besides, unless it was written over.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from courses.attendance import personal
from courses.attendance.kit import Parcel
from courses.attendance.kit.material import member_name
from courses.models import Direction, Enrolment
from courses.people.numbers import fresh
from tests.adversary.classroom import Classroom, Person
from tests.adversary.offline import BOTH_WAYS, LEFT_LYING, NO_NETWORK, by_hand, hand_in, prepared, show
from tests.factories.phones import Phone

# ── In the storage, without the key ───────────────────────────────────────────────────────────────────────────────────


def altered(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Entries are written over with ghosts' names, or copies of them laid beside; the signatures stay as they were."""
    room.at(_after_class(room), partial(_write_over, room, ghosts))


def _write_over(room: Classroom, ghosts: Sequence[Person], _now: datetime) -> None:
    written = room.phone.written
    for place, person in enumerate(ghosts):
        for way in BOTH_WAYS:
            number = room.chance.choice([n for n, one in enumerate(written) if json.loads(one.body)["way"] == way])
            forged = Parcel(_said(room.phone, written[number].body, person, way), written[number].signature)
            if place % 2:
                written[number] = forged
            else:
                written.append(forged)


def _said(phone: Phone, body: str, person: Person, way: Direction, **more: Any) -> str:
    """The same entry as if it marked the ghost."""
    as_ = "out" if way == Direction.OUT else "present"
    mark = {"kind": "mark", "member": phone.name_of(person.learner), "as": as_, "code": "", "proof": ""}
    return json.dumps({**json.loads(body), **mark, "reason": NO_NETWORK, **more}, separators=(",", ":"))


# ── With another key ──────────────────────────────────────────────────────────────────────────────────────────────────


def resigned(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Entries in the phone's name, signed by a phone that was never prepared, or by another one of the same lesson,
    handed in under either's name."""
    room.at(_after_class(room), partial(_sign_elsewhere, room, ghosts))


def _sign_elsewhere(room: Classroom, ghosts: Sequence[Person], now: datetime) -> None:
    for place, person in enumerate(ghosts):
        other = prepared(room, by=room.trainer) if place % 3 else Phone(room.lesson, room.trainer)
        if place % 3 != 2:
            other.content, other.off = room.phone.content, room.phone.off
        for way, minutes in _in_class(room):
            as_ = "out" if way == Direction.OUT else "present"
            other.mark(person.learner, as_, room.minute(minutes), kit=room.phone.number)
        hand_in(other, now)


# ── With the phone itself ─────────────────────────────────────────────────────────────────────────────────────────────


def numbers(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The trainer has marked the ghosts absent. Those entries are taken out and a presence put in their place, under
    the same number; or left out, and one is added behind a gap; or both stand under one number."""
    absent: dict[int, int] = {}

    def miss(person: Person, now: datetime) -> None:
        room.phone.mark(person.learner, "absent", now, "seen_in_class")
        absent[person.learner.pk] = len(room.phone.written) - 1

    for person in ghosts:
        room.at(room.minute(60), partial(miss, person))
    room.at(_after_class(room), partial(_renumber, room, ghosts, absent))


def _renumber(room: Classroom, ghosts: Sequence[Person], absent: dict[int, int], now: datetime) -> None:
    """On the phone of one trainer in every lesson: where another one's is in use, on a second phone."""
    own, phone = room.trainer == room.trainers[0], room.phone
    spare = phone if own else prepared(room, by=room.trainers[0])
    gone: list[Parcel] = []
    for place, person in enumerate(ghosts):
        number = absent[person.learner.pk]
        true = phone.written[number]
        put_in = phone.signed(_said(phone, true.body, person, Direction.IN))
        if not own:
            by_hand(room, person, Direction.IN, room.minute(5), phone=spare)
        elif place % 3 == 0:
            phone.written[number] = put_in
        elif place % 3 == 1:
            gone.append(true)
            phone.mark(person.learner, "present", room.minute(5), NO_NETWORK, n=len(phone.written) + 3)
        else:
            phone.written.append(put_in)
        by_hand(room, person, Direction.OUT, now, phone=spare)
    phone.written[:] = [one for one in phone.written if one not in gone]
    if not own:
        hand_in(spare, now)


def times(room: Classroom, ghosts: Sequence[Person]) -> None:
    """After class, with codes that the ghosts send or by hand: the clock set back and put right again, or left wrong;
    its known difference altered; times before the doors open, and after the end."""
    ways = (_set_back, _left_wrong, _difference_altered, _before_doors, _after_end)
    for place, person in enumerate(ghosts):
        way = ways[place % len(ways)]
        room.at(_after_class(room) + timedelta(hours=1), partial(way, room, person))


def _set_back(room: Classroom, person: Person, now: datetime) -> None:
    phone = _in_hand(room)
    for way, minutes in _in_class(room):
        _record(room, phone, person, way, room.minute(minutes))
    hand_in(phone, now)


def _left_wrong(room: Classroom, person: Person, now: datetime) -> None:
    phone = _in_hand(room)
    true = phone.skew
    for way, minutes in _in_class(room):
        phone.skew = true + room.minute(minutes) - now
        _record(room, phone, person, way, now)
    hand_in(phone, now)
    phone.skew = true


def _difference_altered(room: Classroom, person: Person, now: datetime) -> None:
    phone = _in_hand(room)
    true = phone.off
    for way, minutes in _in_class(room):
        phone.off = true - round((now - room.minute(minutes)).total_seconds() * 1000)
        _record(room, phone, person, way, now)
    phone.off = true
    hand_in(phone, now)


def _before_doors(room: Classroom, person: Person, now: datetime) -> None:
    phone = _in_hand(room)
    for way, minutes in ((Direction.IN, -35.0), _in_class(room)[1]):
        _record(room, phone, person, way, room.minute(minutes))
    hand_in(phone, now)


def _after_end(room: Classroom, person: Person, now: datetime) -> None:
    phone = _in_hand(room)
    for way in BOTH_WAYS:
        _record(room, phone, person, way, now)
    hand_in(phone, now)


def stolen(room: Classroom, ghosts: Sequence[Person]) -> None:
    """After the lesson somebody has the phone, or one that was prepared and not used, and writes the whole class of
    ghosts into it at times of the lesson, half with codes that they send; handed in within thirty hours."""
    hours = room.chance.uniform(*room.assume.stolen_hours)
    room.at(room.minute(room.assume.lesson_minutes + hours * 60), partial(_write_batch, room, ghosts))


def _write_batch(room: Classroom, ghosts: Sequence[Person], now: datetime) -> None:
    phone = prepared(room, by=room.trainers[0]) if room.happens(0.5) else _in_hand(room)
    for way, minutes in _in_class(room):
        for person in ghosts:
            _record(room, phone, person, way, room.minute(minutes))
    hand_in(phone, now)


def strangers(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Marks in the first four lessons for people who come onto the roster after them: under the name of that lesson,
    of another one, or an invented one."""
    from_number = room.assume.lessons - 1
    if room.lesson.number == 1:
        since = room.lessons[-2].starts_at - timedelta(hours=1)
        Enrolment.objects.filter(pk__in=[one.enrolment.pk for one in ghosts]).update(admitted_at=since)
    if room.lesson.number < from_number:
        for minutes in (5.0, room.assume.lesson_minutes - 1.0):
            way = Direction.IN if minutes < 60 else Direction.OUT
            room.at(room.minute(minutes), partial(_mark_strangers, room, ghosts, way))


def _mark_strangers(room: Classroom, ghosts: Sequence[Person], way: Direction, now: datetime) -> None:
    for place, person in enumerate(ghosts):
        another = member_name(lesson=room.lessons[-1], learner_number=person.learner.number)
        names = (room.phone.name_of(person.learner), another, fresh(prefix="", length=12))
        as_ = "out" if way == Direction.OUT else "present"
        room.phone.mark(person.learner, as_, now, NO_NETWORK, member=names[place % len(names)])


def replays(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The ghosts came to the first lesson. What was recorded of them then is handed in again at every later one: to
    the old phone and to the new one; their code of that day is shown again, and another's fresh code in their name."""
    if room.lesson.number == 1:
        for way, minutes in _in_class(room):
            for person in ghosts:
                room.at(room.minute(minutes), partial(show, room, person, way))
        room.first_phone = room.phone
        return
    for way, minutes in _in_class(room):
        for place, person in enumerate(ghosts):
            room.at(room.minute(minutes), partial(_show_again, room, person, way, place))
    room.at(_after_class(room), partial(_hand_in_again, room))


def _show_again(room: Classroom, person: Person, way: Direction, place: int, now: datetime) -> None:
    phone, honest = room.phone, room.honest[0]
    first = room.lessons[0].starts_at
    owner, moment = (honest, now) if place % 2 else (person, first + (now - room.lesson.starts_at))
    text = personal.code_at(learner=owner.learner, device=owner.device, moment=moment)
    phone.code(text, now, member=phone.name_of(person.learner), way=way)


def _hand_in_again(room: Classroom, now: datetime) -> None:
    """Of the first lesson: to its own phone at this lesson, and as entries of this lesson's phone."""
    old = room.first_phone
    again = Phone(room.lesson, old.by, old.skew, old.key, old.content, old.off, list(old.written))
    hand_in(again, now)
    hand_in(room.phone, now, old.written)


# ── Known limit ───────────────────────────────────────────────────────────────────────────────────────────────────────


def by_trainer(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The trainer records pictures of the ghosts' codes as if they stood there; so does whoever has the trainer's
    phone, unlocked and not used in class, within two hours after it."""
    for way, minutes in _in_class(room):
        for person in ghosts:
            room.at(room.minute(minutes), partial(show, room, person, way))


# ── What they share ───────────────────────────────────────────────────────────────────────────────────────────────────


def _after_class(room: Classroom) -> datetime:
    return room.minute(room.assume.lesson_minutes + LEFT_LYING)


def _in_class(room: Classroom) -> tuple[tuple[Direction, float], tuple[Direction, float]]:
    return (Direction.IN, 3.0), (Direction.OUT, room.assume.lesson_minutes - 1.0)


def _in_hand(room: Classroom) -> Phone:
    """The phone of one trainer, at every lesson: the one that was used, or another that was not."""
    return room.phone if room.trainer == room.trainers[0] else prepared(room, by=room.trainers[0])


def _record(room: Classroom, phone: Phone, person: Person, way: Direction, now: datetime) -> None:
    """Every second ghost sends the code of the moment that the phone shows."""
    claimed = now + phone.skew + timedelta(milliseconds=phone.off)
    if person.learner.pk % 2:
        text = personal.code_at(learner=person.learner, device=person.device, moment=claimed)
        phone.code(text, now, member=phone.name_of(person.learner), way=way)
    else:
        by_hand(room, person, way, now, phone=phone)
