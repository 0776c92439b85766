"""The cheats: what ghosts and their helpers do in one lesson. Each is planned into the same hours as the honest."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from courses.attendance import Mark, Receipt, Standing
from courses.models import Direction, TrainingClass
from courses.people import cards
from courses.people.numbers import CROCKFORD, fresh
from tests.adversary import tampering
from tests.adversary.classroom import Classroom, Person

Plan = Callable[[Classroom, Sequence[Person]], None]
SHARE, EITHER = TrainingClass.SecondScan.SHARE, TrainingClass.SecondScan.EITHER


@dataclass(frozen=True)
class Attack:
    """`ghosts` are tried in turn; `classes` is the full size. One without `floor` is a known limit: told, not met. With
    `offline` the room has no network, and the trainer's phone records."""

    name: str
    words: str
    plan: Plan
    ghosts: tuple[int, ...] = (5,)
    classes: int = 25
    floor: bool = True
    second_scan: str = SHARE
    offline: bool = False


def nobody(_room: Classroom, _ghosts: Sequence[Person]) -> None:
    """Only honest people, or ghosts who never come."""


def relay(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Friends in the room forward each code as they scan it; the ghost opens it on their own bound phone."""
    for person in ghosts:
        person.bound = True
        for direction, minutes in ((Direction.IN, room.chance.uniform(-12, 8)), (Direction.OUT, _out(room))):
            room.at(room.minute(minutes), partial(_forward, room, person, direction, 1))


def _out(room: Classroom) -> float:
    return room.assume.lesson_minutes + room.chance.uniform(-3, 8)


def _forward(room: Classroom, person: Person, direction: Direction, attempt: int, now: datetime) -> None:
    took = room.chance.lognormvariate(0, 0.5) * room.assume.relay_seconds + room.chance.uniform(
        *room.assume.reaction_seconds
    )
    scanned_at = now + timedelta(seconds=took)
    posted_at = scanned_at + room.seconds(room.assume.post_seconds)
    receipt = room.scan(person, room.code(direction, now), scanned_at=scanned_at, posted_at=posted_at)
    if receipt is None and attempt < room.assume.relay_tries:
        room.at(posted_at + timedelta(seconds=5), partial(_forward, room, person, direction, attempt + 1))
    _evade(room, person, receipt, posted_at)


def _evade(room: Classroom, person: Person, receipt: Receipt | None, now: datetime) -> None:
    """Asked to come to the trainer, some take the scan back and try to reach the hours without this lesson."""
    asked = receipt is not None and receipt.standing == Standing.AWAITS
    if asked and receipt is not None and room.happens(room.assume.takes_back):
        room.takes_back(person, receipt.number, now + timedelta(seconds=30))


def screenshots(room: Classroom, ghosts: Sequence[Person]) -> None:
    """One picture of the wall is posted to a group chat; ghosts open it when they see it."""
    for direction, minutes in ((Direction.IN, room.chance.uniform(-5, 5)), (Direction.OUT, _out(room))):
        room.at(room.minute(minutes), partial(_posted_to_group, room, ghosts, direction))


def _posted_to_group(room: Classroom, ghosts: Sequence[Person], direction: Direction, now: datetime) -> None:
    code = room.code(direction, now)
    for person in ghosts:
        person.bound = True
        room.at(now + room.seconds(room.assume.group_seconds), partial(_open, room, person, code))


def _open(room: Classroom, person: Person, code: str, now: datetime) -> None:
    receipt = room.scan(person, code, scanned_at=now, posted_at=now + room.seconds(room.assume.post_seconds))
    _evade(room, person, receipt, now)


def one_phone(room: Classroom, ghosts: Sequence[Person]) -> None:
    """A friend in the room signs in for each ghost on one phone, one after the other."""
    browser = fresh(prefix="", length=20)
    for person in ghosts:
        person.browser = browser
    _on_the_spot(room, ghosts)


def private_windows(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The same in a private window for each, so that no browser shows twice."""
    for person in ghosts:
        person.browser = fresh(prefix="", length=20)
    _on_the_spot(room, ghosts)


def _on_the_spot(room: Classroom, ghosts: Sequence[Person]) -> None:
    for turn, person in enumerate(ghosts):
        person.bound = True
        for direction, minutes in ((Direction.IN, -5 + turn), (Direction.OUT, room.assume.lesson_minutes + turn)):
            room.at(room.minute(minutes), partial(_for_another, room, person, direction))


def _for_another(room: Classroom, person: Person, direction: Direction, now: datetime) -> None:
    code = room.code(direction, now)
    posted_at = now + room.seconds(room.assume.first_sign_in_seconds)
    receipt = room.scan(person, code, scanned_at=now + timedelta(seconds=2), posted_at=posted_at)
    _evade(room, person, receipt, posted_at)


def replayed(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Codes of the same wall, 31 seconds to 24 hours old."""
    for person in ghosts:
        for direction, minutes in ((Direction.IN, 0.0), (Direction.OUT, _out(room))):
            for _try in range(room.assume.relay_tries):
                age = timedelta(seconds=31 * (24 * 3600 / 31) ** room.chance.random())
                room.at(room.minute(minutes), partial(_replay, room, person, direction, age))


def _replay(room: Classroom, person: Person, direction: Direction, age: timedelta, now: datetime) -> None:
    room.scan(person, room.code(direction, now - age), scanned_at=now, posted_at=now)


def forged(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The lesson's name with a proof of one's own invention."""
    for person in ghosts:
        for _try in range(room.assume.relay_tries):
            room.at(room.minute(0), partial(_forge, room, person))


def _forge(room: Classroom, person: Person, now: datetime) -> None:
    name = room.code(Direction.IN, now)[:6]
    text = name + "".join(secrets.choice(CROCKFORD) for _ in range(10))
    room.scan(person, text, scanned_at=now, posted_at=now)


def skewed(room: Classroom, ghosts: Sequence[Person]) -> None:
    """A ghost sends a friend pictures of their own rotating code, made with the clock set off by up to 24 hours or by
    seconds; the friend holds them before the kiosk, where nobody looks."""
    for person in ghosts:
        for minutes in (-4.0, room.assume.lesson_minutes + 2.0):
            for _try in range(room.assume.relay_tries):
                small = room.happens(0.5)
                hours = room.chance.uniform(-0.02, 0.02) if small else room.chance.uniform(-24, 24)
                room.at(room.minute(minutes), partial(_at_the_kiosk, room, person, hours))


def _at_the_kiosk(room: Classroom, person: Person, hours: float, now: datetime) -> None:
    room.shows(person, now, by=None, skew=timedelta(hours=hours))


def colluding_trainer(room: Classroom, ghosts: Sequence[Person]) -> None:
    """One trainer writes ghosts in and out by hand, in every lesson of the class."""
    for person in ghosts:
        for as_, minutes in ((Mark.PRESENT, 5), (Mark.OUT, room.assume.lesson_minutes - 1)):
            room.at(room.minute(minutes), partial(_by_hand, room, person, as_))


def _by_hand(room: Classroom, person: Person, as_: Mark, now: datetime) -> None:
    room.marks(person, as_, now, by=room.trainers[0])


def card_stack(room: Classroom, ghosts: Sequence[Person]) -> None:
    """One trainer keeps the ghosts' printed cards in a drawer and scans them."""
    for person in ghosts:
        for minutes in (-3.0, room.assume.lesson_minutes - 2.0):
            room.at(room.minute(minutes), partial(_from_the_drawer, room, person))


def _from_the_drawer(room: Classroom, person: Person, now: datetime) -> None:
    if not person.card:
        person.card = cards.issue(learner=person.learner, by=room.trainers[0], now=now).code
    room.shows(person, now, by=room.trainers[0])


# ── Known limits: two who are meant to watch each other work together, or a body is there ─────────────────────────────


def friend_shows_code(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Relay, and when the trainer asks, a friend shows the ghost's own code on another phone and is taken for them."""
    relay(room, ghosts)
    for person in ghosts:
        if room.happens(room.assume.friend_passes):
            room.at(room.minute(20), partial(_shown_by_another, room, person))


def _shown_by_another(room: Classroom, person: Person, now: datetime) -> None:
    room.shows(person, now, by=room.trainers[0])


def trainer_and_relay(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Ghosts relay, and the trainer, who is in it, scans a picture of their code."""
    relay(room, ghosts)
    for person in ghosts:
        room.at(room.minute(20), partial(_shown_by_another, room, person))


def all_at_once(room: Classroom, ghosts: Sequence[Person]) -> None:
    """Every attack that the floor is asked of, in one class, each by some of the ghosts."""
    _shared_out(room, ghosts, offline=False)


def all_offline(room: Classroom, ghosts: Sequence[Person]) -> None:
    """The same without network."""
    _shared_out(room, ghosts, offline=True)


def _shared_out(room: Classroom, ghosts: Sequence[Person], *, offline: bool) -> None:
    mixed = (nobody, all_at_once, all_offline)
    attacks = [one for one in ATTACKS if one.floor and one.offline == offline and one.plan not in mixed]
    for place, attack in enumerate(attacks):
        attack.plan(room, ghosts[place :: len(attacks)])


ATTACKS: tuple[Attack, ...] = (
    Attack("honest", "Nobody cheats.", nobody, ghosts=(0,), classes=100),
    Attack(
        "relay", "Friends in the room forward each code by chat within seconds.", relay, tuple(range(1, 11)), 1000
    ),
    Attack("screenshots", "A picture of the wall goes to a group chat.", screenshots),
    Attack("one_phone", "A friend signs in for all ghosts on one phone.", one_phone),
    Attack("private_windows", "The same, in a private window for each.", private_windows),
    Attack("replayed", "Codes of the same wall, 31 seconds to 24 hours old.", replayed),
    Attack("forged", "Invented codes.", forged),
    Attack("skewed", "The ghost's own code by picture at a kiosk, clock off by up to ±24 h.", skewed),
    Attack("colluding_trainer", "The trainer marks ghosts by hand.", colluding_trainer, tuple(range(1, 11)), 100),
    Attack("card_stack", "The trainer scans ghosts' printed cards out of a drawer.", card_stack),
    Attack("padded_roster", "Names on the roster that never come.", nobody, (10,)),
    Attack("all_at_once", "All of these in one class.", all_at_once, (18,)),
    Attack("offline", "Nobody cheats, in a room without network.", nobody, (0,), offline=True),
    Attack("kit_altered", "Entries of the phone are altered in its storage.", tampering.altered, offline=True),
    Attack("kit_resigned", "Entries signed again with another phone's key.", tampering.resigned, offline=True),
    Attack("kit_numbers", "Entries taken out, put in, numbered twice, skipped.", tampering.numbers, offline=True),
    Attack("kit_times", "Claimed times moved into and out of the lesson.", tampering.times, offline=True),
    Attack("kit_stolen", "A stolen phone hands in a batch after its lesson.", tampering.stolen, offline=True),
    Attack("kit_strangers", "Marks for people who were not on the roster.", tampering.strangers, offline=True),
    Attack("kit_replays", "Entries and codes of the first lesson again.", tampering.replays, offline=True),
    Attack("kit_all_at_once", "All of these on the phones of one class.", all_offline, (14,), offline=True),
    Attack(
        "friend_shows_code", "Relay, and a friend shows the ghost's code to the trainer.", friend_shows_code,
        floor=False,
    ),
    Attack("trainer_and_relay", "Relay, and the trainer is in it.", trainer_and_relay, floor=False),
    Attack(
        "kit_and_trainer", "The trainer records pictures of codes without network.", tampering.by_trainer,
        floor=False, offline=True,
    ),
    Attack(
        "relay_unwatched", "Relay in a class that asks for no second scan.", relay, tuple(range(1, 11)), 100,
        second_scan=EITHER, floor=False,
    ),
)  # fmt: skip
