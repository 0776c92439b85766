"""A roll-call in the middle of a lesson: a picture on the wall, an answer on a phone, and nothing else follows."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from pytest_django import DjangoAssertNumQueries

from courses import attendance
from courses.attendance import PICTURES, Answered, Mark, Phase, RollCallRefusal, RollCallRefused
from courses.models import Attendance, AuditEvent, Evidence, Learner, Lesson, RollCall, RollCallTry
from courses.policy import Policy
from tests.courses.attendance.conftest import Room, leave, scan, teaches
from tests.factories import people

pytestmark = pytest.mark.django_db


def called(room: Room, minutes: float = 60) -> RollCall:
    return attendance.start_roll_call(by=room.trainer, lesson=room.lesson, now=room.at(minutes))


def answer(
    room: Room, call: RollCall, learner: Learner, minutes: float = 61, *, picture: str = "", device: str = ""
) -> Answered:
    return attendance.answer_roll_call(
        learner_id=learner.pk, code=call.code, picture=picture or call.picture, device=device, now=room.at(minutes)
    )


def tick(room: Room, call: RollCall, learner: Learner, minutes: float) -> Evidence:
    return attendance.tick_present(by=room.trainer, roll_call=call, learner=learner, now=room.at(minutes))


def wrong(call: RollCall) -> str:
    return next(picture for picture in call.offered if picture != call.picture)


def refusal(deed) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(RollCallRefused) as caught:
        deed()
    assert caught.value.sentence
    return str(caught.value.code)


def silent(room: Room) -> list[str]:
    state = attendance.roll_call_state(lesson=room.lesson)
    assert state is not None
    return [one.name for one in state.missing]


def test_it_offers_as_many_pictures_as_policy_says_and_the_right_one_is_among_them(room: Room) -> None:
    call = called(room)
    assert call.ends_at - call.started_at == timedelta(minutes=3)
    assert (len(call.offered), len(set(call.offered))) == (6, 6)
    assert call.picture in call.offered
    assert set(call.offered) <= set(PICTURES)


def test_each_learner_sees_them_in_an_order_of_their_own(room: Room) -> None:
    call = called(room)
    orders = [attendance.pictures_for(roll_call=call, learner_id=number) for number in range(1, 13)]
    assert {tuple(sorted(order)) for order in orders} == {tuple(call.offered)}
    assert len({tuple(order) for order in orders}) > 6
    assert attendance.pictures_for(roll_call=call, learner_id=1) == orders[0]


def test_the_right_picture_is_evidence_of_the_moment_and_changes_nothing_else(room: Room) -> None:
    learner = room.learner()
    scan(room, learner, 0)
    before = Attendance.objects.values("status", "in_at", "out_at", "minutes", "missing").get(learner=learner)
    told = answer(room, called(room), learner, device="browser")
    row = Evidence.objects.get(receipt=told.receipt)
    assert (row.kind, row.direction, row.strength, row.device) == ("rollcall", "pulse", "proved", "browser")
    assert row.happened_at == room.at(61)
    assert Attendance.objects.values("status", "in_at", "out_at", "minutes", "missing").get(learner=learner) == before
    assert list(attendance.differences(now=room.at(61))) == []


def test_a_second_right_answer_gives_the_first_receipt(room: Room) -> None:
    learner, call = room.learner(), called(room)
    first = answer(room, call, learner)
    assert answer(room, call, learner, 62) == first
    assert answer(room, call, learner, 62, picture=wrong(call)) == first
    assert (Evidence.objects.count(), RollCallTry.objects.count()) == (1, 1)


def test_a_wrong_picture_is_refused_with_the_tries_that_are_left_and_is_kept(room: Room) -> None:
    learner, call = room.learner(), called(room)
    assert refusal(lambda: answer(room, call, learner, picture=wrong(call))) == RollCallRefusal.WRONG_PICTURE
    assert refusal(lambda: answer(room, call, learner, picture=wrong(call))) == RollCallRefusal.TRIES_OVER
    assert refusal(lambda: answer(room, call, learner)) == RollCallRefusal.TRIES_OVER
    assert list(RollCallTry.objects.values_list("number", "evidence")) == [(1, None), (2, None)]
    assert Evidence.objects.count() == 0


def test_after_three_minutes_it_is_over_and_a_stranger_is_not_asked(room: Room, easy_room: Room) -> None:
    call, stranger = called(room), easy_room.learner()
    assert refusal(lambda: answer(room, call, room.learner(), 63)) == RollCallRefusal.OVER
    assert refusal(lambda: answer(room, call, stranger)) == RollCallRefusal.NOT_ENROLLED
    nobody = RollCall(code="DNONE", picture="sail")
    assert refusal(lambda: answer(room, nobody, stranger)) == RollCallRefusal.NONE_RUNNING
    assert attendance.roll_call_for(learner_id=stranger.pk, now=room.at(61)) is None


def test_only_a_running_roll_call_of_ones_own_class_is_found(room: Room) -> None:
    learner, call = room.learner(), called(room)
    moments = [(59, None), (60, call), (62.9, call), (63, None)]
    for minutes, found in moments:
        assert attendance.roll_call_for(learner_id=learner.pk, now=room.at(minutes)) == found


@pytest.mark.parametrize("minutes", [-1, 165, 200])
def test_it_starts_in_the_middle_of_a_lesson_only(room: Room, minutes: int) -> None:
    assert refusal(lambda: called(room, minutes)) == RollCallRefusal.NOT_NOW


def test_one_at_a_time_and_never_the_same_picture_again(room: Room) -> None:
    first = called(room)
    assert refusal(lambda: called(room, 62)) == RollCallRefusal.RUNNING
    shown = [first.picture] + [called(room, 70 + 5 * turn).picture for turn in range(8)]
    assert len(set(shown)) == len(shown)
    assert AuditEvent.objects.filter(verb="roll_call_started").count() == 9


def test_a_cancelled_lesson_calls_no_roll(room: Room) -> None:
    Lesson.objects.filter(pk=room.lesson.pk).update(status=Lesson.Status.CANCELLED)
    room.lesson.refresh_from_db()
    assert refusal(lambda: called(room)) == RollCallRefusal.NOT_NOW


def test_who_was_here_and_said_nothing_is_to_be_looked_at_and_stays_present(room: Room) -> None:
    here, quiet, gone, absent = (room.learner(name) for name in ("王一", "王二", "王三", "王四"))
    for learner in (here, quiet, gone):
        scan(room, learner, 0)
    leave(room, gone, 30)
    call = called(room)
    assert silent(room) == ["王一", "王二"]
    answer(room, call, here)
    assert silent(room) == ["王二"]
    status = Attendance.objects.get(learner=quiet)
    assert (status.in_at, status.reasons) == (room.at(0), ["no_checkout"])
    assert not Attendance.objects.filter(learner=absent).exists()


def test_who_has_no_phone_is_ticked_face_to_face(room: Room) -> None:
    learner = room.learner("王一")
    scan(room, learner, 0)
    call = called(room)
    with pytest.raises(RollCallRefused):
        answer(room, call, learner, picture=wrong(call))
    row = tick(room, call, learner, 100)
    assert (row.by, row.reason, row.strength) == (room.trainer, "face_to_face", "proved")
    assert silent(room) == []
    assert refusal(lambda: tick(room, call, learner, 101)) == RollCallRefusal.ANSWERED
    other = room.learner("王二")
    assert refusal(lambda: tick(room, call, other, 181)) == RollCallRefusal.OVER


def test_a_second_learner_on_the_same_phone_waits_for_the_trainer(room: Room) -> None:
    one, other = room.learner("王一"), room.learner("王二")
    for learner in (one, other):
        scan(room, learner, 0)
    call = called(room)
    answer(room, call, one, device="browser")
    told = answer(room, call, other, device="browser")
    assert len(told.pairing) == 2
    [asking] = [row for row in attendance.roster(lesson=room.lesson) if row.needs_me]
    assert (asking.name, asking.pairing, asking.why) == ("王二", told.pairing, "shared_device")
    attendance.reject(by=room.trainer, receipt=told.receipt, lesson=room.lesson, reason="wrong_person", now=room.at(64))
    assert silent(room) == ["王二"]
    assert Attendance.objects.get(learner=other).in_at == room.at(0)


def test_the_wall_shows_it_in_place_of_the_code_and_then_goes_on(room: Room) -> None:
    called(room)
    phases = [attendance.wall_state(lesson=room.lesson, now=room.at(minutes)).phase for minutes in (60, 62.9, 63)]
    assert phases == [Phase.ROLLCALL, Phase.ROLLCALL, Phase.LATE]


def test_an_answer_moves_nobody_on_the_wall(room: Room) -> None:
    first, last = room.learner("王一"), room.learner("李二")
    scan(room, first, 0)
    scan(room, last, 1)
    answer(room, called(room), first)
    assert [row.name for row in attendance.wall_state(lesson=room.lesson, now=room.at(64)).latest] == ["李*", "王*"]


def test_the_suggested_minute_lies_in_the_middle_and_differs_from_lesson_to_lesson(room: Room) -> None:
    minutes = []
    for code in range(40):
        moment = attendance.suggested_at(lesson=Lesson(code=code, **_times(room)), policy=Policy())
        assert moment is not None
        assert room.at(15) <= moment < room.at(165 - 3)
        minutes.append(moment)
    assert len(set(minutes)) > 20
    assert attendance.suggested_at(lesson=room.lesson, policy=Policy(rollcall_suggest=False)) is None
    short = Lesson(code=1, starts_at=room.at(0), ends_at=room.at(30))
    assert attendance.suggested_at(lesson=short, policy=Policy()) is None


def _times(room: Room) -> dict[str, object]:
    return {"starts_at": room.lesson.starts_at, "ends_at": room.lesson.ends_at}


def test_the_state_is_three_queries_whatever_the_class(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("王一", "王二", "王三"):
        scan(room, room.learner(name), 0)
    called(room)
    with django_assert_num_queries(3):
        attendance.roll_call_state(lesson=room.lesson)


@pytest.mark.parametrize("statement", ["UPDATE {} SET code = 'x'", "DELETE FROM {}"])
def test_the_database_keeps_roll_calls_as_they_were(room: Room, statement: str) -> None:
    called(room)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("courses_rollcall"))


def test_many_are_marked_with_one_reason_and_who_cannot_be_is_named(room: Room, easy_room: Room) -> None:
    here = [room.learner(f"王{number}") for number in range(5)]
    stranger = easy_room.learner("李外")
    made = attendance.mark_many(
        by=room.trainer,
        lesson=room.lesson,
        learners=[*here, stranger],
        as_=Mark.PRESENT,
        reason="no_phone",
        now=room.at(5),
    )
    assert [learner for learner, _marked in made.done] == here
    assert [(learner, refused.code) for learner, refused in made.refused] == [(stranger, "not_enrolled")]
    assert Attendance.objects.filter(lesson=room.lesson, by_hand=True).count() == 5
    out = attendance.mark_many(
        by=room.trainer,
        lesson=room.lesson,
        learners=[here[0], room.learner("王新")],
        as_=Mark.OUT,
        reason="no_phone",
        now=room.at(170),
    )
    assert [refused.code for _learner, refused in out.refused] == ["not_in_yet"]


def test_what_is_wrong_with_the_lesson_saves_nobody(room: Room) -> None:
    learners = [room.learner("王一"), room.learner("王二")]
    with pytest.raises(attendance.MarkRefused) as caught:
        attendance.mark_many(
            by=people.user(), lesson=room.lesson, learners=learners, as_=Mark.PRESENT, reason="", now=room.at(5)
        )
    assert caught.value.code == "reason_missing"
    assert Evidence.objects.count() == 0


def test_one_who_was_ruled_on_or_teaches_the_class_is_named_and_holds_up_nobody(room: Room) -> None:
    ruled, own, other = room.learner("王一"), teaches(room, room.learner("王老师")), room.learner("王三")
    append_row(room, ruled)
    made = attendance.mark_many(
        by=room.trainer, lesson=room.lesson, learners=[ruled, own, other], as_=Mark.PRESENT, reason="no_phone",
        now=room.at(5),
    )  # fmt: skip
    assert [learner for learner, _marked in made.done] == [other]
    assert {(learner.name, refused.code) for learner, refused in made.refused} == {("王一", "ruled"), ("王老师", "own")}


def append_row(room: Room, learner: Learner) -> None:
    """A decision of the institution on a dispute."""
    Evidence.objects.create(
        receipt="R-RULED", lesson=room.lesson, learner=learner, kind="ruling", direction="in", strength="proved",
        origin="desk", happened_at=room.at(0), received_at=room.at(1), by=people.user(), reason="ruled",
    )  # fmt: skip


def test_who_teaches_the_class_ticks_nobody_but_others(room: Room) -> None:
    own = teaches(room, room.learner())
    scan(room, own, 0)
    call = called(room)
    assert refusal(lambda: tick(room, call, own, 61)) == RollCallRefusal.OWN
    assert silent(room) == ["王小强"]
    assert answer(room, call, own).receipt
