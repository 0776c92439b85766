"""No message, no login: two digits compared face to face, and the time of the scan counts."""

import pytest

from courses import attendance
from courses.attendance import (
    Awaited,
    DoorRefused,
    Mark,
    MarkRefusal,
    MarkRefused,
    ScanRefusal,
    ScanRefused,
    Who,
    seal_ticket,
)
from courses.models import Attendance, Direction, DoorRequest, Evidence, Lesson
from tests.courses.attendance.conftest import Room, scan, teaches, ticket
from tests.factories import people

pytestmark = pytest.mark.django_db


def ask(room: Room, minutes: float, *, direction: Direction = Direction.IN, device: str = "phone") -> DoorRequest:
    made = ticket(room, room.at(minutes), direction=direction, device=device)
    return attendance.ask_door(ticket_text=seal_ticket(made), now=room.at(minutes + 1))


def refusal(room: Room, row: DoorRequest, learner: object, minutes: float) -> MarkRefusal:
    with pytest.raises(MarkRefused) as refused:
        attendance.settle_door(
            by=room.trainer,
            lesson=room.lesson,
            request=row,
            learner=learner,
            now=room.at(minutes),  # type: ignore[arg-type]
        )
    return MarkRefusal(refused.value.code)


def test_the_time_of_the_scan_counts_and_the_row_says_who_looked_and_why(room: Room) -> None:
    learner = room.learner()
    row = ask(room, 14)
    assert attendance.awaited(row) == Awaited.AWAITS
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=row, learner=learner, now=room.at(25))
    said = Evidence.objects.get()
    assert (said.kind, said.reason, said.by, said.pairing) == ("manual", "no_sms", room.trainer, row.pairing)
    assert (said.happened_at, said.received_at, said.ticket) == (room.at(14), room.at(25), row.ticket)
    state = Attendance.objects.get()
    assert ("late" in state.reasons, state.by_hand) == (False, True)
    row.refresh_from_db()
    assert (attendance.awaited(row), row.evidence) == (Awaited.COUNTS, said)


def test_the_same_ticket_asks_once_and_digits_are_of_one_phone_at_a_time(room: Room) -> None:
    made = seal_ticket(ticket(room, room.at(0)))
    rows = {attendance.ask_door(ticket_text=made, now=room.at(minute)).pk for minute in (1, 2)}
    assert len(rows) == 1
    others = {ask(room, 1, device=f"phone {number}").pairing for number in range(89)}
    assert len(others | {DoorRequest.objects.get(pk=rows.pop()).pairing}) == 90
    with pytest.raises(DoorRefused):
        ask(room, 1)


def test_an_answer_is_given_once(room: Room) -> None:
    row = ask(room, 0)
    attendance.reject_door(by=room.trainer, lesson=room.lesson, request=row, now=room.at(2))
    assert refusal(room, row, room.learner(), 3) == MarkRefusal.NOT_AWAITING
    assert not Evidence.objects.exists()


def test_who_is_here_already_or_of_another_class_or_leaves_without_coming_is_refused(
    room: Room, easy_room: Room
) -> None:
    learner = room.learner()
    assert refusal(room, ask(room, 0), easy_room.learner("于海"), 2) == MarkRefusal.NOT_ENROLLED
    assert refusal(room, ask(room, 170, direction=Direction.OUT), learner, 171) == MarkRefusal.NOT_IN_YET
    scan(room, learner, 3)
    assert refusal(room, ask(room, 4), learner, 5) == MarkRefusal.HERE_ALREADY


def test_a_ticket_is_used_by_the_door_or_by_a_login_and_not_by_both(room: Room) -> None:
    learner, other = room.learner(), room.learner("李梅")
    made = ticket(room, room.at(0), device="phone")
    row = attendance.ask_door(ticket_text=seal_ticket(made), now=room.at(1))
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=row, learner=learner, now=room.at(2))
    with pytest.raises(ScanRefused) as refused:
        attendance.check_in(ticket=made, who=Who(user_id=other.user_id), now=room.at(3))
    assert refused.value.code == ScanRefusal.TICKET_USED
    second = ticket(room, room.at(4), device="phone 2")
    attendance.check_in(ticket=second, who=Who(user_id=other.user_id), now=room.at(5))
    with pytest.raises(ScanRefused):
        attendance.ask_door(ticket_text=seal_ticket(second), now=room.at(6))


def test_the_next_learner_on_that_phone_waits_for_the_trainer(room: Room) -> None:
    row = ask(room, 0, device="shared")
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=row, learner=room.learner(), now=room.at(2))
    receipt = scan(room, room.learner("李梅"), 5, device="shared")
    assert receipt.standing == attendance.Standing.AWAITS


@pytest.mark.parametrize(("minutes", "code"), [(-31, ScanRefusal.TOO_EARLY), (181, ScanRefusal.TOO_LATE)])
def test_outside_the_window_nobody_is_asked(room: Room, minutes: float, code: ScanRefusal) -> None:
    with pytest.raises(ScanRefused) as refused:
        ask(room, minutes)
    assert refused.value.code == code
    Lesson.objects.update(status=Lesson.Status.CANCELLED)
    with pytest.raises(ScanRefused) as refused:
        ask(room, 0)
    assert refused.value.code == ScanRefusal.CANCELLED


def test_what_the_door_wrote_is_marked_over_like_any_mark_by_hand(room: Room) -> None:
    learner = room.learner()
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=ask(room, 0), learner=learner, now=room.at(2))
    attendance.mark(
        by=people.user(), lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="wrong_person", now=room.at(9)
    )
    assert Attendance.objects.get().status == "absent"


def test_whom_the_trainer_names_is_here_though_they_were_marked_away(room: Room) -> None:
    learner = room.learner()
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="other", now=room.at(20)
    )
    row = ask(room, 30)
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=row, learner=learner, now=room.at(32))
    assert Attendance.objects.get().in_at == room.at(30)


def test_who_is_named_after_the_lesson_waits_for_a_second_person_and_after_a_day_is_not_named(room: Room) -> None:
    learner, other = room.learner(), room.learner("李梅")
    row, forgotten = ask(room, 14), ask(room, 15, device="phone 2")
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=row, learner=learner, now=room.at(200))
    said = Evidence.objects.get()
    assert (said.kind, said.strength, said.happened_at) == ("late", "awaiting", room.at(14))
    row.refresh_from_db()
    assert attendance.awaited(row) == Awaited.AWAITS
    with pytest.raises(MarkRefused) as refused:
        attendance.confirm(by=room.trainer, receipt=said.receipt, lesson=room.lesson, now=room.at(201))
    assert refused.value.code == MarkRefusal.SAME_PERSON
    assert refusal(room, forgotten, other, 181 + 24 * 60) == MarkRefusal.TOO_OLD
    room.lesson.status = Lesson.Status.CANCELLED
    assert refusal(room, forgotten, other, 210) == MarkRefusal.CANCELLED
    assert Evidence.objects.count() == 1


def test_who_teaches_the_class_is_not_who_shows_the_digits(room: Room) -> None:
    assert refusal(room, ask(room, 0), teaches(room, room.learner()), 5) == MarkRefusal.OWN
