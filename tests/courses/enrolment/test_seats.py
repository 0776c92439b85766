"""A seat: who may have one, who gets it, who waits."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from courses import classes, enrolment, seating
from courses.enrolment import Code, EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.eligibility import as_rows
from courses.models import CountClaim, Enrolment, OutboxMessage, TrainingClass
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


def refusal_of(learner, a_class, now) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.apply(learner=learner, training_class=a_class, now=now)
    return str(refused.value.code)


def test_the_first_come_gets_a_seat_and_a_receipt(now: datetime) -> None:
    a_class = training_class(now=now, seats=2)
    made = enrolled(training_class=a_class, now=now)
    assert (made.status, made.arrival_no) == (Status.ADMITTED, 1)
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.waiting, a_class.arrivals) == (1, 0, 1)
    assert list(OutboxMessage.objects.values_list("kind", flat=True)) == ["enrolment_admitted"]


def test_who_comes_after_the_last_seat_waits_in_order_of_arrival(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    made = [enrolled(training_class=a_class, now=now) for _ in range(4)]
    assert [(row.status, row.arrival_no) for row in made] == [
        (Status.ADMITTED, 1),
        (Status.WAITLISTED, 2),
        (Status.WAITLISTED, 3),
        (Status.WAITLISTED, 4),
    ]
    assert [enrolment.place(enrolment=row) for row in made] == [0, 1, 2, 3]


def test_a_freed_seat_is_offered_to_who_waited_longest(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    first, second, third = (enrolled(training_class=a_class, now=now) for _ in range(3))
    enrolment.withdraw(by=first.learner.user, enrolment=first, reason="", now=now)
    statuses = {row.pk: row.status for row in Enrolment.objects.all()}
    assert statuses == {first.pk: Status.WITHDRAWN, second.pk: Status.OFFERED, third.pk: Status.WAITLISTED}
    assert enrolment.occupancy_differences() == []


def test_a_newcomer_does_not_overtake_the_queue(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    enrolled(training_class=a_class, now=now)
    waits = enrolled(training_class=a_class, now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=2)
    newcomer = enrolled(training_class=a_class, now=now)
    assert newcomer.status == Status.WAITLISTED
    assert [row.pk for row in enrolment.promote_next(training_class_id=a_class.pk, now=now)] == [waits.pk]


def test_a_reviewed_class_holds_the_seat_until_it_is_decided(now: datetime) -> None:
    a_class = training_class(now=now, seats=1, mode=TrainingClass.Mode.REVIEWED)
    applied = enrolled(training_class=a_class, now=now)
    waits = enrolled(training_class=a_class, now=now)
    assert (applied.status, waits.status) == (Status.APPLIED, Status.WAITLISTED)
    officer = people.user()
    enrolment.refuse(by=officer, enrolment=applied, reason="材料不全", now=now)
    enrolment.accept(enrolment=waits, by=None, now=now)
    waits.refresh_from_db()
    assert waits.status == Status.APPLIED
    enrolment.admit(by=officer, enrolment=waits, now=now)
    assert enrolment.occupancy_differences() == []


def test_nobody_applies_twice_and_the_numbers_stay_without_gaps(now: datetime) -> None:
    a_class = training_class(now=now, seats=5)
    first = enrolled(training_class=a_class, now=now)
    assert refusal_of(first.learner, a_class, now) == EnrolmentRefusal.ALREADY_ENROLLED
    assert enrolled(training_class=a_class, now=now).arrival_no == 2


def test_each_reason_against_a_learner_has_its_code(now: datetime) -> None:
    a_class = training_class(now=now, seats=5)
    assert refusal_of(people.learner(now=now, verified=False), a_class, now) == EnrolmentRefusal.NOT_VERIFIED
    child = people.learner(now=now, born_on=date(2012, 1, 1))
    assert refusal_of(child, a_class, now) == Code.UNDER_AGE
    draft = training_class(now=now, approved=False)
    assert refusal_of(people.learner(now=now), draft, now) == EnrolmentRefusal.NOT_OPEN
    closed = training_class(now=now, enrol_until=now - timedelta(minutes=1))
    assert refusal_of(people.learner(now=now), closed, now) == EnrolmentRefusal.CLOSED


def test_lessons_that_overlap_keep_a_learner_out_of_the_second_class(now: datetime) -> None:
    first = enrolled(training_class=training_class(now=now), now=now)
    other = training_class(
        now=now, first=now + timedelta(days=1, hours=2), course=catalogue.course(level=catalogue.level("3", 4))
    )
    assert refusal_of(first.learner, other, now) == Code.OVERLAP


def at_the_same_time(now: datetime) -> TrainingClass:
    return training_class(
        now=now, first=now + timedelta(days=1, hours=2), course=catalogue.course(level=catalogue.level("3", 4))
    )


def test_waiting_somewhere_keeps_nobody_out_of_a_class_at_the_same_time(now: datetime) -> None:
    full = training_class(now=now, seats=1)
    enrolled(training_class=full, now=now)
    waits = enrolled(training_class=full, now=now)
    assert waits.status == Status.WAITLISTED
    assert enrolment.check(learner=waits.learner, training_class=at_the_same_time(now), now=now).may_apply


@pytest.mark.parametrize(
    ("status", "free"), [("running", False), ("suspended", False), ("closed", True), ("archived", True)]
)
def test_a_seat_in_a_class_that_is_over_takes_nobodys_time(status: str, free: bool, now: datetime) -> None:
    first = enrolled(training_class=training_class(now=now), now=now)
    TrainingClass.objects.filter(pk=first.training_class_id).update(status=status)
    assert enrolment.check(learner=first.learner, training_class=at_the_same_time(now), now=now).may_apply is free


def test_the_applicant_reads_which_class_is_at_the_same_time_and_nobody_else_does(now: datetime) -> None:
    first = enrolled(training_class=training_class(now=now), now=now)
    refusal = enrolment.check(learner=first.learner, training_class=at_the_same_time(now), now=now).refusal
    assert refusal is not None
    assert refusal.finding is not None
    number = first.training_class.number
    assert refusal.own_sentence == f"上课时间与您已报的 {number} 班重叠。未办理。请换一个班次，或先退出那个班。"
    assert refusal.sentence == "上课时间与已报的班重叠。未办理。请换一个班次，或先退出那个班。"
    assert as_rows([refusal.finding]) == [{"code": "overlap", "severity": "block", "values": {}}]


def test_lessons_that_only_touch_do_not_overlap(now: datetime) -> None:
    first = enrolled(training_class=training_class(now=now, lessons=1), now=now)
    other = training_class(now=now, lessons=1, first=now + timedelta(days=1, hours=3))
    assert enrolment.check(learner=first.learner, training_class=other, now=now).may_apply


def test_the_same_occupation_and_level_is_given_once(now: datetime) -> None:
    learner = people.learner(now=now)
    counted(learner=learner, key="occupation:chinese-cook:4", now=now)
    assert refusal_of(learner, training_class(now=now), now) == Code.SAME_MODULE


def test_a_higher_level_blocks_a_lower_one_of_the_same_occupation_only(now: datetime) -> None:
    catalogue.level("3", 4)
    learner = people.learner(now=now)
    counted(learner=learner, key="occupation:chinese-cook:3", now=now)
    assert refusal_of(learner, training_class(now=now), now) == Code.HIGHER_LEVEL
    welding = catalogue.course(occupation=catalogue.occupation("welder", "焊工"))
    a_class = training_class(now=now, course=welding)
    assert enrolment.check(learner=learner, training_class=a_class, now=now).may_apply


def test_a_learner_withdraws_until_the_class_starts_and_staff_with_a_reason(now: datetime) -> None:
    own = enrolled(training_class=training_class(now=now), now=now)
    started = now + timedelta(days=2)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.withdraw(by=own.learner.user, enrolment=own, reason="", now=started)
    assert refused.value.code == EnrolmentRefusal.STARTED
    officer = people.user()
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.withdraw(by=officer, enrolment=own, reason=" ", now=started)
    assert refused.value.code == EnrolmentRefusal.REASON_MISSING
    enrolment.withdraw(by=officer, enrolment=own, reason="本人申请", now=started)
    assert Enrolment.objects.get().status == Status.WITHDRAWN


def test_an_enrolment_takes_five_statements_beside_its_transaction(now: datetime) -> None:
    learner, made = people.learner(now=now), training_class(now=now)
    enrolled(training_class=made, now=now)
    a_class = TrainingClass.objects.select_related("course").get(pk=made.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        enrolment.apply(learner=learner, training_class=a_class, now=now)
    said = [
        query["sql"] for query in queries if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(said) == 5, said


def test_the_calendar_file_holds_every_lesson_in_city_time(now: datetime) -> None:
    own = enrolled(training_class=training_class(now=now, lessons=3), now=now)
    text = enrolment.calendar(enrolment=own)
    assert text.count("BEGIN:VEVENT") == 3
    assert "DTSTART;TZID=Asia/Shanghai:20260915T090000" in text
    assert text.endswith("END:VCALENDAR\r\n")


def test_a_planted_difference_of_occupancy_is_named(now: datetime) -> None:
    a_class = training_class(now=now, seats=5)
    enrolled(training_class=a_class, now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(taken=3)
    assert [name for name, _what in enrolment.occupancy_differences()] == [f"class {a_class.number}"]


def test_a_cancelled_class_takes_nobody(now: datetime) -> None:
    a_class = training_class(now=now)
    classes.advance(
        by=people.user(), training_class=a_class, to=TrainingClass.Status.CANCELLED, reason="场地停用", now=now
    )
    assert refusal_of(people.learner(now=now), a_class, now) == EnrolmentRefusal.CANCELLED
    assert not CountClaim.objects.exists()


def test_a_suspended_class_admits_nobody_keeps_their_seats_and_leaves_the_queue_until_it_goes_on(now: datetime) -> None:
    a_class, by = training_class(now=now, seats=2, mode=TrainingClass.Mode.REVIEWED), people.user()
    row = enrolled(training_class=a_class, now=now)
    of = {"of": enrolment.Undecided.APPLICATION, "where": Q(pk=a_class.pk), "now": now}
    seating.advance(by=by, training_class=a_class, to=TrainingClass.Status.SUSPENDED, reason="整改", now=now)
    assert list(enrolment.undecided(**of)) == []
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.admit(by=by, enrolment=row, now=now)
    assert refused.value.code == EnrolmentRefusal.ON_HOLD
    row.refresh_from_db()
    a_class.refresh_from_db()
    assert (row.status, a_class.taken) == ("applied", 1)
    seating.advance(by=by, training_class=a_class, to=TrainingClass.Status.ENROLLING, now=now)
    assert list(enrolment.undecided(**of)) == [row]
    enrolment.admit(by=by, enrolment=row, now=now)
    row.refresh_from_db()
    assert row.status == "admitted"


def test_a_class_that_was_suspended_after_its_row_was_read_admits_nobody(now: datetime) -> None:
    a_class = training_class(now=now, seats=2, mode=TrainingClass.Mode.REVIEWED)
    row = enrolled(training_class=a_class, now=now)
    assert row.training_class.status == TrainingClass.Status.ENROLLING
    TrainingClass.objects.filter(pk=a_class.pk).update(status=TrainingClass.Status.SUSPENDED)
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.admit(by=people.user(), enrolment=row, now=now)
    assert refused.value.code == EnrolmentRefusal.ON_HOLD
