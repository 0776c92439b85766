"""What waits for a second person: seen for the whole class, decided many at once, never by whose it is."""

from datetime import datetime

import pytest

from courses import attendance
from courses.attendance import Mark, MarkRefusal, MarkRefused, seconds
from courses.attendance.marks import Marked
from courses.models import Attendance, AuditEvent, Evidence, Learner, Lesson, User
from tests.courses.attendance.conftest import Room, scan
from tests.factories import people

pytestmark = pytest.mark.django_db
Status = Attendance.Status


@pytest.fixture
def office(db: None) -> User:
    return people.user(name="陈明")


def added(room: Room, learner: Learner, *, by: User | None = None) -> Marked:
    """Twenty minutes after the lesson, from the paper sheet."""
    return attendance.mark(
        by=by or room.trainer, lesson=room.lesson, learner=learner, as_=Mark.PRESENT, reason="paper_sheet",
        now=room.at(200),
    )  # fmt: skip


def decide(room: Room, by: User, receipts: list[str], *, agree: bool = True, why: str = "") -> seconds.DecidedMany:
    return seconds.decide_many(
        by=by, training_class=room.a_class, receipts=receipts, agree=agree, why=why, now=room.at(300)
    )


def waits(room: Room, by: User) -> list[tuple[str, bool]]:
    return [(one.row.learner.name, one.own) for one in seconds.waiting(training_class=room.a_class, by=by)]


def test_a_late_addition_waits_for_everybody_but_who_made_it(room: Room, office: User) -> None:
    added(room, room.learner())
    assert waits(room, room.trainer) == [("王小强", True)]
    assert waits(room, office) == [("王小强", False)]


def test_a_whole_class_is_confirmed_by_one_press(room: Room, office: User) -> None:
    receipts = [added(room, room.learner(f"学员{number}")).receipt for number in range(30)]
    made = decide(room, office, receipts)
    assert (made.done, made.refused) == (30, ())
    assert waits(room, office) == []
    rows = Evidence.objects.filter(kind="confirm")
    assert {(row.by, row.reason) for row in rows} == {(office, "second_person")}
    assert AuditEvent.objects.filter(verb="attendance_confirm", by_id=office.pk).count() == 30


def test_which_one_was_not_decided_and_why_is_told_and_the_others_are(room: Room, office: User) -> None:
    one, other, third = (added(room, room.learner(name)).receipt for name in ("甲", "乙", "丙"))
    decide(room, office, [one])
    own = attendance.mark(
        by=office, lesson=room.lesson, learner=room.learner("丁"), as_=Mark.PRESENT, reason="paper_sheet",
        now=room.at(200),
    ).receipt  # fmt: skip
    made = decide(room, office, [one, other, third, own])
    assert made.done == 2
    assert {(row.learner.name, refusal.code) for row, refusal in made.refused} == {
        ("甲", MarkRefusal.NOT_AWAITING),
        ("丁", MarkRefusal.SAME_PERSON),
    }


def test_what_is_turned_down_needs_its_reason_and_keeps_it(room: Room, office: User) -> None:
    learner = room.learner()
    receipt = added(room, learner).receipt
    with pytest.raises(MarkRefused) as caught:
        decide(room, office, [receipt], agree=False, why="  ")
    assert caught.value.code == MarkRefusal.WHY_MISSING
    assert decide(room, office, [receipt], agree=False, why="签到表上没有签名").done == 1
    row = Evidence.objects.get(kind="reject")
    assert (row.reason, row.note) == ("not_accepted", "签到表上没有签名")
    assert Attendance.objects.get(learner=learner).status == Status.UNMARKED


def test_a_scan_that_the_trainer_settles_is_none_of_these(room: Room, office: User) -> None:
    one, other = room.learner(), room.learner("李梅")
    scan(room, one, 0, device="browser")
    waiting = scan(room, other, 1, device="browser")
    assert waits(room, office) == []
    assert decide(room, office, [waiting.number]).done == 0


def test_a_scan_of_who_teaches_the_class_waits_for_somebody_else(room: Room, office: User) -> None:
    one, own = room.learner(), room.learner("王老师")
    Learner.objects.filter(pk=own.pk).update(user=room.trainer)
    own.refresh_from_db()
    scan(room, one, 0, device="browser")
    waiting = scan(room, own, 1, device="browser")
    assert waits(room, office) == [("王老师", False)]
    assert waits(room, room.trainer) == [("王老师", True)]
    assert decide(room, office, [waiting.number]).done == 1


def test_of_another_class_and_of_a_cancelled_lesson_nothing_is_shown(
    room: Room, easy_room: Room, office: User, now: datetime
) -> None:
    receipt = added(room, room.learner()).receipt
    assert waits(easy_room, office) == []
    assert decide(easy_room, office, [receipt]).done == 0
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    assert waits(room, office) == []
