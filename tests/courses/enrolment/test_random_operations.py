"""Whatever is done to three classes of one course, in whatever order and with a clock that jumps: what always holds.

Two give a seat to who comes first, one reviews its applications; employers book seats for whole lists, and each class
may be suspended, resumed, begun and called off on the way.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from courses import enrolment, groups, notices, seating
from courses.classes import ClassRefused, suspended_from
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.offer_time import move_ends
from courses.models import Enrolment, GroupBooking, Learner, OutboxMessage, TrainingClass, User
from courses.refusals import Refused
from tests.courses.rosters.conftest import private_folder
from tests.factories import catalogue, people, sheets
from tests.factories import groups as bookings
from tests.factories.classes import training_class

__all__ = ["private_folder"]

pytestmark = pytest.mark.django_db
Of = TrainingClass.Status
Status, Why = Enrolment.Status, Enrolment.Why
Held = GroupBooking.Status
ANY = st.integers(min_value=0, max_value=99)
OFFER = "enrolment_offered"
LEARNERS = 7
# Why somebody waits beside a free seat.
HELD_BACK = (Why.CUT_OFF, Why.CLASS_BEGUN, Why.CLASS_SUSPENDED)


@dataclass(frozen=True)
class World:
    now: datetime
    classes: list[TrainingClass]
    learners: list[Learner]
    officer: User


@pytest.fixture
def world(now: datetime) -> World:
    """Two seats here, one there, three where applications are reviewed, ten days before the first of them starts; one
    of the learners has no phone."""
    sheets.lists()
    course = catalogue.course()
    learners = [people.learner(now=now) for _ in range(LEARNERS)]
    Learner.objects.filter(pk=learners[0].pk).update(phone="")
    first_come, reviewed = TrainingClass.Mode.FIRST_COME, TrainingClass.Mode.REVIEWED
    return World(
        now=now,
        classes=[
            training_class(now=now, seats=seats, mode=mode, course=course, first=now + timedelta(days=10 + day))
            for day, seats, mode in ((0, 2, first_come), (2, 1, first_come), (4, 3, reviewed))
        ],
        learners=[Learner.objects.select_related("user").get(pk=one.pk) for one in learners],
        officer=people.user(),
    )


@dataclass(frozen=True)
class Seen:
    """How everything stood after one step: enrolments and classes by their status, messages by whom they concern."""

    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    classes: dict[int, str] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)

    @classmethod
    def now(cls) -> "Seen":
        told = OutboxMessage.objects.filter(learner__isnull=False)
        return cls(
            {row.number: (row.status, row.training_class_id) for row in Enrolment.objects.all()},
            dict(TrainingClass.objects.values_list("pk", "status")),
            {row.pk: str(row.params["number"]) for row in told},
        )


class Seats(RuleBasedStateMachine):
    """Each example lives in a transaction of its own that is taken back."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now, self.listed = world, world.now, 0
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.seen = Seen.now()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        transaction.set_rollback(False)

    def some(self, which: int, *statuses: Status) -> Enrolment | None:
        rows = list(
            Enrolment.objects.filter(status__in=statuses)
            .select_related("learner__user", "training_class__course", "category")
            .order_by("pk")
        )
        return rows[which % len(rows)] if rows else None

    def class_of(self, which: int) -> TrainingClass:
        pk = self.world.classes[which % len(self.world.classes)].pk
        return TrainingClass.objects.select_related("course").get(pk=pk)

    def booking_of(self, which: int, status: Held) -> GroupBooking:
        rows = list(GroupBooking.objects.filter(status=status).select_related("training_class__course").order_by("pk"))
        return rows[which % len(rows)]

    def any_in(self, *statuses: Status) -> bool:
        return Enrolment.objects.filter(status__in=statuses).exists()

    def any_booked(self, status: Held) -> bool:
        return GroupBooking.objects.filter(status=status).exists()

    # ── One by one ────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(who=ANY, where=ANY)
    def apply(self, who: int, where: int) -> None:
        learner = self.world.learners[who % LEARNERS]
        with suppress(EnrolmentRefused):
            enrolment.apply(learner=learner, training_class=self.class_of(where), now=self.now)

    @precondition(lambda self: self.any_in(*Enrolment.LIVE))
    @rule(which=ANY)
    def withdraw(self, which: int) -> None:
        if row := self.some(which, *Enrolment.LIVE):
            enrolment.withdraw(by=self.world.officer, enrolment=row, reason="换班", now=self.now)

    @precondition(lambda self: self.any_in(Status.APPLIED, Status.WAITLISTED))
    @rule(which=ANY, admits=st.booleans())
    def review(self, which: int, admits: bool) -> None:
        if admits and (row := self.some(which, Status.APPLIED)):
            with suppress(EnrolmentRefused):
                enrolment.admit(by=self.world.officer, enrolment=row, now=self.now)
        elif row := self.some(which, Status.APPLIED, Status.WAITLISTED):
            enrolment.refuse(by=self.world.officer, enrolment=row, reason="条件不符", now=self.now)

    @precondition(lambda self: self.any_in(Status.OFFERED))
    @rule(which=ANY, takes=st.booleans())
    def answer(self, which: int, takes: bool) -> None:
        move_ends(now=self.now)
        row = self.some(which, Status.OFFERED)
        assert row is not None
        assert row.offer_until is not None
        in_time = self.now < row.offer_until
        answer = enrolment.accept if takes else enrolment.decline
        if in_time:
            with suppress(EnrolmentRefused):
                answer(enrolment=row, by=None, now=self.now)
            return
        with pytest.raises(EnrolmentRefused) as refused:
            answer(enrolment=row, by=None, now=self.now)
        assert refused.value.code == EnrolmentRefusal.OFFER_OVER
        row.refresh_from_db()
        assert (row.status, row.why) == (Status.WITHDRAWN, Why.OFFER_EXPIRED)

    @precondition(lambda self: self.any_in(Status.OFFERED))
    @rule(which=ANY)
    def void(self, which: int) -> None:
        if row := self.some(which, Status.OFFERED):
            enrolment.void(by=self.world.officer, enrolment=row, reason="联系不上", now=self.now)

    @precondition(lambda self: self.any_in(Status.WAITLISTED))
    @rule(which=ANY)
    def call_in(self, which: int) -> None:
        row = self.some(which, Status.WAITLISTED)
        assert row is not None
        with suppress(EnrolmentRefused):
            enrolment.call_in(by=self.world.officer, enrolment=row, now=self.now)

    @precondition(lambda self: self.any_in(Status.ADMITTED))
    @rule(which=ANY, where=ANY)
    def transfer(self, which: int, where: int) -> None:
        row = self.some(which, Status.ADMITTED)
        assert row is not None
        with suppress(EnrolmentRefused):
            enrolment.transfer(
                by=self.world.officer, enrolment=row, to=self.class_of(where), reason="上班冲突", now=self.now
            )

    # ── An employer's list: all of it or nobody ───────────────────────────────────────────────────────────────────────

    @rule(where=ANY, seats=st.integers(min_value=1, max_value=3))
    def book(self, where: int, seats: int) -> None:
        with suppress(Refused):
            made = bookings.booking(
                training_class=self.class_of(where), seats=seats, by=self.world.officer, now=self.now
            )
            bookings.listed(booking=made, now=self.now, first=self.listed + 1)
            self.listed += seats

    @precondition(lambda self: self.any_booked(Held.REQUESTED))
    @rule(which=ANY)
    def confirm(self, which: int) -> None:
        booking = self.booking_of(which, Held.REQUESTED)
        before = TrainingClass.objects.get(pk=booking.training_class_id)
        free, waiting = before.seats - before.taken, before.waiting
        try:
            groups.confirm(booking=booking, by=self.world.officer, now=self.now)
        except Refused:
            assert not booking.enrolments.exists()
            assert Seen.now() == self.seen
            return
        assert (booking.seats <= free, waiting) == (True, 0)
        assert booking.enrolments.filter(status__in=Enrolment.SEATED).count() == booking.seats

    @precondition(lambda self: self.any_booked(Held.GIVEN))
    @rule(which=ANY)
    def undo(self, which: int) -> None:
        booking = self.booking_of(which, Held.GIVEN)
        with suppress(Refused):
            groups.undo(booking=booking, by=self.world.officer, now=self.now)

    # ── The class as a whole ──────────────────────────────────────────────────────────────────────────────────────────

    def moved(self, which: int, to: Of) -> None:
        with suppress(ClassRefused):
            seating.advance(
                by=self.world.officer, training_class=self.class_of(which), to=to, reason="场地停用", now=self.now
            )

    @rule(which=ANY)
    def suspend(self, which: int) -> None:
        self.moved(which, Of.SUSPENDED)

    @precondition(lambda self: Of.SUSPENDED in self.seen.classes.values())
    @rule(which=ANY)
    def resume(self, which: int) -> None:
        stopped = [pk for pk, status in self.seen.classes.items() if status == Of.SUSPENDED]
        place = [one.pk for one in self.world.classes].index(stopped[which % len(stopped)])
        self.moved(place, suspended_from(training_class=self.class_of(place)))

    @rule(which=ANY)
    def begin(self, which: int) -> None:
        """Before its first day that is refused."""
        if self.class_of(which).status == Of.ENROLLING:
            self.moved(which, Of.RUNNING)

    @precondition(lambda self: Of.CANCELLED not in self.seen.classes.values())
    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        """One of the three, so that something is left to happen."""
        self.moved(which, Of.CANCELLED)

    # ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(hours=st.sampled_from([-240, -25, -1, 1, 12, 24, 25, 120, 228, 240]))
    def jump(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def deliver(self) -> None:
        notices.deliver_due(now=self.now)

    @rule()
    def sweep(self) -> None:
        """Right after it, no offer is overdue, and before the cut-off no seat is idle with somebody waiting."""
        enrolment.tend_offers(now=self.now)
        assert not Enrolment.objects.filter(status=Status.OFFERED, offer_until__lte=self.now).exists()
        heard = notices.due(kind=OFFER, channel="sms", now=self.now)
        for one in TrainingClass.objects.filter(status=Of.ENROLLING):
            if heard < enrolment.cut_off(training_class=one, now=self.now):
                assert one.taken == one.seats or one.waiting == 0

    # ── What always holds ─────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def never_more_than_the_seats_and_the_counters_true(self) -> None:
        assert enrolment.occupancy_differences() == []
        for one in TrainingClass.objects.all():
            seated = Enrolment.objects.filter(training_class=one, status__in=Enrolment.SEATED).count()
            assert seated == one.taken <= one.seats

    @invariant()
    def the_order_of_arrival_is_kept(self) -> None:
        """Nobody who waits came before somebody who has a seat."""
        for one in self.world.classes:
            rows = Enrolment.objects.filter(training_class=one)
            seated = rows.filter(status__in=Enrolment.SEATED).values_list("arrival_no", flat=True)
            waiting = rows.filter(status=Status.WAITLISTED).values_list("arrival_no", flat=True)
            assert max(seated, default=0) < min(waiting, default=10**6)

    @invariant()
    def who_waits_beside_a_free_seat_has_a_stored_reason(self) -> None:
        for one in TrainingClass.objects.filter(waiting__gt=0):
            if one.taken < one.seats:
                first = enrolment.waiting_list(training_class_id=one.pk)[0]
                assert first.why in HELD_BACK

    @invariant()
    def a_class_that_is_called_off_holds_nobody_and_one_that_has_begun_lets_nobody_wait(self) -> None:
        live = Enrolment.objects.filter(status__in=Enrolment.LIVE)
        assert not live.filter(training_class__status=Of.CANCELLED).exists()
        assert not live.filter(training_class__status=Of.RUNNING).exclude(status=Status.ADMITTED).exists()

    @invariant()
    def a_booking_holds_seats_only_while_it_is_given(self) -> None:
        seated = Enrolment.objects.filter(status__in=Enrolment.SEATED, booking__isnull=False)
        assert not seated.exclude(booking__status=Held.GIVEN).exists()

    @invariant()
    def no_booking_waits_for_a_class_that_takes_no_list_any_more(self) -> None:
        waits = GroupBooking.objects.filter(status=Held.REQUESTED)
        assert not waits.exclude(training_class__status__in=(Of.ENROLLING, Of.SUSPENDED)).exists()

    @invariant()
    def no_offer_lasts_beyond_the_cut_off(self) -> None:
        for row in Enrolment.objects.filter(status=Status.OFFERED).select_related("training_class"):
            assert row.offer_until is not None
            assert row.offer_until <= enrolment.cut_off(training_class=row.training_class, now=self.now)

    @invariant()
    def of_an_offer_that_no_longer_holds_nobody_hears_for_the_first_time(self) -> None:
        """Each offer that stands has its one message; one that is over waits to be heard only where it ran out."""
        told = OutboxMessage.objects.filter(kind=OFFER)
        standing = set(Enrolment.objects.filter(status=Status.OFFERED).values_list("number", flat=True))
        ran_out = set(Enrolment.objects.filter(why=Why.OFFER_EXPIRED).values_list("number", flat=True))
        everybody = Counter(str(row.params["number"]) for row in told)
        assert {number: everybody[number] for number in standing} == dict.fromkeys(standing, 1)
        queued = told.filter(status=OutboxMessage.Status.QUEUED)
        assert {str(row.params["number"]) for row in queued} <= standing | ran_out

    @invariant()
    def each_learner_is_told_of_each_change_once(self) -> None:
        """Of what this step changed for somebody, one message; of nothing else any. Who has heard of nothing before may
        be spared both, as long as no word of the seat is left to be heard."""
        before, self.seen = self.seen, Seen.now()
        owed = _owed(before, self.seen)
        told = Counter(number for pk, number in self.seen.messages.items() if pk not in before.messages)
        left = Counter(self.seen.messages.values())
        for number in owed.keys() | told.keys():
            spared = told[number] == owed[number] - 1 and left[number] == 0
            assert told[number] == owed[number] or spared, (number, owed[number], told[number])
        # No two presses fall on the same moment.
        self.now += timedelta(seconds=1)


def _owed(before: Seen, after: Seen) -> Counter[str]:
    """By enrolment, of how many changes its learner is to hear: its own, and those of its class while it goes on. A
    transfer is told once, with the enrolment that goes on."""
    owed: Counter[str] = Counter()
    for number, (status, of) in after.rows.items():
        was = before.rows.get(number, ("", of))[0]
        if status != was and status != Status.TRANSFERRED:
            owed[number] += 1
        stood, stands = before.classes[of], after.classes[of]
        stopped = Of.SUSPENDED in (stood, stands) and stood != stands and stands != Of.CANCELLED
        if stopped and was in Enrolment.LIVE:
            owed[number] += 1
    return owed


def test_the_rules_of_a_seat_hold_whatever_is_done_in_whatever_order(world: World) -> None:
    run_state_machine_as_test(
        lambda: Seats(world),
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
