"""One class from its first lesson to its last, in the order of time; what each person does is an event of its own."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from courses import attendance
from courses import policy as policies
from courses.attendance import Receipt, Scanner, Standing, Who, personal
from courses.models import Device, Direction, Enrolment, Evidence, Learner, Lesson, TrainingClass, User
from courses.people import cards
from courses.people.numbers import fresh
from courses.policy import Policy
from courses.refusals import Refused
from tests.adversary.assumptions import Assumptions
from tests.factories import catalogue, classes, crowds, people
from tests.factories.phones import Phone

Event = Callable[[datetime], None]
FIRST = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)


@dataclass(eq=False)
class Person:
    """A seat. `browser` names the browser, `device` binds it; `card` is the code of a printed card."""

    learner: Learner
    enrolment: Enrolment
    device: Device
    browser: str
    ghost: bool = False
    card: str = ""
    partner: "Person | None" = None
    bound: bool = False
    flat: bool = False
    there: int = 0

    @property
    def who(self) -> Who:
        return Who(learner_id=self.learner.pk, device_code=self.device.code)


@dataclass
class Classroom:
    """A class in the database, the people of its seats, and the clock of the lesson that is on."""

    chance: Random
    assume: Assumptions
    a_class: TrainingClass
    lessons: list[Lesson]
    seats: list[Person]
    trainers: list[User]
    colleague: User
    policy: Policy
    lesson: Lesson = field(init=False)
    trainer: User = field(init=False)
    phone: Phone = field(init=False)
    first_phone: Phone = field(init=False)
    inside: set[int] = field(default_factory=set)
    came: dict[int, set[int]] = field(default_factory=dict)
    events: list[tuple[datetime, int, Event]] = field(default_factory=list)
    order: count = field(default_factory=count)  # type: ignore[type-arg]
    decided_by_mistake: set[int] = field(default_factory=set)

    @property
    def honest(self) -> list[Person]:
        return [one for one in self.seats if not one.ghost]

    @property
    def ghosts(self) -> list[Person]:
        return [one for one in self.seats if one.ghost]

    def open(self, lesson: Lesson) -> None:
        self.lesson, self.inside = lesson, set()
        self.came[lesson.pk] = set()
        self.trainer = self.trainers[lesson.number % len(self.trainers)]

    def at(self, moment: datetime, event: Event) -> None:
        heapq.heappush(self.events, (moment, next(self.order), event))

    def play(self) -> None:
        while self.events:
            moment, _order, event = heapq.heappop(self.events)
            event(moment)

    def minute(self, minutes: float) -> datetime:
        return self.lesson.starts_at + timedelta(minutes=minutes)

    def seconds(self, span: tuple[float, float]) -> timedelta:
        return timedelta(seconds=self.chance.uniform(*span))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    # ── What a hand can do ────────────────────────────────────────────────────────────────────────────────────────────

    def code(self, direction: Direction, shown_at: datetime) -> str:
        """What the wall shows at a moment; anybody in the room can read it."""
        return attendance.issue(lesson=self.lesson, direction=direction, policy=self.policy, now=shown_at).text

    def scan(
        self, person: Person, code: str, *, scanned_at: datetime, posted_at: datetime, browser: str = ""
    ) -> Receipt | None:
        """Open the code's address, post the ticket; None where either was refused."""
        try:
            ticket = attendance.scan(text=code, browser=browser or person.browser, now=scanned_at)
            sealed = attendance.seal_ticket(ticket)
            return attendance.redeem(ticket_text=sealed, who=person.who, now=posted_at)
        except Refused:
            return None

    def shows(self, person: Person, now: datetime, *, by: User | None, skew: timedelta = timedelta(0)) -> bool:
        """Hold the personal code of a phone, or the printed card, before the trainer or a kiosk: whether it counts."""
        text = person.card or personal.code_at(learner=person.learner, device=person.device, moment=now + skew)
        scanner = Scanner(by=by) if by else Scanner(origin=Evidence.Origin.KIOSK, name="K1")
        try:
            scanned = attendance.scan_person(text=text, at=self.lesson, scanner=scanner, now=now)
        except Refused:
            return False
        return scanned.receipt.standing == Standing.COUNTS

    def hand_for(self, row: Evidence) -> User:
        """Who decides on what waits: a late addition is for another person than the trainer, who tells them."""
        return self.colleague if row.kind == Evidence.Kind.LATE else self.trainer

    def confirms(self, receipt: str, now: datetime, *, by: User | None = None) -> None:
        own = by or self.trainer
        _or_refused(lambda: attendance.confirm(by=own, receipt=receipt, lesson=self.lesson, now=now))

    def rejects(self, receipt: str, now: datetime, *, by: User) -> None:
        _or_refused(
            lambda: attendance.reject(by=by, receipt=receipt, lesson=self.lesson, reason="not_in_class", now=now)
        )

    def marks(
        self, person: Person, as_: attendance.Mark, now: datetime, *, by: User | None = None, reason: str = "phone_flat"
    ) -> None:
        _or_refused(
            lambda: attendance.mark(
                by=by or self.trainer, lesson=self.lesson, learner=person.learner, as_=as_, reason=reason, now=now
            )
        )

    def takes_back(self, person: Person, receipt: str, now: datetime) -> None:
        nonce = Evidence.objects.get(receipt=receipt).ticket or ""
        _or_refused(lambda: attendance.undo(learner_id=person.learner.pk, receipt=receipt, nonce=nonce, now=now))


def _or_refused(deed: Callable[[], object]) -> None:
    try:
        deed()
    except Refused:
        return


def furnish(*, seed: int, ghosts: int, second_scan: str, assume: Assumptions) -> Classroom:
    """A running class whose seats are all taken, the last `ghosts` of them by people who will not be there."""
    chance = Random(seed)
    booked = FIRST - timedelta(days=20)
    trainers = [people.user() for _ in range(2 if chance.random() < assume.two_trainers else 1)]
    version = catalogue.policy("adversary")
    a_class = classes.training_class(
        now=booked, first=FIRST, lessons=assume.lessons, minutes=assume.lesson_minutes, seats=assume.people,
        trainers=trainers, policy=version, second_scan=second_scan,
    )  # fmt: skip
    learners = crowds.learners(count=assume.people, now=booked)
    crowds.admit(people=learners, to=a_class, now=booked)
    seats = [
        Person(row.learner, row, device, fresh(prefix="", length=20))
        for row, device in zip(
            Enrolment.objects.filter(training_class=a_class).select_related("learner").order_by("arrival_no"),
            crowds.devices(people=learners, now=booked),
            strict=True,
        )
    ]
    for one in seats[len(seats) - ghosts :]:
        one.ghost = True
    room = Classroom(
        chance, assume, a_class, list(a_class.lessons.select_related("training_class").order_by("number")), seats,
        trainers, people.user(), policies.of_version(version),
    )  # fmt: skip
    _give_habits(room, trainers[0], booked)
    return room


def _give_habits(room: Classroom, by: User, now: datetime) -> None:
    honest = room.honest
    for number in range(room.assume.couples):
        one, other = honest[2 * number], honest[2 * number + 1]
        one.partner, other.partner = other, one
        other.browser = one.browser
    for one in honest:
        if one.partner is None and room.happens(room.assume.no_phone):
            one.card = cards.issue(learner=one.learner, by=by, now=now).code
