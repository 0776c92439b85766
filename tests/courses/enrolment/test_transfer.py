"""转班: another class of the same course, in one step, with history left where it happened."""

from datetime import datetime, timedelta

import pytest

from courses import enrolment
from courses.attendance.checkin import Who, check_in
from courses.attendance.recompute import differences
from courses.attendance.state import register, roster
from courses.attendance.tickets import new_ticket
from courses.enrolment import Code, EnrolmentRefusal, EnrolmentRefused
from courses.models import (
    Attendance,
    AuditEvent,
    Course,
    Direction,
    Enrolment,
    Evidence,
    OutboxMessage,
    TrainingClass,
    User,
)
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
Status = Enrolment.Status
LATER = timedelta(days=10)


@pytest.fixture
def course() -> Course:
    return catalogue.course()


@pytest.fixture
def here(now: datetime, course: Course) -> TrainingClass:
    return training_class(now=now, seats=1, course=course)


@pytest.fixture
def there(now: datetime, course: Course) -> TrainingClass:
    return training_class(now=now, seats=1, course=course, first=now + LATER)


@pytest.fixture
def officer() -> User:
    return people.user()


def counters(a_class: TrainingClass) -> tuple[int, int, int]:
    a_class.refresh_from_db()
    return a_class.taken, a_class.waiting, a_class.arrivals


def refusal_of(row: Enrolment, to: TrainingClass, now: datetime, *, reason: str = "上班冲突") -> str:
    before = list(Enrolment.objects.order_by("pk").values_list("pk", "status"))
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.transfer(by=people.user(), enrolment=row, to=to, reason=reason, now=now)
    assert list(Enrolment.objects.order_by("pk").values_list("pk", "status")) == before
    assert enrolment.occupancy_differences() == []
    return str(refused.value.code)


def test_a_learner_changes_seats_and_the_one_that_is_left_is_offered_on(
    here: TrainingClass, there: TrainingClass, officer: User, now: datetime
) -> None:
    row, waits = (enrolled(training_class=here, now=now) for _ in range(2))
    OutboxMessage.objects.all().delete()
    made = enrolment.transfer(by=officer, enrolment=row, to=there, reason="上班冲突", now=now)
    row.refresh_from_db()
    waits.refresh_from_db()
    assert (row.status, row.reason, row.transferred_to_id) == (Status.TRANSFERRED, "上班冲突", made.pk)
    assert (made.status, made.source, made.training_class_id) == (
        Status.ADMITTED,
        Enrolment.Source.TRANSFER,
        there.pk,
    )
    assert waits.status == Status.OFFERED
    assert (counters(here), counters(there)) == ((1, 0, 2), (1, 0, 1))
    assert enrolment.occupancy_differences() == []
    said = OutboxMessage.objects.values_list("kind", "learner")
    assert sorted(said) == [("enrolment_offered", waits.learner_id), ("enrolment_transferred", row.learner_id)]
    verbs = AuditEvent.objects.filter(verb="enrolment_transferred").values_list("target", "by_name")
    assert list(verbs) == [(row.number, officer.username)]


def test_the_category_and_what_was_declared_go_along(
    here: TrainingClass, there: TrainingClass, officer: User, now: datetime
) -> None:
    row = enrolled(training_class=here, now=now)
    Enrolment.objects.filter(pk=row.pk).update(declared=["attend"])
    row.refresh_from_db()
    made = enrolment.transfer(by=officer, enrolment=row, to=there, reason="上班冲突", now=now)
    made.refresh_from_db()
    assert (made.declared, made.category_id) == (["attend"], row.category_id)


def test_what_was_attended_stays_with_the_class_in_which_it_was(
    here: TrainingClass, there: TrainingClass, officer: User, now: datetime
) -> None:
    row = enrolled(training_class=here, now=now)
    lesson = first_lesson(here)
    for direction, at in ((Direction.IN, lesson.starts_at), (Direction.OUT, lesson.ends_at)):
        ticket = new_ticket(lesson_code=lesson.code, direction=direction, device="", now=at)
        check_in(ticket=ticket, who=Who(user_id=row.learner.user_id), now=at)
    held = list(Attendance.objects.values("enrolment", "lesson", "minutes", "status"))
    after = lesson.ends_at + timedelta(hours=1)
    TrainingClass.objects.filter(pk=here.pk).update(status=TrainingClass.Status.RUNNING)
    made = enrolment.transfer(by=officer, enrolment=row, to=there, reason="上班冲突", now=after)
    assert list(Attendance.objects.values("enrolment", "lesson", "minutes", "status")) == held
    assert held[0]["enrolment"] == row.pk
    assert Evidence.objects.filter(lesson=lesson).count() == 2
    assert list(differences(now=after)) == []
    assert not Attendance.objects.filter(enrolment=made).exists()
    assert [one.lesson_number for one in register(training_class=here)] == [1]
    first, second = here.lessons.order_by("number")
    assert ([one.arrival_no for one in roster(lesson=first)], roster(lesson=second)) == ([1], [])


def test_lessons_of_the_class_that_is_left_are_not_in_the_way(course: Course, officer: User, now: datetime) -> None:
    here, there = (training_class(now=now, course=course) for _ in range(2))
    row = enrolled(training_class=here, now=now)
    assert enrolment.check(learner=row.learner, training_class=there, now=now).may_apply is False
    assert enrolment.transfer(by=officer, enrolment=row, to=there, reason="离家近", now=now).status == Status.ADMITTED


def test_lessons_of_a_third_class_are(here: TrainingClass, there: TrainingClass, now: datetime) -> None:
    row = enrolled(training_class=here, now=now)
    other = training_class(
        now=now, first=now + LATER + timedelta(hours=1), course=catalogue.course(level=catalogue.level("3", 4))
    )
    enrolled(training_class=other, now=now, learner=row.learner)
    assert refusal_of(row, there, now) == Code.OVERLAP


def test_every_rule_is_weighed_again(here: TrainingClass, there: TrainingClass, now: datetime) -> None:
    row = enrolled(training_class=here, now=now)
    counted(learner=row.learner, key="occupation:chinese-cook:4", now=now)
    assert refusal_of(row, there, now) == Code.SAME_MODULE


def test_a_transfer_takes_a_free_seat_and_overtakes_nobody(
    here: TrainingClass, there: TrainingClass, now: datetime
) -> None:
    row = enrolled(training_class=here, now=now)
    enrolled(training_class=there, now=now)
    assert refusal_of(row, there, now) == EnrolmentRefusal.FULL
    enrolled(training_class=there, now=now)
    TrainingClass.objects.filter(pk=there.pk).update(seats=2)
    assert refusal_of(row, there, now) == EnrolmentRefusal.FULL


def test_only_another_class_of_the_same_course_that_has_not_started(
    here: TrainingClass, there: TrainingClass, now: datetime
) -> None:
    row = enrolled(training_class=here, now=now)
    other = training_class(now=now, first=now + LATER, course=catalogue.course(level=catalogue.level("3", 4)))
    assert refusal_of(row, other, now) == EnrolmentRefusal.OTHER_COURSE
    assert refusal_of(row, here, now) == EnrolmentRefusal.OTHER_COURSE
    assert refusal_of(row, there, now + LATER) == EnrolmentRefusal.CLASS_BEGUN
    there.status = TrainingClass.Status.SUSPENDED
    assert refusal_of(row, there, now) == EnrolmentRefusal.CLASS_BEGUN
    there.status, there.mode = TrainingClass.Status.ENROLLING, TrainingClass.Mode.SELECTED
    assert refusal_of(row, there, now) == EnrolmentRefusal.BY_RANK


def test_who_is_not_admitted_or_gives_no_reason_is_not_transferred(
    here: TrainingClass, there: TrainingClass, now: datetime
) -> None:
    row, waits = (enrolled(training_class=here, now=now) for _ in range(2))
    assert refusal_of(row, there, now, reason=" ") == EnrolmentRefusal.REASON_MISSING
    assert refusal_of(waits, there, now) == EnrolmentRefusal.WRONG_STATUS


def test_a_seat_there_already_is_said(here: TrainingClass, now: datetime, course: Course) -> None:
    roomy = training_class(now=now, seats=9, course=course, first=now + LATER)
    row = enrolled(training_class=here, now=now)
    enrolled(training_class=roomy, now=now, learner=row.learner)
    assert refusal_of(row, roomy, now) == EnrolmentRefusal.HAS_A_PLACE_THERE


def test_the_choice_holds_exactly_the_classes_that_a_transfer_takes(
    here: TrainingClass, there: TrainingClass, course: Course, now: datetime
) -> None:
    row = enrolled(training_class=here, now=now)
    full = training_class(now=now, seats=1, course=course, first=now + LATER)
    enrolled(training_class=full, now=now)
    training_class(now=now, course=catalogue.course(level=catalogue.level("3", 4)), first=now + LATER)
    by_rank = training_class(now=now, course=course, first=now + LATER)
    TrainingClass.objects.filter(pk=by_rank.pk).update(mode=TrainingClass.Mode.SELECTED)
    suspended = training_class(now=now, course=course, first=now + LATER)
    TrainingClass.objects.filter(pk=suspended.pk).update(status=TrainingClass.Status.SUSPENDED)
    assert [one.number for one in enrolment.classes_to_choose(enrolment=row, now=now)] == [there.number]
    assert list(enrolment.classes_to_choose(enrolment=row, now=now + LATER)) == []


def test_a_learner_may_come_back(course: Course, officer: User, now: datetime) -> None:
    here, there = training_class(now=now, course=course), training_class(now=now, course=course, first=now + LATER)
    row = enrolled(training_class=here, now=now)
    made = enrolment.transfer(by=officer, enrolment=row, to=there, reason="上班冲突", now=now)
    here.refresh_from_db()
    back = enrolment.transfer(by=officer, enrolment=made, to=here, reason="又能来了", now=now)
    assert [one.status for one in Enrolment.objects.filter(learner=row.learner).order_by("pk")] == [
        Status.TRANSFERRED,
        Status.TRANSFERRED,
        Status.ADMITTED,
    ]
    assert back.arrival_no == 2
