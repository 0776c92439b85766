"""The learner shows, the trainer, a kiosk or a scanner reads."""

from datetime import datetime, timedelta

import pytest

from courses import attendance
from courses.attendance import Mark, PersonRefusal, PersonRefused, Place, Scanned, Scanner, Standing, personal
from courses.attendance.second import drawn, turn_of
from courses.models import Attendance, Device, Direction, Evidence, Learner, Lesson, RefusedScan, TrainingClass
from courses.people import cards, devices
from tests.courses.attendance.conftest import Room, open_room, scan, teaches
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Kind, Origin = Evidence.Kind, Evidence.Origin
Second = TrainingClass.SecondScan
KIOSK = Scanner(origin=Origin.KIOSK, name="T0000000001")


def phone_of(learner: Learner, room: Room, browser: str = "") -> Device:
    return devices.bind(learner=learner, label="Android", now=room.at(-60), browser=browser)


def code(learner: Learner, device: Device, at: datetime) -> str:
    return personal.code_at(learner=learner, device=device, moment=at)


def shown(room: Room, learner: Learner, minutes: float, *, by: Scanner | None = None, skew: float = 0) -> Scanned:
    """The learner's phone shows its code of that minute, and it is scanned at once."""
    device = Device.objects.filter(learner=learner, revoked_at__isnull=True).first() or phone_of(learner, room)
    at = room.at(minutes)
    text = code(learner, device, at + timedelta(minutes=skew))
    return attendance.scan_person(text=text, at=room.lesson, scanner=by or Scanner(by=room.trainer), now=at)


def refusal(text: str, at: object, moment: datetime) -> PersonRefusal:
    with pytest.raises(PersonRefused) as caught:
        attendance.scan_person(text=text, at=at, scanner=KIOSK, now=moment)  # type: ignore[arg-type]
    assert RefusedScan.objects.latest("pk").code == caught.value.code
    return caught.value.code  # type: ignore[return-value]


def ask_second(room: Room, mode: str, share: int = 100) -> None:
    TrainingClass.objects.filter(pk=room.a_class.pk).update(
        second_scan=mode, policy=catalogue.policy(f"share{share}", second_scan_share=share)
    )
    room.lesson.refresh_from_db()


def state(room: Room, learner: Learner) -> str:
    return Attendance.objects.get(lesson=room.lesson, learner=learner).status


def test_in_and_out_by_the_personal_code_give_the_whole_lesson(room: Room) -> None:
    learner = room.learner()
    came = shown(room, learner, -5)
    left = shown(room, learner, 178)
    assert (came.receipt.standing, came.receipt.direction, came.again) == (Standing.COUNTS, Direction.IN, False)
    assert (left.receipt.direction, left.receipt.minutes) == (Direction.OUT, 180)
    rows = Evidence.objects.order_by("pk")
    assert [(row.kind, row.origin, row.by) for row in rows] == [(Kind.PERSONAL, Origin.TRAINER, room.trainer)] * 2


def test_a_card_counts_for_who_has_no_phone(room: Room, now: datetime) -> None:
    learner = people.learner(now=now, with_login=False)
    enrolled(training_class=room.a_class, now=room.at(-9000), learner=learner)
    issued = cards.issue(learner=learner, by=room.trainer, now=room.at(-60))
    scanned = attendance.scan_person(text=issued.code, at=room.lesson, scanner=KIOSK, now=room.at(0))
    assert scanned.receipt.standing == Standing.COUNTS
    row = Evidence.objects.get()
    assert (row.kind, row.origin, row.note, row.by) == (Kind.CARD, Origin.KIOSK, "T0000000001", None)


def test_a_second_scan_shows_the_first_receipt(room: Room) -> None:
    learner = room.learner()
    first, again = shown(room, learner, 0), shown(room, learner, 4)
    assert (again.again, again.receipt.number) == (True, first.receipt.number)
    assert Evidence.objects.count() == 1


def test_the_wall_and_the_trainer_give_one_arrival(room: Room) -> None:
    learner = room.learner()
    receipt = scan(room, learner, 0)
    assert (shown(room, learner, 2).receipt.number, Evidence.objects.count()) == (receipt.number, 1)


def test_the_direction_can_be_chosen(room: Room) -> None:
    learner = room.learner()
    shown(room, learner, 0)
    device = Device.objects.get(learner=learner)
    scanned = attendance.scan_person(
        text=code(learner, device, room.at(90)),
        at=room.lesson,
        scanner=Scanner(by=room.trainer),
        direction=Direction.OUT,
        now=room.at(90),
    )
    assert (scanned.receipt.direction, scanned.receipt.minutes) == (Direction.OUT, 90)


def test_what_the_phone_claims_is_kept_and_the_server_s_time_counts(room: Room) -> None:
    shown(room, room.learner(), 10, skew=-1)
    row = Evidence.objects.get()
    assert (row.happened_at, row.received_at, row.claimed_at) == (room.at(10), room.at(10), room.at(9))


def test_a_code_of_minutes_ago_waits_for_the_trainer(room: Room) -> None:
    """It may be a picture that a friend shows."""
    learner = room.learner()
    scanned = shown(room, learner, 10, skew=-5)
    assert (scanned.receipt.standing, scanned.receipt.why) == (Standing.AWAITS, "old_code")
    assert state(room, learner) == Attendance.Status.AWAITING
    assert attendance.roster(lesson=room.lesson)[0].for_another is False


def test_a_fresh_code_settles_what_an_old_one_left_open_at_the_kiosk(room: Room) -> None:
    learner = room.learner()
    shown(room, learner, 0, by=KIOSK, skew=-5)
    assert shown(room, learner, 2).receipt.standing == Standing.COUNTS


def test_one_phone_that_shows_two_people_waits_for_the_trainer(room: Room) -> None:
    one, other = room.learner(), room.learner("李梅")
    phone_of(one, room, browser="shared")
    shown(room, one, 0, by=KIOSK)
    phone_of(other, room, browser="shared")
    scanned = shown(room, other, 1, by=KIOSK)
    assert (scanned.receipt.standing, scanned.receipt.why) == (Standing.AWAITS, "shared_device")


def test_the_same_code_counts_once_also_after_it_was_taken_back(room: Room) -> None:
    learner = room.learner()
    at, text = room.at(0), code(learner, phone_of(learner, room), room.at(0))
    first = attendance.scan_person(text=text, at=room.lesson, scanner=KIOSK, now=at)
    attendance.undo(learner_id=learner.pk, receipt=first.receipt.number, nonce=first.receipt.ticket, now=at)
    again = attendance.scan_person(text=text, at=room.lesson, scanner=KIOSK, now=room.at(1))
    assert (again.again, again.receipt.standing) == (True, Standing.UNDONE)
    assert state(room, learner) == Attendance.Status.UNMARKED


def test_who_scans_is_told_why_nothing_was_recorded(room: Room, now: datetime) -> None:
    learner, stranger = room.learner(), people.learner(now=now)
    own, other = phone_of(learner, room), phone_of(stranger, room)
    at = room.at(0)
    forged = code(learner, own, at)[:10] + "0" * 10
    assert refusal("HTTPS://example.cn/C/0000000000000000", room.lesson, at) == PersonRefusal.UNKNOWN_CODE
    assert refusal("0" * 16, room.lesson, at) == PersonRefusal.UNKNOWN_CODE
    assert refusal(forged, room.lesson, at) == PersonRefusal.OLD_CODE
    assert refusal(code(learner, own, room.at(-20)), room.lesson, at) == PersonRefusal.OLD_CODE
    assert refusal(code(stranger, other, at), room.lesson, at) == PersonRefusal.NOT_ENROLLED
    assert refusal(code(learner, own, room.at(-40)), room.lesson, room.at(-40)) == PersonRefusal.TOO_EARLY
    assert refusal(code(learner, own, room.at(170)), room.lesson, room.at(170)) == PersonRefusal.NOT_IN_YET
    devices.revoke(learner=learner, code=own.code, now=at)
    assert refusal(code(learner, own, at), room.lesson, at) == PersonRefusal.NOT_BOUND
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize("by", [None, KIOSK], ids=["trainer", "kiosk"])
def test_who_is_marked_away_waits_for_a_word_however_often_they_are_scanned(room: Room, by: Scanner | None) -> None:
    learner = room.learner()
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="other", now=room.at(20)
    )
    card = cards.issue(learner=learner, by=room.trainer, now=room.at(21)).code
    for minutes in (30, 31):
        scanner = by or Scanner(by=room.trainer)
        told = attendance.scan_person(text=card, at=room.lesson, scanner=scanner, now=room.at(minutes)).receipt
        assert (told.standing, told.why) == (Standing.AWAITS, "marked_away")
    assert scan(room, learner, 32).standing == Standing.AWAITS
    attendance.confirm(by=room.trainer, receipt=told.number, lesson=room.lesson, now=room.at(33))
    assert Attendance.objects.get(learner=learner).in_at == room.at(30)


def test_a_void_card_is_nobodys(room: Room) -> None:
    issued = cards.issue(learner=room.learner(), by=room.trainer, now=room.at(-60))
    cards.void(card=issued.card, by=room.trainer, now=room.at(-50))
    assert refusal(issued.code, room.lesson, room.at(0)) == PersonRefusal.UNKNOWN_CODE


# ── In a room ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def place(room: Room, name: str = "203 教室") -> Place:
    return Place(room.a_class.institution_id, room.a_class.venue_id, name)


def in_room(room: Room, learner: Learner, minutes: float, at: Place) -> Scanned:
    moment = room.at(minutes)
    device = Device.objects.filter(learner=learner).first() or phone_of(learner, room)
    return attendance.scan_person(text=code(learner, device, moment), at=at, scanner=KIOSK, now=moment)


def test_a_scanner_in_a_room_finds_the_lesson_of_who_stands_before_it(room: Room, now: datetime) -> None:
    other = open_room(now=now)
    learner, second = room.learner(), other.learner()
    assert in_room(room, learner, 0, place(room)).lesson == room.lesson
    assert in_room(other, second, 0, place(room)).lesson == other.lesson


def test_of_two_lessons_on_end_it_takes_the_one_that_was_not_left(room: Room, now: datetime) -> None:
    learner = room.learner()
    next_one = open_room(now=now, first=room.lesson.ends_at + timedelta(minutes=10))
    enrolled(training_class=next_one.a_class, now=room.at(-9000), learner=learner)
    assert in_room(room, learner, 0, place(room)).lesson == room.lesson
    assert in_room(room, learner, 179, place(room)).receipt.direction == Direction.OUT
    came = in_room(room, learner, 183, place(room))
    assert (came.lesson, came.receipt.direction) == (next_one.lesson, Direction.IN)


def test_where_nothing_is_on_nothing_is_recorded(room: Room) -> None:
    learner = room.learner()
    text = code(learner, phone_of(learner, room), room.at(0))
    assert refusal(text, place(room, "305 教室"), room.at(0)) == PersonRefusal.NO_LESSON
    assert refusal(text, Place(room.a_class.institution_id + 1), room.at(0)) == PersonRefusal.NO_LESSON


# ── The second direction ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", [Second.SHARE, Second.BOTH])
def test_who_is_drawn_waits_until_the_trainer_has_scanned_them(room: Room, mode: str) -> None:
    ask_second(room, mode)
    learner = room.learner()
    receipt = scan(room, learner, -3)
    assert (receipt.standing, receipt.why, len(receipt.pairing)) == (Standing.AWAITS, "second_scan", 2)
    assert state(room, learner) == Attendance.Status.AWAITING
    second = shown(room, learner, 40)
    assert (second.again, second.receipt.number, second.receipt.standing) == (False, receipt.number, Standing.COUNTS)
    row = Evidence.objects.latest("pk")
    assert (row.kind, row.by, row.happened_at) == (Kind.CONFIRM, room.trainer, room.at(-3))
    scan(room, learner, 179, direction=Direction.OUT)
    assert Attendance.objects.get().minutes == 180


def test_where_both_are_asked_for_the_wall_settles_what_the_trainer_scanned_first(room: Room) -> None:
    ask_second(room, Second.BOTH)
    learner = room.learner()
    assert shown(room, learner, 0).receipt.standing == Standing.AWAITS
    assert scan(room, learner, 5).standing == Standing.COUNTS
    assert Evidence.objects.latest("pk").by == room.trainer


def test_a_kiosk_is_no_second_pair_of_eyes(room: Room) -> None:
    ask_second(room, Second.BOTH)
    learner = room.learner()
    scan(room, learner, 0)
    assert shown(room, learner, 1, by=KIOSK).receipt.standing == Standing.AWAITS
    assert shown(room, learner, 2).receipt.standing == Standing.COUNTS


def test_a_card_in_the_trainers_hand_proves_alone(room: Room) -> None:
    ask_second(room, Second.BOTH)
    issued = cards.issue(learner=room.learner(), by=room.trainer, now=room.at(-60))
    scanned = attendance.scan_person(text=issued.code, at=room.lesson, scanner=Scanner(by=room.trainer), now=room.at(0))
    assert scanned.receipt.standing == Standing.COUNTS


def test_who_is_not_drawn_goes_in_by_either(room: Room) -> None:
    ask_second(room, Second.SHARE, share=0)
    assert scan(room, room.learner(), 0).standing == Standing.COUNTS
    assert shown(room, room.learner(), 0, by=KIOSK).receipt.standing == Standing.COUNTS


def test_with_a_share_everybody_is_asked_until_somebody_has_looked_at_them(room: Room) -> None:
    """Two lessons: the turn of all is the first; with one per cent hardly anybody is drawn besides."""
    ask_second(room, Second.SHARE, share=1)
    seen, unseen = room.learner(), room.learner("李梅")
    for learner in (seen, unseen):
        assert scan(room, learner, 0).why == "second_scan"
    assert shown(room, seen, 5).receipt.standing == Standing.COUNTS
    second = Room(Lesson.objects.select_related("training_class").get(number=2), room.trainer)
    while drawn(lesson_code=second.lesson.code, learner_id=seen.pk, share=1):
        Lesson.objects.filter(pk=second.lesson.pk).update(code=second.lesson.code + 1)
        second.lesson.refresh_from_db()
    assert [scan(second, learner, 0).why for learner in (seen, unseen)] == ["", "second_scan"]


def test_the_turns_are_spread_over_the_first_half_and_stay() -> None:
    def turns(a_class: int, lessons: int) -> list[int]:
        return [turn_of(class_id=a_class, learner_id=learner, lessons=lessons) for learner in range(600)]

    first = turns(1, 6)
    assert first == turns(1, 6)
    assert first != turns(2, 6)
    assert [160 < first.count(number) < 240 for number in (1, 2, 3)] == [True] * 3
    assert {number: set(turns(1, number)) for number in (0, 1, 2, 3)} == {0: {1}, 1: {1}, 2: {1}, 3: {1, 2}}


def test_the_draw_is_the_same_at_every_look_and_anew_at_every_lesson() -> None:
    def all_of(lesson: int) -> list[int]:
        return [learner for learner in range(3000) if drawn(lesson_code=lesson, learner_id=learner, share=10)]

    first, second = all_of(1), all_of(2)
    assert first == all_of(1)
    assert 240 < len(first) < 360
    assert len(set(first) & set(second)) < 60


@pytest.mark.parametrize(
    ("school", "code", "names_the_room"),
    [("J001", PersonRefusal.WRONG_CLASS, True), ("J002", PersonRefusal.NOT_ENROLLED, False)],
)
def test_only_its_own_institution_is_told_where_the_other_class_meets(
    school: str, code: PersonRefusal, names_the_room: bool, room: Room, now: datetime
) -> None:
    early = now - timedelta(days=20)
    other = training_class(now=early, first=now, institution=catalogue.institution(school, school))
    Lesson.objects.filter(training_class=other).update(room="205 教室")
    who = enrolled(training_class=other, now=early).learner
    device = phone_of(who, room)
    with pytest.raises(PersonRefused) as refused:
        attendance.scan_person(
            text=personal.code_at(learner=who, device=device, moment=room.at(0)),
            at=room.lesson,
            scanner=Scanner(by=room.trainer),
            now=room.at(0),
        )
    assert refused.value.code == code
    assert ("205 教室" in refused.value.sentence) is names_the_room


def test_who_teaches_the_class_scans_no_code_of_their_own(room: Room) -> None:
    own = teaches(room, room.learner())
    with pytest.raises(PersonRefused) as caught:
        shown(room, own, 0)
    assert caught.value.code == PersonRefusal.OWN
    assert shown(room, own, 1, by=KIOSK).lesson == room.lesson
