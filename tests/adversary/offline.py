"""A lesson in a room without network: the trainer's phone records who comes and goes, and hands in after class."""

from datetime import datetime, timedelta
from functools import partial

from courses.attendance import Mark, personal
from courses.attendance.kit import KitRefused, Parcel
from courses.attendance.kit.receiving import PARCELS_MOST
from courses.models import Attendance, Device, Direction, User
from tests.adversary.classroom import Classroom, Person
from tests.adversary.lesson import arrivals, decide, enter, leaves_at, mark_out
from tests.factories.phones import Phone

NO_NETWORK = "no_network"
BOTH_WAYS = (Direction.IN, Direction.OUT)
# A phone recognises codes that were made within these minutes; the trainer marks by hand beside any other.
RECOGNISED = timedelta(minutes=10)
# The last has left and nobody has handed in yet: when whoever tampers has the phone, from this minute after class on.
LEFT_LYING = 14


def plan_lesson(room: Classroom) -> None:
    if not room.came.keys() - {room.lesson.pk}:
        _share_phones(room)
    clock = room.chance.uniform(-24, 24) if room.happens(room.assume.wrong_clock) else 0.0
    room.phone = prepared(room, by=room.trainer, skew=timedelta(hours=clock))
    for person, minutes in arrivals(room):
        room.at(room.minute(minutes), partial(_arrive, room, person))
    slow = room.happens(room.assume.slow_hand_over)
    span = room.assume.slow_hand_over_minutes if slow else room.assume.hand_over_minutes
    handed = room.minute(room.assume.lesson_minutes + room.chance.uniform(*span))
    room.at(handed, lambda now: hand_in(room.phone, now))
    room.at(handed + timedelta(minutes=10), partial(_go_through, room))


def _share_phones(room: Classroom) -> None:
    """Both of a couple have signed in on one browser."""
    for person in room.honest:
        if person.partner is not None:
            person.device.browser = person.browser
            Device.objects.filter(pk=person.device.pk).update(browser=person.browser)


def prepared(room: Classroom, *, by: User, skew: timedelta = timedelta()) -> Phone:
    return Phone(room.lesson, by, skew).prepare(room.minute(-40))


def _arrive(room: Classroom, person: Person, now: datetime) -> None:
    enter(room, person)
    _shown(room, person, Direction.IN, now)
    if not room.happens(room.assume.forgets_check_out):
        room.at(leaves_at(room), partial(_shown, room, person, Direction.OUT))


def _shown(room: Classroom, person: Person, way: Direction, now: datetime) -> None:
    """A card, or the code that the phone's clock makes; the trainer marks by hand whom this phone does not know."""
    if person.card:
        room.phone.card(person.card, now, way=way)
        return
    dark = person.flat or room.happens(room.assume.code_not_opened)
    if not dark:
        off = timedelta(hours=room.chance.uniform(-24, 24) if room.happens(room.assume.wrong_clock) else 0.0)
        show(room, person, way, now, skew=off)
        dark = abs(off) > RECOGNISED
    if dark:
        by_hand(room, person, way, now)


def show(room: Classroom, person: Person, way: Direction, now: datetime, *, skew: timedelta = timedelta()) -> None:
    text = personal.code_at(learner=person.learner, device=person.device, moment=now + skew)
    room.phone.code(text, now, member=room.phone.name_of(person.learner), way=way)


def by_hand(room: Classroom, person: Person, way: Direction, now: datetime, *, phone: Phone | None = None) -> Parcel:
    late = now > room.minute(room.policy.checkin_present_minutes)
    as_ = Mark.OUT if way == Direction.OUT else Mark.LATE if late else Mark.PRESENT
    return (phone or room.phone).mark(person.learner, as_, now, NO_NETWORK)


def hand_in(phone: Phone, now: datetime, parcels: list[Parcel] | None = None) -> None:
    """As many at once as the server takes; what it refuses as a whole is refused."""
    everything = phone.written if parcels is None else parcels
    for begun in range(0, len(everything), PARCELS_MOST):
        try:
            phone.send(now, everything[begun : begun + PARCELS_MOST])
        except KitRefused:
            return


def _go_through(room: Classroom, now: datetime) -> None:
    """The trainer reads what became of the entries: who waits is decided on, and who was there and is not on record is
    added, for another person to confirm."""
    there = room.came[room.lesson.pk]
    known = set(Attendance.objects.filter(lesson=room.lesson, in_at__isnull=False).values_list("learner", flat=True))
    for person in room.honest:
        if person.learner.pk in there - known and room.happens(room.assume.trainer_settles):
            room.marks(person, Mark.PRESENT, now, reason=NO_NETWORK)
    decide(room, there=there, now=now + timedelta(minutes=10), directions=BOTH_WAYS)
    mark_out(room, now + timedelta(minutes=20))
