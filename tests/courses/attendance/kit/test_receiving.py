"""What a phone hands over later goes through the rules, comes in once, and gets a receipt whatever becomes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import attendance
from courses.attendance import MarkRefused, kit
from courses.attendance.kit import KitRefusal, KitRefused, judging, receiving
from courses.attendance.kit.cases import Desk, Verdict
from courses.attendance.kit.entries import Entry
from courses.models import Attendance, AuditEvent, Direction, Evidence, KitEntry, KitReport, Learner, TrainingClass
from courses.people import cards, devices
from tests.courses.attendance.conftest import Room, scan
from tests.courses.attendance.kit.conftest import Ready, code_of
from tests.factories import people

pytestmark = pytest.mark.django_db
Kind, Strength, Status = Evidence.Kind, Evidence.Strength, Attendance.Status


def status(room: Room, learner: Learner) -> str:
    return str(Attendance.objects.get(lesson=room.lesson, learner=learner).status)


def test_a_code_that_was_scanned_without_network_counts_at_the_time_of_the_scan(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    phone.code(code_of(learner, easy_room, 5), easy_room.at(5))
    [receipt] = phone.send(easy_room.at(200))
    row = Evidence.objects.get()
    assert (receipt.state, receipt.why, receipt.again) == ("accepted", "recorded", False)
    assert (row.kind, row.origin, row.strength, row.direction) == (Kind.OFFLINE, "kit", Strength.PROVED, Direction.IN)
    assert (row.happened_at, row.claimed_at, row.received_at) == (*[easy_room.at(5)] * 2, easy_room.at(200))
    assert (row.by, row.note, status(easy_room, learner)) == (easy_room.trainer, phone.number, Status.PRESENT)
    assert Attendance.objects.get().by_hand is False


def test_a_card_is_proved_by_who_held_it_and_its_code_stays_on_the_paper(easy_room: Room, ready: Ready) -> None:
    learner = easy_room.learner()
    code = cards.issue(learner=learner, by=easy_room.trainer, now=easy_room.at(-60)).code
    phone = ready()
    good = phone.card(code, easy_room.at(20), member=phone.name_of(learner))
    bad = phone.card("0" * 16, easy_room.at(21), member=phone.name_of(learner))
    assert [one.why for one in phone.send(easy_room.at(30))] == ["recorded", "unknown_code"]
    assert code not in good.body + bad.body
    assert status(easy_room, learner) == Status.LATE


def test_a_card_that_was_given_after_the_preparation_is_known_when_it_comes_in(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    code = cards.issue(learner=learner, by=easy_room.trainer, now=easy_room.at(-5)).code
    phone.card(code, easy_room.at(2))
    assert [one.why for one in phone.send(easy_room.at(30))] == ["recorded"]


def test_a_mark_by_hand_stays_one_and_leaves_minutes_as_at_the_roster(easy_room: Room, ready: Ready) -> None:
    here, late, sick = (easy_room.learner(name) for name in ("王小强", "李梅", "孙海"))
    phone = ready()
    for learner, as_, minute in ((here, "present", 10), (late, "late", 30), (sick, "sick", 31)):
        phone.mark(learner, as_, easy_room.at(minute))
    phone.mark(late, "out", easy_room.at(100))
    assert {one.why for one in phone.send(easy_room.at(120))} == {"recorded"}
    rows = Attendance.objects.order_by("learner")
    assert [(row.status, row.minutes, row.by_hand) for row in rows] == [
        (Status.PRESENT, 180, True),
        (Status.LEFT_EARLY, 70, True),
        (Status.SICK, 0, True),
    ]
    assert {row.kind for row in Evidence.objects.all()} == {Kind.MANUAL}


def test_sent_again_in_any_order_it_is_there_once_with_its_first_receipt(easy_room: Room, ready: Ready) -> None:
    learners = [easy_room.learner() for _ in range(3)]
    phone = ready()
    for minute, learner in enumerate(learners):
        phone.mark(learner, "present", easy_room.at(minute))
    first = phone.send(easy_room.at(60), phone.written[::-1])
    again = phone.send(easy_room.at(90))
    assert [one.again for one in again] == [True] * 3
    assert [one.receipt for one in again] == [one.receipt for one in first[::-1]]
    assert (KitEntry.objects.count(), Evidence.objects.count()) == (3, 3)


def test_two_phones_that_say_the_same_count_once(easy_room: Room, ready: Ready) -> None:
    learner, one, other = easy_room.learner(), ready(), ready()
    one.mark(learner, "present", easy_room.at(5))
    other.code(code_of(learner, easy_room, 7), easy_room.at(7))
    assert [one.send(easy_room.at(60))[0].why, other.send(easy_room.at(61))[0].why] == ["recorded", "already"]
    assert (status(easy_room, learner), Evidence.objects.count()) == (Status.PRESENT, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_two_phones_that_disagree_count_for_neither_until_another_person_decides(
    easy_room: Room, ready: Ready, *, turned: bool
) -> None:
    learner, one, other = easy_room.learner(), ready(), ready()
    one.code(code_of(learner, easy_room, 5), easy_room.at(5))
    other.mark(learner, "absent", easy_room.at(40))
    first, second = (other, one) if turned else (one, other)
    assert (first.send(easy_room.at(60))[0].state, second.send(easy_room.at(60))[0].why) == (
        "accepted", "phones_differ",
    )  # fmt: skip
    row = attendance.roster(lesson=easy_room.lesson)[0]
    assert (row.status, row.minutes, row.why) == (Status.AWAITING, 0, "phones_differ")
    assert [len(view.lines) for view in kit.overview(lessons=[easy_room.lesson])] == [1, 1]
    with pytest.raises(MarkRefused):
        attendance.confirm(by=easy_room.trainer, receipt=row.awaiting, lesson=easy_room.lesson, now=easy_room.at(61))
    colleague = people.user(name="赵老师")
    attendance.confirm(by=colleague, receipt=row.awaiting, lesson=easy_room.lesson, now=easy_room.at(62))
    assert Attendance.objects.get().in_at == easy_room.at(5)
    assert Attendance.objects.get().minutes == 180


def test_what_the_same_phone_said_later_takes_the_place_of_what_it_said_before(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    wrong = phone.mark(learner, "absent", easy_room.at(20))
    right = phone.mark(learner, "late", easy_room.at(30))
    assert [one.why for one in phone.send(easy_room.at(60), [right, wrong])] == ["recorded", "overtaken"]
    assert status(easy_room, learner) == Status.LATE
    again = phone.mark(learner, "absent", easy_room.at(40))
    assert [one.why for one in phone.send(easy_room.at(61), [again])] == ["recorded"]
    assert status(easy_room, learner) == Status.ABSENT


def test_the_register_is_not_overruled_from_afar(easy_room: Room, ready: Ready) -> None:
    """Somebody scanned the wall; a phone that was away says that they were absent."""
    learner, phone = easy_room.learner(), ready()
    scan(easy_room, learner, 3)
    phone.mark(learner, "absent", easy_room.at(40))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["decided"]
    assert status(easy_room, learner) == Status.PRESENT


def test_after_the_window_or_long_after_class_another_person_confirms(easy_room: Room, ready: Ready) -> None:
    after, long_after = easy_room.learner(), easy_room.learner()
    one, other = ready(), ready()
    one.mark(after, "present", easy_room.at(190))
    other.code(code_of(long_after, easy_room, 5), easy_room.at(5))
    other.mark(after, "sick", easy_room.at(6))
    day_later = easy_room.at(180) + timedelta(hours=25)
    assert [one.send(easy_room.at(200))[0].why] == ["second_person"]
    assert [row.why for row in other.send(day_later)] == ["second_person", "phones_differ"]
    assert {status(easy_room, learner) for learner in (after, long_after)} == {Status.AWAITING}
    row = next(row for row in attendance.roster(lesson=easy_room.lesson) if row.why == "kit_late")
    with pytest.raises(MarkRefused):
        attendance.confirm(by=easy_room.trainer, receipt=row.awaiting, lesson=easy_room.lesson, now=day_later)
    attendance.confirm(by=people.user(), receipt=row.awaiting, lesson=easy_room.lesson, now=day_later)
    assert status(easy_room, long_after) == Status.ADDED


def test_an_excuse_that_comes_too_late_changes_nothing_and_is_kept(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    phone.mark(learner, "leave", easy_room.at(5))
    assert [row.why for row in phone.send(easy_room.at(180) + timedelta(hours=25))] == ["too_old"]
    assert (Evidence.objects.count(), KitEntry.objects.get().learner) == (0, learner)


def test_what_the_rules_refuse_is_kept_with_its_reason(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready(-60)
    stranger = people.learner(now=easy_room.at(-100))
    phone.mark(learner, "present", easy_room.at(-40))
    phone.mark(learner, "present", easy_room.at(1), reason="")
    phone.mark(stranger, "present", easy_room.at(2))
    phone.code(code_of(stranger, easy_room, 3), easy_room.at(3))
    phone.code("HTTPS://EXAMPLE.CN", easy_room.at(4))
    assert [one.why for one in phone.send(easy_room.at(60))] == [
        "too_early", "reason_missing", "unknown_member", "not_enrolled", "unknown_code",
    ]  # fmt: skip
    assert {row.state for row in KitEntry.objects.all()} == {"refused"}
    assert (KitEntry.objects.count(), Evidence.objects.count()) == (5, 0)


def test_what_must_be_looked_at_waits_for_the_trainer(easy_room: Room, ready: Ready) -> None:
    """An old picture of a code, and one phone that shows two people."""
    old, one, other = (easy_room.learner() for _ in range(3))
    for learner in (one, other):
        devices.bind(learner=learner, label="", now=easy_room.at(-60), browser="shared")
    phone = ready()
    phone.code(code_of(old, easy_room, 0), easy_room.at(5))
    phone.code(code_of(one, easy_room, 6), easy_room.at(6))
    phone.code(code_of(other, easy_room, 7), easy_room.at(7))
    assert [row.why for row in phone.send(easy_room.at(60))] == ["look", "recorded", "look"]
    rows = {row.why: row for row in attendance.roster(lesson=easy_room.lesson) if row.why}
    assert set(rows) == {"old_code", "shared_device"}
    assert not any(row.for_another for row in rows.values())


def test_a_phone_that_its_owner_had_let_go_by_then_shows_nothing_that_counts(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    device = devices.bind(learner=learner, label="", now=easy_room.at(-60))
    text, later = code_of(learner, easy_room, 5), code_of(learner, easy_room, 30)
    devices.revoke(learner=learner, code=device.code, now=easy_room.at(20))
    phone.code(text, easy_room.at(5))
    phone.code(later, easy_room.at(30))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["recorded", "not_bound"]


def test_a_code_that_a_scanner_online_had_first_is_not_recorded_twice(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    text = code_of(learner, easy_room, 5)
    attendance.scan_person(
        text=text, at=easy_room.lesson, scanner=attendance.Scanner(by=easy_room.trainer), now=easy_room.at(5)
    )
    phone.code(text, easy_room.at(4.9))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["already"]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(("way", "seconds"), [("out", 5), ("in", -5)])
def test_one_code_that_is_scanned_twice_holds_up_nothing_that_comes_after_it(
    easy_room: Room, ready: Ready, way: str, seconds: int
) -> None:
    learner, other = easy_room.learner(), easy_room.learner()
    one, two, text = ready(), ready(), code_of(learner, easy_room, 90)
    one.code(text, easy_room.at(90), way=way)
    two.code(text, easy_room.at(90 + seconds / 60), way=way)
    two.mark(other, "present", easy_room.at(91))
    assert [row.why for row in one.send(easy_room.at(100))] == ["recorded"]
    assert [(row.state, row.why) for row in two.send(easy_room.at(100))] == [
        ("accepted", "already"), ("accepted", "recorded"),
    ]  # fmt: skip
    assert Evidence.objects.get(learner=learner).happened_at == easy_room.at(90)


def test_what_the_database_does_not_take_costs_the_others_of_its_batch_nothing(
    easy_room: Room, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, sound, phone = easy_room.learner(), easy_room.learner(), ready()
    phone.mark(stuck, "present", easy_room.at(1))
    phone.mark(sound, "present", easy_room.at(2))

    def judge(*, entry: Entry, digest: str, desk: Desk) -> Verdict:
        if entry.number == 1:
            raise IntegrityError("a constraint that no rule knows of")
        return judging.judge(entry=entry, digest=digest, desk=desk)

    monkeypatch.setattr(receiving, "judge", judge)
    assert [(row.number, row.why) for row in phone.send(easy_room.at(60))] == [(2, "recorded")]
    monkeypatch.undo()
    assert [(row.number, row.why, row.again) for row in phone.send(easy_room.at(61))] == [
        (1, "recorded", False), (2, "recorded", True),
    ]  # fmt: skip


def test_a_class_that_wants_both_gets_the_other_half_from_the_phone_or_waits_for_the_trainer(
    easy_room: Room, ready: Ready
) -> None:
    TrainingClass.objects.filter(pk=easy_room.a_class.pk).update(second_scan="both")
    easy_room.lesson.refresh_from_db()
    walled, alone, phone = easy_room.learner(), easy_room.learner(), ready()
    scan(easy_room, walled, 1)
    assert status(easy_room, walled) == Status.AWAITING
    for minute, learner in ((2, walled), (3, alone)):
        phone.code(code_of(learner, easy_room, minute), easy_room.at(minute))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["recorded", "look"]
    assert [status(easy_room, walled), status(easy_room, alone)] == [Status.PRESENT, Status.AWAITING]
    assert [row.why for row in attendance.roster(lesson=easy_room.lesson)] == ["second_scan", ""]


@pytest.mark.parametrize(("walled", "seen", "arrived"), [(5, 40, 5), (40, 5, 5)])
def test_two_halves_are_one_arrival_at_the_earlier_time(
    easy_room: Room, ready: Ready, walled: int, seen: int, arrived: int
) -> None:
    TrainingClass.objects.filter(pk=easy_room.a_class.pk).update(second_scan="both")
    easy_room.lesson.refresh_from_db()
    learner, phone = easy_room.learner(), ready()
    scan(easy_room, learner, walled)
    phone.code(code_of(learner, easy_room, seen), easy_room.at(seen))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["recorded"]
    row = Attendance.objects.get()
    assert (row.status, row.in_at, row.minutes) == (Status.PRESENT, easy_room.at(arrived), 180)


def test_where_a_dispute_was_ruled_on_a_phone_changes_nothing(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    Evidence.objects.create(
        receipt="R0", lesson=easy_room.lesson, learner=learner, kind=Kind.RULING, direction=Direction.IN,
        strength=Strength.PROVED, origin="desk", happened_at=easy_room.at(0), received_at=easy_room.at(1),
        by=easy_room.trainer, reason="absent",
    )  # fmt: skip
    phone.mark(learner, "present", easy_room.at(2))
    assert [one.why for one in phone.send(easy_room.at(60))] == ["decided"]
    assert Evidence.objects.count() == 1


def test_leaving_that_came_in_before_arriving_loses_nothing(easy_room: Room, ready: Ready) -> None:
    learner, one, other = easy_room.learner(), ready(), ready()
    one.mark(learner, "present", easy_room.at(1))
    other.code(code_of(learner, easy_room, 170), easy_room.at(170), way="out")
    other.send(easy_room.at(200))
    one.send(easy_room.at(201))
    row = Attendance.objects.get()
    assert (row.status, row.out_at, row.minutes) == (Status.PRESENT, easy_room.at(170), 180)


def test_a_cancelled_lesson_takes_nothing_and_keeps_what_was_sent(easy_room: Room, ready: Ready) -> None:
    learner, phone = easy_room.learner(), ready()
    phone.mark(learner, "present", easy_room.at(1))
    easy_room.lesson.status = "cancelled"
    easy_room.lesson.save()
    assert [one.why for one in phone.send(easy_room.at(60))] == ["cancelled"]


def test_gaps_in_the_numbers_are_shown_also_beyond_the_last_that_came_in(easy_room: Room, ready: Ready) -> None:
    phone, learners = ready(), [easy_room.learner() for _ in range(6)]
    for minute, learner in enumerate(learners):
        phone.mark(learner, "present", easy_room.at(minute))
    phone.send(easy_room.at(60), [phone.written[0], phone.written[3]])
    [view] = kit.overview(lessons=[easy_room.lesson])
    assert (view.made, view.received, view.closed) == (6, 2, False)
    assert [(gap.first, gap.last) for gap in view.gaps] == [(2, 3), (5, 6)]
    phone.send(easy_room.at(61), closing=True)
    [view] = kit.overview(lessons=[easy_room.lesson])
    assert (view.gaps, view.missing, view.closed) == ((), 0, True)
    assert KitReport.objects.count() == 2


def test_three_queries_tell_of_all_phones(easy_room: Room, ready: Ready, django_assert_num_queries) -> None:
    for _turn in range(3):
        phone = ready()
        phone.mark(easy_room.learner(), "present", easy_room.at(1))
        phone.send(easy_room.at(60))
    with django_assert_num_queries(3):
        assert len(kit.overview(lessons=[easy_room.lesson])) == 3


def test_the_hand_over_is_in_the_audit_book_by_number_and_without_a_name(easy_room: Room, ready: Ready) -> None:
    phone = ready()
    phone.mark(easy_room.learner(), "present", easy_room.at(1))
    phone.send(easy_room.at(60))
    phone.send(easy_room.at(61))
    event = AuditEvent.objects.get(verb="kit_received")
    assert (event.target, event.detail) == (phone.number, {"accepted": 1, "disputed": 0, "refused": 0})


def test_a_phone_of_another_lesson_and_too_much_at_once_are_refused_as_a_whole(easy_room: Room, ready: Ready) -> None:
    phone = ready()
    phone.mark(easy_room.learner(), "present", easy_room.at(1))
    with pytest.raises(KitRefused) as caught:
        phone.send(easy_room.at(60), phone.written * 51)
    assert caught.value.code == KitRefusal.TOO_MANY
    other = easy_room.a_class.lessons.order_by("number")[1]
    with pytest.raises(KitRefused) as caught:
        kit.receive(
            by=easy_room.trainer, lesson=other, kit_number=phone.number, parcels=phone.written,
            told=phone.word(easy_room.at(60)), now=easy_room.at(60),
        )  # fmt: skip
    assert (caught.value.code, KitEntry.objects.count()) == (KitRefusal.NOT_THIS_KIT, 0)


def test_the_database_keeps_one_entry_of_a_number_unless_it_is_contested(easy_room: Room, ready: Ready) -> None:
    phone = ready()
    phone.mark(easy_room.learner(), "present", easy_room.at(1))
    phone.send(easy_room.at(60))
    row = KitEntry.objects.get()
    row.pk, row.receipt, row.digest, row.evidence, row._state.adding = None, "R2", "0" * 64, None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.pk, row.why = None, "number_twice"
    row.save()
    assert KitEntry.objects.count() == 2
