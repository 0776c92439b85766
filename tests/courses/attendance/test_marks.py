from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from courses import attendance
from courses.attendance import Mark, MarkRefusal, MarkRefused
from courses.attendance.marks import Marked
from courses.models import Attendance, AuditEvent, Evidence, Learner, Lesson, User
from tests.courses.attendance.conftest import Room, leave, scan, teaches
from tests.factories import people

pytestmark = pytest.mark.django_db
Status = Attendance.Status


def state(learner: Learner) -> tuple[str, int, bool]:
    found = Attendance.objects.get(learner=learner)
    return found.status, found.minutes, found.by_hand


def mark(
    room: Room,
    learner: Learner,
    as_: Mark,
    minutes: float,
    *,
    reason: str = "no_phone",
    by: User | None = None,
    at: float | None = None,
) -> Marked:
    return attendance.mark(
        by=by or room.trainer,
        lesson=room.lesson,
        learner=learner,
        as_=as_,
        reason=reason,
        at=None if at is None else room.at(at),
        now=room.at(minutes),
    )


def refusal(
    room: Room, learner: Learner, as_: Mark, minutes: float, *, reason: str = "no_phone", at: float | None = None
) -> str:
    with pytest.raises(MarkRefused) as caught:
        mark(room, learner, as_, minutes, reason=reason, at=at)
    assert caught.value.sentence
    return str(caught.value.code)


def test_present_and_out_by_hand_count_and_stay_marked_as_such(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.PRESENT, 20)
    mark(room, learner, Mark.OUT, 175)
    assert state(learner) == (Status.PRESENT, 180, True)
    rows = Evidence.objects.filter(learner=learner)
    assert [(row.by_id, row.reason) for row in rows] == [(room.trainer.pk, "no_phone")] * 2
    assert AuditEvent.objects.filter(verb="attendance_marked").count() == 2


def test_late_by_hand_counts_from_the_moment_of_the_mark(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.LATE, 40)
    leave(room, learner, 180)
    assert state(learner) == (Status.LATE, 140, True)


@pytest.mark.parametrize(
    ("as_", "status"), [(Mark.LEAVE, Status.LEAVE), (Mark.SICK, Status.SICK), (Mark.ABSENT, Status.ABSENT)]
)
def test_an_excuse_or_an_absence_counts_nothing(room: Room, as_: Mark, status: Status) -> None:
    learner = room.learner()
    mark(room, learner, as_, 20, reason="personal_leave")
    assert state(learner) == (status, 0, True)


def test_the_last_word_by_hand_holds(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.ABSENT, 20, reason="seen_in_class")
    mark(room, learner, Mark.PRESENT, 25, reason="marked_by_mistake")
    mark(room, learner, Mark.OUT, 180)
    assert state(learner)[:2] == (Status.PRESENT, 180)
    assert Evidence.objects.filter(learner=learner).count() == 3


def test_late_marked_after_a_leaving_leaves_no_leaving(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.PRESENT, 0)
    leave(room, learner, 60)
    mark(room, learner, Mark.LATE, 90, reason="marked_by_mistake")
    assert state(learner) == (Status.AWAITING, 0, True)


def test_a_missing_check_out_is_decided_by_the_trainer_alone(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    mark(room, learner, Mark.OUT, 240, reason="seen_in_class")
    assert state(learner) == (Status.PRESENT, 180, True)


def test_an_arrival_after_the_end_waits_for_a_second_person(room: Room) -> None:
    learner = room.learner()
    marked = mark(room, learner, Mark.PRESENT, 200, reason="paper_sheet")
    assert state(learner)[:2] == (Status.AWAITING, 0)
    with pytest.raises(MarkRefused) as caught:
        attendance.confirm(by=room.trainer, receipt=marked.receipt, lesson=room.lesson, now=room.at(201))
    assert caught.value.code == MarkRefusal.SAME_PERSON
    other = people.user(name="李老师")
    attendance.confirm(by=other, receipt=marked.receipt, lesson=room.lesson, now=room.at(202))
    mark(room, learner, Mark.OUT, 203, reason="paper_sheet")
    assert state(learner) == (Status.ADDED, 180, True)


def test_a_waiting_record_is_decided_once(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    scan(room, one, 0, device="browser")
    waiting = scan(room, other, 1, device="browser")
    attendance.confirm(by=room.trainer, receipt=waiting.number, lesson=room.lesson, now=room.at(2))
    with pytest.raises(MarkRefused) as caught:
        attendance.reject(
            by=room.trainer, receipt=waiting.number, lesson=room.lesson, reason="wrong_person", now=room.at(3)
        )
    assert caught.value.code == MarkRefusal.NOT_AWAITING


def test_a_record_of_another_lesson_cannot_be_decided_here(room: Room, easy_room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    scan(room, one, 0, device="browser")
    waiting = scan(room, other, 1, device="browser")
    with pytest.raises(MarkRefused) as caught:
        attendance.confirm(by=room.trainer, receipt=waiting.number, lesson=easy_room.lesson, now=room.at(2))
    assert caught.value.code == MarkRefusal.NOT_AWAITING


def test_a_mark_without_a_reason_is_refused(room: Room) -> None:
    learner = room.learner()
    assert refusal(room, learner, Mark.PRESENT, 0, reason="") == MarkRefusal.REASON_MISSING
    assert not Evidence.objects.exists()


def test_a_stranger_to_the_class_is_refused(room: Room, now: datetime) -> None:
    assert refusal(room, people.learner(now=now), Mark.PRESENT, 0) == MarkRefusal.NOT_ENROLLED


@pytest.mark.parametrize(("minutes", "code"), [(-31, MarkRefusal.NOT_BEGUN), (180 + 24 * 60 + 1, MarkRefusal.TOO_OLD)])
def test_a_mark_has_its_hours(room: Room, minutes: int, code: MarkRefusal) -> None:
    assert refusal(room, room.learner(), Mark.PRESENT, minutes) == code


def test_nobody_leaves_who_has_not_come(room: Room) -> None:
    assert refusal(room, room.learner(), Mark.OUT, 178) == MarkRefusal.NOT_IN_YET


def test_a_cancelled_lesson_takes_no_mark(room: Room) -> None:
    learner = room.learner()
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    room.lesson.refresh_from_db()
    assert refusal(room, learner, Mark.PRESENT, 0) == MarkRefusal.CANCELLED


@pytest.mark.parametrize(("seconds", "over"), [(0, False), (60, False), (61, True)])
def test_a_learner_takes_back_a_scan_for_a_minute(room: Room, seconds: int, over: bool) -> None:
    learner = room.learner()
    receipt = scan(room, learner, 0)
    when = room.at(0) + timedelta(seconds=seconds)
    if over:
        with pytest.raises(MarkRefused) as caught:
            attendance.undo(learner_id=learner.pk, receipt=receipt.number, nonce=receipt.ticket, now=when)
        assert caught.value.code == MarkRefusal.UNDO_OVER
        assert state(learner)[0] == Status.AWAITING
    else:
        attendance.undo(learner_id=learner.pk, receipt=receipt.number, nonce=receipt.ticket, now=when)
        assert state(learner)[0] == Status.UNMARKED


def test_a_scan_takes_back_nothing_that_another_scan_recorded(room: Room) -> None:
    learner = room.learner()
    receipt = scan(room, learner, 0)
    with pytest.raises(MarkRefused) as caught:
        attendance.undo(learner_id=learner.pk, receipt=receipt.number, nonce="of another scan", now=room.at(0.5))
    assert caught.value.code == MarkRefusal.NOT_THIS_SCAN
    assert state(learner)[0] == Status.AWAITING


def test_taking_back_twice_or_for_another_is_refused(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    receipt = scan(room, one, 0)
    with pytest.raises(MarkRefused) as caught:
        attendance.undo(learner_id=other.pk, receipt=receipt.number, nonce=receipt.ticket, now=room.at(0))
    assert caught.value.code == MarkRefusal.NOT_AWAITING
    attendance.undo(learner_id=one.pk, receipt=receipt.number, nonce=receipt.ticket, now=room.at(0))
    with pytest.raises(MarkRefused) as caught:
        attendance.undo(learner_id=one.pk, receipt=receipt.number, nonce=receipt.ticket, now=room.at(0))
    assert caught.value.code == MarkRefusal.NOT_AWAITING


def test_pausing_the_wall_is_in_the_audit(room: Room) -> None:
    attendance.pause_wall(by=room.trainer, lesson=room.lesson, paused=True, now=room.at(0))
    attendance.pause_wall(by=room.trainer, lesson=room.lesson, paused=False, now=room.at(1))
    verbs = AuditEvent.objects.filter(verb__startswith="wall_").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["wall_paused", "wall_resumed"]


def test_who_was_late_is_recorded_from_the_time_that_the_trainer_states(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.LATE, 90, at=40)
    leave(room, learner, 180)
    assert state(learner) == (Status.LATE, 140, True)
    row = Evidence.objects.get(kind="manual")
    assert (row.happened_at, row.claimed_at, row.received_at) == (room.at(40), room.at(40), room.at(90))


def test_after_the_lesson_who_was_late_needs_the_time_and_waits_with_it(room: Room) -> None:
    learner = room.learner()
    assert refusal(room, learner, Mark.LATE, 200) == MarkRefusal.TIME_MISSING
    marked = mark(room, learner, Mark.LATE, 200, at=60)
    assert state(learner)[:2] == (Status.AWAITING, 0)
    attendance.confirm(by=people.user(), receipt=marked.receipt, lesson=room.lesson, now=room.at(210))
    mark(room, learner, Mark.OUT, 211)
    assert state(learner) == (Status.ADDED, 120, True)


def test_who_was_marked_left_at_the_wrong_time_is_marked_left_at_the_right_one(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, Mark.PRESENT, 0)
    mark(room, learner, Mark.OUT, 160)
    mark(room, learner, Mark.OUT, 240, at=60, reason="marked_by_mistake")
    assert state(learner) == (Status.LEFT_EARLY, 60, True)


def test_a_stated_time_that_a_scan_outdoes_is_refused_and_not_told_to_be_saved(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    leave(room, learner, 170)
    assert refusal(room, learner, Mark.OUT, 175, at=60) == MarkRefusal.SCANNED
    assert refusal(room, learner, Mark.LATE, 175, at=60) == MarkRefusal.SCANNED
    assert Evidence.objects.filter(kind="manual").count() == 0


@pytest.mark.parametrize(
    ("as_", "minutes", "at", "code"),
    [
        (Mark.PRESENT, 90, 40, MarkRefusal.TIME_UNUSED),
        (Mark.ABSENT, 90, 40, MarkRefusal.TIME_UNUSED),
        (Mark.LATE, 90, -1, MarkRefusal.TIME_OUTSIDE),
        (Mark.OUT, 200, 181, MarkRefusal.TIME_OUTSIDE),
        (Mark.OUT, 90, 91, MarkRefusal.TIME_TO_COME),
        (Mark.OUT, 90, 20, MarkRefusal.BEFORE_ARRIVAL),
    ],
)
def test_a_time_that_cannot_be_is_refused(room: Room, as_: Mark, minutes: int, at: int, code: MarkRefusal) -> None:
    learner = room.learner()
    mark(room, learner, Mark.LATE, 30)
    assert refusal(room, learner, as_, minutes, at=at) == code
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("text", ["9:40", "9：40", "0940", " 09:40 "])
def test_a_time_is_read_as_people_write_it(room: Room, text: str) -> None:
    assert attendance.read_time(lesson=room.lesson, text=text) == room.at(40)


def test_what_is_no_time_is_told_between_which_it_has_to_lie(room: Room) -> None:
    assert attendance.read_time(lesson=room.lesson, text=" ") is None
    with pytest.raises(MarkRefused) as caught:
        attendance.read_time(lesson=room.lesson, text="25:99")
    assert "9:00 到 12:00" in caught.value.sentence


@pytest.mark.parametrize("as_", list(Mark))
def test_who_teaches_the_class_marks_nothing_of_their_own(room: Room, as_: Mark) -> None:
    own = teaches(room, room.learner())
    scan(room, own, 0)
    assert refusal(room, own, as_, 90) == MarkRefusal.OWN


def test_who_teaches_the_class_confirms_no_scan_of_their_own(room: Room) -> None:
    one, own = room.learner(), teaches(room, room.learner("李梅"))
    scan(room, one, 0, device="browser")
    waiting = scan(room, own, 1, device="browser")
    said: dict[str, Any] = {"receipt": waiting.number, "lesson": room.lesson, "now": room.at(2)}
    for decide in (attendance.confirm, partial(attendance.reject, reason="wrong_person")):
        with pytest.raises(MarkRefused) as caught:
            decide(by=room.trainer, **said)  # type: ignore[operator]
        assert caught.value.code == MarkRefusal.OWN
    attendance.confirm(by=people.user(), receipt=waiting.number, lesson=room.lesson, now=room.at(3))
    assert Evidence.objects.filter(kind="confirm").count() == 1
