"""未到: who never came once the first lessons were over, and what becomes of the seat."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db.models import Q
from pytest_django import Settings

from courses import attendance, enrolment
from courses.attendance import Mark, leave, paper
from courses.attendance.paper import Signed
from courses.enrolment import EnrolmentRefused, Undecided
from courses.models import AuditEvent, Enrolment, Lesson, OutboxMessage, TrainingClass, User
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status, Why = Enrolment.Status, Enrolment.Why
DAY = timedelta(days=1)


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    """Three lessons on three days from tomorrow on, and two seats."""
    return training_class(now=now, seats=2, lessons=3)


@pytest.fixture
def after_two(a_class: TrainingClass) -> datetime:
    return Lesson.objects.get(training_class=a_class, number=2).ends_at


def mark(row: Enrolment, number: int, word: Mark) -> None:
    lesson = Lesson.objects.select_related("training_class").get(training_class=row.training_class, number=number)
    trainer = row.training_class.trainers.get()
    at = lesson.starts_at + timedelta(minutes=5)
    attendance.mark(by=trainer, lesson=lesson, learner=row.learner, as_=word, reason="no_phone", now=at)


def missing(a_class: TrainingClass, now: datetime) -> list[int]:
    a_class.refresh_from_db()
    found = [row.pk for row in enrolment.never_came(training_class=a_class, now=now)]
    own = TrainingClass.objects.filter(pk=a_class.pk)
    anywhere = enrolment.undecided(of=Undecided.NO_SHOW, where=Q(pk__in=own), now=now)
    assert [row.pk for row in anywhere] == found, "the desk's queue and the page of the class say the same"
    return found


def refusal_of(row: Enrolment, now: datetime) -> str:
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.mark_no_show(by=people.user(), enrolment=row, now=now)
    return str(refused.value.code)


def test_who_came_to_none_of_the_first_lessons_stands_on_the_list_as_soon_as_they_are_over(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    came, stayed_away = (enrolled(training_class=a_class, now=now) for _ in range(2))
    mark(came, 1, Mark.PRESENT)
    assert missing(a_class, after_two - timedelta(minutes=1)) == []
    assert missing(a_class, after_two) == [stayed_away.pk]


@pytest.mark.parametrize("word", [Mark.LEAVE, Mark.SICK])
def test_who_is_excused_was_heard_of_and_who_is_marked_absent_was_not(
    a_class: TrainingClass, now: datetime, after_two: datetime, word: Mark
) -> None:
    excused, absent = (enrolled(training_class=a_class, now=now) for _ in range(2))
    mark(excused, 2, word)
    mark(absent, 1, Mark.ABSENT)
    assert missing(a_class, after_two) == [absent.pk]


@pytest.mark.parametrize("holds", [True, False])
def test_who_signed_a_sheet_was_heard_of_until_nobody_confirms_it(
    holds: bool, a_class: TrainingClass, now: datetime, after_two: datetime, settings: Settings, tmp_path: Path
) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "private": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}}
    signed, stayed_away = (enrolled(training_class=a_class, now=now) for _ in range(2))
    lesson = Lesson.objects.select_related("training_class").get(training_class=a_class, number=2)
    trainer = a_class.trainers.get()
    sheet = paper.print_sign_in(by=trainer, lesson=lesson, now=lesson.starts_at)
    entry = paper.enter(
        by=trainer, sheet=sheet, signed=[Signed(1, came=True), Signed(2)], photos=[ContentFile(papers.photo())],
        why="", now=after_two,
    )  # fmt: skip
    assert missing(a_class, after_two) == [stayed_away.pk]
    assert refusal_of(signed, after_two) == "not_missing"
    if holds:
        paper.confirm(by=people.user(), entry=entry, positions={1}, now=after_two)
    else:
        paper.send_back(by=people.user(), entry=entry, answer="看不清", now=after_two)
    assert missing(a_class, after_two) == ([] if holds else [signed.pk]) + [stayed_away.pk]


def test_lessons_from_before_the_admission_say_nothing(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    row = enrolled(training_class=a_class, now=now)
    Enrolment.objects.filter(pk=row.pk).update(decided_at=now + DAY + timedelta(hours=1))
    assert missing(a_class, after_two) == []
    assert missing(a_class, after_two + DAY) == [row.pk]


def test_a_class_of_one_lesson_is_looked_at_when_it_is_over_and_policy_says_how_many_count(now: datetime) -> None:
    short = training_class(now=now, lessons=1)
    row = enrolled(training_class=short, now=now)
    assert missing(short, now + DAY + timedelta(hours=3)) == [row.pk]
    patient = training_class(now=now, lessons=3, policy=catalogue.policy("v8", no_show_lessons=3))
    late = enrolled(training_class=patient, now=now)
    assert missing(patient, now + 2 * DAY + timedelta(hours=3)) == []
    assert missing(patient, now + 3 * DAY + timedelta(hours=3)) == [late.pk]


def test_the_decision_frees_the_seat_and_is_told_and_recorded(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    came, gone, waits = (enrolled(training_class=a_class, now=now) for _ in range(3))
    mark(came, 1, Mark.PRESENT)
    OutboxMessage.objects.all().delete()
    officer = people.user()
    assert refusal_of(came, after_two) == "not_missing"
    assert enrolment.mark_no_show(by=officer, enrolment=gone, now=after_two) == []
    gone.refresh_from_db()
    waits.refresh_from_db()
    assert (gone.status, gone.why, gone.decided_by) == (Status.WITHDRAWN, Why.NO_SHOW, officer)
    assert (waits.status, waits.why) == (Status.WAITLISTED, Why.CLASS_BEGUN)
    assert enrolment.occupancy_differences() == []
    assert list(OutboxMessage.objects.values_list("kind", "learner")) == [("enrolment_no_show", gone.learner_id)]
    assert AuditEvent.objects.filter(verb="enrolment_withdrawn", by_id=officer.pk).count() == 1
    assert refusal_of(gone, after_two) == "no_show_already"


def test_while_the_class_still_enrols_staff_give_the_seat_to_who_waits(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    """Nobody is offered a seat of a class that has begun; who answers the phone is called in."""
    a_class.enrol_until = after_two + 9 * DAY
    a_class.save()
    rows = [enrolled(training_class=a_class, now=now) for _ in range(3)]
    officer = people.user()
    enrolment.mark_no_show(by=officer, enrolment=rows[0], now=after_two)
    rows[2].refresh_from_db()
    assert (rows[2].status, rows[2].why) == (Status.WAITLISTED, Why.CUT_OFF)
    enrolment.call_in(by=officer, enrolment=rows[2], now=after_two)
    rows[2].refresh_from_db()
    assert rows[2].status == Status.ADMITTED
    assert enrolment.occupancy_differences() == []


def test_a_mistake_is_taken_back_while_the_seat_is_free(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    row, other = (enrolled(training_class=a_class, now=now) for _ in range(2))
    officer: User = people.user()
    with pytest.raises(EnrolmentRefused, match="wrong_status"):
        enrolment.take_no_show_back(by=officer, enrolment=other, now=after_two)
    enrolment.mark_no_show(by=officer, enrolment=row, now=after_two)
    enrolment.take_no_show_back(by=officer, enrolment=row, now=after_two)
    row.refresh_from_db()
    assert (row.status, row.why) == (Status.ADMITTED, "")
    assert enrolment.occupancy_differences() == []
    # Admitted anew: only lessons from now on say anything.
    assert missing(a_class, after_two) == [other.pk]
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=2)
    enrolment.mark_no_show(by=officer, enrolment=other, now=after_two)
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=1)
    with pytest.raises(EnrolmentRefused, match="seat_gone"):
        enrolment.take_no_show_back(by=officer, enrolment=other, now=after_two)
    assert enrolment.occupancy_differences() == []


def test_the_no_shows_of_a_year_are_counted_for_people_to_read(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    row = enrolled(training_class=a_class, now=now)
    enrolment.mark_no_show(by=people.user(), enrolment=row, now=after_two)
    learners = [row.learner, people.learner(now=now)]
    assert enrolment.recent_no_shows(learners=learners, now=after_two + 364 * DAY) == {row.learner_id: 1}
    assert enrolment.recent_no_shows(learners=learners, now=after_two + 366 * DAY) == {}
    # Nothing is decided by it: the next class takes them like anybody.
    nxt = training_class(now=after_two, first=after_two + 20 * DAY)
    assert enrolled(training_class=nxt, now=after_two, learner=row.learner).status == Status.ADMITTED


def test_who_asked_for_leave_is_not_given_up_before_somebody_decided(
    a_class: TrainingClass, now: datetime, after_two: datetime
) -> None:
    row = enrolled(training_class=a_class, now=now)
    lesson = Lesson.objects.get(training_class=a_class, number=1)
    asked = leave.ask(enrolment=row, lessons=[lesson], kind="leave", reason="家里有事", content=None, by=None, now=now)
    assert missing(a_class, after_two) == []
    leave.decide(by=people.user(), request=asked, grant=False, answer="没有说明", now=after_two)
    assert missing(a_class, after_two) == [row.pk]
