from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import attendance, classes
from courses.attendance import Mark, NotBound, Receipt, ScanRefusal, ScanRefused, Standing, Who
from courses.models import Attendance, Direction, Evidence, Learner, Lesson, RefusedScan, TrainingClass
from courses.people import devices
from courses.policy import Policy
from tests.courses.attendance.conftest import Room, leave, open_room, scan, ticket
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
Status = Attendance.Status


def state(room: Room, learner: Learner) -> tuple[str, int]:
    found = Attendance.objects.get(lesson=room.lesson, learner=learner)
    return found.status, found.minutes


def refused(room: Room, learner: Learner, minutes: float, *, direction: Direction = Direction.IN) -> ScanRefused:
    with pytest.raises(ScanRefused) as caught:
        scan(room, learner, minutes, direction=direction)
    assert not Evidence.objects.filter(learner=learner, lesson=room.lesson).exclude(direction="in").exists()
    return caught.value


def test_in_and_out_give_the_whole_lesson(room: Room) -> None:
    learner = room.learner()
    came = scan(room, learner, -5)
    assert (came.standing, came.late, came.minutes) == (Standing.COUNTS, False, 0)
    left = leave(room, learner, 178)
    assert (left.status, left.minutes) == (Status.PRESENT, 180)
    assert state(room, learner) == (Status.PRESENT, 180)


def test_who_comes_late_is_told_so_at_once(room: Room) -> None:
    learner = room.learner()
    assert scan(room, learner, 16).late is True
    assert leave(room, learner, 180).minutes == 164
    assert state(room, learner) == (Status.LATE, 164)


def test_who_leaves_early_counts_to_the_scan(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    assert leave(room, learner, 120).minutes == 120
    assert state(room, learner) == (Status.LEFT_EARLY, 120)


def test_without_check_out_nothing_counts_where_it_is_required(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    assert state(room, learner) == (Status.AWAITING, 0)


def test_without_check_out_the_lesson_counts_where_it_is_optional(easy_room: Room) -> None:
    learner = easy_room.learner()
    assert scan(easy_room, learner, 0).minutes == 180
    assert state(easy_room, learner) == (Status.PRESENT, 180)


def test_the_time_that_counts_is_the_scan_and_not_the_post(room: Room) -> None:
    learner = room.learner()
    made = ticket(room, room.at(14))
    receipt = attendance.check_in(ticket=made, who=Who(user_id=learner.user_id), now=room.at(23))
    assert (receipt.happened_at, receipt.received_at, receipt.late) == (room.at(14), room.at(23), False)


def test_a_lesson_over_midnight_takes_both_scans(now: datetime) -> None:
    night = open_room(now=now, first=now.replace(hour=14, minute=30))
    learner = night.learner()
    scan(night, learner, 0)
    leave(night, learner, 179)
    assert state(night, learner) == (Status.PRESENT, 180)


def test_the_same_ticket_again_gives_the_first_receipt(room: Room) -> None:
    learner = room.learner()
    made = ticket(room, room.at(0))
    who = Who(user_id=learner.user_id)
    first = attendance.check_in(ticket=made, who=who, now=room.at(0))
    again = attendance.check_in(ticket=made, who=who, now=room.at(1))
    assert again == first
    assert Evidence.objects.count() == 1


def test_a_second_scan_of_the_same_learner_gives_the_first_receipt(room: Room) -> None:
    learner = room.learner()
    assert scan(room, learner, 0).number == scan(room, learner, 3).number
    assert Evidence.objects.count() == 1


def test_the_ticket_of_one_learner_is_refused_to_another(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    made = ticket(room, room.at(0))
    attendance.check_in(ticket=made, who=Who(user_id=one.user_id), now=room.at(0))
    with pytest.raises(ScanRefused) as caught:
        attendance.check_in(ticket=made, who=Who(user_id=other.user_id), now=room.at(1))
    assert caught.value.code == ScanRefusal.TICKET_USED
    assert not Attendance.objects.filter(learner=other).exists()


def test_a_second_learner_on_one_browser_waits_for_the_trainer(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    assert scan(room, one, 0, device="browser").pairing == ""
    second = scan(room, other, 1, device="browser")
    assert (second.standing, len(second.pairing), second.pairing.isdecimal()) == (Standing.AWAITS, 2, True)
    assert state(room, other) == (Status.AWAITING, 0)
    attendance.confirm(by=room.trainer, receipt=second.number, lesson=room.lesson, now=room.at(2))
    own = attendance.own_receipt(number=second.number, learner_id=other.pk)
    assert own is not None
    assert own.standing == Standing.COUNTS
    assert Attendance.objects.get(learner=other).in_at == room.at(1)


def test_a_rejected_scan_tells_so(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    scan(room, one, 0, device="browser")
    second = scan(room, other, 1, device="browser")
    attendance.reject(by=room.trainer, receipt=second.number, lesson=room.lesson, reason="wrong_person", now=room.at(2))
    own = attendance.own_receipt(number=second.number, learner_id=other.pk)
    assert own is not None
    assert own.standing == Standing.DENIED


def mark(room: Room, learner: Learner, minutes: float, as_: Mark = Mark.ABSENT) -> None:
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=learner, as_=as_, reason="other", now=room.at(minutes))


@pytest.mark.parametrize("as_", [Mark.ABSENT, Mark.LEAVE, Mark.SICK])
@pytest.mark.parametrize("scanned_before", [False, True])
def test_who_is_marked_away_and_scans_waits_until_the_trainer_confirms(
    room: Room, as_: Mark, scanned_before: bool
) -> None:
    learner = room.learner()
    if scanned_before:
        scan(room, learner, 0)
    mark(room, learner, 20, as_)
    came = scan(room, learner, 30)
    assert (came.standing, came.why, len(came.pairing)) == (Standing.AWAITS, "marked_away", 2)
    assert state(room, learner) == (Status.AWAITING, 0)
    assert [row.needs_me for row in attendance.roster(lesson=room.lesson)] == [True]
    left = leave(room, learner, 175)
    assert (left.standing, left.why) == (Standing.AWAITS, "arrival_awaits")
    attendance.confirm(by=room.trainer, receipt=came.number, lesson=room.lesson, now=room.at(176))
    assert state(room, learner) == (Status.LATE, 150)
    assert {own(came, learner), own(left, learner)} == {Standing.COUNTS}


def test_who_is_marked_away_and_not_confirmed_stays_away(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, 20)
    came = scan(room, learner, 30)
    attendance.reject(by=room.trainer, receipt=came.number, lesson=room.lesson, reason="wrong_person", now=room.at(31))
    assert (state(room, learner), own(came, learner)) == ((Status.ABSENT, 0), Standing.DENIED)


def test_a_mark_that_the_learner_is_away_takes_the_green_from_an_earlier_scan(room: Room) -> None:
    learner = room.learner()
    came = scan(room, learner, 0)
    mark(room, learner, 20)
    assert own(came, learner) == Standing.AWAY
    assert scan(room, learner, 30).number != came.number


def test_who_is_marked_away_and_never_came_is_told_so_at_check_out(room: Room) -> None:
    learner = room.learner()
    mark(room, learner, 20)
    with pytest.raises(ScanRefused) as caught:
        leave(room, learner, 175)
    assert caught.value.code == ScanRefusal.MARKED_AWAY


def own(receipt: Receipt, learner: Learner) -> Standing:
    told = attendance.own_receipt(number=receipt.number, learner_id=learner.pk)
    assert told is not None
    return told.standing


def test_leaving_on_a_shared_browser_waits_as_well(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    scan(room, one, 0, device="a")
    scan(room, other, 0, device="b")
    leave(room, one, 178, device="a")
    left = leave(room, other, 179, device="a")
    assert left.standing == Standing.AWAITS
    assert state(room, other) == (Status.AWAITING, 0)
    attendance.confirm(by=room.trainer, receipt=left.number, lesson=room.lesson, now=room.at(181))
    assert state(room, other) == (Status.PRESENT, 180)


def test_an_undone_scan_can_be_made_again(room: Room) -> None:
    learner = room.learner()
    first = scan(room, learner, 0)
    attendance.undo(learner_id=learner.pk, receipt=first.number, nonce=first.ticket, now=room.at(0.5))
    assert state(room, learner) == (Status.UNMARKED, 0)
    own = attendance.own_receipt(number=first.number, learner_id=learner.pk)
    assert own is not None
    assert own.standing == Standing.UNDONE
    again = scan(room, learner, 2)
    assert again.number != first.number
    assert Attendance.objects.get(learner=learner).in_at == room.at(2)


def test_after_an_undone_arrival_there_is_no_leaving(room: Room) -> None:
    learner = room.learner()
    first = scan(room, learner, 170)
    attendance.undo(learner_id=learner.pk, receipt=first.number, nonce=first.ticket, now=room.at(170.5))
    assert refused(room, learner, 175, direction=Direction.OUT).code == ScanRefusal.NOT_IN_YET


def test_nobody_else_sees_a_receipt(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    receipt = scan(room, one, 0)
    assert attendance.own_receipt(number=receipt.number, learner_id=other.pk) is None


@pytest.mark.parametrize(("minutes", "code"), [(-31, ScanRefusal.TOO_EARLY), (181, ScanRefusal.TOO_LATE)])
def test_outside_its_hours_a_scan_is_refused_with_the_time(room: Room, minutes: int, code: ScanRefusal) -> None:
    refusal = refused(room, room.learner(), minutes)
    assert refusal.code == code
    assert {"too_early": "8:30", "too_late": "12:00"}[code] in refusal.sentence


def test_leaving_is_taken_until_half_an_hour_after_the_end(room: Room) -> None:
    learner, other = room.learner(), room.learner("李梅")
    scan(room, learner, 0)
    scan(room, other, 0)
    assert leave(room, learner, 210).minutes == 180
    assert refused(room, other, 211, direction=Direction.OUT).code == ScanRefusal.TOO_LATE


def test_leaving_without_having_come_is_refused(room: Room) -> None:
    assert refused(room, room.learner(), 178, direction=Direction.OUT).code == ScanRefusal.NOT_IN_YET


def test_who_is_not_verified_is_told_to_be(room: Room, now: datetime) -> None:
    learner = people.learner(now=now, verified=False)
    assert refused(room, learner, 0).code == ScanRefusal.NOT_VERIFIED


def test_a_login_without_a_learner_is_not_verified(room: Room) -> None:
    made = ticket(room, room.at(0))
    with pytest.raises(ScanRefused) as caught:
        attendance.check_in(ticket=made, who=Who(user_id=room.trainer.pk), now=room.at(0))
    assert caught.value.code == ScanRefusal.NOT_VERIFIED


def test_who_is_not_enrolled_is_told_how_to_join(room: Room, now: datetime) -> None:
    assert refused(room, people.learner(now=now), 0).code == ScanRefusal.NOT_ENROLLED


def test_who_waits_for_a_seat_is_not_enrolled(room: Room, now: datetime) -> None:
    TrainingClass.objects.filter(pk=room.a_class.pk).update(seats=1)
    room.learner()
    assert refused(room, room.learner("李梅"), 0).code == ScanRefusal.NOT_ENROLLED


def test_who_is_in_the_wrong_room_is_told_the_right_one(room: Room, now: datetime) -> None:
    early = now - timedelta(days=20)
    other = training_class(now=early, first=now, course=catalogue.course(name="面点师（四级）"))
    Lesson.objects.filter(training_class=other).update(room="205 教室")
    learner = enrolled(training_class=other, now=early).learner
    refusal = refused(room, learner, 0)
    assert refusal.code == ScanRefusal.WRONG_CLASS
    assert "205 教室" in refusal.sentence
    assert {key: refusal.values[key] for key in ("here", "room", "course", "until")} == {
        "here": "203 教室",
        "room": "205 教室",
        "course": "面点师（四级）",
        "until": "9:15",
    }


def test_a_cancelled_lesson_takes_no_scan(room: Room) -> None:
    learner = room.learner()
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    assert refused(room, learner, 0).code == ScanRefusal.CANCELLED


@pytest.mark.parametrize("to", TrainingClass.STOPPED)
def test_a_stopped_class_takes_no_scan(room: Room, to: TrainingClass.Status) -> None:
    learner = room.learner()
    classes.advance(by=None, training_class=room.a_class, to=to, reason="教室漏水", now=room.at(-60))
    assert refused(room, learner, 0).code == ScanRefusal.CANCELLED


def test_a_bound_browser_stands_for_its_learner(room: Room, now: datetime) -> None:
    learner = room.learner()
    device = devices.bind(learner=learner, label="Android，微信", now=now)
    who = Who(learner_id=learner.pk, device_code=device.code)
    receipt = attendance.check_in(ticket=ticket(room, room.at(0)), who=who, now=room.at(0))
    assert receipt.learner_name == learner.name


def test_a_removed_or_outlived_binding_stands_for_nobody(room: Room, now: datetime) -> None:
    learner = room.learner()
    device = devices.bind(learner=learner, label="Android，微信", now=now)
    who = Who(learner_id=learner.pk, device_code=device.code)
    with pytest.raises(NotBound):
        attendance.check_in(ticket=ticket(room, room.at(0)), who=who, now=device.expires_at)
    devices.revoke(learner=learner, code=device.code, now=now)
    with pytest.raises(NotBound):
        attendance.check_in(ticket=ticket(room, room.at(0)), who=who, now=room.at(0))
    assert Evidence.objects.count() == 0


def test_the_binding_of_one_learner_does_not_stand_for_another(room: Room, now: datetime) -> None:
    one, other = room.learner(), room.learner("李梅")
    device = devices.bind(learner=one, label="Android，微信", now=now)
    with pytest.raises(NotBound):
        attendance.check_in(
            ticket=ticket(room, room.at(0)), who=Who(learner_id=other.pk, device_code=device.code), now=room.at(0)
        )


def test_a_good_scan_makes_a_ticket_and_no_row(room: Room, now: datetime) -> None:
    code = attendance.issue(lesson=room.lesson, direction=Direction.IN, policy=Policy(), now=now)
    made = attendance.scan(text=code.text, browser="browser", now=now)
    assert (made.lesson_code, made.direction, made.scanned_at, made.device) == (
        room.lesson.code,
        Direction.IN,
        now,
        "browser",
    )
    assert (Evidence.objects.count(), RefusedScan.objects.count()) == (0, 0)


@pytest.mark.parametrize(("waited_ms", "offset_ms"), [(0, 3000), (4200, 7200), (19900, 22900)])
def test_how_long_after_the_start_of_its_step_a_code_was_scanned_stands_on_the_row(
    room: Room, now: datetime, waited_ms: int, offset_ms: int
) -> None:
    """Three seconds into a step the wall is looked at; until the scan some more pass, perhaps in other hands."""
    learner, shown = room.learner(), now + timedelta(seconds=3)
    code = attendance.issue(lesson=room.lesson, direction=Direction.IN, policy=Policy(), now=shown)
    at = shown + timedelta(milliseconds=waited_ms)
    sealed = attendance.seal_ticket(attendance.scan(text=code.text, browser="browser", now=at))
    attendance.redeem(ticket_text=sealed, who=Who(user_id=learner.user_id), now=at + timedelta(seconds=90))
    row = Evidence.objects.get()
    assert (row.offset_ms, row.origin, row.claimed_at) == (offset_ms, "wall", None)


def scan_refusal(text: str, now: datetime) -> str:
    with pytest.raises(ScanRefused) as caught:
        attendance.scan(text=text, browser="", now=now)
    return str(caught.value.code)


def test_looking_at_a_code_refuses_what_can_be_known_without_a_person(room: Room, now: datetime) -> None:
    code = attendance.issue(lesson=room.lesson, direction=Direction.IN, policy=Policy(), now=now).text
    assert scan_refusal("ABC", now) == ScanRefusal.UNKNOWN_CODE
    assert scan_refusal("Z" * 16, now) == ScanRefusal.UNKNOWN_CODE
    assert scan_refusal(code, now + timedelta(seconds=31)) == ScanRefusal.EXPIRED
    attendance.pause_wall(by=room.trainer, lesson=room.lesson, paused=True, now=now)
    assert scan_refusal(code, now) == ScanRefusal.PAUSED
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    assert scan_refusal(code, now) == ScanRefusal.CANCELLED


def test_a_class_that_is_not_approved_has_no_codes(now: datetime) -> None:
    draft = first_lesson(training_class(now=now, first=now, approved=False))
    code = attendance.issue(lesson=draft, direction=Direction.IN, policy=Policy(), now=now).text
    assert scan_refusal(code, now) == ScanRefusal.UNKNOWN_CODE


def test_a_refused_redemption_leaves_its_row(room: Room, now: datetime) -> None:
    learner = people.learner(now=now)
    text = attendance.seal_ticket(ticket(room, now, device="browser"))
    with pytest.raises(ScanRefused):
        attendance.redeem(ticket_text=text, who=Who(user_id=learner.user_id), now=now)
    row = RefusedScan.objects.get()
    assert (row.code, row.lesson_id, row.learner_id, row.direction, row.device, row.scanned_at) == (
        ScanRefusal.NOT_ENROLLED,
        room.lesson.pk,
        learner.pk,
        "in",
        "browser",
        now,
    )


def test_a_redemption_without_a_ticket_leaves_its_row(room: Room, now: datetime) -> None:
    with pytest.raises(ScanRefused) as caught:
        attendance.redeem(ticket_text="", who=Who(user_id=room.learner().user_id), now=now)
    assert caught.value.code == ScanRefusal.NO_TICKET
    assert RefusedScan.objects.get().lesson_id is None


def test_a_first_arrival_takes_three_statements(room: Room, now: datetime) -> None:
    learner = room.learner()
    made = ticket(room, room.at(0))
    scan(room, room.learner("李梅"), 0)
    with CaptureQueriesContext(connection) as statements:
        attendance.check_in(ticket=made, who=Who(user_id=learner.user_id), now=room.at(0))
    verbs = [sql["sql"].split()[0] for sql in statements if sql["sql"].split()[0] in ("SELECT", "INSERT", "UPDATE")]
    assert verbs == ["SELECT", "INSERT", "INSERT"]
