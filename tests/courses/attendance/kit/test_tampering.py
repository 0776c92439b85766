"""Whoever alters what a phone wrote, or its clock, makes nothing count that another person has not looked at."""

import json
from datetime import timedelta

import pytest

from courses.attendance import personal
from courses.attendance.kit import judging
from courses.models import Attendance, Evidence, KitEntry
from courses.people import cards, devices
from tests.courses.attendance.conftest import Room, scan
from tests.courses.attendance.kit.conftest import Ready, code_of
from tests.factories import people
from tests.factories.phones import Phone, digest_of

pytestmark = pytest.mark.django_db
A_DAY = timedelta(hours=24)


def counted() -> list[str]:
    """Whose presence counts without anybody having looked at it."""
    return list(Attendance.objects.filter(minutes__gt=0).values_list("learner__number", flat=True))


def test_an_altered_entry_is_kept_and_counts_for_nobody_and_the_true_one_comes_in_all_the_same(
    easy_room: Room, ready: Ready
) -> None:
    learner, other, phone = easy_room.learner(), easy_room.learner(), ready()
    true = phone.mark(learner, "present", easy_room.at(1))
    altered = type(true)(true.body.replace(phone.name_of(learner), phone.name_of(other)), true.signature)
    spoiled = type(true)(true.body, true.signature[:-4] + "AAA=")
    assert [one.why for one in phone.send(easy_room.at(60), [altered, spoiled, true])] == [
        "signature", "signature", "recorded",
    ]  # fmt: skip
    assert counted() == [learner.number]
    assert KitEntry.objects.filter(proven=False, state="refused", evidence=None).count() == 2


def test_the_same_number_with_another_content_is_disputed_and_both_are_kept(easy_room: Room, ready: Ready) -> None:
    learner, friend, phone = easy_room.learner(), easy_room.learner(), ready()
    true = phone.mark(learner, "present", easy_room.at(1))
    again = phone.signed(true.body.replace(phone.name_of(learner), phone.name_of(friend)))
    assert [one.why for one in phone.send(easy_room.at(60), [true, again])] == ["recorded", "number_twice"]
    assert counted() == [learner.number]
    assert Attendance.objects.get(learner=friend).status == "awaiting"
    assert [row.number for row in KitEntry.objects.all()] == [1, 1]


def test_the_same_number_is_contested_before_anything_else_refuses_it(easy_room: Room, ready: Ready) -> None:
    """Of each number the database keeps one alone: what is refused under it as well would never get its receipt."""
    learner, ruled, phone = easy_room.learner(), easy_room.learner(), ready()
    Evidence.objects.create(
        receipt="R0", lesson=easy_room.lesson, learner=ruled, kind="ruling", direction="in", strength="proved",
        origin="desk", happened_at=easy_room.at(0), received_at=easy_room.at(1), by=easy_room.trainer, reason="absent",
    )  # fmt: skip
    true = phone.mark(learner, "present", easy_room.at(1))
    stranger = people.learner(now=easy_room.at(-100))
    again = [
        phone.signed(true.body.replace(phone.name_of(learner), "0" * 12)),
        phone.signed(true.body.replace('"no_network"', '""')),
        phone.signed(true.body.replace(phone.name_of(learner), phone.name_of(ruled))),
        phone.code(code_of(stranger, easy_room, 2), easy_room.at(2), n=1),
    ]
    told = phone.send(easy_room.at(60), [true, *again])
    assert [(one.state, one.why) for one in told] == [("accepted", "recorded"), *[("disputed", "number_twice")] * 4]
    assert counted() == [learner.number]


def test_what_was_taken_out_put_in_or_turned_round_breaks_the_chain(easy_room: Room, ready: Ready) -> None:
    learners, phone = [easy_room.learner() for _ in range(4)], ready()
    one, two = (phone.mark(learners[place], "present", easy_room.at(place)) for place in range(2))
    put_in = phone.mark(learners[2], "present", easy_room.at(2), prev=digest_of(one.body))
    assert [row.why for row in phone.send(easy_room.at(60), [put_in, one, two])] == ["recorded", "recorded", "chain"]
    assert [row.why for row in phone.send(easy_room.at(60), [phone.mark(learners[3], "present", easy_room.at(3))])] == [
        "recorded"
    ]
    first = ready()
    wrong = first.mark(learners[3], "late", easy_room.at(1), prev="f" * 64)
    assert [row.why for row in first.send(easy_room.at(60), [wrong])] == ["chain"]


def test_after_its_last_word_a_phone_says_nothing_that_counts_alone(easy_room: Room, ready: Ready) -> None:
    """The page wipes its key once it has closed: what is signed with it later was signed by a copy."""
    here, ghost, phone = easy_room.learner(), easy_room.learner(), ready()
    phone.mark(here, "present", easy_room.at(1))
    phone.send(easy_room.at(60), closing=True)
    true = phone.written[0]
    phone.mark(ghost, "present", easy_room.at(2))
    assert [row.why for row in phone.send(easy_room.at(61), [true, phone.written[1]])] == ["recorded", "chain"]
    assert (counted(), Attendance.objects.get(learner=ghost).status) == ([here.number], "awaiting")


def test_a_stranger_s_key_or_another_phone_s_entries_prove_nothing(easy_room: Room, ready: Ready) -> None:
    learner, phone, other = easy_room.learner(), ready(), ready()
    foreign = Phone(easy_room.lesson, easy_room.trainer)
    foreign.content, foreign.off = phone.content, phone.off
    forged = foreign.mark(learner, "present", easy_room.at(1))
    borrowed = other.mark(learner, "present", easy_room.at(1))
    assert [row.why for row in phone.send(easy_room.at(60), [forged, borrowed])] == ["signature", "signature"]
    renamed = phone.signed(borrowed.body)
    assert [row.why for row in phone.send(easy_room.at(60), [renamed])] == ["malformed"]
    assert (counted(), Evidence.objects.count()) == ([], 0)


@pytest.mark.parametrize("skew", [-A_DAY, A_DAY])
def test_a_clock_that_is_a_day_wrong_is_put_right_by_what_was_measured(
    easy_room: Room, ready: Ready, skew: timedelta
) -> None:
    learner, phone = easy_room.learner(), ready(skew=skew)
    phone.code(code_of(learner, easy_room, 20), easy_room.at(20))
    assert [row.why for row in phone.send(easy_room.at(60))] == ["recorded"]
    row = Evidence.objects.get()
    assert (row.happened_at, row.claimed_at) == (easy_room.at(20), easy_room.at(20) + skew)
    assert Attendance.objects.get().status == "late"


@pytest.mark.parametrize("moved", [-A_DAY, A_DAY, timedelta(minutes=-30)])
def test_a_clock_that_was_moved_after_the_preparation_counts_for_nothing_alone(
    easy_room: Room, ready: Ready, moved: timedelta
) -> None:
    """Who came after class is given a time in class; the clock is found out when it is compared at the hand-over."""
    learner, phone = easy_room.learner(), ready()
    phone.skew = moved
    phone.mark(learner, "present", easy_room.at(20))
    assert [row.why for row in phone.send(easy_room.at(60))] in (["clock"], ["too_early"])
    assert counted() == []


def test_a_doubted_entry_about_somebody_who_is_recorded_adds_nothing_and_says_that_the_record_stands(
    easy_room: Room, ready: Ready
) -> None:
    learner, phone = easy_room.learner(), ready()
    scan(easy_room, learner, 0)
    phone.skew = timedelta(minutes=-30)
    phone.mark(learner, "present", easy_room.at(20))
    [told] = phone.send(easy_room.at(60))
    assert (told.why, "已有的记录不变" in told.sentence) == ("clock", True)
    assert [row.kind for row in Evidence.objects.all()] == ["wall"]


@pytest.mark.parametrize("claimed", [-A_DAY, A_DAY, timedelta(minutes=40)])
def test_a_time_before_the_preparation_or_after_the_hand_over_cannot_be_true(
    easy_room: Room, ready: Ready, claimed: timedelta
) -> None:
    """The clock was moved and put back before it was compared."""
    learner, phone = easy_room.learner(), ready(25)
    phone.skew = claimed
    phone.mark(learner, "present", easy_room.at(30))
    phone.skew = timedelta()
    assert [row.why for row in phone.send(easy_room.at(60))] in (["clock"], ["too_early"])
    assert counted() == []


def test_a_clock_that_was_set_back_is_betrayed_by_what_was_written_before(easy_room: Room, ready: Ready) -> None:
    """After class the clock is set back, somebody is marked, and the clock is put right again."""
    here, ghost, phone = easy_room.learner(), easy_room.learner(), ready()
    phone.mark(here, "present", easy_room.at(100))
    phone.mark(ghost, "present", easy_room.at(5))
    assert [row.why for row in phone.send(easy_room.at(200))] == ["recorded", "clock"]
    assert counted() == [here.number]


@pytest.mark.parametrize(
    ("after", "why", "people_counted"), [(120, "recorded", 3), (121, "second_person", 0)]
)  # fmt: skip
def test_long_after_class_clocks_of_phones_are_not_enough(
    easy_room: Room, ready: Ready, after: int, why: str, people_counted: int
) -> None:
    """A code has the learner's clock and a mark the trainer's: who holds both makes any hour of the day."""
    shown, held, marked = (easy_room.learner() for _ in range(3))
    card = cards.issue(learner=held, by=easy_room.trainer, now=easy_room.at(-60)).code
    phone = ready()
    phone.code(code_of(shown, easy_room, 5), easy_room.at(5))
    phone.card(card, easy_room.at(6))
    phone.mark(marked, "present", easy_room.at(7))
    phone.code(code_of(shown, easy_room, 170), easy_room.at(170), way="out")
    phone.mark(marked, "out", easy_room.at(179))
    assert [row.why for row in phone.send(easy_room.at(180 + after))] == [why] * 5
    assert len(counted()) == people_counted


@pytest.mark.parametrize(("bound", "why"), [(6, "recorded"), (8, "code_time"), (170, "code_time")])
def test_a_phone_that_was_bound_afterwards_showed_nothing_before(
    easy_room: Room, ready: Ready, bound: int, why: str
) -> None:
    """With the seed of the day it makes the code of any hour; two minutes are what clocks may differ by."""
    learner, phone = easy_room.learner(), ready()
    device = devices.bind(learner=learner, label="Android", now=easy_room.at(bound))
    phone.code(personal.code_at(learner=learner, device=device, moment=easy_room.at(5)), easy_room.at(5))
    assert [row.why for row in phone.send(easy_room.at(175))] == [why]
    assert len(counted()) == (why == "recorded")


def test_the_learner_s_own_code_betrays_a_claimed_time(easy_room: Room, ready: Ready) -> None:
    """A code of the fortieth minute that is said to have been scanned in the fifth."""
    learner, phone = easy_room.learner(), ready()
    phone.code(code_of(learner, easy_room, 40), easy_room.at(5))
    assert [row.why for row in phone.send(easy_room.at(60))] == ["code_time"]
    assert (counted(), Attendance.objects.get().status) == ([], "awaiting")


def test_a_code_that_passes_the_phone_s_own_look_is_judged_whole(easy_room: Room, ready: Ready) -> None:
    """Whoever has a phone has three characters of ten; the other seven are a guess."""
    learner, phone = easy_room.learner(), ready()
    true = code_of(learner, easy_room, 5)
    forged = true[:10] + "0" * 7 + true[-3:]
    phone.code(forged, easy_room.at(5))
    assert [row.why for row in phone.send(easy_room.at(60))] == ["code_time"]
    assert counted() == []


@pytest.mark.parametrize("reason", ["phones_differ", "kit_late", "leave", "anything", "x" * 41])
def test_a_mark_has_a_reason_of_the_list_and_of_nothing_else(easy_room: Room, ready: Ready, reason: str) -> None:
    learner, phone = easy_room.learner(), ready()
    phone.mark(learner, "present", easy_room.at(1), reason=reason)
    assert [row.why for row in phone.send(easy_room.at(60))] == ["reason_missing"]
    assert counted() == []


def test_a_mark_that_calls_itself_suspended_is_contradicted_like_any_other(
    easy_room: Room, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that came in while any words were a reason."""
    learner, one, other = easy_room.learner(), ready(), ready()
    one.mark(learner, "present", easy_room.at(1), reason="phones_differ")
    other.mark(learner, "absent", easy_room.at(2))
    with monkeypatch.context() as before:
        before.setattr(judging, "is_mark_reason", lambda _reason: True)
        one.send(easy_room.at(60))
    assert counted() == [learner.number]
    assert [row.why for row in other.send(easy_room.at(61))] == ["phones_differ"]
    assert counted() == []


def test_without_the_phone_s_own_word_its_times_are_not_believed(easy_room: Room, ready: Ready) -> None:
    from courses.attendance import kit

    learner, phone = easy_room.learner(), ready()
    phone.mark(learner, "present", easy_room.at(1))
    nothing = type(phone.written[0])("{}", "")
    [receipt] = kit.receive(
        by=easy_room.trainer, lesson=easy_room.lesson, kit_number=phone.number, parcels=phone.written,
        told=nothing, now=easy_room.at(60),
    )  # fmt: skip
    assert (receipt.why, counted()) == ("clock", [])


@pytest.mark.parametrize(
    "changed",
    [
        {"n": 0}, {"n": "1"}, {"n": True}, {"at": 1.5}, {"at": 10**15}, {"off": 10**15}, {"kind": "wall"},
        {"way": "pulse"}, {"as": "ruling"}, {"as": "out"}, {"kind": "code"}, {"prev": None}, {"more": 1},
    ],
)  # fmt: skip
def test_what_our_page_does_not_write_is_not_read(easy_room: Room, ready: Ready, changed: dict[str, object]) -> None:
    learner, phone = easy_room.learner(), ready()
    phone.mark(learner, "present", easy_room.at(1), **changed)
    phone.written.append(phone.signed("[" * 300))
    phone.written.append(phone.signed(json.dumps([1])))
    assert [row.why for row in phone.send(easy_room.at(60))] == ["malformed"] * 3
    assert (counted(), KitEntry.objects.filter(number=0).count()) == ([], 3)


def test_another_class_s_member_is_nobody_here(easy_room: Room, ready: Ready) -> None:
    from courses.attendance.kit.material import member_name

    learner, phone = easy_room.learner(), ready()
    next_lesson = easy_room.a_class.lessons.order_by("number")[1]
    phone.mark(learner, "present", easy_room.at(1), member=member_name(
        lesson=next_lesson, learner_number=learner.number
    ))  # fmt: skip
    phone.code(code_of(learner, easy_room, 2), easy_room.at(2), member=phone.name_of(easy_room.learner()))
    phone.mark(people.learner(now=easy_room.at(-90)), "present", easy_room.at(3))
    assert {row.why for row in phone.send(easy_room.at(60))} == {"unknown_member"}
    assert counted() == []
