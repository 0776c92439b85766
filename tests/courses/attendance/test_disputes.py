"""异议: one lesson contested, answered by the trainer, decided by somebody apart, kept as evidence."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from courses import attendance
from courses.attendance import DisputeRefusal, DisputeRefused, Hours, Mark, MarkRefusal, MarkRefused, Outcome, disputes
from courses.models import Attendance, Completion, Dispute, Evidence, Learner, Lesson, OutboxMessage, User
from tests.courses.attendance.conftest import Room, open_room, scan
from tests.factories import people

pytestmark = pytest.mark.django_db
WHOLE = Hours(time(9), time(12))
DAY = 1440


@pytest.fixture
def school(room: Room) -> User:
    return people.user(name="李主任")


def contest(room: Room, learner: Learner, minutes: float = 200, **changes: Any) -> Dispute:
    own = learner.enrolments.select_related("training_class__course", "learner").get()
    wanted = {"lesson": room.lesson, "text": "我全程都在，手机没电", "content": None, **changes}
    return attendance.raise_dispute(enrolment=own, by=learner.user, now=room.at(minutes), **wanted)


def answer(room: Room, row: Dispute, minutes: float = 300, *, support: bool = True) -> None:
    disputes.answer(by=room.trainer, dispute=row, support=support, text="当天见过他", now=room.at(minutes))


def decide(
    room: Room, row: Dispute, by: User, minutes: float = 400, *, outcome: Outcome = Outcome.PRESENT,
    hours: Hours | None = WHOLE, text: str = "教师和监控都能证明",
) -> None:  # fmt: skip
    disputes.decide(by=by, dispute=row, outcome=outcome, hours=hours, text=text, now=room.at(minutes))


def refused_by(call: Any) -> DisputeRefusal:
    with pytest.raises(DisputeRefused) as refused:
        call()
    return DisputeRefusal(refused.value.code)


def test_a_dispute_keeps_what_was_recorded_when_it_was_raised(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 30)
    row = contest(room, learner)
    assert (row.status, row.was_status, row.was_minutes) == ("raised", "awaiting", 0)


def test_a_ruling_is_evidence_beside_the_old_rows_and_says_who_and_why(room: Room, school: User) -> None:
    learner = room.learner()
    scan(room, learner, 30)
    row = contest(room, learner)
    answer(room, row)
    decide(room, row, school)
    rulings = Evidence.objects.filter(kind=Evidence.Kind.RULING)
    assert [(one.direction, one.by, one.origin, one.note) for one in rulings] == [
        ("in", school, "desk", row.code),
        ("out", school, "desk", row.code),
    ]
    state = Attendance.objects.get()
    assert (state.status, state.minutes, state.missing, state.by_hand) == ("present", 180, [], True)
    assert Evidence.objects.filter(kind=Evidence.Kind.WALL).count() == 1
    assert list(attendance.differences(now=room.at(500))) == []


@pytest.mark.parametrize(
    ("outcome", "hours", "state"),
    [
        (Outcome.PRESENT, Hours(time(9, 30), time(11)), ("left_early", 90)),
        (Outcome.LEAVE, None, ("leave", 0)),
        (Outcome.SICK, None, ("sick", 0)),
    ],
)
def test_what_a_decision_makes_of_the_lesson(
    room: Room, school: User, outcome: Outcome, hours: Hours | None, state: tuple[str, int]
) -> None:
    row = contest(room, room.learner())
    answer(room, row)
    decide(room, row, school, outcome=outcome, hours=hours)
    assert Attendance.objects.values_list("status", "minutes").get() == state


def test_a_record_that_is_kept_writes_no_evidence_and_the_learner_hears_of_it(room: Room, school: User) -> None:
    learner = room.learner()
    row = contest(room, learner)
    answer(room, row, support=False)
    decide(room, row, school, outcome=Outcome.KEEP, hours=None, text="没有人看到")
    row.refresh_from_db()
    assert (row.status, row.supported, row.answer, row.decision) == ("kept", False, "当天见过他", "没有人看到")
    assert not Evidence.objects.exists()
    assert OutboxMessage.objects.get(kind="dispute_kept").learner == learner


def test_answer_and_decision_are_of_two_people_apart_from_the_record(room: Room, school: User) -> None:
    learner = room.learner()
    assert learner.user
    row = contest(room, learner)
    assert refused_by(lambda: disputes.answer(by=learner.user, dispute=row, support=True, text="对", now=room.at(210)))
    answer(room, row)
    assert refused_by(lambda: decide(room, row, room.trainer)) == DisputeRefusal.SAME_PERSON
    attendance.mark(
        by=school, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="seen_in_class", now=room.at(310)
    )
    assert refused_by(lambda: decide(room, row, school)) == DisputeRefusal.SAME_PERSON
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=row.pk).update(
            status="kept", decided_by=room.trainer, answered_by=room.trainer, decided_at=room.at(400)
        )


def test_without_an_answer_the_institution_decides_after_three_days(room: Room, school: User) -> None:
    row = contest(room, room.learner(), 200)
    assert refused_by(lambda: decide(room, row, school, 199 + 3 * DAY)) == DisputeRefusal.ANSWER_FIRST
    decide(room, row, school, 200 + 3 * DAY)
    assert row.status == "corrected"


def test_the_term_is_seven_days_after_the_lesson(room: Room) -> None:
    learner, other = room.learner(), room.learner("李梅")
    assert refused_by(lambda: contest(room, learner, 179)) == DisputeRefusal.NOT_OVER
    assert contest(room, learner, 180 + 7 * DAY).status == "raised"
    assert refused_by(lambda: contest(room, other, 181 + 7 * DAY)) == DisputeRefusal.TOO_LATE


def test_what_cannot_be_contested(room: Room, easy_room: Room) -> None:
    learner = room.learner()
    assert refused_by(lambda: contest(room, learner, text=" ")) == DisputeRefusal.TEXT_MISSING
    assert refused_by(lambda: contest(room, learner, lesson=easy_room.lesson)) == DisputeRefusal.NOT_YOURS
    contest(room, learner)
    assert refused_by(lambda: contest(room, learner)) == DisputeRefusal.ALREADY_RAISED
    other = room.learner("李梅")
    Completion.objects.create(
        number="Z1", proposed_reasoning={},
        enrolment=other.enrolments.get(), status="approved", proposed_by=room.trainer,
        proposed_at=room.at(190), submitted_by=people.user(), submitted_at=room.at(191),
        approved_by=people.user(), approved_at=room.at(192),
    )  # fmt: skip
    assert refused_by(lambda: contest(room, other)) == DisputeRefusal.COMPLETED


def test_it_is_taken_back_until_it_is_decided_and_may_be_raised_again(room: Room, school: User) -> None:
    learner = room.learner()
    assert learner.user
    disputes.take_back(dispute=contest(room, learner), by=learner.user, now=room.at(201))
    row = contest(room, learner, 202)
    answer(room, row)
    decide(room, row, school)
    with pytest.raises(DisputeRefused):
        disputes.take_back(dispute=row, by=learner.user, now=room.at(500))
    assert refused_by(lambda: decide(room, row, people.user())) == DisputeRefusal.ALREADY_DECIDED


def test_what_was_ruled_no_trainer_overrules(room: Room, school: User) -> None:
    learner = room.learner()
    row = contest(room, learner)
    answer(room, row)
    decide(room, row, school)
    with pytest.raises(MarkRefused) as refused:
        attendance.mark(
            by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="seen_in_class",
            now=room.at(410),
        )  # fmt: skip
    assert refused.value.code == MarkRefusal.RULED


@pytest.mark.parametrize("hours", [None, Hours(time(8), time(12)), Hours(time(11), time(10)), Hours(time(9), time(13))])
def test_hours_lie_within_the_lesson(room: Room, school: User, hours: Hours | None) -> None:
    row = contest(room, room.learner())
    answer(room, row)
    assert refused_by(lambda: decide(room, row, school, hours=hours)) == DisputeRefusal.WRONG_TIMES
    row.refresh_from_db()
    assert row.status == "answered"


def test_hours_of_a_lesson_over_midnight_are_of_either_day(now: datetime, db: None) -> None:
    night = open_room(now=now, first=now + timedelta(hours=14))
    assert night.lesson == Lesson.objects.get(pk=night.lesson.pk)
    row = contest(night, night.learner(), 200)
    answer(night, row)
    decide(night, row, people.user(), hours=Hours(time(23, 30), time(1, 30)))
    assert Attendance.objects.get().minutes == 120


def test_a_trainer_of_the_class_decides_nothing_there_whatever_other_post_they_hold(room: Room) -> None:
    row = contest(room, room.learner(), 200)
    assert refused_by(lambda: decide(room, row, room.trainer, 200 + 3 * DAY)) == DisputeRefusal.OWN_CLASS
    assert not Evidence.objects.exists()


def test_what_is_open_when_completion_is_approved_can_be_closed_and_no_longer_corrected(
    room: Room, school: User
) -> None:
    learner = room.learner()
    row = contest(room, learner)
    answer(room, row)
    Completion.objects.create(
        number="Z1", proposed_reasoning={},
        enrolment=learner.enrolments.get(), status="approved", proposed_by=room.trainer,
        proposed_at=room.at(310), submitted_by=people.user(), submitted_at=room.at(311),
        approved_by=people.user(), approved_at=room.at(312),
    )  # fmt: skip
    assert refused_by(lambda: decide(room, row, school)) == DisputeRefusal.COMPLETED
    decide(room, row, school, outcome=Outcome.KEEP, hours=None, text="已结业，学时足够")
    assert (row.status, Evidence.objects.count()) == ("kept", 0)
