"""Whatever is done to two classes of one course, in whatever order and with a clock that jumps: what always holds."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from courses import enrolment, notices
from courses.enrolment import EnrolmentRefusal, EnrolmentRefused
from courses.models import AuditEvent, Enrolment, Learner, OutboxMessage, TrainingClass, User
from tests.factories import catalogue, people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
ANY = st.integers(min_value=0, max_value=99)
# Changes that one message tells of; a transfer writes two of them and is told once, with the enrolment that goes on.
SAID = {f"enrolment_{what}" for what in ("applied", "offered", "admitted", "refused", "withdrawn")}
OFFER = "enrolment_offered"
LEARNERS = 7


@dataclass(frozen=True)
class World:
    now: datetime
    classes: list[TrainingClass]
    learners: list[Learner]
    officer: User


@pytest.fixture
def world(now: datetime) -> World:
    """Two seats here, one there, ten days before either starts; one of the learners has no phone."""
    course = catalogue.course()
    learners = [people.learner(now=now) for _ in range(LEARNERS)]
    Learner.objects.filter(pk=learners[0].pk).update(phone="")
    return World(
        now=now,
        classes=[
            training_class(now=now, seats=seats, course=course, first=now + timedelta(days=10 + day))
            for day, seats in ((0, 2), (2, 1))
        ],
        learners=[Learner.objects.select_related("user").get(pk=one.pk) for one in learners],
        officer=people.user(),
    )


class Seats(RuleBasedStateMachine):
    """Each example lives in a transaction of its own that is taken back."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now = world, world.now
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

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

    def any_in(self, *statuses: Status) -> bool:
        return Enrolment.objects.filter(status__in=statuses).exists()

    @rule(who=ANY, where=ANY)
    def apply(self, who: int, where: int) -> None:
        learner = self.world.learners[who % LEARNERS]
        try:
            enrolment.apply(learner=learner, training_class=self.class_of(where), now=self.now)
        except EnrolmentRefused:
            return

    @precondition(lambda self: self.any_in(*Enrolment.LIVE))
    @rule(which=ANY)
    def withdraw(self, which: int) -> None:
        if row := self.some(which, *Enrolment.LIVE):
            enrolment.withdraw(by=self.world.officer, enrolment=row, reason="换班", now=self.now)

    @precondition(lambda self: self.any_in(Status.OFFERED))
    @rule(which=ANY, takes=st.booleans())
    def answer(self, which: int, takes: bool) -> None:
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
        assert (row.status, row.why) == (Status.WITHDRAWN, Enrolment.Why.OFFER_EXPIRED)

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
        try:
            enrolment.transfer(
                by=self.world.officer, enrolment=row, to=self.class_of(where), reason="上班冲突", now=self.now
            )
        except EnrolmentRefused:
            return

    @rule(hours=st.sampled_from([-240, -25, -1, 1, 12, 24, 25, 120, 228, 240]))
    def jump(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        """Right after it, no offer is overdue, and before the cut-off no seat is idle with somebody waiting."""
        enrolment.tend_offers(now=self.now)
        assert not Enrolment.objects.filter(status=Status.OFFERED, offer_until__lte=self.now).exists()
        heard = notices.due(kind=OFFER, channel="sms", now=self.now)
        for one in TrainingClass.objects.filter(pk__in=[known.pk for known in self.world.classes]):
            if heard < enrolment.cut_off(training_class=one, now=self.now):
                assert one.taken == one.seats or one.waiting == 0

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
                assert first.why in (Enrolment.Why.CUT_OFF, Enrolment.Why.CLASS_BEGUN)

    @invariant()
    def no_offer_lasts_beyond_the_cut_off(self) -> None:
        for row in Enrolment.objects.filter(status=Status.OFFERED).select_related("training_class"):
            assert row.offer_until is not None
            assert row.offer_until <= enrolment.cut_off(training_class=row.training_class, now=self.now)

    @invariant()
    def each_change_is_told_once(self) -> None:
        changes = Counter(AuditEvent.objects.filter(verb__in=SAID - {OFFER}).values_list("target", flat=True))
        messages = Counter(str(row.params["number"]) for row in OutboxMessage.objects.exclude(kind=OFFER))
        assert messages == changes

    @invariant()
    def of_an_offer_that_no_longer_holds_nobody_hears_for_the_first_time(self) -> None:
        """Nothing is handed over here, so each offer that stands or ran out has its message, and no other has one."""
        told_of = Q(status=Status.OFFERED) | Q(why=Enrolment.Why.OFFER_EXPIRED)
        standing = Counter(Enrolment.objects.filter(told_of).values_list("number", flat=True))
        assert Counter(str(row.params["number"]) for row in OutboxMessage.objects.filter(kind=OFFER)) == standing


def test_the_rules_of_a_seat_hold_whatever_is_done_in_whatever_order(world: World) -> None:
    run_state_machine_as_test(
        lambda: Seats(world),
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
